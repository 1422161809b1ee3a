//! `scan-unknown-id`: a suppression cites an exception that the ledger does not have.
//!
//! Pure. Follows `docs/spec/interop.md`, 5.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::scan::{self, SuppressionCase, SuppressionFault};

pub(super) const RULE: Rule = Rule {
    code: Code::ScanUnknownId,
    level: Level::Error,
    serves: &["M66"],
    summary: "a suppression cites an exception that the ledger does not have",
    why: "An id that was mistyped, or belongs to another ledger, shows no approval here.",
    bad: Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}, {tool: trivy, id: CVE-2026-1234}]",
        "lee merges",
        "src/run.py has: run(a)  # nosemgrep: shell-true EXC-2026-ZZZZZ",
    ]),
    good: Example::CITED_SUPPRESSION,
    checks: &[Check::Scan(check)],
    special: SpecialCases::NONE,
};

fn check(case: &SuppressionCase, findings: &mut Vec<Finding>) {
    for fault in &case.faults {
        let SuppressionFault::UnknownId(id) = fault else {
            continue;
        };
        let message = format!("{} cites {id}, which is not in the ledger", case.label);
        let help = "correct the id, or file an exception and cite its id";
        findings.push(scan::finding(case, (RULE.code, RULE.level), Some(id), message, help));
    }
}
