//! A suppression, as it is found in a file: what it hides, which record it cites, and when it ends.
//!
//! Uses record. Pure. Start at [`FoundSuppression`]. Follows `docs/spec/interop.md`, 5.

use crate::record::id::Id;
use crate::record::time::Instant;

/// One suppression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundSuppression {
    /// The path of the file from the root of the repository.
    pub path: String,
    /// The line on which it begins, from 1.
    pub line: u32,
    /// The column on which it begins, in characters from 1.
    pub column: u32,
    /// What is suppressed, for messages: `nosec B602`.
    pub label: String,
    /// What to do to cite a record, in the imperative: ``put `# ID` on the line before``, where `ID` stands for its id.
    pub citing: &'static str,
    /// Why what it hides can't be read; no record allows that.
    pub fault: Option<String>,
    /// What it hides. Alternatives: a record that names one of them names it.
    pub hidden: Vec<HiddenFindings>,
    /// The record that it cites.
    pub cited: Option<Id>,
    pub end: SuppressionEnd,
}

/// Findings that a suppression hides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

/// Which of a tool's findings are hidden.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuppressionEnd {
    /// The format can't state an end.
    NoSuchField,
    /// It states none, although it could.
    Missing,
    /// The first instant at which it hides nothing any more.
    Until(Instant),
    /// Its end can't be read, and the tool then ignores the entry.
    Refused,
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
