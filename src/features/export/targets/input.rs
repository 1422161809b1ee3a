//! What every target gets: the records in force with their ends, the commit and instant they were read at, what no target can
//! express of them, and which of these losses are written.
//!
//! Pure. Start at [`ExportInput`]. Follows `docs/spec/interop.md`, X1 to X4: the end is the evaluator's, never the date
//! that a record states.

use std::borrow::Cow;
use std::rc::Rc;

use crate::formats::description;
use crate::ledger::tree::Tree;
use crate::record::Record;
use crate::record::subject::FindingKey;
use crate::record::time::Instant;
use crate::record::tool_ids;
use crate::record::vocabulary::words;
use crate::status::state::RecordState;

/// The records to export, and how.
pub struct ExportInput<'a> {
    pub stamp: ExportStamp,
    /// The records in force, by id.
    pub records: Vec<ExportedRecord<'a>>,
    /// Every record, also one that is not in force, for targets that count.
    pub record_states: &'a [RecordState],
    /// The files of the commit, from the root of the repository; `None` if they can't be read.
    pub tree: Option<&'a dyn Tree>,
    pub options: ExportOptions,
}

/// What an export was computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportStamp {
    /// The id of the commit, 40 hexadecimal digits.
    pub commit: String,
    /// The full name of the approved ref, if it is one.
    pub reference: Option<String>,
    /// The instant in question.
    pub instant: Instant,
    /// The name of the ledger in approvals and receipts: its own, or the id of its root commit.
    pub ledger: Option<String>,
}

/// The settings of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportOptions {
    /// The kinds of loss that are written anyway.
    pub allowed: AllowedLosses,
    /// The namespace of objects that live in one.
    pub namespace: Option<String>,
}

/// A record in force.
#[derive(Clone, Debug)]
pub struct ExportedRecord<'a> {
    /// What is granted: the approved content, narrowed by everything that landed since.
    pub record: Rc<Record>,
    /// Its whole state.
    pub record_state: &'a RecordState,
    /// The first instant at which it is no longer in force if only the clock moves, rounded down to a second.
    pub end: Instant,
    /// How often it landed.
    pub landings: usize,
    /// The controls that it deviates from, in the form of the catalogs, sorted.
    pub controls: Vec<String>,
    /// The places in its file of the findings that are left of them; empty if all are.
    pub places: Vec<usize>,
}

impl ExportedRecord<'_> {
    /// Returns its id.
    pub fn id(&self) -> &str {
        self.record.id.as_str()
    }

    /// Returns the last second at which it is in force, for a tool that includes the instant that is written.
    pub fn last_second(&self) -> Instant {
        self.end.plus_seconds(-1)
    }

    /// Returns the text that other tools show: id, title, owner and end on one line.
    pub fn text(&self) -> String {
        description::text(&self.record, Some(self.end))
    }
}

/// A finding that a record covers.
#[derive(Clone, Copy, Debug)]
pub struct ExportedFinding<'a> {
    pub record: &'a ExportedRecord<'a>,
    /// Its place in `scope.findings` of the record's file, from 0.
    pub index: usize,
    pub key: &'a FindingKey,
}

impl<'a> ExportedFinding<'a> {
    /// Returns its id in the spelling of its tool's present reports; `None` if it names none, or an empty one.
    pub fn id(&self) -> Option<Cow<'a, str>> {
        let id = self.key.id.as_deref().filter(|id| !id.trim().is_empty())?;
        Some(tool_ids::present(self.key.tool.as_deref().unwrap_or_default(), id))
    }

    /// Returns the losses that every target has that neither knows standing criteria (weakness, severity, range of
    /// versions) nor counts uses.
    pub fn criteria_losses(&self) -> Vec<FindingLoss> {
        let key = self.key;
        let limits = [
            ("a weakness", key.cwe.is_some()),
            ("a severity", key.severity.is_some()),
            ("a range of versions", key.versions.is_some()),
        ];
        let stated = limits.into_iter().filter(|(_, is_stated)| *is_stated);
        let criteria =
            stated.map(|(what, _)| FindingLoss::scope(format!("it can't be limited to {what}")));
        let tool = key.tool.as_deref().map(tool_ids::tool).unwrap_or_default();
        let text = key.content.as_ref().map(|_| {
            FindingLoss::scope(format!(
                "{tool} can't be limited to text: let triage judge, or delete content"
            ))
        });
        let counted = self.record.record.uses.as_ref();
        let counted =
            counted.map(|_| FindingLoss::term("uses of the record are counted, which it can't do"));
        criteria.chain(text).chain(counted).collect()
    }
}

impl<'a> ExportInput<'a> {
    /// Returns the findings of one of some tools, by record, in the order of the file. A finding without a tool goes nowhere.
    pub fn findings<'s>(
        &'s self,
        tools: &'s [&'s str],
    ) -> impl Iterator<Item = ExportedFinding<'s>> {
        self.records.iter().flat_map(move |record| {
            let stated = record.record.scope.as_ref().and_then(|scope| scope.findings.as_deref());
            let keys = stated.unwrap_or_default().iter().enumerate();
            let is_wanted = move |key: &FindingKey| {
                let tool = key.tool.as_deref();
                tool.is_some_and(|tool| tools.iter().any(|name| tool_ids::is_tool(name, tool)))
            };
            keys.filter(move |(_, key)| is_wanted(key)).map(move |(n, key)| {
                let index = record.places.get(n).copied().unwrap_or(n);
                ExportedFinding { record, index, key }
            })
        })
    }

    /// Tells whether losses of a kind are written.
    pub fn allows(&self, kind: LossKind) -> bool {
        self.options.allowed.contains(kind)
    }
}

words! {
    /// The kinds of loss.
    pub enum LossKind {
        /// The target would cover more.
        Scope,
        /// The target has no end, or a later one.
        Term,
    }
}

/// The kinds of loss that are written anyway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AllowedLosses {
    pub scope: bool,
    pub term: bool,
}

impl AllowedLosses {
    /// Tells whether a kind is written.
    pub fn contains(self, kind: LossKind) -> bool {
        match kind {
            LossKind::Scope => self.scope,
            LossKind::Term => self.term,
        }
    }
}

/// One reason why a finding can't be expressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingLoss {
    pub kind: LossKind,
    pub reason: String,
}

impl FindingLoss {
    /// Returns a loss of scope.
    pub fn scope(reason: impl Into<String>) -> FindingLoss {
        FindingLoss { kind: LossKind::Scope, reason: reason.into() }
    }

    /// Returns a loss of term.
    pub fn term(reason: impl Into<String>) -> FindingLoss {
        FindingLoss { kind: LossKind::Term, reason: reason.into() }
    }
}

/// How the first line of a generated file begins, after the mark of a comment.
pub const HEADER: &str = "exledger export";
