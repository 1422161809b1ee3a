//! `scan-suppression`: a suppression that nothing objects to, for those who look at all of them in code scanning.
//!
//! Pure. Follows `docs/spec/interop.md`, 5.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::scan::{self, SuppressionCase};

pub(super) const RULE: Rule = Rule {
    code: Code::ScanSuppression,
    level: Level::Note,
    serves: &["M66"],
    summary: "a suppression stands, and nothing objects to it",
    why: "What is suppressed is not fixed: whoever counts findings has to see it, too.",
    bad: Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}]",
        "lee merges",
        "src/run.py has: run(a)  # nosemgrep: shell-true",
        "found: scan-suppression",
    ]),
    good: Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}]",
        "lee merges",
    ]),
    checks: &[Check::Scan(check)],
    special: SpecialCases::NONE,
};

fn check(case: &SuppressionCase, findings: &mut Vec<Finding>) {
    if case.is_generated || !case.doubts.is_empty() || !case.faults.is_empty() {
        return;
    }
    let message = match &case.record {
        Some(record) => format!("`{}` suppresses findings, as {record} allows", case.label),
        None => format!("`{}` suppresses findings", case.label),
    };
    let help = "look whether it is still needed";
    findings.push(scan::finding(case, (RULE.code, RULE.level), None, message, help));
}
