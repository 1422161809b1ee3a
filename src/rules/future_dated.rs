//! `future-dated`: a commit of the mainline that is dated in the future.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, T1.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::history::mainline::Flag;
use crate::rules::audit_cases::{self, MainlineCase};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::FutureDated,
    level: Level::Warning,
    serves: &["M15", "M62"],
    summary: "a commit of the approved branch is dated in the future",
    why: "Commit times decide when approvals and exceptions end; a future date would prolong an approval.",
    remedy: "Correct the clock of the machine that commits, and check who pushed the commit.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "at 2026-12-30T09:00:00Z",
        "lee pushes README.md",
        "at 2026-11-25T09:00:00Z",
        "lee pushes NOTES.md",
    ]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    checks: &[Check::Mainline(check)],
    special: SpecialCases::NONE,
};

fn check(line: &MainlineCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(audit_cases::misdated(
        line,
        (RULE.code, Flag::FutureDated),
        "which is in the future",
        "correct the clock of the machine that commits; the time of the previous commit is used instead",
    ));
}
