//! An entry of an import, as the answer shows it.
//!
//! Start at [`ImportedEntry`].

use crate::record::id::Id;
use crate::record::subject::FindingKey;
use crate::record::vocabulary::words;
use serde::Serialize;

words! {
    /// What became of an entry, in the order in which states are counted.
    pub enum ImportedState {
        /// A draft names it now.
        Draft,
        /// A record names it already.
        Known,
        /// No record can name it.
        Listed,
        /// It is not an exception, or nothing was written.
        Skipped,
        /// It can't be read.
        Unreadable,
    }
}

/// One entry, as `entries[]` shows it.
#[derive(Clone, Debug, Serialize)]
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
