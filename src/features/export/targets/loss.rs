//! What a target can't express: such a finding is left out and named, or written with a mark where the user allows it.
//!
//! Pure. Start at [`LossLog::admit`]. Follows `docs/spec/interop.md`, X4.

use std::borrow::Cow;
use std::fmt;

use crate::features::export::targets::input::{
    AllowedLosses, ExportedFinding, FindingLoss, LossKind,
};
use crate::features::export::targets::paths;

/// A finding that can't be expressed, as a line on stderr names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportLoss {
    /// The id of the record.
    pub id: String,
    /// The place of the finding in `scope.findings`, from 0.
    pub index: usize,
    pub tool: String,
    /// The id of the finding; empty if it has none.
    pub finding: String,
    pub kind: LossKind,
    pub reason: String,
    /// Whether it is written all the same.
    pub is_written: bool,
}

impl fmt::Display for ExportLoss {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ExportLoss { id, index, tool, finding, kind, reason, .. } = self;
        write!(out, "{id} findings[{index}] {tool}:{finding}: {}: {reason}", kind.as_str())
    }
}

/// Collects what can't be expressed.
#[derive(Clone, Debug, Default)]
pub struct LossLog {
    allowed: AllowedLosses,
    losses: Vec<ExportLoss>,
}

impl LossLog {
    /// Begins with the kinds that are written anyway.
    pub fn new(allowed: AllowedLosses) -> LossLog {
        LossLog { allowed, losses: Vec::new() }
    }

    /// Returns the id that the entry of a finding needs; `None` if it covers nothing, or is left out without one.
    pub fn id_of<'f>(&mut self, finding: ExportedFinding<'f>) -> Option<Cow<'f, str>> {
        if paths::covers_nothing(finding.key) {
            return None;
        }
        let id = finding.id();
        if id.is_none() {
            self.refuse(finding, "an entry needs the id of a finding");
        }
        id
    }

    /// Decides about a finding with its losses. Returns the text for its entry, with its marks; `None` if it must be
    /// left out.
    pub fn admit(
        &mut self,
        finding: ExportedFinding<'_>,
        losses: Vec<FindingLoss>,
    ) -> Option<String> {
        self.decide(finding, losses).map(|marks| finding.record.text() + &marks)
    }

    /// Decides about a finding with its losses. Returns the marks for the end of its text, empty without losses;
    /// `None` if it must be left out.
    pub fn decide(
        &mut self,
        finding: ExportedFinding<'_>,
        losses: Vec<FindingLoss>,
    ) -> Option<String> {
        let is_written = losses.iter().all(|loss| self.allowed.contains(loss.kind));
        let marks = marks_of(&losses);
        self.note(finding, losses, is_written);
        if is_written { Some(marks) } else { None }
    }

    /// Leaves a finding out that can't be written whatever is allowed.
    pub fn refuse(&mut self, finding: ExportedFinding<'_>, reason: impl Into<String>) {
        self.note(finding, vec![FindingLoss::scope(reason)], false);
    }

    fn note(&mut self, finding: ExportedFinding<'_>, losses: Vec<FindingLoss>, is_written: bool) {
        for loss in losses {
            self.losses.push(ExportLoss {
                id: finding.record.id().to_owned(),
                index: finding.index,
                tool: finding.key.tool.clone().unwrap_or_default(),
                finding: finding.key.id.clone().unwrap_or_default(),
                kind: loss.kind,
                reason: loss.reason,
                is_written,
            });
        }
    }

    /// Returns the losses, in the order of the findings.
    pub fn into_losses(self) -> Vec<ExportLoss> {
        self.losses
    }
}

/// Returns the mark at the end of a text: ` LOSSY(scope,term)`; empty without losses.
fn marks_of(losses: &[FindingLoss]) -> String {
    marked(&|kind| losses.iter().any(|loss| loss.kind == kind))
}

/// Returns the marks of an entry that several findings share, from the marks of each.
pub fn united<'m>(marks: impl Iterator<Item = &'m str>) -> String {
    let all: Vec<&str> = marks.collect();
    marked(&|kind| all.iter().any(|marks| marks.contains(kind.as_str())))
}

fn marked(is_lost: &dyn Fn(LossKind) -> bool) -> String {
    let lost = LossKind::ALL.iter().filter(|kind| is_lost(**kind));
    let names: Vec<&str> = lost.map(|kind| kind.as_str()).collect();
    if names.is_empty() { String::new() } else { format!(" LOSSY({})", names.join(",")) }
}
