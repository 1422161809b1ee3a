//! Receipts whose file is missing: a file is begun by `--new-receipts`, or by an answer that is not `unknown`.
//!
//! Start at [`MissingReceipts`]. Follows `docs/spec/cli.md`, check, `--new-receipts`.

use std::path::PathBuf;

use crate::features::check::receipts::counted::{CountedReceipts, MOST_BYTES};
use crate::features::check::receipts::failure::Failure;
use crate::features::check::receipts::known::KnownReceipts;
use crate::features::check::signing::ReceiptSigner;
use crate::gate::answer::{GateVerdict, ReceiptCounts};
use crate::gate::receipt::CheckAnswer;
use crate::store::append::AppendFile;

pub(super) struct MissingReceipts {
    path: PathBuf,
    known: KnownReceipts,
    signer: Option<ReceiptSigner>,
    counts: ReceiptCounts,
}

pub(super) enum MissingAnswer {
    /// It begins no file.
    Given(Option<Box<CheckAnswer>>),
    /// The question has to be asked again, with this file.
    Begins(Box<CountedReceipts>),
}

impl MissingReceipts {
    pub(super) fn of(
        path: PathBuf,
        known: KnownReceipts,
        signer: Option<ReceiptSigner>,
    ) -> MissingReceipts {
        let counts = ReceiptCounts::Doubted(known.missing());
        MissingReceipts { path, known, signer, counts }
    }

    pub(super) fn counts(&self) -> &ReceiptCounts {
        &self.counts
    }

    pub(super) fn unbegun(&self) -> Option<String> {
        (!self.known.compare_missing().unwrap_or(true)).then(|| self.known.missing())
    }

    pub(super) fn answered(
        &self,
        ask: &mut dyn FnMut(&ReceiptCounts) -> Option<CheckAnswer>,
    ) -> Result<MissingAnswer, String> {
        let unread =
            |cause: String| format!("can't read the receipts {}: {cause}", self.known.shown);
        let found = AppendFile::open_present(&self.path, MOST_BYTES)
            .map_err(|error| unread(error.to_string()))?;
        if let Some(file) = found {
            return Ok(self.begins(file));
        }
        let is_started = self.known.compare_missing().map_err(|failure| match failure {
            Failure::Once(cause) | Failure::Lasting(cause) => cause,
        })?;
        if !is_started {
            let answer = ask(&self.counts);
            let is_known =
                answer.as_ref().is_some_and(|answer| answer.answer.verdict != GateVerdict::Unknown);
            if !is_known {
                return Ok(MissingAnswer::Given(answer.map(Box::new)));
            }
        }
        let begun = AppendFile::open(&self.path, MOST_BYTES);
        Ok(self.begins(begun.map_err(|error| unread(error.to_string()))?))
    }

    fn begins(&self, file: AppendFile) -> MissingAnswer {
        let known = self.known.of_present();
        MissingAnswer::Begins(Box::new(CountedReceipts::of(file, known, self.signer.clone())))
    }
}
