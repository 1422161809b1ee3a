//! What a file holds, and the collector of its entries.
//!
//! Pure. Start at [`ScannedFile`].

use crate::diag::Pos;
use crate::formats::suppressions::readers::format::text;
use crate::formats::suppressions::reasons::{self, CommentSyntax, EntryPlace};
use crate::formats::suppressions::{extent, limits};
use crate::rules::scan::suppression::{
    CitingAdvice, CommentReach, FoundSuppression, GeneratedFile, HiddenFindings, SuppressionEnd,
    UnreadPart,
};
use crate::survey::cited;
use crate::yaml::node::Node;

/// What looks like a suppression, and hides nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IgnoredEntry {
    pub kind: &'static str,
    /// The path of the file from the root of the repository.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// What its tool sees instead.
    pub what: String,
}

/// What a file holds.
#[derive(Clone, Debug, Default)]
pub struct ScannedFile {
    pub suppressions: Vec<FoundSuppression>,
    /// The parts that their tool reads and that can't be read here.
    pub unread: Vec<UnreadPart>,
    pub generated: Option<GeneratedFile>,
    /// What stands in it and its tool doesn't obey.
    pub ignored: Vec<IgnoredEntry>,
    /// The kinds whose file it is, also without an entry, and those of its comments.
    pub kinds: Vec<&'static str>,
}

impl ScannedFile {
    /// Tells whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.suppressions.is_empty()
            && self.unread.is_empty()
            && self.ignored.is_empty()
            && self.generated.is_none()
            && self.kinds.is_empty()
    }

    /// Adds what another reader found in the same file.
    pub fn add(&mut self, other: ScannedFile) {
        self.suppressions.extend(other.suppressions);
        self.unread.extend(other.unread);
        self.kinds.extend(other.kinds);
        self.ignored.extend(other.ignored);
    }

    /// Takes the lines out of the reasons that only cite a record.
    pub fn leave_out_citations(&mut self, prefixes: &[String]) {
        for found in &mut self.suppressions {
            let Some(reason) = &found.reason else { continue };
            let is_citation = |line: &&str| {
                let mut words = line.split_whitespace();
                words.all(|word| cited::ids(word, prefixes).any(|id| id.as_str() == word))
            };
            let kept: Vec<&str> = reason.lines().filter(|line| !is_citation(line)).collect();
            found.reason = if !kept.is_empty() { Some(kept.join("\n")) } else { None };
        }
    }

    /// Finds the lines of each entry.
    pub fn add_lines(&mut self, path: &str, bytes: &[u8]) {
        let entries = self.suppressions.iter_mut();
        let mut entries = entries.filter(|found| found.reach == CommentReach::Stated).peekable();
        if entries.peek().is_none() {
            return;
        }
        let text = String::from_utf8_lossy(bytes);
        let lines: Vec<&str> = text.lines().collect();
        for found in entries {
            found.lines = extent::entry_lines(found.kind, path, &lines, found.line);
        }
    }

    /// Adds the comments beside each suppression to its reason.
    pub fn add_comments(&mut self, path: &str, bytes: &[u8]) {
        let (Some(syntax), Ok(source)) = (CommentSyntax::of(path), text(bytes)) else {
            return;
        };
        let line = |line: u32| usize::try_from(line).unwrap_or_default();
        let all = self.suppressions.iter();
        let places: Vec<EntryPlace<'_>> =
            all.map(|found| EntryPlace { line: line(found.line), names: found.rules() }).collect();
        let comments = reasons::beside(source, syntax, &places);
        for (found, comments) in self.suppressions.iter_mut().zip(comments) {
            found.reason = reasons::joined(found.reason.take(), comments);
        }
    }
}

impl From<EntryFinder<'_>> for ScannedFile {
    fn from(found: EntryFinder<'_>) -> ScannedFile {
        ScannedFile { suppressions: found.found, unread: found.unread, ..ScannedFile::default() }
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
        let is_blanket = entry.hidden.first().is_some_and(HiddenFindings::names_no_rule);
        let line = entry.pos.line.saturating_add(self.before);
        self.found.push(FoundSuppression {
            kind: self.kind,
            path: self.path.to_owned(),
            line,
            lines: line..=line,
            column: entry.pos.column,
            label: entry.label,
            citing: self.citing,
            hidden: entry.hidden,
            cited,
            end: entry.end,
            reason: native_reason(entry.node).map(str::to_owned),
            reach: CommentReach::Stated,
            is_blanket,
            limits: limits::of_node(entry.node, NO_LIMITS),
        });
    }
}

/// The fields of policy engines that don't limit what an exception hides: what it is called, why, and from when to when.
const NO_LIMITS: &[&str] = &[
    "name",
    "displayName",
    "description",
    "Description",
    "reason",
    "reference",
    "effectiveOn",
    "effectiveUntil",
    "expirationDate",
    "apiVersion",
];

const REASONS: &[&str] = &["Description", "reason", "description", "properties.description"];

fn native_reason(node: &Node) -> Option<&str> {
    let mut stated = REASONS.iter().filter_map(|path| node.at(path)?.text());
    stated.find(|text| !text.trim().is_empty())
}
