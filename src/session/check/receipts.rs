//! Uses recorded in receipts: counted again for each question; each answer is stored before it is given.
//!
//! Start at [`ReceiptLog`]. Follows `docs/spec/cli.md`, check, `--receipts`: uses that can't be counted
//! or stored never allow anything.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

use crate::gate;
use crate::gate::answer::{GateVerdict, Question};
use crate::gate::receipt::chain::ReceiptChain;
use crate::gate::receipt::{self, CheckAnswer, LoggedReceipt};
use crate::record::time::Instant;
use crate::session::check::signing::ReceiptSigner;
use crate::store::append::{AppendFile, AppendFileError, LockedFile};

/// How long to wait for another process to release the lock.
const PATIENCE: Duration = Duration::from_secs(10);

/// The maximum number of bytes that are read at once.
const MOST_BYTES: u64 = 1 << 30;

/// The receipts of earlier answers, which show how often limited-use records were used. Each answer locks the file,
/// counts, appends, syncs and unlocks.
pub struct ReceiptLog(Mutex<LogState>);

enum LogState {
    /// No file was given.
    NotGiven(gate::answer::ReceiptCounts),
    /// The file, and the uses counted so far.
    Open(Box<Counted>),
    /// Nothing can be counted until the log is opened again, with the cause.
    Closed(String),
}

/// A file of receipts with its counted uses.
struct Counted {
    file: AppendFile,
    tally: Tally,
}

/// The counted uses of a file.
struct Tally {
    /// The file's path, as shown to the user.
    shown: String,
    uses: gate::answer::ReceiptCounts,
    n_lines: usize,
    /// The end of the chain of receipts.
    chain: ReceiptChain,
}

impl ReceiptLog {
    /// Returns a log that stores nothing: a record with a limited number of uses then allows nothing.
    pub fn none() -> ReceiptLog {
        ReceiptLog(Mutex::new(LogState::NotGiven(gate::answer::ReceiptCounts::NotGiven)))
    }

    /// Opens a file, which need not exist yet. A file that can't be opened makes every answer `unknown`.
    pub fn open(path: &Path) -> ReceiptLog {
        let shown = path.display().to_string();
        let state = match AppendFile::open(path, MOST_BYTES) {
            Ok(file) => LogState::Open(Box::new(Counted {
                file,
                tally: Tally {
                    shown,
                    uses: gate::answer::ReceiptCounts::Counted(BTreeMap::new()),
                    n_lines: 0,
                    chain: ReceiptChain::default(),
                },
            })),
            Err(error) => LogState::Closed(format!("can't read the receipts {shown}: {error}")),
        };
        ReceiptLog(Mutex::new(state))
    }

    /// Passes on the uses as last counted; returns `None` if they can't be counted.
    pub(crate) fn known<T>(&self, then: &dyn Fn(&gate::answer::ReceiptCounts) -> T) -> Option<T> {
        match &*self.state() {
            LogState::NotGiven(uses) => Some(then(uses)),
            LogState::Open(counted) => Some(then(&counted.tally.uses)),
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
        question: &Question,
        id: &Value,
        ask: &mut dyn FnMut(&gate::answer::ReceiptCounts) -> Option<CheckAnswer>,
    ) -> Result<Option<CheckAnswer>, String> {
        let mut state = self.state();
        let failure = match &mut *state {
            LogState::NotGiven(uses) => return Ok(ask(uses)),
            LogState::Closed(cause) => return Err(cause.clone()),
            LogState::Open(counted) => match counted.answered(question, id, ask) {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            },
        };
        Err(state.fail(failure))
    }

    /// Signs the receipts that were stored since the last signature, if any.
    ///
    /// # Errors
    /// Why they are not signed.
    pub fn sign(&self, signer: &ReceiptSigner, at: Instant) -> Result<(), String> {
        let mut state = self.state();
        let failure = match &mut *state {
            LogState::NotGiven(_) => return Ok(()),
            LogState::Closed(cause) => return Err(cause.clone()),
            LogState::Open(counted) => match counted.sign(signer, at) {
                Ok(()) => return Ok(()),
                Err(failure) => failure,
            },
        };
        Err(state.fail(failure))
    }
}

impl ReceiptLog {
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

/// Why uses can't be counted or a receipt can't be stored.
enum Failure {
    /// The next attempt may work.
    Once(String),
    /// Something that was counted is missing now.
    Lasting(String),
}

impl Counted {
    fn answered(
        &mut self,
        question: &Question,
        id: &Value,
        ask: &mut dyn FnMut(&gate::answer::ReceiptCounts) -> Option<CheckAnswer>,
    ) -> Result<Option<CheckAnswer>, Failure> {
        let mut locked = self.tally.locked(&mut self.file)?;
        self.tally.count(&mut locked)?;
        let Some(mut answered) = ask(&self.tally.uses) else {
            return Ok(None);
        };
        answered.link = Some(self.tally.chain.next());
        let unwritten =
            |cause: &dyn fmt::Display| Failure::Once(format!("can't write the receipt: {cause}"));
        let receipt = LoggedReceipt::of(question, &answered, id);
        let line = receipt.line().map_err(|cause| unwritten(&cause))?;
        locked.append(&line).map_err(|cause| unwritten(&cause))?;
        self.tally.n_lines += 1;
        self.tally.chain.append(&line);
        let answer = &answered.answer;
        if let (GateVerdict::Allow, Some(record)) = (answer.verdict, &answer.record) {
            self.tally.add(record, 1);
        }
        Ok(Some(answered))
    }

