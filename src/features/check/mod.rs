//! Check: whether something is allowed, by a record that is in force; and the receipts of the answers.
//!
//! Start at `answer`, which walks; `gate::verdict` decides, its `candidate` says why, and `respond` fills what
//! is printed, `gate::receipt::LoggedReceipt`.
//! Follows `docs/spec/cli.md`, check and hook.

pub mod answer;
mod coverage;
pub mod freshness;
pub mod governed;
pub mod receipts;
pub mod respond;
pub mod show;
pub mod signing;

use std::path::Path;

use crate::features::check::answer::{CheckRequest, ask};
use crate::features::check::freshness::MaxAge;
use crate::features::check::governed::{GovernedAnswer, GovernedRequest, ask_governed};
use crate::features::check::receipts::start::start_file;
use crate::features::check::receipts::{ReceiptLog, ReceiptsFile};
use crate::features::check::signing::ReceiptSigner;
use crate::gate::receipt::CheckAnswer;
use crate::policy::governance::Governance;
use crate::session::Session;
use crate::session::error::Error;
use crate::session::options::Moment;
use crate::store::files;

/// Answers whether something is allowed, and writes the receipt.
///
/// # Errors
/// If the approved ref, its policy or a needed object can't be read. Any other doubt is an answer, `unknown`.
pub fn answer(
    session: &Session,
    at: &Moment,
    request: &CheckRequest<'_>,
    receipts: &ReceiptLog,
) -> Result<CheckAnswer, Error> {
    ask(session.current()?, at, request, receipts)
}

/// Decides by the governance in force, and asks the gate if that is the decision. `decide` may be called repeatedly;
/// `open` opens the receipts if they are needed.
///
/// # Errors
/// As [`answer()`], and those of `open`.
pub fn answer_governed<T>(
    session: &Session,
    at: &Moment,
    max_age: Option<&MaxAge>,
    open: &dyn Fn() -> Result<ReceiptLog, Error>,
    decide: &dyn Fn(&Governance) -> GovernedRequest<T>,
) -> Result<GovernedAnswer<T>, Error> {
    ask_governed(session.current()?, at, max_age, open, decide)
}

/// Returns an absolute path from the root of the repository; `None` if it leads elsewhere.
///
/// # Errors
/// If the repository can't be opened.
pub fn path_inside(session: &Session, path: &Path) -> Result<Option<String>, Error> {
    let Some(top) = session.current()?.repository()?.work_dir() else { return Ok(None) };
    let inside = |top: &Path| files::inside(top, top, path);
    Ok(files::real(top).ok().and_then(|top| inside(&top)))
}

/// Opens a file that uses are counted from, and receipts are stored in. One that can't be opened makes every answer
/// `unknown`; one that was not started allows nothing that has a limited number of uses.
pub fn open_receipts(session: &Session, file: ReceiptsFile<'_>) -> ReceiptLog {
    ReceiptLog::open(session.located(), file)
}

/// Starts a file of receipts that is missing or empty, or that a gate of this clone created.
///
/// # Errors
/// [`Error::Usage`] if it has receipts; [`Error::Undetermined`] if it can't be written.
pub fn start_receipts(session: &Session, path: &Path) -> Result<(), Error> {
    start_file(session.current()?, path)
}

/// Opens a key that signs receipts; `folder` is the base of its path.
///
/// # Errors
/// If it can't sign, or git's `user.email` is not set.
pub fn open_signer(session: &Session, key: &str, folder: &Path) -> Result<ReceiptSigner, Error> {
    ReceiptSigner::open(session.current()?, key, folder)
}
