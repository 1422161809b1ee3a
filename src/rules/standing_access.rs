//! `standing-access`: `credential_expires` after the exception's end.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::record::time::{When, not_after};
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::StandingAccess,
    level: Level::Error,
    serves: &["M13"],
    summary: "the credential outlives the exception",
    why: "After the exception ends, nobody has approved the access.",
    bad: Example::with("subject.credential_expires", "2027-12-20"),
    good: Example::SAMPLE,
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let field = "subject.credential_expires";
    let (Some(credential), Some(end)) = (case.value::<When>(field), case.not_after()) else {
        return;
    };
    if not_after(&credential) <= end {
        return;
    }
    let expires = case.source.text("expires").unwrap_or_default();
    findings.push(case.finding(
        RULE.code,
        field,
        format!("the credential works until {credential}, the exception ends {expires}"),
        case.source.set(field, expires),
    ));
}
