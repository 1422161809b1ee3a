//! `no-subject`: neither identity, asset nor application.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::NoSubject,
    level: Level::Error,
    serves: &["M01"],
    summary: "the record names no identity, asset or application",
    why: "An exception for nothing in particular applies to everything.",
    bad: Example::with("subject", "{environment: production}"),
    good: Example::with("subject", "{application: billing, environment: production}"),
    checks: &[Check::Record(check)],
    special: SpecialCases { asked_later: true, ..SpecialCases::NONE },
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let is_stated = case.source.node("subject").is_some();
    let fields = ["subject.identity", "subject.asset", "subject.application"];
    if !is_stated || !fields.iter().all(|field| case.lacks(field)) {
        return;
    }
    findings.push(case.finding_at_key(
        RULE.code,
        "subject",
        "the subject names neither identity, asset nor application".to_owned(),
        case.source.set_for_example("subject.application", "billing"),
    ));
}
