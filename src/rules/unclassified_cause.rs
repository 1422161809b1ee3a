//! `unclassified-cause`: root cause `unclassified`.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::record::vocabulary::RootCause;
use crate::rules::case::RuleCase;
use crate::rules::example::Example;
use crate::rules::rule::Rule;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::UnclassifiedCause,
    level: Level::Warning,
    serves: &["M51"],
    summary: "the root cause is not known yet",
    why: "Causes that nobody names can't be counted, so what repeats is not seen.",
    remedy: "Name the cause as soon as it is known.",
    bad: Example::with("root_cause", "unclassified"),
    good: Example::SAMPLE,
    check,
};

fn check(case: &RuleCase<'_>) -> Vec<Finding> {
    let Some(of) = case.record() else {
        return Vec::new();
    };
    if of.value("root_cause") != Some(RootCause::Unclassified) {
        return Vec::new();
    }
    vec![of.finding(
        RULE.code,
        "root_cause",
        "the root cause is unclassified".to_owned(),
        "name the cause as soon as it is known".to_owned(),
    )]
}
