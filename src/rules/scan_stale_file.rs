//! `scan-stale-file`: a generated file is older than the ledger's state.
//!
//! Pure. Follows `docs/spec/interop.md`, 5.

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::shell::quoted;
use crate::diag::{Finding, Level};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::scan::{self, SuppressionCase, SuppressionFault};

pub(super) const RULE: Rule = Rule {
    code: Code::ScanStaleFile,
    level: Level::Warning,
    serves: &["M66"],
    summary: "a generated file is older than the ledger's state",
    why: "The file still hides what an exception no longer allows, or was made from a state that was never approved.",
    bad: Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}, {tool: trivy, id: CVE-2026-1234}]",
        "lee merges",
        ".trivyignore.yaml has: # exledger export trivy: generated, do not edit\n# ledger=0000000000000000000000000000000000000000 at=2026-11-21T00:00:00Z stale-after=2026-12-21T00:00:00Z records=0",
    ]),
    good: Example::CITED_SUPPRESSION,
    checks: &[Check::Scan(check)],
    special: SpecialCases::NONE,
};

fn check(case: &SuppressionCase, findings: &mut Vec<Finding>) {
    for fault in &case.faults {
        let SuppressionFault::StaleFile(why) = fault else {
            continue;
        };
        let message = format!("the file of `exledger {}` is out of date: {why}", case.label);
        let help = Remedy::run([format!("exledger {} -o {}", case.label, quoted(&case.path))]);
        findings.push(scan::finding(case, (RULE.code, RULE.level), None, message, help));
    }
}
