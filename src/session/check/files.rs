//! Opens and starts the files of receipts of a ledger, and the keys that sign them.
//!
//! Follows `docs/spec/cli.md`, check, `--receipts`, `--new-receipts` and `--sign-receipts`.

use std::path::Path;

use crate::session::Session;
use crate::session::check::receipts::{ReceiptLog, ReceiptsFile, start};
use crate::session::check::signing::ReceiptSigner;
use crate::session::error::Error;

impl Session {
    /// Opens a file that uses are counted from, and receipts are stored in. One that can't be opened makes every answer
    /// `unknown`; one that was not started allows nothing that has a limited number of uses.
    pub fn receipts(&self, file: ReceiptsFile<'_>) -> ReceiptLog {
        ReceiptLog::open(self.located(), file)
    }

    /// Starts a file of receipts that is missing or empty, or that a gate of this clone created.
    ///
    /// # Errors
    /// [`Usage`](crate::session::error::Usage) if it has receipts;
    /// [`Undetermined`](crate::session::error::Undetermined) if it can't be written.
    pub fn start_receipts(&self, path: &Path) -> Result<(), Error> {
        start::start(self.opened.current()?, path)
    }

    /// Opens a key that signs receipts; `folder` is the base of its path.
    ///
    /// # Errors
    /// If it can't sign, or git's `user.email` is not set.
    pub fn receipt_signer(&self, key: &str, folder: &Path) -> Result<ReceiptSigner, Error> {
        ReceiptSigner::open(self.opened.current()?, key, folder)
    }
}
