//! `silent-extension`: a later end without a renewal entry, or an end later than the last renewal says.
//!
//! Pure. Follows `docs/spec/rules.md` (change); the second is also checked in a single file.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::history::change::entries::ExpiryExtension;
use crate::record::file::RecordFile;
use crate::record::time::{When, not_after};
use crate::rules::case::{RecordCase, RuleContext};
use crate::rules::change_cases::ChangeCase;
use crate::rules::example::Example;
use crate::rules::meaning;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::SilentExtension,
    level: Level::Error,
    serves: &["M30"],
    summary: "the end was moved later without a renewal entry",
    why: "A renewal is a new decision with a reason; dates that move without one make exceptions permanent.",
    bad: Example::change("", "expires: 2027-01-10"),
    good: Example::change(
        "",
        "expires: 2027-01-10\n\
         renewals: [{date: 2026-12-18, from: 2026-12-20, until: 2027-01-10, reason: The vendor is late}]",
    ),
    checks: &[Check::Record(record), Check::Change(change)],
    special: SpecialCases::NONE,
};

fn record(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(contradiction(case.source));
}

fn change(changed: &ChangeCase<'_>, _: &RuleContext<'_>, findings: &mut Vec<Finding>) {
    let found = extension(changed).or_else(|| contradiction(changed.after?));
    findings.extend(found);
}

/// The end may be earlier than the last renewal says, which narrows what was approved, but never later.
fn contradiction(source: &RecordFile) -> Option<Finding> {
    let last = source.items("renewals").len().checked_sub(1)?;
    let until: When = source.value(&format!("renewals[{last}].until"))?;
    let expires: When = source.value("expires")?;
    if not_after(&expires) <= not_after(&until) {
        return None;
    }
    Some(source.finding(
        RULE.code,
        Level::Error,
        "expires",
        format!("the exception ends on {expires}, but its last renewal says {until}"),
        source.end_on(&until).after("`exledger renew` writes both"),
    ))
}

fn extension(changed: &ChangeCase<'_>) -> Option<Finding> {
    let (before, after) = changed.both()?;
    if ExpiryExtension::between(before, after) != ExpiryExtension::Silent {
        return None;
    }
    let (old, new) = (&before.expires, &after.expires);
    let id = &after.id;
    changed.finding(
        RULE.code,
        Level::Error,
        "expires",
        format!(
            "the end moves from {old} to {new} ({}) without a matching renewal entry",
            meaning::shift(not_after(old), not_after(new))
        ),
        changed.put_back().after(format!("`exledger renew {id}` moves it, with a reason")),
    )
}
