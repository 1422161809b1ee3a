//! New: a record to be filed, from the answers that are known before any prompt.
//!
//! Start at `prepare`. Follows `docs/spec/cli.md`, new.

pub mod answer;
pub mod false_positive;
pub(crate) mod past;
pub mod request;
pub mod review;
pub mod show;
pub mod sources;

use crate::features::new::answer::{Filing, prepare_filing};
use crate::features::new::request::FilingRequest;
use crate::session::Session;
use crate::session::error::Error;
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
