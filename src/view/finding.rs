//! A finding, as every answer shows it.
//!
//! Uses diag, rules. Pure. Start at [`FindingView`]. Follows `docs/spec/cli.md`, a finding.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::diag::Finding;
use crate::diag::code::Code;
use crate::rules;
use crate::view::doc::{FindingList, RuleSummary, ShownFinding};
use crate::view::json;

/// The maximum number of findings of one file shown to people.
pub const MOST_OF_A_FILE: usize = 50;

/// A finding in the form of answers.
#[derive(Debug, Serialize)]
pub struct FindingView<'a> {
    rule: Code,
    level: &'static str,
    path: &'a str,
    line: Option<u32>,
    column: Option<u32>,
    field: &'a Option<String>,
    id: &'a Option<String>,
    message: &'a str,
    help: &'a str,
}

impl<'a> FindingView<'a> {
    /// Returns a finding in the form of answers.
    pub fn of(finding: &'a Finding) -> FindingView<'a> {
        FindingView {
            rule: finding.rule,
            level: finding.level.as_str(),
            path: &finding.path,
            line: finding.pos.map(|pos| pos.line),
            column: finding.pos.map(|pos| pos.column),
            field: &finding.field,
            id: &finding.id,
            message: &finding.message,
            help: &finding.help,
        }
    }

    /// Returns several findings in this form.
    pub fn all(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<FindingView<'a>> {
        findings.into_iter().map(FindingView::of).collect()
    }
}

/// Returns a shown finding as JSON.
pub fn shown(shown: &ShownFinding) -> Value {
    json::value(&FindingView::of(&shown.finding))
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
        remedy: rule.remedy.to_owned(),
    };
    rules::ALL.iter().map(|rule| (rule.code, about(rule))).collect()
}
