//! A suppression, as it is found in a file: what it hides, which record it cites, and when it ends.
//!
//! Pure. Start at [`FoundSuppression`]. Follows `docs/spec/interop.md`, 5.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use serde::Serialize;

use crate::record::id::Id;
use crate::record::time::Instant;

/// The fields of an entry that say what it is limited to, each with its values as the file writes them.
pub type EntryLimits = BTreeMap<String, BTreeSet<String>>;

/// Stands in a value of a limit between a whole and the part to which it is limited.
pub const PART_OF_LIMIT: char = '\u{1f}';

/// One suppression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundSuppression {
    /// What it is, by the name of its row in the table of kinds: `trivy`.
    pub kind: &'static str,
    /// The path of the file from the root of the repository.
    pub path: String,
    /// The line on which it begins, from 1.
    pub line: u32,
    /// All of its lines, among which are those that limit it.
    pub lines: RangeInclusive<u32>,
    /// The column on which it begins, in characters from 1.
    pub column: u32,
    /// What is suppressed, for messages: `nosec B602`.
    pub label: String,
    /// What to do to cite a record.
    pub citing: CitingAdvice,
    /// What it hides. Alternatives: a record that names one of them names it.
    pub hidden: Vec<HiddenFindings>,
    /// The record that it cites.
    pub cited: Option<Id>,
    pub end: SuppressionEnd,
    pub reach: CommentReach,
    /// Why it is there, as the file says it: its own field, then the comments that hold for it, a line each.
    pub reason: Option<String>,
    /// Whether it names no rule, or turns off a rule, a file or the tool everywhere.
    pub is_blanket: bool,
    /// What limits it beyond `hidden`; compared with another state of the entry only.
    pub limits: EntryLimits,
}

/// A file, or a part of one, that its tool reads and that can't be read here: it may hide anything.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct UnreadPart {
    /// The path of the file from the root of the repository.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// Why, on one line.
    pub reason: String,
}

impl FoundSuppression {
    /// Returns the name of the tool that obeys it.
    pub fn tool(&self) -> &str {
        let first = self.hidden.first().and_then(|hidden| hidden.tools.first());
        first.map_or(self.kind, |tool| tool.trim_end_matches('*'))
    }

    /// Tells whether it hides what is found in its own file alone, as a comment does.
    pub fn is_beside_code(&self) -> bool {
        let paths = self.hidden.first().and_then(|hidden| hidden.paths.as_deref());
        matches!(paths, Some([path]) if *path == self.path)
    }

    /// Tells whether suppressions of its kind name rules: a comment does unless its tool takes none, an entry of a list if it has some.
    pub fn names_rules(&self) -> bool {
        let is_comment = self.reach != CommentReach::Stated;
        let takes_none = |hidden: &HiddenFindings| matches!(hidden.ids, HiddenIds::Nameless);
        if is_comment { !self.hidden.iter().all(takes_none) } else { !self.rules().is_empty() }
    }

    /// Returns the ids that it names, each once, in its order; empty if it names none.
    pub fn rules(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let listed = self.hidden.iter().flat_map(|hidden| match &hidden.ids {
            HiddenIds::Listed(ids) => ids.as_slice(),
            HiddenIds::All | HiddenIds::Nameless => &[],
        });
        listed.map(String::as_str).filter(|id| seen.insert(*id)).collect()
    }
}

/// How far a comment reaches from where it stands, the nearest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CommentReach {
    /// An entry, not a comment: it says where it holds.
    Stated,
    /// Its own line, or what is below it.
    Line,
    /// A block, or the rest of the file.
    Block,
    File,
}

/// What to do, in the imperative, where `ID` stands for the id of the record: ``put `# ID` on the line before``.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CitingAdvice {
    plain: &'static str,
    /// The same for a suppression without an end, where the format has one. `INSTANT` stands for the end of the record,
    /// `LAST` for the second before, and `DATE` for the day on which it ends.
    ending: Option<&'static str>,
}

impl CitingAdvice {
    /// Returns the advice of a format that states no ends.
    pub const fn plain(plain: &'static str) -> CitingAdvice {
        CitingAdvice { plain, ending: None }
    }

    /// Returns the advice of a format that states ends.
    pub const fn with_end(plain: &'static str, ending: &'static str) -> CitingAdvice {
        CitingAdvice { plain, ending: Some(ending) }
    }

    fn template(&self, end: SuppressionEnd) -> &'static str {
        let ending = if end == SuppressionEnd::Missing { self.ending } else { None };
        ending.unwrap_or(self.plain)
    }

    /// Returns the advice for a suppression with this end, before a record is known.
    pub fn general(&self, end: SuppressionEnd) -> String {
        self.template(end).replace("LAST", "INSTANT")
    }
}

/// Findings that a suppression hides.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct HiddenFindings {
    /// The tools by the names that records use; a `*` at the end stands for any text.
    pub tools: Vec<String>,
    pub ids: HiddenIds,
    /// The package that it is limited to.
    pub purl: Option<String>,
    /// The files that it is limited to, as patterns from the root of the repository.
    pub paths: Option<Vec<String>>,
    /// The locators of a policy engine that it is limited to, as patterns.
    pub resources: Option<Vec<String>>,
}

impl HiddenFindings {
    /// Returns the same without the ids, of which there may be thousands.
    pub fn without_ids(&self) -> HiddenFindings {
        HiddenFindings {
            tools: self.tools.clone(),
            ids: HiddenIds::All,
            purl: self.purl.clone(),
            paths: self.paths.clone(),
            resources: self.resources.clone(),
        }
    }

    /// Tells whether all findings of the tool are meant.
    pub fn names_no_rule(&self) -> bool {
        !matches!(&self.ids, HiddenIds::Listed(ids) if !ids.is_empty())
    }
}

/// Which of a tool's findings are hidden.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum HiddenIds {
    /// All of them, whatever their ids.
    #[default]
    All,
    /// Those with these ids.
    Listed(Vec<String>),
    /// The tool's suppressions name no ids, so any finding of the tool in a record names them.
    Nameless,
}

/// When a suppression ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SuppressionEnd {
    /// The format can't state an end.
    NoSuchField,
    /// It states none, although it could.
    Missing,
    /// The first instant at which it hides nothing any more.
    Until(Instant),
}

/// The header of a file that was generated from the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// The path of the file from the root of the repository.
    pub path: String,
    /// The line of the header, from 1.
    pub line: u32,
    /// The target of `export`.
    pub target: String,
    /// The commit that it was generated from.
    pub commit: String,
    pub stale_after: StaleAfter,
}

/// The instant after which a generated file grants too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaleAfter {
    /// It has no exception, so it never does.
    Never,
    /// The first end of an exception in it.
    At(Instant),
    /// It states none, or none that can be read.
    Unknown,
}
