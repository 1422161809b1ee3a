//! `term-too-long`: longer than tier or class allows.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::policy::term;
use crate::record::file::FieldState;
use crate::record::time::{Instant, When};
use crate::rules::case::{RecordCase, RuleCase};
use crate::rules::example::Example;
use crate::rules::rule::Rule;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::TermTooLong,
    level: Level::Error,
    serves: &["M06"],
    summary: "the exception lasts longer than its tier or class allows",
    why: "A long term is a permanent exception with a date on it; the tier says how long nobody needs to look.",
    remedy: "End it on the date that is named or before, renew it when it is still needed then, or split the work.",
    bad: Example::with("expires", "2027-03-10"),
    good: Example::SAMPLE,
    check,
};

fn check(case: &RuleCase<'_>) -> Vec<Finding> {
    let Some(of) = case.record() else {
        return Vec::new();
    };
    let (Some(tier), Some(expires)) = (&of.tier, of.value::<When>("expires")) else {
        return Vec::new();
    };
    let Some(begin) = begin(of, case.known.instant) else {
        return Vec::new();
    };
    let broken = term::judge(&begin, &expires, &tier.max_term);
    let Some(worst) = broken.first() else {
        return Vec::new();
    };
    let latest = match worst.latest {
        When::Day(_) => "day",
        When::Instant(..) => "instant",
    };
    vec![of.finding(
        RULE.code,
        "expires",
        format!(
            "the exception ends {} after the latest {latest} allowed",
            worst.excess()
        ),
        format!(
            "end it on {} or before ({} allows {}), or split the work{}",
            worst.latest,
            worst.limit.by,
            worst.limit.term,
            tier.silence()
        ),
    )]
}

/// Returns where the present term begins: at the last renewal, else as the record says, else where it landed, else
/// at the instant asked about.
fn begin(of: &RecordCase<'_>, asked: Option<Instant>) -> Option<When> {
    let n_renewals = of.source.items("renewals").len();
    if let Some(last) = n_renewals.checked_sub(1) {
        return of.value(&format!("renewals[{last}].from"));
    }
    match of.source.stated("starts") {
        FieldState::Absent => of.landed.or(asked).map(When::instant),
        FieldState::Unreadable => None,
        FieldState::Node(_) => of.value("starts"),
    }
}
