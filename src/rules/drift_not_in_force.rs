//! `drift-not-in-force`: a suppression cites an exception that is not in force.
//!
//! Uses survey's drift. Pure. Follows `docs/spec/interop.md`, 5.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::scan::{self, DriftCase, DriftReason};

pub(super) const RULE: Rule = Rule {
    code: Code::DriftNotInForce,
    level: Level::Error,
    serves: &["M66"],
    summary: "a suppression cites an exception that is not in force",
    why: "A suppression that outlives its exception goes on without approval.",
    remedy: "Remove the suppression, or renew the exception.",
    bad: Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}, {tool: trivy, id: CVE-2026-1234}]",
        "lee merges",
        "src/run.py has: run(a)  # nosemgrep: shell-true EXC-2026-7F3KQ",
        "asked on 2027-02-01",
    ]),
    good: Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}, {tool: trivy, id: CVE-2026-1234}]",
        "lee merges",
        "src/run.py has: run(a)  # nosemgrep: shell-true EXC-2026-7F3KQ",
    ]),
    checks: &[Check::Drift(check)],
    special: SpecialCases::NONE,
};

fn check(case: &DriftCase, findings: &mut Vec<Finding>) {
    for drift in &case.drifts {
        let DriftReason::NotInForce(id, why) = drift else {
            continue;
        };
        let message = format!("{} cites {id}, which is not in force: {why}", case.label);
        let help =
            format!("remove it, or run `exledger show {id}` to see what the exception lacks");
        findings.push(scan::finding(case, (RULE.code, RULE.level), Some(id), message, help));
    }
}
