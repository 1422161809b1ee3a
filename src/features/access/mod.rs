//! Access: compares lists of live access with the ledger.
//!
//! Start at `answer`. Follows `docs/spec/cli.md`, access.

pub mod absence;
pub mod answer;
pub mod combined;
pub mod grant;
pub mod grants;
pub mod judge;
pub mod revocations;
pub mod rows;
pub mod show;

use crate::features::access::answer::{AccessAnswer, AccessSource, judge_grants};
use crate::session::Session;
use crate::session::error::Error;
use crate::session::options::Moment;

/// Compares lists of live access with the ledger; `complete` are the patterns of whom or what they are complete for.
///
/// # Errors
/// As [`Session::snapshot`].
pub fn answer<'s>(
    session: &'s Session,
    at: &Moment,
    sources: Vec<AccessSource<'_>>,
    complete: &[String],
) -> Result<AccessAnswer<'s>, Error> {
    judge_grants(session.current()?, at, sources, complete)
}
