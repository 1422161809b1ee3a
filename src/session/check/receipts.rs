//! Uses recorded in receipts: counted again for each question; each answer is stored before it is given.
//!
//! Start at [`ReceiptLog`]. Follows `docs/spec/cli.md`, check, `--receipts`: uses that can't be counted
//! or stored never allow anything.

pub(crate) mod context;
mod counted;
mod failure;
mod known;
pub(super) mod start;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::gate::answer::ReceiptCounts;
use crate::gate::receipt::CheckAnswer;
use crate::record::time::Instant;
use crate::session::check::receipts::context::AnswerContext;
use crate::session::check::receipts::counted::{CountedReceipts, MOST_BYTES};
use crate::session::check::receipts::failure::Failure;
use crate::session::check::receipts::known::KnownReceipts;
use crate::session::check::signing::ReceiptSigner;
use crate::session::locate::Located;
use crate::store::append::AppendFile;

/// The receipts of earlier answers, which show how often limited-use records were used. Each answer locks the file,
/// counts, appends, syncs and unlocks.
pub struct ReceiptLog(Mutex<LogState>);

enum LogState {
    /// No file was given, so nothing is stored.
    NotGiven,
    /// The file, and the uses counted so far.
    Open(Box<CountedReceipts>),
    /// Nothing can be counted until the log is opened again, with the cause.
    Closed(String),
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
        ReceiptLog(Mutex::new(LogState::NotGiven))
    }

    /// Opens a file for a ledger.
    pub(super) fn open(located: &Located, file: ReceiptsFile<'_>) -> ReceiptLog {
        let shown = file.path.display();
        let state = match AppendFile::open(file.path, MOST_BYTES) {
            Ok(opened) => {
                // Where a link leads is known once the file exists.
                let known = KnownReceipts::of(located, file.path, file.names_ledger);
                LogState::Open(Box::new(CountedReceipts::of(opened, known, file.signer)))
            }
            Err(error) => LogState::Closed(format!("can't read the receipts {shown}: {error}")),
        };
        ReceiptLog(Mutex::new(state))
    }

    /// Returns why the uses could not be relied on at the last answer.
    pub fn doubt(&self) -> Option<String> {
        match &*self.state() {
            LogState::Open(counted) => match counted.last_counts() {
                ReceiptCounts::Doubted(cause) => Some(cause.clone()),
                ReceiptCounts::NotGiven | ReceiptCounts::Counted(_) => None,
            },
            LogState::NotGiven | LogState::Closed(_) => None,
        }
    }

    /// Passes on the uses as last counted; returns `None` if they can't be counted.
    pub(crate) fn known<T>(&self, then: &dyn Fn(&ReceiptCounts) -> T) -> Option<T> {
        match &*self.state() {
            LogState::NotGiven => Some(then(&ReceiptCounts::NotGiven)),
            LogState::Open(counted) => Some(then(counted.last_counts())),
            LogState::Closed(_) => None,
        }
    }

    /// Counts the uses, answers, and stores the receipt, all under one lock; an answer that can't be stored is not
    /// given. If `ask` returns `None`, nothing is stored.
    ///
    /// # Errors
    /// Why the only possible answer is `unknown`.
    pub(crate) fn answered(
        &self,
        context: &AnswerContext<'_>,
        ask: &mut dyn FnMut(&ReceiptCounts) -> Option<CheckAnswer>,
    ) -> Result<Option<CheckAnswer>, String> {
        let mut state = self.state();
        let failure = match &mut *state {
            LogState::NotGiven => return Ok(ask(&ReceiptCounts::NotGiven)),
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
        let mut state = self.state();
        let failure = match &mut *state {
            LogState::NotGiven => return Ok(()),
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
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LogState {
    /// Closes the log if the failure lasts, and returns the cause.
    fn fail(&mut self, failure: Failure) -> String {
        match failure {
            Failure::Once(cause) => cause,
            Failure::Lasting(cause) => {
                *self = LogState::Closed(cause.clone());
                cause
            }
        }
    }
}
