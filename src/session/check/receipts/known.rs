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
    /// What was kept when the file was last compared, or stored since.
    seen: Option<KnownEnd>,
}

/// What was appended to a receipts file.
pub(super) struct AddedText<'t> {
    pub(super) text: &'t str,
    /// The byte at which it begins.
    pub(super) from: u64,
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
        KnownReceipts { shown, start, file, origin: None, seen: None }
    }

    /// Compares the file with what is known about its end; at the first question, what was added is the whole text. Later,
    /// `whole` reads all of it, if that end is not what it was: another process may have stored it, in another file that
    /// was at this path meanwhile.
    pub(super) fn compare(
        &mut self,
        added: &AddedText<'_>,
        whole: &mut dyn FnMut() -> Result<String, Failure>,
    ) -> Result<(), Failure> {
        let kept = self.read()?;
        if self.origin.is_some() {
            let is_sound = match &kept {
                None => self.seen.is_none(),
                Some(_) if kept == self.seen => true,
                Some(end) => end.is_in_rest(added.text, added.from) || end.is_in(&whole()?),
            };
            if !is_sound {
                return Err(self.lost());
            }
            self.seen = kept;
            return Ok(());
        }
        let text = added.text;
        self.seen.clone_from(&kept);
        let origin = match kept {
            Some(end) if end.is_in(text) => end.origin,
            Some(_) => return Err(self.lost()),
            None if text.trim_ascii().is_empty() => {
                // If the process is killed after the first answer, the file must not look like one that was found.
                let end = KnownEnd::empty(FileOrigin::Created);
                if self.store(&end) {
                    self.seen = Some(end);
                }
                FileOrigin::Created
            }
            None => FileOrigin::Found,
        };
        self.origin = Some(origin);
        Ok(())
    }

    fn lost(&self) -> Failure {
        let KnownReceipts { shown, start, .. } = self;
        Failure::Once(format!(
            "the receipts {shown} no longer contain what was stored in them, so uses may be lost: \
             restore the file, or move it away and start another with `{start}`"
        ))
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

    /// Keeps the end after a line that was appended.
    pub(super) fn keep(
        &mut self,
        update: KnownEndUpdate,
        line: &str,
        size: u64,
    ) -> Result<(), String> {
        let origin = self.origin.unwrap_or(FileOrigin::Found);
        let end = KnownEnd::after(line, size, origin);
        let text = end.written(&self.shown).map_err(|cause| cause.to_string())?;
        let cause = "can't keep what is known about the receipts";
        update.store(&text).map_err(|error| format!("{cause}: {error}"))?;
        self.seen = Some(end);
        Ok(())
    }

    /// Tells whether a gate of this clone made the file, or found it empty, and nobody started it.
    pub(super) fn is_created(&self) -> bool {
        self.origin == Some(FileOrigin::Created)
    }

    /// Tells whether somebody started the file in this clone.
    pub(super) fn is_started(&self) -> bool {
        self.origin == Some(FileOrigin::Started)
    }

    /// Returns why a file whose first receipt says that nobody started it is not relied on.
    pub(super) fn unstarted(&self) -> String {
        let KnownReceipts { shown, start, .. } = self;
        format!(
            "the receipts {shown} were begun without --new-receipts, so uses before them may be lost: \
             move the file away and start another with `{start}`"
        )
    }

    /// Returns why a file with receipts and without a good signature is not relied on.
    pub(super) fn unsigned(&self) -> String {
        let KnownReceipts { shown, start, .. } = self;
        format!(
            "the receipts {shown} have no good signature: move the file away and start another with `{start}`"
        )
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
