//! `scan-dead`: a suppression whose own end has passed.
//!
//! Pure. Follows `docs/spec/interop.md`, 5.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::scan::{self, SuppressionCase, SuppressionFault};

pub(super) const RULE: Rule = Rule {
    code: Code::ScanDead,
    level: Level::Warning,
    serves: &["M66"],
    summary: "a suppression whose own end has passed",
    why: "It hides nothing any more, and is in the way of whoever reads the file.",
    bad: Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}, {tool: trivy, id: CVE-2026-1234}]",
        "lee merges",
        "Dockerfile has: #trivy:ignore:CVE-2026-1234:exp:2026-11-25 EXC-2026-7F3KQ",
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
        let SuppressionFault::Dead(end) = fault else {
            continue;
        };
        let message = format!("{} ended at {end}", case.label);
        let help = "remove it";
        findings.push(scan::finding(case, (RULE.code, RULE.level), None, message, help));
    }
}
