//! Findings, as every answer shows them, and how many there are at each level.
//!
//! Pure. Start at [`LevelCounts`] and [`shown`]. Follows `docs/spec/cli.md`, a finding.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::diag::code::Code;
use crate::diag::{self, Finding, Level};
use crate::rules;
use crate::view::doc::{FindingList, RuleSummary, ShownFinding, Tone};
use crate::view::json;

/// The maximum number of findings of one file shown to people.
pub const MOST_OF_A_FILE: usize = 50;

/// The columns of a finding.
pub const COLUMNS: &str = "rule level path line column field id message help remedy.do remedy.edit.path \
     remedy.edit.line remedy.edit.column remedy.edit.end_line remedy.edit.end_column remedy.edit.text \
     remedy.edit.example remedy.commands remedy.waits_for.email remedy.waits_for.name remedy.ends remedy.at";

/// A finding, and whether it is about what is staged.
#[derive(Serialize)]
struct StagedFinding<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    staged: bool,
}

/// The number of findings at each level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LevelCounts {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
}

impl LevelCounts {
    /// Counts findings.
    pub fn count<'a>(findings: impl Iterator<Item = &'a Finding>) -> LevelCounts {
        let mut counts = LevelCounts::default();
        for finding in findings {
            match finding.level {
                Level::Error => counts.errors += 1,
                Level::Warning => counts.warnings += 1,
                Level::Note => counts.notes += 1,
            }
        }
        counts
    }

    /// Returns the counts in words: `2 errors, 1 warning`.
    pub fn display(self) -> String {
        let parts: Vec<String> =
            [(self.errors, "error"), (self.warnings, "warning"), (self.notes, "note")]
                .iter()
                .filter(|(n, _)| *n > 0)
                .map(|(n, noun)| diag::count(*n, noun))
                .collect();
        if parts.is_empty() { "nothing to object to".to_owned() } else { parts.join(", ") }
    }

    /// Returns the tone of the counts.
    pub fn tone(self) -> Tone {
        match self {
            LevelCounts { errors: 1.., .. } => Tone::Bad,
            LevelCounts { warnings: 1.., .. } => Tone::Warn,
            _ => Tone::Good,
        }
    }
}

/// Returns a shown finding as JSON.
pub fn shown(shown: &ShownFinding) -> Value {
    json::value(&StagedFinding { finding: &shown.finding, staged: shown.is_staged })
}

/// Makes the paths of findings relative to the top of the repository, given the ledger's folder there.
pub fn below(folder: &str, findings: &mut FindingList) {
    if folder.is_empty() {
        return;
    }
    let shown = findings.shown.iter_mut();
    let judged = findings.judged.iter_mut();
    let paths =
        shown.map(|shown| &mut shown.finding.path).chain(judged.map(|judged| &mut judged.path));
    for path in paths {
        *path = format!("{folder}/{path}");
    }
}

/// Returns the documentation of each rule, for the formats that include it.
pub fn rules() -> BTreeMap<Code, RuleSummary> {
    let about = |rule: &rules::rule::Rule| RuleSummary {
        level: rule.level,
        summary: rule.summary.to_owned(),
        why: rule.why.to_owned(),
    };
    rules::ALL.iter().map(|rule| (rule.code, about(rule))).collect()
}
