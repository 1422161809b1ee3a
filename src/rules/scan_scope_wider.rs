//! `scan-scope-wider`: a suppression hides more than the exception that it cites.
//!
//! Pure. Follows `docs/spec/interop.md`, 5.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::scan::{self, SuppressionCase, SuppressionFault};

pub(super) const RULE: Rule = Rule {
    code: Code::ScanScopeWider,
    level: Level::Error,
    serves: &["M66"],
    summary: "a suppression hides more than the exception that it cites",
    why: "What is hidden beyond the exception was not approved.",
    bad: Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}, {tool: trivy, id: CVE-2026-1234}]",
        "lee merges",
        "src/run.py has: run(a)  # nosemgrep EXC-2026-7F3KQ",
    ]),
    good: Example::CITED_SUPPRESSION,
    checks: &[Check::Scan(check)],
    special: SpecialCases::NONE,
};

fn check(case: &SuppressionCase, findings: &mut Vec<Finding>) {
    for fault in &case.faults {
        let SuppressionFault::ScopeWider(id, why) = fault else {
            continue;
        };
        let message = format!("{} hides more than {id}: {why}", case.label);
        let help = "narrow it to what the exception names, or use `exledger triage --filter` where the format can't";
        findings.push(scan::finding(case, (RULE.code, RULE.level), Some(id), message, help));
    }
}
