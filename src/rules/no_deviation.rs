//! `no-deviation`: neither control nor rule.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::NoDeviation,
    level: Level::Error,
    serves: &["M01"],
    summary: "the record names neither a control nor a rule",
    why: "A reviewer compares an exception with the control or rule it deviates from; without one, it could excuse anything.",
    bad: Example::with("deviates_from", "{baseline: credential-rotation}"),
    good: Example::SAMPLE,
    checks: &[Check::Record(check)],
    special: SpecialCases { asked_later: true, ..SpecialCases::NONE },
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let is_stated = case.source.node("deviates_from").is_some();
    let fields = ["deviates_from.controls", "deviates_from.rule"];
    if !is_stated || !fields.iter().all(|field| case.holds_nothing(field)) {
        return;
    }
    findings.push(case.finding_at_key(
        RULE.code,
        "deviates_from",
        "the record names neither a control nor a rule".to_owned(),
        case.source.set_for_example("deviates_from.rule", "Every job has its own database user"),
    ));
}
