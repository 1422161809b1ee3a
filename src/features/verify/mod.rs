//! Verify: audits what landed, every version under the governance at its landing.
//!
//! Start at `answer`. Follows `docs/spec/cli.md`, verify.

pub mod answer;
mod checkpoints;
pub mod doubt;
pub mod show;
pub mod uses;

use crate::features::verify::answer::{AuditAnswer, AuditRequest, audit};
use crate::session::Session;
use crate::session::error::Error;
use crate::session::options::Moment;

/// Audits what landed: every version under the governance at its landing.
///
/// # Errors
/// As [`Session::snapshot`]; [`Error::Usage`] if no record has a given id, [`Error::Undetermined`] if the
/// checkpoint or the receipts can't be read.
pub fn answer<'s>(
    session: &'s Session,
    at: &Moment,
    request: &AuditRequest<'_>,
) -> Result<AuditAnswer<'s>, Error> {
    audit(session.current()?, at, request)
}
