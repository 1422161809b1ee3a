//! `scan-past`: a suppression whose end, or the promise beside it, is over.
//!
//! Pure. Follows `docs/spec/interop.md`, 5.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::scan::{self, SuppressionCase, SuppressionFault};

pub(super) const RULE: Rule = Rule {
    code: Code::ScanPast,
    level: Level::Warning,
    serves: &["M66"],
    summary: "the end of a suppression, or the date that its reason promises, is over",
    why: "It was meant to be gone by now. What ended hides nothing any more; what only promised to end still hides everything.",
    bad: Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}]",
        "lee merges",
        "src/run.py has: run(a)  # nosemgrep: shell-true (remove after 2026-11-20)",
    ]),
    good: Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}]",
        "lee merges",
        "src/run.py has: run(a)  # nosemgrep: shell-true (remove after 2027-11-20)",
    ]),
    checks: &[Check::Scan(check)],
    special: SpecialCases::NONE,
};

fn check(case: &SuppressionCase, findings: &mut Vec<Finding>) {
    for fault in &case.faults {
        let (message, help) = match fault {
            SuppressionFault::EndPast(end) => {
                (format!("{} ended at {end}", case.label), "remove it")
            }
            SuppressionFault::PromisePast(promise) => (
                format!(
                    "{} is still there, although its reason says \"{}\"",
                    case.label, promise.text
                ),
                "remove it, or write until when it stays",
            ),
            _ => continue,
        };
        findings.push(scan::finding(case, (RULE.code, RULE.level), None, message, help));
    }
}
