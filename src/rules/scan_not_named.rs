//! `scan-not-named`: the exception that a suppression cites does not name its finding.
//!
//! Pure. Follows `docs/spec/interop.md`, 5.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::scan::{self, SuppressionCase, SuppressionFault};

pub(super) const RULE: Rule = Rule {
    code: Code::ScanNotNamed,
    level: Level::Error,
    serves: &["M66"],
    summary: "the exception that a suppression cites does not name its finding",
    why: "An exception allows what it names; a suppression of something else was not approved.",
    bad: Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}, {tool: trivy, id: CVE-2026-1234}]",
        "lee merges",
        "src/run.py has: run(a)  # nosec B602 # EXC-2026-7F3KQ",
    ]),
    good: Example::CITED_SUPPRESSION,
    checks: &[Check::Scan(check)],
    special: SpecialCases::NONE,
};

fn check(case: &SuppressionCase, findings: &mut Vec<Finding>) {
    for fault in &case.faults {
        let SuppressionFault::NotNamed(id, what) = fault else {
            continue;
        };
        let message = format!("{id} does not name {what}");
        let help = "add it to `scope.findings` of the exception, or remove the suppression";
        findings.push(scan::finding(case, (RULE.code, RULE.level), Some(id), message, help));
    }
}
