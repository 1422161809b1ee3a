//! An entry of an import, as the answer shows it.
//!
//! Start at [`ImportedEntry`].

use crate::record::id::Id;
use crate::record::subject::FindingKey;

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImportedState {
    /// A record names it already.
    Known,
    /// A draft names it now.
    Draft,
    /// No record can name it.
    Listed,
    /// It is not an exception, or nothing was written.
    Skipped,
    /// It can't be read.
    Unreadable,
}

impl ImportedState {
    /// All states, in the order in which they are counted.
    pub const ALL: [ImportedState; 5] = [
        ImportedState::Draft,
        ImportedState::Known,
        ImportedState::Listed,
        ImportedState::Skipped,
        ImportedState::Unreadable,
    ];

    /// Returns the name of the state.
    pub fn as_str(self) -> &'static str {
        match self {
            ImportedState::Known => "known",
            ImportedState::Draft => "draft",
            ImportedState::Listed => "listed",
            ImportedState::Skipped => "skipped",
            ImportedState::Unreadable => "unreadable",
        }
    }
}

/// One entry.
#[derive(Clone, Debug)]
pub struct ImportedEntry {
    /// The name of its input.
    pub source: String,
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The record that names it, or the draft.
    pub id: Option<String>,
    /// Its findings, as keys of a record.
    pub findings: Vec<FindingKey>,
    /// Its end as a record states it: a day is the last one covered, an instant is exclusive.
    pub end: Option<String>,
    /// What became of it.
    pub state: ImportedState,
    /// What there is to say about it: what a record can't keep, or why there is no draft; may be empty.
    pub message: String,
}

impl ImportedEntry {
    pub(super) fn drafted(&mut self, id: &Id, notes: &[String]) {
        self.id = Some(id.to_string());
        for note in notes {
            if !self.message.contains(note) {
                self.say(note);
            }
        }
    }

    pub(super) fn not_drafted(&mut self) {
        if self.state == ImportedState::Draft {
            self.state = ImportedState::Skipped;
            self.id = None;
            self.say("nothing was written, because an input can't be read");
        }
    }

    pub(super) fn say(&mut self, text: &str) {
        if !self.message.is_empty() {
            self.message.push_str("; ");
        }
        self.message.push_str(text);
    }
}
