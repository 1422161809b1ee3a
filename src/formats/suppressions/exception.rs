//! What an entry of another tool's file says: which findings it hides, why, and until when.
//!
//! Pure. Start at [`ImportEntry`]; `formats::suppressions::readers` reads them. Follows `docs/spec/interop.md`, 4.

use crate::plan::answers::Answers;
use crate::record::subject::FindingKey;
use crate::record::time::When;
use crate::rules::scan::suppression::EntryLimits;

/// One entry of a file.
#[derive(Clone, Debug)]
pub struct ImportEntry {
    /// The line on which it begins, from 1.
    pub line: u64,
    pub read: EntryReading,
    /// The comments that hold for it, where the format has comments; those of an exception are in its text, too.
    pub comments: Vec<String>,
    /// The end of one that is listed.
    pub end: ForeignEnd,
    /// What limits it beyond what finding keys say.
    pub limits: EntryLimits,
}

/// What an entry is.
#[derive(Clone, Debug)]
pub enum EntryReading {
    /// It hides findings.
    Exception(Box<ForeignException>),
    /// It hides something that no finding key can name; why.
    Listed(String),
    /// It is not an exception; why.
    Skipped(String),
    /// Its tool doesn't obey it; what the tool sees.
    Ignored(String),
    /// It can't be read; why. The text repeats no value that may be a secret.
    Unreadable(String),
}

/// An exception as another tool states it.
#[derive(Clone, Debug, Default)]
pub struct ForeignException {
    /// The findings that it hides, as far as keys can say it; empty if the format names none.
    pub findings: Vec<FindingKey>,
    /// The reason that it gives.
    pub text: Option<String>,
    /// Other text that may cite a record: a comment, an id in a column.
    pub cited: Option<String>,
    pub end: ForeignEnd,
    /// Whether its end is read in the zone of the machine.
    pub is_end_local: bool,
    /// Further fields of a record that it states.
    pub answers: Answers,
    /// What a record can't keep, in a few words each: `wider: line`.
    pub notes: Vec<String>,
}

/// The end of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ForeignEnd {
    /// The format has no end.
    #[default]
    None,
    /// The entry states none, although it could.
    Missing,
    /// A day is the last one that is covered; an instant is exclusive.
    Until(When),
    /// It can't be told; why.
    Unclear(String),
}

impl ImportEntry {
    fn of(line: u64, read: EntryReading) -> ImportEntry {
        let limits = EntryLimits::new();
        ImportEntry { line, read, comments: Vec::new(), end: ForeignEnd::None, limits }
    }

    /// Returns it with what limits it.
    pub fn limited_to(self, limits: EntryLimits) -> ImportEntry {
        ImportEntry { limits, ..self }
    }

    /// Returns an entry that hides findings.
    pub fn exception(line: u64, exception: ForeignException) -> ImportEntry {
        ImportEntry::of(line, EntryReading::Exception(Box::new(exception)))
    }

    /// Returns an entry that no finding key can express.
    pub fn listed(line: u64, why: impl Into<String>) -> ImportEntry {
        ImportEntry::of(line, EntryReading::Listed(why.into()))
    }

    /// Returns an entry that is not an exception.
    pub fn skipped(line: u64, why: impl Into<String>) -> ImportEntry {
        ImportEntry::of(line, EntryReading::Skipped(why.into()))
    }

    /// Returns an entry that its tool doesn't obey.
    pub fn ignored(line: u64, what: impl Into<String>) -> ImportEntry {
        ImportEntry::of(line, EntryReading::Ignored(what.into()))
    }

    /// Returns an entry that can't be read.
    pub fn unreadable(line: u64, why: impl Into<String>) -> ImportEntry {
        ImportEntry::of(line, EntryReading::Unreadable(why.into()))
    }
}

/// Returns the key of a finding with an id, and nothing else.
pub fn key(tool: &str, id: &str) -> FindingKey {
    FindingKey { tool: Some(tool.to_owned()), id: Some(id.to_owned()), ..FindingKey::default() }
}
