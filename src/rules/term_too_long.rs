//! `term-too-long`: the term is longer than tier or class allows.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::policy::term;
use crate::record::file::FieldState;
use crate::record::time::{Instant, When};
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::TermTooLong,
    level: Level::Error,
    serves: &["M06"],
    summary: "the exception lasts longer than its tier or class allows",
    why: "A very long term is a permanent exception with a date; the tier limits how long it may go without another decision.",
    bad: Example::with("expires", "2027-03-10"),
    good: Example::SAMPLE,
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let (Some(tier), Some(expires)) = (&case.tier, case.value::<When>("expires")) else {
        return;
    };
    let Some(begin) = begin(case, case.context.instant) else {
        return;
    };
    let broken = term::judge(&begin, &expires, &tier.max_term);
    let Some(worst) = broken.first() else {
        return;
    };
    let latest = match worst.latest {
        When::Day(_) => "day",
        When::Instant(..) => "instant",
    };
    findings.push(case.finding(
        RULE.code,
        "expires",
        format!("the exception ends {} after the latest {latest} allowed", worst.excess()),
        case.source.end_on(&worst.latest).after(format!(
            "{} allows {}{}",
            worst.limit.by,
            worst.limit.term,
            tier.silence()
        )),
    ));
}

/// Returns the start of the present term: the last renewal, otherwise the start that the record states, otherwise its
/// landing, otherwise the instant in question.
fn begin(case: &RecordCase<'_>, instant: Option<Instant>) -> Option<When> {
    let n_renewals = case.source.items("renewals").len();
    if let Some(last) = n_renewals.checked_sub(1) {
        return case.value(&format!("renewals[{last}].from"));
    }
    match case.source.stated("starts") {
        FieldState::Absent => case.landed.or(instant).map(When::instant),
        FieldState::Unreadable => None,
        FieldState::Node(_) => case.value("starts"),
    }
}
