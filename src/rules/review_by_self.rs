//! `review-by-self`: the typed names of closing and post-closure review are equal.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::{Finding, Level};
use crate::policy::people;
use crate::record::address::Address;
use crate::rules::case::Case;
use crate::rules::example::Example;
use crate::rules::{Group, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "review-by-self",
    level: Level::Error,
    group: Group::Content,
    serves: &["M47"],
    summary: "who closed a record also reviewed its closure",
    why: "The look after a closure is there because whoever closed it believes that it is done.",
    remedy: "Let someone else look, and record who did.",
    bad: Example::with(
        "closure",
        "{outcome: remediated, date: 2026-12-19, by: lee@example.com, reason: The job is retired, \
         evidence: [{kind: log, url: https://ci.example.com/7}], \
         reviewed: {date: 2027-01-10, by: Lee@example.com, outcome: effective}}",
    ),
    good: Example::with(
        "closure",
        "{outcome: remediated, date: 2026-12-19, by: lee@example.com, reason: The job is retired, \
         evidence: [{kind: log, url: https://ci.example.com/7}], \
         reviewed: {date: 2027-01-10, by: dana@example.com, outcome: effective}}",
    ),
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some(of) = case.record() else {
        return Vec::new();
    };
    let field = "closure.reviewed.by";
    let (Some(closed), Some(reviewed)) = (
        of.value::<Address>("closure.by"),
        of.value::<Address>(field),
    ) else {
        return Vec::new();
    };
    let key = |address: &Address| people::key_of(case.known.governance, address.as_str());
    if key(&closed) != key(&reviewed) {
        return Vec::new();
    }
    vec![of.finding(
        RULE.code,
        field,
        format!("{reviewed} closed the record and reviewed its closure"),
        "let someone else look at it".to_owned(),
    )]
}
