//! `clock-skew`: a commit of the mainline that is dated before an earlier one.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (audit) and `docs/spec/approval.md`, T1.

use crate::diag::{Finding, Level};
use crate::history::mainline::Flag;
use crate::rules::case::Case;
use crate::rules::example::Example;
use crate::rules::landed;
use crate::rules::{Group, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "clock-skew",
    level: Level::Warning,
    group: Group::Audit,
    serves: &["M15", "M62"],
    summary: "a commit of the approved branch is older than the one before it",
    why: "A time that goes back is how an expired key would sign again, and an ended exception be approved.",
    remedy: "Set the clock of the machine that commits, and look at who pushed it.",
    bad: Example::history(&[
        "ana proposes the sample",
        "lee merges",
        "at 2026-11-01T09:00:00Z",
        "lee pushes README.md",
    ]),
    good: Example::history(&["ana proposes the sample", "lee merges"]),
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    landed::misdated(
        case.line(),
        (RULE.code, Flag::ClockSkew),
        "before what landed earlier",
        "set the clock of whoever commits; the latest time before holds instead",
    )
}
