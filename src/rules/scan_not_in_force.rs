//! `scan-not-in-force`: a suppression cites an exception that is not in force.
//!
//! Pure. Follows `docs/spec/interop.md`, 5.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::scan::{self, SuppressionCase, SuppressionFault};

pub(super) const RULE: Rule = Rule {
    code: Code::ScanNotInForce,
    level: Level::Error,
    serves: &["M66"],
    summary: "a suppression cites an exception that is not in force",
    why: "A suppression that outlives its exception goes on without approval.",
    bad: Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}, {tool: trivy, id: CVE-2026-1234}]",
        "lee merges",
        "src/run.py has: run(a)  # nosemgrep: shell-true EXC-2026-7F3KQ",
        "asked on 2027-02-01",
    ]),
    good: Example::CITED_SUPPRESSION,
    checks: &[Check::Scan(check)],
    special: SpecialCases::NONE,
};

fn check(case: &SuppressionCase, findings: &mut Vec<Finding>) {
    for fault in &case.faults {
        let SuppressionFault::NotInForce(id, why) = fault else {
            continue;
        };
        let message = format!("{} cites {id}, which is not in force: {why}", case.label);
        let help =
            format!("remove it, or run `exledger show {id}` to see what the exception lacks");
        findings.push(scan::finding(case, (RULE.code, RULE.level), Some(id), message, help));
    }
}
