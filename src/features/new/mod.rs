//! New: a record to be filed, from the answers that are known before any prompt.
//!
//! Uses session. Start at [`prepare`]. Follows `docs/spec/cli.md`, new.

use crate::session::Session;
use crate::session::error::Error;
use crate::session::filing::request::FilingRequest;
use crate::session::filing::{Filing, prepare_filing};
use crate::session::options::Moment;

/// Gathers the known answers for a record to be filed. Nothing is written yet.
///
/// # Errors
/// [`Error::Usage`] if a source of answers can't be read, [`Error::Undetermined`] if the ledger can't.
pub fn prepare<'s>(
    session: &'s Session,
    at: &Moment,
    request: &FilingRequest<'_>,
) -> Result<Filing<'s>, Error> {
    prepare_filing(session.current()?, at, request)
}
