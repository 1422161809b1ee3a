//! What a clone knows about a receipts file: where it ended, and whether it was started on purpose.
//!
//! Start at [`KnownReceipts`]. Follows `docs/spec/cli.md`, check, `--new-receipts`. The receipts alone can't show that they
//! were cut off or replaced; this is kept elsewhere, in git's common folder of the ledger.

use std::path::Path;

use crate::gate::receipt::known_end::{FileOrigin, KnownEnd};
use crate::session::check::receipts::failure::Failure;
use crate::session::locate::Located;
use crate::store::known_end::{KnownEndFile, KnownEndUpdate};
use crate::survey::shell;

/// What is known about one receipts file.
pub(super) struct KnownReceipts {
    /// The file's path, as shown to the user.
    pub(super) shown: String,
    /// The command that starts it.
    start: String,
    /// Where it is kept; `None` outside a repository.
    file: Option<KnownEndFile>,
    origin: Option<FileOrigin>,
}

impl KnownReceipts {
    pub(super) fn of(located: &Located, receipts: &Path, names_ledger: bool) -> KnownReceipts {
        let repository = located.repository_or_none();
        let file = repository.map(|it| KnownEndFile::of(it.common_dir(), receipts));
        let shown = receipts.display().to_string();
        let ledger = located.root.display().to_string();
        let folder =
            if names_ledger { format!(" -C {}", shell::quoted(&ledger)) } else { String::new() };
        let start = format!("exledger{folder} check --new-receipts {}", shell::quoted(&shown));
        KnownReceipts { shown, start, file, origin: None }
    }

    /// Compares the whole text of the file with what is known about its end, at the first question.
    pub(super) fn compare(&mut self, text: &str) -> Result<(), Failure> {
        if self.origin.is_some() {
            return Ok(());
        }
        let origin = match self.read()? {
            Some(end) if end.is_in(text) => end.origin,
            Some(_) => {
                let shown = &self.shown;
                return Err(Failure::Once(format!(
                    "the receipts {shown} no longer contain what was stored in them, so uses may be lost: \
                     restore the file, or move it away and start another with `{}`",
                    self.start
                )));
            }
            None if text.trim_ascii().is_empty() => {
                // If the process is killed after the first answer, the file must not look like one that was found.
                self.store(&KnownEnd::empty(FileOrigin::Created));
                FileOrigin::Created
            }
            None => FileOrigin::Found,
        };
        self.origin = Some(origin);
        Ok(())
    }

    /// Returns why uses can't be counted on, although all receipts are counted; prepares to keep the new end.
    pub(super) fn doubt(&mut self) -> Result<KnownEndUpdate, String> {
        if self.origin == Some(FileOrigin::Created) {
            // Somebody may have started the file since.
            let present = self.read().ok().flatten();
            self.origin = present.map(|end| end.origin).or(self.origin);
        }
        if self.origin == Some(FileOrigin::Created) {
            return Err(format!(
                "the receipts {} were missing or empty, so uses may be lost: start the file with `{}`",
                self.shown, self.start
            ));
        }
        let Some(file) = &self.file else {
            return Err(
                "there is no repository that could keep what is known about them".to_owned()
            );
        };
        file.update().map_err(|cause| {
            format!(
                "can't keep what is known about the receipts in {}: {cause}",
                file.path().display()
            )
        })
    }

    /// Prepares to keep the new end, if that is possible, although uses don't count.
    pub(super) fn update(&self) -> Option<KnownEndUpdate> {
        self.file.as_ref()?.update().ok()
    }

    /// Tells whether this clone knows the file since it was empty.
    pub(super) fn is_known_whole(&self) -> bool {
        matches!(self.origin, Some(FileOrigin::Started | FileOrigin::Created))
    }

    /// Returns the end after a line that was appended, as it is kept.
    pub(super) fn after(&self, line: &str, size: u64) -> Result<String, String> {
        let origin = self.origin.unwrap_or(FileOrigin::Found);
        let end = KnownEnd::after(line, size, origin);
        end.written(&self.shown).map_err(|cause| cause.to_string())
    }

    /// Returns why a file with receipts and without a good signature is not relied on.
    pub(super) fn unsigned(&self) -> String {
        let KnownReceipts { shown, start, .. } = self;
        format!("the receipts {shown} have no good signature: start another file with `{start}`")
    }

    pub(super) fn read(&self) -> Result<Option<KnownEnd>, Failure> {
        let Some(file) = &self.file else {
            return Ok(None);
        };
        let place = file.path().display();
        let unread = |cause: &str| {
            Failure::Once(format!(
                "can't read what is known about the receipts {} in {place}: {cause}: check them with \
                 `exledger verify --receipts`, then remove that file",
                self.shown
            ))
        };
        match file.read() {
            Ok(None) => Ok(None),
            Ok(Some(bytes)) => {
                KnownEnd::read(&bytes).map(Some).ok_or_else(|| unread("it is damaged"))
            }
            Err(cause) => Err(unread(&cause.to_string())),
        }
    }

    /// Keeps an end if that is possible.
    pub(super) fn store(&self, end: &KnownEnd) -> bool {
        let written = end.written(&self.shown).ok();
        let stored = self.update().zip(written).map(|(update, text)| update.store(&text));
        stored.is_some_and(|stored| stored.is_ok())
    }
}
