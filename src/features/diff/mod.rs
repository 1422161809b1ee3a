//! Diff: what a branch changes, compared with the commit where it will land.
//!
//! Start at `answer`. Follows `docs/spec/cli.md`, lint and diff.

pub mod answer;
mod authors;
pub mod compared;
mod comparison;
mod governance;
mod next_steps;
pub(crate) mod redesigns;
pub mod show;
mod taken;
mod uncounted;
mod workflow;

use crate::approval::next::steps::NextSteps;
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

/// Returns how each record of a comparison can be approved, in the order of its entries.
///
/// # Errors
/// If approval files, or the workflows of the target, can't be read.
pub fn next_steps(
    session: &Session,
    at: &Moment,
    compared: &Compared,
    proposed: ProposedState<'_>,
) -> Result<Vec<NextSteps>, Error> {
    next_steps::find_next_steps(session.current()?, at, compared, proposed)
}
