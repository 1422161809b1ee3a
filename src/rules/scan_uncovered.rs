//! `scan-uncovered`: a suppression that no exception in force covers.
//!
//! Pure. Follows `docs/spec/interop.md`, 5.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::scan::{self, SuppressionCase, SuppressionFault};

pub(super) const RULE: Rule = Rule {
    code: Code::ScanUncovered,
    level: Level::Error,
    serves: &["M66"],
    summary: "no exception in force covers a suppression",
    why: "A suppression without an exception is one that nobody approved, and that never ends.",
    bad: Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}]",
        "lee merges",
        "src/run.py has: run(a)  # nosemgrep: sql-injection",
    ]),
    good: Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}]",
        "lee merges",
        "src/run.py has: run(a)  # nosemgrep: shell-true",
    ]),
    checks: &[Check::Scan(check)],
    special: SpecialCases::NONE,
};

fn check(case: &SuppressionCase, findings: &mut Vec<Finding>) {
    for fault in &case.faults {
        let SuppressionFault::Uncovered(uncovered) = fault else { continue };
        if !case.doubts.is_empty() {
            let message =
                format!("whether an exception covers {} could not be determined", case.label);
            let doubts: Vec<String> = case.doubts.iter().map(ToString::to_string).collect();
            let help = doubts.join("; ");
            findings.push(scan::finding(case, (RULE.code, RULE.level), None, message, help));
            continue;
        }
        let citing = &uncovered.citing;
        let why = match (&uncovered.former, &uncovered.lost) {
            (Some(id), Some(lost)) => format!(": of {id}, {lost}"),
            (Some(id), None) => format!(": {id} covers it at the base alone"),
            (None, _) => String::new(),
        };
        let message = format!("no exception in force covers {}{why}", case.label);
        let help = match &uncovered.waiting {
            Some(id) => format!(
                "have {id}, which names it, approved and merged first, in a pull request of its own, or remove it"
            ),
            None if uncovered.names_no_rule => format!(
                "write which rule it hides, or remove it: only an exception for its tool without an id covers it; to cite one, {citing}"
            ),
            None if uncovered.former.is_some() => format!(
                "restore what that one accepts, remove it, or file an exception that names it; to cite one, {citing}"
            ),
            None => format!("remove it, or file an exception that names it; to cite one, {citing}"),
        };
        findings.push(scan::finding(case, (RULE.code, RULE.level), None, message, help));
    }
}
