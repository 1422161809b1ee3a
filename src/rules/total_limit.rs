//! `total-limit`: more days in total than allowed, including refilings.
//!
//! Pure. Start at [`found`]. Follows `docs/spec/rules.md` (change).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::policy::term;
use crate::record::time::When;
use crate::rules::case::RuleContext;
use crate::rules::change_cases::ChangeCase;
use crate::rules::example::Example;
use crate::rules::limits::Reach;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::TotalLimit,
    level: Level::Error,
    serves: &["M31", "M32"],
    summary: "lasts longer in total than the tier allows",
    why: "Renewals and replacement records add up; the total is how long the risk really existed.",
    bad: Example::change(
        "starts: 2026-04-01",
        "starts: 2026-04-01\nexpires: 2027-01-10\n\
         renewals: [{date: 2026-12-18, from: 2026-12-20, until: 2027-01-10, reason: The vendor is late}]",
    ),
    good: Example::change(
        "starts: 2026-04-15",
        "starts: 2026-04-15\nexpires: 2027-01-10\n\
         renewals: [{date: 2026-12-18, from: 2026-12-20, until: 2027-01-10, reason: The vendor is late}]",
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
    // Days of earlier filings count as if this record had begun that much earlier.
    let begin = match reach.begin.as_ref()? {
        When::Day(day) => When::Day(day.plus_days(reach.days.saturating_neg())),
        When::Instant(instant, _) => {
            let seconds = reach.days.saturating_mul(-86_400);
            When::instant(instant.plus_seconds(seconds))
        }
    };
    let broken = term::judge_total(reach.record, &begin, &reach.tier);
    let worst = broken.first()?;
    let message = format!(
        "it lasts {} longer in total than {} allows ({}){}",
        worst.excess(),
        worst.limit.by,
        worst.limit.term,
        reach.refiled_note()
    );
    let help = format!(
        "it may end on {}; or link a redesign in `references.redesign`, with a `fix` whose `due` is not past{}",
        worst.latest,
        reach.tier.silence()
    );
    Some(("expires".to_owned(), message, help))
}
