//! Access: compares lists of live access with the ledger.
//!
//! Uses session. Start at [`answer`]. Follows `docs/spec/cli.md`, access.

use crate::session::Session;
use crate::session::access::{AccessAnswer, AccessSource, judge_grants};
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
