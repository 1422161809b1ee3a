//! The file of receipts: uses are counted from it, and each answer is kept in it before it is given.
//!
//! Start at [`Book`]. Follows `docs/spec/cli.md`, check, `--receipts`: what can't be counted or kept is no yes.

use std::path::Path;

use crate::gate::{Answer, Receipts, Verdict, receipt};
use crate::store::locked::Locked;

/// What is known of uses.
pub(super) enum Book {
    /// No file was named.
    None,
    /// The file, locked, and the uses counted so far.
    Open(Locked, Receipts),
    /// The file can't be read, and why: every answer is `unknown`.
    Closed(String),
}

impl Book {
    /// Locks the file and counts its uses.
    pub(super) fn open(path: Option<&Path>) -> Book {
        let Some(path) = path else {
            return Book::None;
        };
        let shown = path.display();
        let failed = |cause: std::io::Error| {
            Book::Closed(format!("can't read the receipts {shown}: {cause}"))
        };
        let mut file = match Locked::open(path) {
            Ok(file) => file,
            Err(cause) => return failed(cause),
        };
        let text = match file.text() {
            Ok(text) => text,
            Err(cause) => return failed(cause),
        };
        // The last line may stand without its end; what is appended must not run into it.
        let runs_on = !text.is_empty() && !text.ends_with('\n') && receipt::count(&text).is_ok();
        if runs_on && let Err(cause) = file.append("") {
            return failed(cause);
        }
        match receipt::count(&text) {
            Ok(counts) => Book::Open(file, Receipts::Counted(counts)),
            Err(error) => Book::Closed(format!(
                "line {} of the receipts {shown} is no receipt",
                error.line
            )),
        }
    }

    /// Returns the uses that the gate is told; `Err` says why there can be no answer but `unknown`.
    pub(super) fn receipts(&self) -> Result<&Receipts, &str> {
        match self {
            Book::None => Ok(&Receipts::NotGiven),
            Book::Open(_, receipts) => Ok(receipts),
            Book::Closed(cause) => Err(cause),
        }
    }

    /// Keeps a receipt before it is shown; one that can't be kept must not allow anything.
    pub(super) fn keep(&mut self, answer: &Answer, line: &str) -> Result<(), String> {
        let Book::Open(file, receipts) = self else {
            return Ok(());
        };
        if let Err(cause) = file.append(line) {
            let cause = format!("can't write the receipt: {cause}");
            *self = Book::Closed(cause.clone());
            return Err(cause);
        }
        if let (Verdict::Allow, Some(record), Receipts::Counted(counts)) =
            (answer.verdict, &answer.record, receipts)
        {
            *counts.entry(record.clone()).or_insert(0) += 1;
        }
        Ok(())
    }
}
