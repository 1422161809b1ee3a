//! `workflow-changed`: a commit of the branch changes a workflow that the forge runs, which may report reviews.
//!
//! Pure. Follows `docs/spec/rules.md` (change) and `docs/spec/approval.md`, 1.12.

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level};
use crate::rules::change_cases::GovernanceChange;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::WorkflowChanged,
    level: Level::Warning,
    serves: &["M25"],
    summary: "a commit on the branch changes a workflow or action of the forge",
    why: "Workflows check merges and record who reviewed them; a changed one can record false reviews or check nothing.",
    bad: Example::change("", "").workflow("on: push\njobs: {}\n"),
    good: Example::change("", "title: A better title"),
    checks: &[Check::Workflow(check)],
    special: SpecialCases::NONE,
};

fn check(change: &GovernanceChange, findings: &mut Vec<Finding>) {
    let path = &change.path;
    findings.push(
        change.finding(
            RULE.code,
            format!("{} {path}, which may record reviews or check records", change.actor()),
            Remedy::stays().after(format!(
                "have someone who knows what {path} can do read it before the merge"
            )),
        ),
    );
}