    fn sign(&mut self, signer: &ReceiptSigner, at: Instant) -> Result<(), Failure> {
        let mut locked = self.tally.locked(&mut self.file)?;
        self.tally.count(&mut locked)?;
        if !self.tally.chain.is_unsigned() {
            return Ok(());
        }
        let line = signer.line(self.tally.chain.next(), at).map_err(Failure::Once)?;
        locked.append(&line).map_err(|cause| Failure::Once(cause.to_string()))?;
        self.tally.n_lines += 1;
        self.tally.chain.append_signature(&line);
        Ok(())
    }
}

impl Tally {
    fn locked<'f>(&self, file: &'f mut AppendFile) -> Result<LockedFile<'f>, Failure> {
        file.lock(PATIENCE).map_err(|error| self.failure(&error))
    }

    /// Counts what was appended since the last time.
    fn count(&mut self, locked: &mut LockedFile<'_>) -> Result<(), Failure> {
        let text = locked.added().map_err(|error| self.failure(&error))?;
        let mut chain = self.chain.clone();
        let counted = receipt::count_on(&text, &mut chain).map_err(|error| {
            let (line, shown) = (self.n_lines + error.line, &self.shown);
            Failure::Once(format!("line {line} of the receipts {shown} is not a receipt"))
        })?;
        if let Some(line) = counted.broken {
            let line = self.n_lines.saturating_add(usize::try_from(line).unwrap_or(usize::MAX));
            return Err(Failure::Lasting(format!(
                "line {line} of the receipts {} breaks their chain: see `exledger verify --receipts`, restore \
                 the file or start a new one, then restart the gate",
                self.shown
            )));
        }
        locked.take(&text);
        self.chain = chain;
        self.n_lines += text.matches('\n').count();
        for (record, n_used) in counted.uses {
            self.add(&record, n_used);
        }
        // The last line may lack its line end; appended text must not run into it.
        if !text.is_empty() && !text.ends_with('\n') {
            locked.append("").map_err(|error| self.failure(&error))?;
            self.n_lines += 1;
        }
        Ok(())
    }

    fn add(&mut self, record: &str, n_used: u64) {
        if let gate::answer::ReceiptCounts::Counted(uses) = &mut self.uses {
            *uses.entry(record.to_owned()).or_insert(0) += n_used;
        }
    }

    fn failure(&self, error: &AppendFileError) -> Failure {
        let cause = format!("can't read the receipts {}: {error}", self.shown);
        match error {
            AppendFileError::Replaced => {
                Failure::Lasting(format!("{cause}: restart the gate to use that one"))
            }
            AppendFileError::Rewritten => Failure::Lasting(format!(
                "{cause}, so uses may be lost: restore it, then restart the gate"
            )),
            _ => Failure::Once(cause),
        }
    }
}
