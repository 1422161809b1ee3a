//! Lint: runs the rules on the work tree, some files of it, or what a branch changes.
//!
//! Start at `answer`. Follows `docs/spec/cli.md`, lint, and `docs/spec/rules.md`.

pub mod answer;
mod approvals;
mod base;
mod by_hand;
mod conflict;
mod duplicates;
pub mod findings;
mod in_place;
pub mod input;
mod landed;
mod redesigns;
pub mod show;
mod untouched;

use crate::features::lint::answer::{LintAnswer, lint};
use crate::features::lint::input::LintRequest;
use crate::session::Session;
use crate::session::error::Error;
use crate::session::options::Moment;

/// Lints the work tree, some files of it, or what a branch changes.
///
/// # Errors
/// [`Error::Usage`] if a named path is not in the ledger; [`Error::Undetermined`] if a tree, or with a base
/// the history, can't be read.
pub fn answer<'s>(
    session: &'s Session,
    at: &Moment,
    request: &LintRequest<'_>,
) -> Result<LintAnswer<'s>, Error> {
    lint(session.current()?, at, request)
}
