//! Uses recorded in receipts: counted again for each question; each answer is stored before it is given.
//!
//! Start at [`ReceiptLog`]. Follows `docs/spec/cli.md`, check, `--receipts`: uses that can't be counted
//! or stored never allow anything.

mod counted;
pub(crate) mod failure;
mod known;
mod missing;
pub(crate) mod start;

use crate::features::check::receipts::failure::{AnswerContext, Failure};
use crate::gate::answer::ReceiptCounts;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::features::check::receipts::counted::{CountedReceipts, MOST_BYTES};
use crate::features::check::receipts::known::KnownReceipts;
use crate::features::check::receipts::missing::{MissingAnswer, MissingReceipts};
use crate::features::check::signing::ReceiptSigner;
use crate::gate::receipt::CheckAnswer;
use crate::record::time::Instant;
use crate::session::locate::Located;
use crate::store::append::AppendFile;
use crate::store::git::Repository;

/// The receipts of earlier answers, which show how often limited-use records were used. Each answer locks the file,
/// counts, appends, syncs and unlocks.
pub struct ReceiptLog {
    is_signed: bool,
    state: Mutex<LogState>,
}

enum LogState {
    /// No file was given, so nothing is stored.
    NotGiven,
    /// There is no file; an answer that is not `unknown` begins it.
    Missing(Box<MissingReceipts>),
    /// The file, and the uses counted so far.
    Open(Box<CountedReceipts>),
    /// Nothing can be counted until the log is opened again, with the cause.
    Closed(String),
}

/// Tells whether a file of receipts lacks the end that gates of this clone stored, as far as that can be read.
pub(crate) fn is_cut(repository: &Repository, path: &Path, text: &str) -> bool {
    KnownReceipts::of_file(repository, path).is_cut(text)
}

/// A file of receipts, and how a gate uses it.
#[derive(Clone, Debug)]
pub struct ReceiptsFile<'p> {
    /// Its path; a relative one is relative to the folder of the process.
    pub path: &'p Path,
    /// Who signs what is stored; uses then count only if the file has a good signature.
    pub signer: Option<ReceiptSigner>,
    /// Whether messages name the folder of the ledger, because the reader may be elsewhere.
    pub names_ledger: bool,
}

impl ReceiptLog {
    /// Returns a log that stores nothing: a record with a limited number of uses then allows nothing.
    pub fn none() -> ReceiptLog {
        ReceiptLog { is_signed: false, state: Mutex::new(LogState::NotGiven) }
    }

    pub(crate) fn open(located: &Located, file: ReceiptsFile<'_>) -> ReceiptLog {
        let shown = file.path.display();
        let is_signed = file.signer.is_some();
        let known = || KnownReceipts::of(located, file.path, file.names_ledger);
        let state = match AppendFile::open_present(file.path, MOST_BYTES) {
            Ok(Some(opened)) => {
                LogState::Open(Box::new(CountedReceipts::of(opened, known(), file.signer)))
            }
            Ok(None) => {
                let missing = MissingReceipts::of(file.path.to_owned(), known(), file.signer);
                LogState::Missing(Box::new(missing))
            }
            Err(error) => LogState::Closed(format!("can't read the receipts {shown}: {error}")),
        };
        ReceiptLog { is_signed, state: Mutex::new(state) }
    }

    /// Returns why no uses would be counted, and how to change that, if the file is missing or empty and nobody started it.
    pub fn unbegun(&self) -> Option<String> {
        match &*self.state() {
            LogState::Missing(missing) => missing.unbegun(),
            LogState::Open(counted) => counted.unbegun(),
            LogState::NotGiven | LogState::Closed(_) => None,
        }
    }

    /// Returns the same, if an answer of this process began the file.
    pub fn begun(&self) -> Option<String> {
        match &*self.state() {
            LogState::Open(counted) => counted.begun(),
            LogState::NotGiven | LogState::Missing(_) | LogState::Closed(_) => None,
        }
    }

    /// Passes on the uses as last counted; returns `None` if they can't be counted.
    pub(crate) fn known<T>(&self, then: &dyn Fn(&ReceiptCounts) -> T) -> Option<T> {
        match &*self.state() {
            LogState::NotGiven => Some(then(&ReceiptCounts::NotGiven)),
            LogState::Open(counted) => Some(then(counted.last_counts())),
            LogState::Missing(missing) => Some(then(missing.counts())),
            LogState::Closed(_) => None,
        }
    }

    /// Counts the uses, answers, and stores the receipt, all under one lock. What can't be stored is not answered.
    /// If `ask` returns `None`, nothing is stored.
    pub(crate) fn answered(
        &self,
        context: &AnswerContext<'_>,
        ask: &mut dyn FnMut(&ReceiptCounts) -> Option<CheckAnswer>,
    ) -> Result<Option<CheckAnswer>, String> {
        let mut state = self.state();
        if let LogState::Missing(missing) = &mut *state {
            match missing.answered(ask)? {
                MissingAnswer::Given(answer) => return Ok(answer.map(|answer| *answer)),
                MissingAnswer::Begins(counted) => *state = LogState::Open(counted),
            }
        }
        let failure = match &mut *state {
            LogState::NotGiven => return Ok(ask(&ReceiptCounts::NotGiven)),
            LogState::Missing(_) => return Err("the receipts are missing".to_owned()),
            LogState::Closed(cause) => return Err(cause.clone()),
            LogState::Open(counted) => match counted.answered(context, ask) {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            },
        };
        Err(state.fail(failure))
    }

    /// Signs the receipts that were stored since the last signature, if there are any and a signer was given.
    ///
    /// # Errors
    /// Why they are not signed.
    pub fn sign(&self, at: Instant) -> Result<(), String> {
        if !self.is_signed {
            return Ok(());
        }
        let mut state = self.state();
        let failure = match &mut *state {
            LogState::NotGiven | LogState::Missing(_) => return Ok(()),
            LogState::Closed(cause) => return Err(cause.clone()),
            LogState::Open(counted) => match counted.sign(at) {
                Ok(()) => return Ok(()),
                Err(failure) => failure,
            },
        };
        Err(state.fail(failure))
    }

    fn state(&self) -> MutexGuard<'_, LogState> {
        // After a panic the file is read on from where the last whole answer ended.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LogState {
    /// Closes the log if the failure lasts, and returns the cause.
    fn fail(&mut self, failure: Failure) -> String {
        match failure {
            crate::features::check::receipts::failure::Failure::Once(cause) => cause,
            crate::features::check::receipts::failure::Failure::Lasting(cause) => {
                *self = LogState::Closed(cause.clone());
                cause
            }
        }
    }
}
