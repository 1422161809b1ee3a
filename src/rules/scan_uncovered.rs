//! `scan-uncovered`: a suppression cites no exception.
//!
//! Uses survey's scan. Pure. Follows `docs/spec/interop.md`, 5.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::scan::{self, SuppressionCase, SuppressionFault};

pub(super) const RULE: Rule = Rule {
    code: Code::ScanUncovered,
    level: Level::Error,
    serves: &["M66"],
    summary: "a suppression cites no exception",
    why: "A suppression without an exception is one that nobody approved, and that never ends.",
    remedy: "Remove the suppression, or file an exception and cite its id.",
    bad: Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}]",
        "lee merges",
        "src/run.py has: run(a)  # nosemgrep: shell-true",
    ]),
    good: Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}]",
        "lee merges",
        "src/run.py has: run(a)  # nosemgrep: shell-true EXC-2026-7F3KQ",
    ]),
    checks: &[Check::Scan(check)],
    special: SpecialCases::NONE,
};

fn check(case: &SuppressionCase, findings: &mut Vec<Finding>) {
    for fault in &case.faults {
        let (message, help) = match fault {
            SuppressionFault::NoId { covering: None, citing } => (
                format!("{} cites no exception", case.label),
                format!("remove it, or file an exception and cite it: {citing}"),
            ),
            SuppressionFault::NoId { covering: Some(id), citing } => {
                (format!("{} cites no exception", case.label), format!("{id} covers it: {citing}"))
            }
            _ => continue,
        };
        findings.push(scan::finding(case, (RULE.code, RULE.level), None, message, help));
    }
}
