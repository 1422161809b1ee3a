//! Diff: what a branch changes, compared with the commit where it will land.
//!
//! Uses session. Start at `answer`. Follows `docs/spec/cli.md`, lint and diff.

pub mod answer;
mod authors;
pub mod compared;
mod comparison;
pub(crate) mod redesigns;
pub mod show;
mod taken;
mod uncounted;
mod workflow;

use crate::features::diff::answer::compare;
use crate::features::diff::compared::{Compared, ProposedState};
use crate::session::Session;
use crate::session::error::Error;
use crate::session::options::Moment;

/// Compares a state with the commit where it will land: the approved ref unless another commit is named.
///
/// # Errors
/// Outside git, without an approved ref or a common ancestor, if objects are missing, and if the name does
/// not resolve to a commit.
pub fn answer(
    session: &Session,
    at: &Moment,
    onto: Option<&str>,
    proposed: ProposedState<'_>,
) -> Result<Compared, Error> {
    compare(session.current()?, at, onto, proposed)
}
