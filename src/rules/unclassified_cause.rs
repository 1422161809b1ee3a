//! `unclassified-cause`: root cause `unclassified`.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::record::vocabulary::RootCause;
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::UnclassifiedCause,
    level: Level::Warning,
    serves: &["M51"],
    summary: "the root cause is unclassified",
    why: "Unnamed causes can't be counted, so repetitions go unnoticed.",
    bad: Example::with("root_cause", "unclassified"),
    good: Example::SAMPLE,
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    if case.value("root_cause") != Some(RootCause::Unclassified) {
        return;
    }
    findings.push(
        case.finding(
            RULE.code,
            "root_cause",
            "the root cause is unclassified".to_owned(),
            case.source
                .set_for_example("root_cause", "brittle-dependency")
                .after("name the cause as soon as it is known"),
        ),
    );
}
