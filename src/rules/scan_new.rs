//! `scan-new`: a branch adds a suppression, in a repository without a ledger.
//!
//! Pure. Follows `docs/spec/interop.md`, 5.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::scan::{self, SuppressionCase, SuppressionFault};

pub(super) const RULE: Rule = Rule {
    code: Code::ScanNew,
    level: Level::Error,
    serves: &["M66"],
    summary: "a branch adds a suppression, a warning if a reason is beside it; or it widens one",
    why: "What comes in without a reason can never be judged again: nobody knows when it may go.",
    bad: Example::history(&["no ledger", "src/run.py has: run(a)  # nosec B602"]),
    good: Example::history(&["no ledger", "src/run.py has: run(a)"]),
    checks: &[Check::Scan(check)],
    special: SpecialCases::NONE,
};

fn check(case: &SuppressionCase, findings: &mut Vec<Finding>) {
    for fault in &case.faults {
        let (level, message, help) = match fault {
            SuppressionFault::New { has_reason: false } => (
                RULE.level,
                format!("the branch adds `{}` without a reason", case.label),
                "write the reason beside it, or fix what it hides",
            ),
            SuppressionFault::New { has_reason: true } => (
                Level::Warning,
                format!("the branch adds `{}`", case.label),
                "judge the reason beside it",
            ),
            SuppressionFault::Widened(what) => (
                RULE.level,
                format!("the branch widens `{}`: {what}", case.label),
                "let it hide no more than before, or fix what it hides",
            ),
            _ => continue,
        };
        findings.push(scan::finding(case, (RULE.code, level), None, message, help));
    }
}
