//! `silent-extension`: later expiry without a renewal entry that says so.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (change).

use crate::diag::{Finding, Level};
use crate::record::time::{When, not_after};
use crate::rules::case::Case;
use crate::rules::example::Example;
use crate::rules::{Group, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "silent-extension",
    level: Level::Error,
    group: Group::Change,
    serves: &["M30"],
    summary: "a later end that no renewal says",
    why: "A date that moves by itself is how an exception becomes permanent without a decision.",
    remedy: "Renew it with `exledger renew`, which adds the entry with its reason and moves the end.",
    bad: Example::with(
        "renewals",
        "[{date: 2026-12-01, from: 2026-12-10, until: 2026-12-15, reason: The consumer is late}]",
    ),
    good: Example::with(
        "renewals",
        "[{date: 2026-12-01, from: 2026-12-10, until: 2026-12-20, reason: The consumer is late}]",
    ),
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some(of) = case.record() else {
        return Vec::new();
    };
    let Some(last) = of.source.items("renewals").len().checked_sub(1) else {
        return Vec::new();
    };
    let field = format!("renewals[{last}].until");
    let (Some(until), Some(expires)) = (of.value::<When>(&field), of.value::<When>("expires"))
    else {
        return Vec::new();
    };
    if not_after(&until) == not_after(&expires) {
        return Vec::new();
    }
    vec![of.finding(
        RULE.code,
        "expires",
        format!("the exception ends {expires}, its last renewal says {until}"),
        format!("end it {until}, or renew it with `exledger renew`"),
    )]
}
