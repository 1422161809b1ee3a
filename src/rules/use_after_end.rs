//! `use-after-end`: receipts that allow a use after the record's end or closure.
//!
//! Pure. Follows `docs/spec/rules.md` (audit).

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level};
use crate::rules::audit_cases::UsesCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::UseAfterEnd,
    level: Level::Error,
    serves: &["M77"],
    summary: "the exception was used after it ended",
    why: "If the access still worked after the end, it was never revoked.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "used at 2026-12-21T00:00:00Z",
    ])
    .on("2026-12-31"),
    good: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "used at 2026-12-20T12:00:00Z",
    ])
    .on("2026-12-31"),
    checks: &[Check::Uses(check)],
    special: SpecialCases::NONE,
};

fn check(uses: &UsesCase<'_>, findings: &mut Vec<Finding>) {
    let late = uses.late.iter().map(|(line, at, what)| {
        let message = format!("used at {at} (line {line} of the receipts), when {what}");
        let help = "find out who used it and why it still worked; then close the record";
        uses.finding(RULE.code, Level::Error, message, Remedy::stays().after(help))
    });
    findings.extend(late);
}
