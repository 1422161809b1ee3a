//! `never-used`: a record that was in force and is not closed, but that no receipt names.
//!
//! Pure. Follows `docs/spec/rules.md` (audit).

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::shell;
use crate::diag::{Finding, Level};
use crate::rules::audit_cases::UsesCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::NeverUsed,
    level: Level::Note,
    serves: &["M77"],
    summary: "no receipt shows that the exception was ever used",
    why: "An unused exception can be closed, and the next request can be smaller.",
    bad: Example::history(&["ana proposes the sample", "lee merges", "receipts"]),
    good: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "used at 2026-12-01T12:00:00Z",
    ]),
    checks: &[Check::Uses(check)],
    special: SpecialCases::NONE,
};

fn check(uses: &UsesCase<'_>, findings: &mut Vec<Finding>) {
    if uses.expects_use && uses.n_uses == 0 {
        let message = "no receipt shows that it was ever used".to_owned();
        let close = Remedy::run([shell::command("exledger close", &[uses.id])]);
        let help = close.after("ask the owner whether it is needed; if not");
        findings.push(uses.finding(RULE.code, Level::Note, message, help));
    }
}
