//! What a file holds, and the collector of its entries.
//!
//! Uses yaml, survey's suppressions. Pure. Start at [`ScannedFile`].

use crate::diag::Pos;
use crate::rules::scan::suppression::{
    CitingAdvice, FoundSuppression, GeneratedFile, HiddenFindings, SuppressionEnd, UnreadPart,
};
use crate::survey::cited;
use crate::yaml::node::Node;

/// What a file holds.
#[derive(Clone, Debug, Default)]
pub struct ScannedFile {
    pub suppressions: Vec<FoundSuppression>,
    /// The parts that their tool reads and that can't be read here.
    pub unread: Vec<UnreadPart>,
    pub generated: Option<GeneratedFile>,
}

impl ScannedFile {
    /// Tells whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.suppressions.is_empty() && self.unread.is_empty() && self.generated.is_none()
    }

    /// Adds what another reader found in the same file.
    pub fn add(&mut self, other: ScannedFile) {
        self.suppressions.extend(other.suppressions);
        self.unread.extend(other.unread);
    }
}

impl From<EntryFinder<'_>> for ScannedFile {
    fn from(found: EntryFinder<'_>) -> ScannedFile {
        ScannedFile { suppressions: found.found, unread: found.unread, generated: None }
    }
}

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
    /// The kind of its entries.
    pub kind: &'static str,
    /// The path of the file from the root of the repository.
    pub path: &'f str,
    /// How an entry cites a record.
    pub citing: CitingAdvice,
    /// The prefixes of the ids that are read as citations.
    pub prefixes: &'f [String],
    /// The number of lines before the document.
    pub before: u32,
    pub found: Vec<FoundSuppression>,
    pub unread: Vec<UnreadPart>,
}

impl EntryFinder<'_> {
    /// Adds an entry that can't be read as its tool reads it; why.
    pub fn add_unread(&mut self, pos: Pos, reason: String) {
        let line = pos.line.saturating_add(self.before);
        self.unread.push(UnreadPart { path: self.path.to_owned(), line, reason });
    }

    /// Adds an entry.
    pub fn add(&mut self, entry: FoundEntry<'_>) {
        let mut cited = None;
        entry.node.walk(&mut |_, node| {
            if let (None, Some(text)) = (&cited, node.text()) {
                cited = cited::ids(text, self.prefixes).next();
            }
        });
        let is_blanket = entry.hidden.iter().any(HiddenFindings::names_no_rule);
        self.found.push(FoundSuppression {
            kind: self.kind,
            path: self.path.to_owned(),
            line: entry.pos.line.saturating_add(self.before),
            column: entry.pos.column,
            label: entry.label,
            citing: self.citing,
            hidden: entry.hidden,
            cited,
            end: entry.end,
            reason: None,
            is_blanket,
        });
    }
}
