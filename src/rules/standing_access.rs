//! `standing-access`: `credential_expires` after the exception's end.
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
    code: Code::StandingAccess,
    level: Level::Error,
    serves: &["M13"],
    summary: "the credential outlives the exception",
    why: "Access that goes on after the exception is access that nobody approved.",
    remedy: "Let the credential end with the exception, or before.",
    bad: Example::with("subject.credential_expires", "2027-12-20"),
    good: Example::SAMPLE,
    check,
};

fn check(case: &RuleCase<'_>) -> Vec<Finding> {
    let Some(of) = case.record() else {
        return Vec::new();
    };
    let field = "subject.credential_expires";
    let (Some(credential), Some(end)) = (of.value::<When>(field), of.not_after()) else {
        return Vec::new();
    };
    if not_after(&credential) <= end {
        return Vec::new();
    }
    let expires = of.source.text("expires").unwrap_or_default();
    vec![of.finding(
        RULE.code,
        field,
        format!("the credential works until {credential}, the exception ends {expires}"),
        format!("let the credential end by {expires}"),
    )]
}
