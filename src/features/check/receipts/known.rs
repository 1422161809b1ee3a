//! What a clone knows about a receipts file: where it ended, and whether it was started on purpose.
//!
//! Start at [`KnownReceipts`]. Follows `docs/spec/cli.md`, check, `--new-receipts`. The receipts alone can't show that they
//! were cut off or replaced; this is kept elsewhere, in git's common folder of the ledger.

use std::path::{Path, PathBuf};

use crate::diag::shell;
use crate::features::check::receipts::failure::Failure;
use crate::gate::receipt::known_end::{AnnouncedReceipt, FileOrigin, KnownEnd};
use crate::gate::receipt::numbers::ReceiptNumbers;
use crate::session::locate::Located;
use crate::store::git::Repository;
use crate::store::known_end::{KnownEndFile, KnownEndUpdate};

/// The number of ranges of unsigned receipts at which a gate signs at once: long before the oldest would be dropped.
const SIGNED_RANGES: usize = 400;

pub(super) struct KnownReceipts {
    pub(super) shown: String,
    start: String,
    receipts: PathBuf,
    /// Git's common folder of the ledger; `None` outside a repository.
    common_dir: Option<PathBuf>,
    /// Where it is kept: all of these must agree with the file.
    places: Vec<KnownPlace>,
    origin: Option<FileOrigin>,
    /// The receipts that this process stored, is to sign, and could not note in these places.
    unnoted: ReceiptNumbers,
    signed_at: u64,
}

struct KnownPlace {
    file: KnownEndFile,
    seen: Option<KnownEnd>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum AppendedEntry {
    /// A receipt, which is to be signed.
    Receipt(u64),
    /// A signature for all of those.
    Signature(u64),
}

pub(super) struct AddedText<'t> {
    pub(super) text: &'t str,
    pub(super) from: u64,
}

impl KnownReceipts {
    pub(super) fn of(located: &Located, receipts: &Path, names_ledger: bool) -> KnownReceipts {
        let repository = located.repository_or_none();
        let common_dir = repository.map(|repository| repository.common_dir().to_owned());
        let shown = receipts.display().to_string();
        let ledger = located.root.display().to_string();
        let folder = shell::folder_flag(if names_ledger { &ledger } else { "" });
        let start = format!("exledger{folder} check --new-receipts {}", shell::quoted(&shown));
        KnownReceipts::at(receipts.to_owned(), common_dir, (shown, start))
    }

    pub(super) fn of_file(repository: &Repository, receipts: &Path) -> KnownReceipts {
        let common_dir = Some(repository.common_dir().to_owned());
        let shown = receipts.display().to_string();
        KnownReceipts::at(receipts.to_owned(), common_dir, (shown, String::new()))
    }

    pub(super) fn is_cut(&self, text: &str) -> bool {
        let ends = self.places.iter().filter_map(|place| self.read_at(&place.file).ok().flatten());
        ends.into_iter().any(|end| !end.is_in(text))
    }

    /// Returns what is known once the file exists: only then it is known where a link leads.
    pub(super) fn of_present(&self) -> KnownReceipts {
        let texts = (self.shown.clone(), self.start.clone());
        KnownReceipts::at(self.receipts.clone(), self.common_dir.clone(), texts)
    }

