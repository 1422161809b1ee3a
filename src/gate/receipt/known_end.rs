//! The end of a receipts file as a gate last left it: what shows later that receipts were cut off, or the file replaced.
//!
//! Pure. Start at [`KnownEnd`]. Follows `docs/spec/cli.md`, check, `--new-receipts`.

use serde::{Deserialize, Serialize};

use crate::gate::receipt::chain;
use crate::gate::receipt::numbers::ReceiptNumbers;

const SCHEMA: &str = "exledger/receipts-end/v1";

/// The maximum number of ranges of unsigned receipts that are kept: the oldest beyond it stay unsigned. So that what is
/// kept is always read again, whatever the length of the path.
const MOST_RANGES: usize = 800;

/// How a clone came to know a receipts file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileOrigin {
    /// It was started on purpose, empty.
    Started,
    /// A gate of this clone created it, or found it empty: earlier receipts may be lost.
    Created,
    /// It had receipts when this clone first saw it.
    Found,
}

/// How long a receipts file is at least, and its last entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownEnd {
    /// The number of bytes up to the end of the last entry, without its line end.
    size: u64,
    last: Option<String>,
    pub origin: FileOrigin,
    /// The receipts that gates of the clone stored and none has signed; at most [`MOST_RANGES`].
    #[serde(default, skip_serializing_if = "ReceiptNumbers::is_empty")]
    unsigned: ReceiptNumbers,
    /// The receipt that a gate was about to append, if it did not say that it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<AnnouncedReceipt>,
}

/// A receipt that a gate is about to append: if the gate is killed, this shows whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncedReceipt {
    /// Its number.
    pub seq: u64,
    digest: String,
}

impl AnnouncedReceipt {
    /// Returns the announcement of a line with a number.
    pub fn of(seq: u64, line: &str) -> AnnouncedReceipt {
        AnnouncedReceipt { seq, digest: chain::digest(line) }
    }

    /// Tells whether it was appended to a text.
    pub fn is_in(&self, text: &str) -> bool {
        text.lines().any(|line| chain::digest(line) == self.digest)
    }
}

#[derive(Serialize, Deserialize)]
struct WrittenEnd {
    schema: String,
    /// The path of the receipts file, for people.
    file: String,
    #[serde(flatten)]
    end: KnownEnd,
}

impl KnownEnd {
    /// Returns the end of an empty file.
    pub fn empty(origin: FileOrigin) -> KnownEnd {
        KnownEnd { size: 0, last: None, origin, unsigned: ReceiptNumbers::default(), next: None }
    }

    /// Returns the end of a file whose last line, without its line end, is this one and ends at this byte.
    pub fn after(line: &str, size: u64, origin: FileOrigin) -> KnownEnd {
        let (last, unsigned) = (Some(chain::digest(line)), ReceiptNumbers::default());
        KnownEnd { size, last, origin, unsigned, next: None }
    }

    /// Returns the same end of a file that was started on purpose.
    #[must_use]
    pub fn started(self) -> KnownEnd {
        KnownEnd { origin: FileOrigin::Started, ..self }
    }

    /// Returns the same end with these unsigned receipts, without the oldest of very many.
    #[must_use]
    pub fn with_unsigned(self, unsigned: ReceiptNumbers) -> KnownEnd {
        KnownEnd { unsigned: unsigned.last_ranges(MOST_RANGES), ..self }
    }

    /// Returns the receipts that gates of the clone stored and none has signed.
    pub fn unsigned(&self) -> &ReceiptNumbers {
        &self.unsigned
    }

    /// Returns the same end with a receipt that is about to be appended.
    #[must_use]
    pub fn before(self, next: AnnouncedReceipt) -> KnownEnd {
        KnownEnd { next: Some(next), ..self }
    }

    /// Returns the part of a file after this end; `from` is the byte at which the text begins, with a line.
    pub fn rest_of<'t>(&self, text: &'t str, from: u64) -> &'t str {
        let after = usize::try_from(self.size.saturating_sub(from)).unwrap_or(usize::MAX);
        text.get(after..).unwrap_or_default()
    }

    /// Tells whether a file still contains this end; it may have become longer. Together with the chain, that proves all
    /// entries before it.
    pub fn is_in(&self, text: &str) -> bool {
        self.last.is_none() || self.is_in_rest(text, 0)
    }

    /// Tells whether the part of a file that begins at this byte, with a line, contains this end.
    pub fn is_in_rest(&self, text: &str, from: u64) -> bool {
        let Some(last) = &self.last else {
            return false;
        };
        let size = self.size.checked_sub(from).and_then(|size| usize::try_from(size).ok());
        let up_to = size.and_then(|size| text.get(..size));
        let line = up_to.and_then(|text| text.rsplit('\n').next());
        line.is_some_and(|line| chain::digest(line) == *last)
    }

    /// Returns it as written, for the receipts file at a path.
    ///
    /// # Errors
    /// If it can't be represented in JSON.
    pub fn written(&self, file: &str) -> Result<String, serde_json::Error> {
        let (schema, file) = (SCHEMA.to_owned(), file.to_owned());
        serde_json::to_string(&WrittenEnd { schema, file, end: self.clone() })
    }

    /// Reads what [`KnownEnd::written`] wrote; `None` if it is anything else.
    pub fn read(bytes: &[u8]) -> Option<KnownEnd> {
        let written: WrittenEnd = serde_json::from_slice(bytes).ok()?;
        let WrittenEnd { schema, mut end, .. } = written;
        let unsigned = std::mem::take(&mut end.unsigned);
        let is_sound = schema == SCHEMA && unsigned.is_sound();
        if is_sound { Some(end.with_unsigned(unsigned)) } else { None }
    }
}
