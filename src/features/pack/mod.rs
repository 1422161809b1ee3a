//! Pack: the audit pack of a span, with everything that a reviewer needs to check it again.
//!
//! Start at `prepare`. Follows `docs/spec/cli.md`, export pack.

pub mod answer;
mod copied;
pub mod packed_file;
pub mod show;

use crate::features::pack::answer::{PackRequest, PackedLedger, collect};
use crate::session::Session;
use crate::session::error::Error;

/// Collects the audit pack of a span. Nothing is written yet.
///
/// # Errors
/// [`Error::Usage`] if the span ends on a later day; [`Error::Undetermined`] if the ledger, or a file that belongs
/// into the pack, can't be read.
pub fn prepare(session: &Session, request: PackRequest) -> Result<PackedLedger<'_>, Error> {
    collect(session.current()?, request)
}
