//! `renewal-limit`: one renewal too many, including refilings.
//!
//! Pure. Start at [`found`]. Follows `docs/spec/rules.md` (change).

use crate::diag::code::Code;
use crate::diag::{Finding, Level, count};
use crate::rules::case::RuleContext;
use crate::rules::change_cases::ChangeCase;
use crate::rules::example::Example;
use crate::rules::limits::Reach;
use crate::rules::rule::{Check, Rule, SpecialCases};

const TWICE: &str = "starts: 2026-09-01\nexpires: 2027-01-10\n\
    renewals: [{date: 2026-11-01, from: 2026-11-10, until: 2026-12-10, reason: The vendor is late}, \
    {date: 2026-12-01, from: 2026-12-10, until: 2027-01-10, reason: The vendor is late again}]";

pub(super) const RULE: Rule = Rule {
    code: Code::RenewalLimit,
    level: Level::Error,
    serves: &["M31", "M32"],
    summary: "renewed more often than the tier allows",
    why: "An exception that is renewed again and again has become the process; only a redesign ends that.",
    bad: Example::change(
        TWICE,
        "starts: 2026-09-01\nexpires: 2027-02-01\n\
         renewals: [{date: 2026-11-01, from: 2026-11-10, until: 2026-12-10, reason: The vendor is late}, \
         {date: 2026-12-01, from: 2026-12-10, until: 2027-01-10, reason: The vendor is late again}, \
         {date: 2027-01-02, from: 2027-01-10, until: 2027-02-01, reason: The vendor is still late}]",
    ),
    good: Example::change(
        TWICE,
        "starts: 2026-09-01\nexpires: 2027-02-01\n\
         renewals: [{date: 2026-11-01, from: 2026-11-10, until: 2026-12-10, reason: The vendor is late}, \
         {date: 2026-12-01, from: 2026-12-10, until: 2027-01-10, reason: The vendor is late again}, \
         {date: 2027-01-02, from: 2027-01-10, until: 2027-02-01, reason: The vendor is still late}]\n\
         references: {redesign: BILL-500}",
    ),
    checks: &[Check::Change(check)],
    special: SpecialCases::NONE,
};

fn check(changed: &ChangeCase<'_>, context: &RuleContext<'_>, findings: &mut Vec<Finding>) {
    findings.extend(found(changed, context));
}

pub(super) fn found(changed: &ChangeCase<'_>, context: &RuleContext<'_>) -> Option<Finding> {
    let (field, message, help) = broken(&Reach::for_change(changed, context)?)?;
    changed.finding(RULE.code, RULE.level, &field, message, help)
}

pub(super) fn broken(reach: &Reach<'_>) -> Option<(String, String, String)> {
    let limit = reach.tier.max_renewals;
    if reach.renewals <= limit {
        return None;
    }
    let field = match reach.record.renewals.len().checked_sub(1) {
        Some(last) => format!("renewals[{last}]"),
        None => "expires".to_owned(),
    };
    let times = |number: u32| count(usize::try_from(number).unwrap_or(usize::MAX), "renewal");
    let message = format!(
        "{} in a row{}; tier {} allows {limit}",
        times(reach.renewals),
        reach.refiled_note(),
        reach.tier.tier
    );
    let help = format!(
        "let it end, or link a redesign in `references.redesign`, with a `fix` whose `due` is not past{}",
        reach.tier.silence()
    );
    Some((field, message, help))
}
