//! Scan: finds the suppressions in tracked files that no exception in force allows.
//!
//! Uses session. Start at `answer`. Follows `docs/spec/interop.md`, 5.

pub mod answer;
pub mod show;

use crate::features::scan::answer::{ScanAnswer, ScanRequest, scan};
use crate::session::Session;
use crate::session::error::Error;
use crate::session::options::Moment;

/// Finds the suppressions in tracked files that no exception in force allows.
///
/// # Errors
/// As [`Session::snapshot`]; [`Error::Usage`] if a path is not in the repository, [`Error::Undetermined`] without a
/// work tree.
pub fn answer<'s>(
    session: &'s Session,
    at: &Moment,
    request: &ScanRequest<'_>,
) -> Result<ScanAnswer<'s>, Error> {
    scan(session.current()?, at, request)
}
