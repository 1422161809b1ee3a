//! `outlives-event`: ends more than `lint.event_grace` after `event_ends`.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::record::time::{When, not_after};
use crate::rules::case::RuleCase;
use crate::rules::example::Example;
use crate::rules::rule::Rule;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::OutlivesEvent,
    level: Level::Error,
    serves: &["M14"],
    summary: "the exception outlives the event that it serves",
    why: "What was approved for an event has no reason after it.",
    remedy: "End the exception with the event; the policy allows some days of grace.",
    bad: Example::with("event_ends", "2026-12-01"),
    good: Example::with("event_ends", "2026-12-18"),
    check,
};

fn check(case: &RuleCase<'_>) -> Vec<Finding> {
    let Some(of) = case.record() else {
        return Vec::new();
    };
    let (Some(event), Some(end)) = (of.value::<When>("event_ends"), of.not_after()) else {
        return Vec::new();
    };
    let grace = case.known.governance.policy.lint.event_grace;
    let latest = grace.after(not_after(&event));
    if end <= latest {
        return Vec::new();
    }
    let last = latest.plus_seconds(-1).day();
    vec![of.finding(
        RULE.code,
        "expires",
        format!("the event ends on {event}, the exception more than {grace} later"),
        format!("end it on {last} or before"),
    )]
}
