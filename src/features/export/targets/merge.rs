//! Files that people and this program share: only the entries that cite a record of this ledger are replaced.
//!
//! Pure. Start at [`SharedFile`]. Follows `docs/spec/interop.md`, X8.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::diag::remedy::Remedy;
use crate::features::export::targets::input::HEADER;
use crate::survey::cited;

/// A file to edit.
#[derive(Clone, Copy, Debug)]
pub struct SharedFile<'a> {
    /// Its bytes; `None` if it is missing.
    pub bytes: Option<&'a [u8]>,
    /// Its path from the root of the repository; `None` if it is elsewhere.
    pub path: Option<&'a str>,
    /// The ids of every record that this ledger ever had.
    pub ids: &'a BTreeSet<String>,
}

/// Why a file can't be edited; nothing of it is changed then.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MergeRefusal {
    #[error("it is not UTF-8")]
    NotText,
    #[error("it can't be parsed: {0}")]
    Unparsed(String),
    /// It was written as a whole, and its two lines would no longer be true.
    #[error("it was written by `exledger export {target} -o`")]
    Generated { target: &'static str },
    #[error("`{key}` is not {wanted}")]
    Shape { key: String, wanted: &'static str },
    #[error("`{key}` can't be edited in place: {why}")]
    Layout { key: String, why: String },
    /// Where it is decides what belongs in it, and that is unknown.
    #[error("it is not in the repository, and its folder decides which findings belong in it")]
    Elsewhere,
}

impl MergeRefusal {
    /// Returns what to do.
    pub fn remedy(&self) -> Remedy {
        let words = match self {
            MergeRefusal::Generated { .. } => {
                "write it again with -o, or give --into another file; after deleting its first two lines it is yours to edit"
            }
            MergeRefusal::NotText | MergeRefusal::Unparsed(_) => {
                "give a file in the format that the target reads (.trivyignore.yaml, not .trivyignore), or repair it"
            }
            MergeRefusal::Shape { .. } | MergeRefusal::Layout { .. } => {
                "change that in the file, or write a file of its own with -o FILE"
            }
            MergeRefusal::Elsewhere => "give a file in the repository",
        };
        words.into()
    }
}

impl<'a> SharedFile<'a> {
    /// Returns its text; empty if it is missing.
    ///
    /// # Errors
    /// [`MergeRefusal`] if it is not text, or was written as a whole.
    pub fn text(&self, target: &'static str) -> Result<&'a str, MergeRefusal> {
        let read = std::str::from_utf8(self.bytes.unwrap_or_default());
        let text = read.map_err(|_| MergeRefusal::NotText)?;
        let is_generated = text.lines().take(2).any(|line| {
            let comment = line.trim_start_matches('\u{feff}').trim_start_matches(['#', ' ']);
            comment.starts_with(HEADER)
        });
        if is_generated { Err(MergeRefusal::Generated { target }) } else { Ok(text) }
    }

    /// Tells whether an entry with this text is one of this ledger.
    pub fn is_own(&self, text: &str) -> bool {
        cited::all(text).next().is_some_and(|id| self.ids.contains(id.as_str()))
    }
}
