//! `scan-term-longer`: a suppression ends after the exception that it cites, or never.
//!
//! Pure. Follows `docs/spec/interop.md`, 5.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::scan::{self, SuppressionCase, SuppressionFault};

pub(super) const RULE: Rule = Rule {
    code: Code::ScanTermLonger,
    level: Level::Error,
    serves: &["M66"],
    summary: "a suppression ends after the exception that it cites, or never",
    why: "The tool would go on hiding the finding after the exception has ended.",
    bad: Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}, {tool: trivy, id: CVE-2026-1234}]",
        "lee merges",
        "Dockerfile has: #trivy:ignore:CVE-2026-1234:exp:2027-06-30 EXC-2026-7F3KQ",
    ]),
    good: Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}, {tool: trivy, id: CVE-2026-1234}]",
        "lee merges",
        "Dockerfile has: #trivy:ignore:CVE-2026-1234:exp:2026-12-03 EXC-2026-7F3KQ",
    ]),
    checks: &[Check::Scan(check)],
    special: SpecialCases::NONE,
};

fn check(case: &SuppressionCase, findings: &mut Vec<Finding>) {
    for fault in &case.faults {
        let SuppressionFault::TermLonger { id, until, end } = fault else {
            continue;
        };
        let message = match until {
            Some(until) => format!("{} ends at {until}, after {id} at {end}", case.label),
            None => format!("{} has no end, {id} ends at {end}", case.label),
        };
        let help = format!("let it end at {end} or before");
        findings.push(scan::finding(case, (RULE.code, RULE.level), Some(id), message, help));
    }
}
