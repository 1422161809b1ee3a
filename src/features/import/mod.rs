//! Import: drafts of records from the exceptions that other tools keep in files, and the completion of drafts.
//!
//! Uses session. Start at [`prepare`]. Follows `docs/spec/interop.md`, 4, and `docs/spec/cli.md`, import.

use crate::session::Session;
use crate::session::error::Error;
use crate::session::import::complete::{self, CompletionRequest, PreparedCompletion};
use crate::session::import::prompted::CompletionPrompts;
use crate::session::import::request::ImportRequest;
use crate::session::import::{self, PreparedImport};
use crate::session::options::Moment;

/// Drafts records from the exceptions that other tools keep in files. Nothing is written yet.
///
/// # Errors
/// [`Error::Usage`] if the bulk answers can't be those of the records, or a complete draft would not lint;
/// [`Error::Undetermined`] if the ledger can't be read.
pub fn prepare<'s>(
    session: &'s Session,
    at: &Moment,
    request: &ImportRequest<'_>,
) -> Result<PreparedImport<'s>, Error> {
    import::prepare(session.current()?, at, request)
}

/// Answers what is marked in drafts of the work tree. Nothing is written yet.
///
/// # Errors
/// [`Error::Usage`] if a draft is unknown or filed already, or the result would not lint;
/// [`Error::Undetermined`] if the ledger, or the approved ref, can't be read.
pub fn prepare_completion<'s>(
    session: &'s Session,
    at: &Moment,
    request: &CompletionRequest<'_>,
) -> Result<PreparedCompletion<'s>, Error> {
    complete::prepare(session.current()?, at, request)
}

/// Returns what prompts for drafts of the work tree offer, and what they refuse.
///
/// # Errors
/// [`Error::Undetermined`] if the ledger can't be read.
pub fn read_completion_prompts(session: &Session) -> Result<CompletionPrompts<'_>, Error> {
    CompletionPrompts::read(session.current()?)
}
