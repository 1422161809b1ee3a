//! `window-inverted`: `expires` not after `starts`.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::record::time::When;
use crate::rules::case::RuleCase;
use crate::rules::example::Example;
use crate::rules::rule::Rule;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::WindowInverted,
    level: Level::Error,
    serves: &["M06"],
    summary: "the exception ends before it starts",
    why: "What ends before it starts grants nothing, so somebody meant another date.",
    remedy: "Correct the date that is wrong.",
    bad: Example::with("starts", "2026-12-21"),
    good: Example::SAMPLE,
    check,
};

fn check(case: &RuleCase<'_>) -> Vec<Finding> {
    let Some(of) = case.record() else {
        return Vec::new();
    };
    let (Some(starts), Some(not_after)) = (of.value::<When>("starts"), of.not_after()) else {
        return Vec::new();
    };
    if not_after > starts.start() {
        return Vec::new();
    }
    vec![of.finding(
        RULE.code,
        "expires",
        format!("the exception ends before it starts on {starts}"),
        format!("end it after {starts}, or start it earlier"),
    )]
}
