//! `term-too-long`: the term is longer than tier or class allows.
//!
//! Pure. Follows `docs/spec/rules.md` (content). Records that were closed already pass; `lint::level` says which level a policy gives it.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::history::change::entries::ExpiryExtension;
use crate::policy::term;
use crate::policy::tier::fact::Facts;
use crate::policy::tier::{self, Resolved};
use crate::record::file::{FieldState, RecordFile};
use crate::record::time::{Instant, When};
use crate::rules::case::{RecordCase, RuleContext};
use crate::rules::change_cases::ChangeCase;
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
    checks: &[Check::Record(check), Check::Change(change)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let (Some(tier), Some(expires)) = (&case.tier, case.value::<When>("expires")) else {
        return;
    };
    let Some(begin) = begin(case, case.context.instant) else {
        return;
    };
    findings.extend(found(case.source, tier, (&begin, &expires)));
}

/// Whatever entries say, nobody decided on more than the last approved version: the term runs from the end of that one, or from
/// the begin.
fn change(changed: &ChangeCase<'_>, context: &RuleContext<'_>, findings: &mut Vec<Finding>) {
    let Some((source, record)) = changed.after.and_then(|it| Some((it, it.record.as_ref()?)))
    else {
        return;
    };
    let begin = match changed.approved {
        Some(approved) if ExpiryExtension::between(approved, record).is_later() => {
            Some(approved.expires.clone())
        }
        Some(_) => None,
        None => term::begin(record, changed.past.landed),
    };
    let tier = tier::resolve(&context.governance.policy, &Facts::of(record));
    let (Some(begin), Some(tier), Some(last)) = (begin, tier, record.renewals.last()) else {
        return;
    };
    let is_said = !term::judge(&last.from, &record.expires, &tier.max_term).is_empty();
    if record.closure.is_none() && !is_said {
        findings.extend(found(source, &tier, (&begin, &record.expires)));
    }
}

fn found(
    source: &RecordFile,
    tier: &Resolved,
    (begin, expires): (&When, &When),
) -> Option<Finding> {
    let broken = term::judge(begin, expires, &tier.max_term);
    let worst = broken.first()?;
    let latest = match worst.latest {
        When::Day(_) => "day",
        When::Instant(..) => "instant",
    };
    let message =
        format!("the exception ends {} after the latest {latest} allowed", worst.excess());
    let note = format!("{} allows {}{}", worst.limit.by, worst.limit.term, tier.silence());
    let help = source.end_on(&worst.latest).after(note);
    Some(source.finding(RULE.code, RULE.level, "expires", message, help))
}

/// Returns the start of the present term: of the last renewal, else as stated, else the landing or the instant in question.
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
