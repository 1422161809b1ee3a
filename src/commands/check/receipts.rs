//! The uses that receipts tell of, counted anew for each question, and each answer kept before it is given.
//!
//! Start at [`Receipts::open`]. Follows `docs/spec/cli.md`, check, `--receipts`: what can't be counted or kept is no yes.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::commands::check::desk::Answered;
use exledger::gate::answer::GateVerdict;
use exledger::gate::{self, receipt};
use exledger::store::receipts::{LockedReceipts, ReceiptFile, ReceiptFileError};

/// How long another process may hold the lock.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is known of uses.
pub(super) enum Receipts {
    /// No file was named.
    NotGiven(gate::answer::Receipts),
    /// The file, and the uses that were counted so far.
    Open(Box<Counted>),
    /// Nothing can be counted until the program is started again, and why.
    Closed(String),
}

/// A file of receipts with what was counted in it.
pub(super) struct Counted {
    file: ReceiptFile,
    tally: Tally,
}

/// What was counted in a file.
struct Tally {
    /// The file's path, as it is shown.
    shown: String,
    uses: gate::answer::Receipts,
    n_lines: usize,
}

impl Receipts {
    /// Opens the file, if one is named.
    pub(super) fn open(path: Option<&Path>) -> Receipts {
        let Some(path) = path else {
            return Receipts::NotGiven(gate::answer::Receipts::NotGiven);
        };
        let shown = path.display().to_string();
        match ReceiptFile::open(path) {
            Ok(file) => Receipts::Open(Box::new(Counted {
                file,
                tally: Tally {
                    shown,
                    uses: gate::answer::Receipts::Counted(BTreeMap::new()),
                    n_lines: 0,
                },
            })),
            Err(error) => Receipts::Closed(format!("can't read the receipts {shown}: {error}")),
        }
    }

    /// Counts the uses as they are now, for a first look: they may be others when the question is answered.
    ///
    /// # Errors
    /// Why there can be no answer but `unknown`.
    pub(super) fn counted(&mut self) -> Result<&gate::answer::Receipts, String> {
        if let Receipts::Open(counted) = self
            && let Err(failure) = counted.read()
        {
            return Err(self.failed(failure));
        }
        match self {
            Receipts::NotGiven(uses) => Ok(uses),
            Receipts::Open(counted) => Ok(&counted.tally.uses),
            Receipts::Closed(cause) => Err(cause.clone()),
        }
    }

    /// Returns the uses as they were counted last; `None` where they can't be counted.
    pub(super) fn known(&self) -> Option<&gate::answer::Receipts> {
        match self {
            Receipts::NotGiven(uses) => Some(uses),
            Receipts::Open(counted) => Some(&counted.tally.uses),
            Receipts::Closed(_) => None,
        }
    }

    /// Counts the uses, answers, and keeps the receipt, which nobody comes between; what can't be kept is no answer.
    ///
    /// `ask` answers, `line` writes the receipt of an answer.
    ///
    /// # Errors
    /// Why there can be no answer but `unknown`.
    pub(super) fn answered(
        &mut self,
        ask: &dyn Fn(&gate::answer::Receipts) -> Answered,
        line: &dyn Fn(&Answered) -> String,
    ) -> Result<Answered, String> {
        match self {
            Receipts::NotGiven(uses) => Ok(ask(uses)),
            Receipts::Closed(cause) => Err(cause.clone()),
            Receipts::Open(counted) => match counted.answered(ask, line) {
                Ok(answer) => Ok(answer),
                Err(failure) => Err(self.failed(failure)),
            },
        }
    }

    /// Returns why there is no answer, and gives up what can't be read again.
    fn failed(&mut self, failure: Failure) -> String {
        match failure {
            Failure::Once(cause) => cause,
            Failure::Lasting(cause) => {
                *self = Receipts::Closed(cause.clone());
                cause
            }
        }
    }
}

/// Why uses can't be counted or a receipt can't be kept.
enum Failure {
    /// It may work the next time.
    Once(String),
    /// Something that was counted is lost.
    Lasting(String),
}

impl Counted {
    fn read(&mut self) -> Result<(), Failure> {
        let mut locked = self.tally.locked(&mut self.file)?;
        self.tally.count(&mut locked)
    }

    fn answered(
        &mut self,
        ask: &dyn Fn(&gate::answer::Receipts) -> Answered,
        line: &dyn Fn(&Answered) -> String,
    ) -> Result<Answered, Failure> {
        let mut locked = self.tally.locked(&mut self.file)?;
        self.tally.count(&mut locked)?;
        let answered = ask(&self.tally.uses);
        let written = locked.append(&line(&answered));
        written.map_err(|cause| Failure::Once(format!("can't write the receipt: {cause}")))?;
        self.tally.n_lines += 1;
        let answer = &answered.answer;
        if let (GateVerdict::Allow, Some(record)) = (answer.verdict, &answer.record) {
            self.tally.add(record, 1);
        }
        Ok(answered)
    }
}

impl Tally {
    fn locked<'f>(&self, file: &'f mut ReceiptFile) -> Result<LockedReceipts<'f>, Failure> {
        file.lock(PATIENCE).map_err(|error| self.failure(&error))
    }

    /// Counts what was appended since the last time.
    fn count(&mut self, locked: &mut LockedReceipts<'_>) -> Result<(), Failure> {
        let text = locked.added().map_err(|error| self.failure(&error))?;
        let counts = receipt::count(&text).map_err(|error| {
            let (line, shown) = (self.n_lines + error.line, &self.shown);
            Failure::Once(format!("line {line} of the receipts {shown} is no receipt"))
        })?;
        locked.take(&text);
        self.n_lines += text.matches('\n').count();
        for (record, n_used) in counts {
            self.add(&record, n_used);
        }
        // The last line may stand without its end; what is appended must not run into it.
        if !text.is_empty() && !text.ends_with('\n') {
            locked.append("").map_err(|error| self.failure(&error))?;
            self.n_lines += 1;
        }
        Ok(())
    }

    fn add(&mut self, record: &str, n_used: u64) {
        if let gate::answer::Receipts::Counted(uses) = &mut self.uses {
            *uses.entry(record.to_owned()).or_insert(0) += n_used;
        }
    }

    fn failure(&self, error: &ReceiptFileError) -> Failure {
        let cause = format!("can't read the receipts {}: {error}", self.shown);
        match error {
            ReceiptFileError::Replaced | ReceiptFileError::Rewritten => Failure::Lasting(cause),
            _ => Failure::Once(cause),
        }
    }
}
