//! Collects the entries of a file as suppressions.
//!
//! Uses yaml, survey's suppressions. Pure. Start at [`EntryFinder`].

use crate::diag::Pos;
use crate::rules::scan::suppression::{
    CitingAdvice, FoundSuppression, HiddenFindings, SuppressionEnd,
};
use crate::survey::cited;
use crate::yaml::node::Node;

/// An entry of a file.
pub struct FoundEntry<'n> {
    pub pos: Pos,
    /// What it hides, for messages.
    pub label: String,
    /// What it hides; alternatives.
    pub hidden: Vec<HiddenFindings>,
    pub end: SuppressionEnd,
    /// Its whole content, in which the first id of the ledger counts.
    pub node: &'n Node,
}

/// Collects the entries of one file.
pub struct EntryFinder<'f> {
    /// The path of the file from the root of the repository.
    pub path: &'f str,
    /// How an entry cites a record.
    pub citing: CitingAdvice,
    /// The prefixes of the ids that are read as citations.
    pub prefixes: &'f [String],
    /// The number of lines before the document.
    pub before: u32,
    pub found: Vec<FoundSuppression>,
}

impl EntryFinder<'_> {
    /// Adds an entry that can't be read as its tool reads it; why.
    pub fn add_unread(&mut self, entry: FoundEntry<'_>, why: String) {
        self.add(entry);
        if let Some(last) = self.found.last_mut() {
            last.fault = Some(why);
        }
    }

    /// Adds an entry.
    pub fn add(&mut self, entry: FoundEntry<'_>) {
        let mut cited = None;
        entry.node.walk(&mut |_, node| {
            if let (None, Some(text)) = (&cited, node.text()) {
                cited = cited::ids(text, self.prefixes).next();
            }
        });
        self.found.push(FoundSuppression {
            path: self.path.to_owned(),
            line: entry.pos.line.saturating_add(self.before),
            column: entry.pos.column,
            label: entry.label,
            citing: self.citing,
            fault: None,
            hidden: entry.hidden,
            cited,
            end: entry.end,
        });
    }
}
