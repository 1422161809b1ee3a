//! `window-inverted`: `expires` not after `starts`.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::record::time::When;
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::WindowInverted,
    level: Level::Error,
    serves: &["M06"],
    summary: "the exception ends before it starts",
    why: "Such a record grants nothing, so one of the two dates is wrong.",
    bad: Example::with("starts", "2026-12-21"),
    good: Example::SAMPLE,
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let (Some(starts), Some(not_after)) = (case.value::<When>("starts"), case.not_after()) else {
        return;
    };
    if not_after > starts.start() {
        return;
    }
    findings.push(case.finding(
        RULE.code,
        "expires",
        format!("the exception ends before it starts on {starts}"),
        case.source.set_for_example(
            "expires",
            &starts.start().plus_seconds(14 * 86_400).day().to_string(),
        ),
    ));
}
