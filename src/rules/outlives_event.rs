//! `outlives-event`: ends more than `lint.event_grace` after `event_ends`.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::record::time::{When, not_after};
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::OutlivesEvent,
    level: Level::Error,
    serves: &["M14"],
    summary: "the exception outlives the event that it serves",
    why: "After the event, the reason for the exception is gone.",
    bad: Example::with("event_ends", "2026-12-01"),
    good: Example::with("event_ends", "2026-12-18"),
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let (Some(event), Some(end)) = (case.value::<When>("event_ends"), case.not_after()) else {
        return;
    };
    let grace = case.context.governance.policy.lint.event_grace;
    let latest = grace.after(not_after(&event));
    if end <= latest {
        return;
    }
    let last = latest.plus_seconds(-1).day();
    findings.push(case.finding(
        RULE.code,
        "expires",
        format!("the event ends on {event}, but the exception ends more than {grace} later"),
        case.source.end_on(&When::Day(last)),
    ));
}
