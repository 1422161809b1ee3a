//! `no-subject`: neither identity, asset nor application.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::case::RuleCase;
use crate::rules::example::Example;
use crate::rules::rule::Rule;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::NoSubject,
    level: Level::Error,
    serves: &["M01"],
    summary: "neither identity, asset nor application is named",
    why: "An exception for nothing in particular is one for everything.",
    remedy: "Name the identity, the asset or the application that it is about.",
    bad: Example::with("subject", "{environment: production}"),
    good: Example::with("subject", "{application: billing, environment: production}"),
    check,
};

fn check(case: &RuleCase<'_>) -> Vec<Finding> {
    let Some(of) = case.record() else {
        return Vec::new();
    };
    let is_stated = of.source.node("subject").is_some();
    let fields = ["subject.identity", "subject.asset", "subject.application"];
    if !is_stated || !fields.iter().all(|field| of.lacks(field)) {
        return Vec::new();
    }
    vec![of.finding_at_key(
        RULE.code,
        "subject",
        "the subject names neither identity, asset nor application".to_owned(),
        "add at least one of `identity`, `asset`, `application`".to_owned(),
    )]
}
