//! Import: drafts of records from the exceptions that other tools keep in files, and the completion of drafts.
//!
//! Start at `answer`: `formats/suppressions/readers` read a file, `named` leaves out what is on record or has ended,
//! `draft/import_draft` decides on ends and on what is still to be said, and `answer` writes all or none. Follows
//! `docs/spec/interop.md`, 4, and `docs/spec/cli.md`, import.

pub mod adopt;
pub mod answer;
pub mod complete;
pub mod complete_plan;
pub mod draft;
pub mod entry;
pub mod formats;
mod inputs;
mod judged;
mod named;
pub mod prompted;
mod repository;
pub mod request;
pub mod show;

use crate::features::import::adopt::AdoptionRequest;
use crate::features::import::answer::{PreparedImport, prepare_import};
use crate::features::import::complete::{CompletionRequest, PreparedCompletion, complete_drafts};
use crate::features::import::prompted::CompletionPrompts;
use crate::features::import::request::ImportRequest;
use crate::features::scan::place::ScanPlace;
use crate::session::Session;
use crate::session::error::Error;
use crate::session::locate::Located;
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
    prepare_import(session.current()?, at, request)
}

/// Puts what a place suppresses on record as it is. Nothing is written yet.
///
/// # Errors
/// [`Error::Usage`] if the policy has no tier for it, or a record would not lint; [`Error::Undetermined`] if the files, the
/// ledger or history can't be read.
pub fn adopt<'s>(
    place: &ScanPlace,
    located: &'s Located,
    at: &Moment,
    request: &AdoptionRequest<'_>,
) -> Result<PreparedImport<'s>, Error> {
    adopt::prepare_adoption(place, located, at, request)
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
    complete_drafts(session.current()?, at, request)
}

/// Returns what prompts for drafts of the work tree offer, and what they refuse.
///
/// # Errors
/// [`Error::Undetermined`] if the ledger can't be read.
pub fn read_completion_prompts(session: &Session) -> Result<CompletionPrompts<'_>, Error> {
    CompletionPrompts::read(session.current()?)
}