    fn at(
        receipts: PathBuf,
        common_dir: Option<PathBuf>,
        (shown, start): (String, String),
    ) -> KnownReceipts {
        let files = common_dir.as_ref().map(|dir| KnownEndFile::places(dir, &receipts));
        let places = files.unwrap_or_default().into_iter();
        KnownReceipts {
            shown,
            start,
            receipts,
            common_dir,
            places: places.map(|file| KnownPlace { file, seen: None }).collect(),
            origin: None,
            unnoted: ReceiptNumbers::default(),
            signed_at: 0,
        }
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
        let is_first = self.origin.is_none();
        for (n, (place, end)) in self.places.iter().zip(&kept).enumerate() {
            let is_sound = match end {
                None => is_first || place.seen.is_none(),
                Some(end) if is_first => end.is_in(added.text),
                Some(_) if *end == place.seen => true,
                Some(end) => end.is_in_rest(added.text, added.from) || end.is_in(&whole()?),
            };
            if !is_sound {
                let is_linked = n > 0 && end.is_some();
                return Err(if is_linked { self.lost_behind_link(place) } else { self.lost() });
            }
        }
        if is_first {
            let known = kept.iter().flatten().next().map(|end| end.origin);
            self.origin = Some(match known {
                Some(origin) => origin,
                None if added.text.trim_ascii().is_empty() => FileOrigin::Created,
                None => FileOrigin::Found,
            });
        }
        for end in kept.iter().flatten() {
            // A gate of this clone was killed after it appended a receipt.
            let is_own = |next: &&AnnouncedReceipt| next.is_in(end.rest_of(added.text, added.from));
            if let Some(next) = end.next.as_ref().filter(is_own) {
                self.unnoted.add(next.seq);
            }
        }
        for (place, end) in self.places.iter_mut().zip(kept) {
            place.seen = end;
        }
        Ok(())
    }

    /// Compares a file that is missing with what is known about its end; tells whether somebody started it.
    pub(super) fn compare_missing(&self) -> Result<bool, Failure> {
        let kept = self.read()?;
        let mut ends = kept.iter().flatten();
        if ends.clone().any(|end| !end.is_in("")) {
            return Err(self.lost());
        }
        Ok(ends.next().is_some_and(|end| end.origin == FileOrigin::Started))
    }

    /// Notes that a gate of this clone begins the file, which if it is killed must not look like one that was found.
    pub(super) fn note_created(&mut self) {
        let end = KnownEnd::empty(FileOrigin::Created);
        if self.places.iter().all(|place| place.seen.is_none()) && self.store(&end) {
            for place in &mut self.places {
                place.seen = Some(end.clone());
            }
        }
    }

    fn lost(&self) -> Failure {
        let KnownReceipts { shown, start, .. } = self;
        Failure::Once(format!(
            "the receipts {shown} no longer contain what was stored in them, so uses may be lost: \
             restore the file, or move it away and start another with `{start}`"
        ))
    }

    /// Returns why nothing is answered although the file without links is known: the path as given named another one.
    fn lost_behind_link(&self, place: &KnownPlace) -> Failure {
        let KnownReceipts { shown, start, .. } = self;
        let kept = shell::quoted(&place.file.path().display().to_string());
        Failure::Once(format!(
            "the receipts {shown}, to which a link leads, no longer contain what was stored in them under this name, so \
             uses may be lost: if somebody started others there on purpose, remove {kept} and restart the gate; else \
             restore the file, or move it away and start another with `{start}`"
        ))
    }

    /// Returns why uses can't be counted on, although all receipts are counted; prepares to keep the new end.
    pub(super) fn doubt(&mut self) -> Result<Vec<KnownEndUpdate>, String> {
        if self.origin == Some(FileOrigin::Created) {
            // Somebody may have started the file since.
            let present = self.read().ok().and_then(|kept| kept.into_iter().flatten().next());
            self.origin = present.map(|end| end.origin).or(self.origin);
        }
        if self.origin == Some(FileOrigin::Created) {
            return Err(self.missing());
        }
        if self.places.is_empty() {
            return Err(
                "there is no repository that could keep what is known about them".to_owned()
            );
        }
        let update = |place: &KnownPlace| {
            place.file.update().map_err(|cause| {
                format!(
                    "can't keep what is known about the receipts in {}: {cause}",
                    place.file.path().display()
                )
            })
        };
        self.places.iter().map(update).collect()
    }

    pub(super) fn missing(&self) -> String {
        format!(
            "the receipts {} were missing or empty, so uses may be lost: start the file with `{}`",
            self.shown, self.start
        )
    }

    pub(super) fn update(&self) -> Option<Vec<KnownEndUpdate>> {
        let updates: Vec<KnownEndUpdate> =
            self.places.iter().map(|place| place.file.update().ok()).collect::<Option<_>>()?;
        if updates.is_empty() { None } else { Some(updates) }
    }

    pub(super) fn is_known_whole(&self) -> bool {
        matches!(self.origin, Some(FileOrigin::Started | FileOrigin::Created))
    }

    /// Notes which receipt is about to be appended, so that it can be signed even if this process is killed meanwhile.
    pub(super) fn announce(&mut self, seq: u64, line: &str) -> Result<(), String> {
        let origin = self.origin.unwrap_or(FileOrigin::Found);
        let Some(updates) = self.update() else {
            return Ok(());
        };
        for (update, place) in updates.into_iter().zip(&mut self.places) {
            let end = place.seen.clone().unwrap_or_else(|| KnownEnd::empty(origin));
            let end = end.before(AnnouncedReceipt::of(seq, line));
            let text = end.written(&self.shown).map_err(|cause| cause.to_string())?;
            update.store(&text).map_err(|cause| cause.to_string())?;
            place.seen = Some(end);
        }
        Ok(())
    }

    pub(super) fn to_sign(&self) -> ReceiptNumbers {
        let mut unsigned = self.unnoted.clone();
        for end in self.places.iter().filter_map(|place| place.seen.as_ref()) {
            unsigned.add_all(end.unsigned());
        }
        unsigned.remove_below(self.signed_at);
        unsigned
    }

    pub(super) fn is_to_sign_now(&self) -> bool {
        self.to_sign().n_ranges() >= SIGNED_RANGES
    }

    /// Keeps the end after a line that was appended; without `updates`, only this process knows it.
    pub(super) fn keep(
        &mut self,
        updates: Option<Vec<KnownEndUpdate>>,
        (line, size): (&str, u64),
        entry: AppendedEntry,
    ) -> Result<(), String> {
        match entry {
            AppendedEntry::Receipt(number) => self.unnoted.add(number),
            AppendedEntry::Signature(number) => {
                self.signed_at = number;
                self.unnoted = ReceiptNumbers::default();
            }
        }
        let Some(updates) = updates else {
            return Ok(());
        };
        let origin = self.origin.unwrap_or(FileOrigin::Found);
        let unsigned = match entry {
            AppendedEntry::Receipt(_) => self.to_sign(),
            AppendedEntry::Signature(_) => ReceiptNumbers::default(),
        };
        let end = KnownEnd::after(line, size, origin).with_unsigned(unsigned);
        let text = end.written(&self.shown).map_err(|cause| cause.to_string())?;
        for (update, place) in updates.into_iter().zip(&mut self.places) {
            let cause = "can't keep what is known about the receipts";
            update.store(&text).map_err(|error| format!("{cause}: {error}"))?;
            place.seen = Some(end.clone());
        }
        self.unnoted = ReceiptNumbers::default();
        Ok(())
    }

    /// Tells whether a gate of this clone made the file, or found it empty, and nobody started it.
    pub(super) fn is_created(&self) -> bool {
        self.origin == Some(FileOrigin::Created)
    }

    pub(super) fn is_started(&self) -> bool {
        self.origin == Some(FileOrigin::Started)
    }

    pub(super) fn unstarted(&self) -> String {
        let KnownReceipts { shown, start, .. } = self;
        format!(
            "the receipts {shown} were begun without --new-receipts, so uses before them may be lost: \
             move the file away and start another with `{start}`"
        )
    }

    pub(super) fn unsigned(&self) -> String {
        let KnownReceipts { shown, start, .. } = self;
        format!(
            "the receipts {shown} have no good signature: move the file away and start another with `{start}`"
        )
    }

    pub(super) fn read(&self) -> Result<Vec<Option<KnownEnd>>, Failure> {
        self.places.iter().map(|place| self.read_at(&place.file)).collect()
    }

    fn read_at(&self, file: &KnownEndFile) -> Result<Option<KnownEnd>, Failure> {
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

    pub(super) fn store(&self, end: &KnownEnd) -> bool {
        let written = end.written(&self.shown).ok();
        self.update().zip(written).is_some_and(|(updates, text)| {
            updates.into_iter().all(|update| update.store(&text).is_ok())
        })
    }
}
