//! `closed-edited`: a closed record changed, other than by its post-closure review or the date of a check of access.
//!
//! Pure. Follows `docs/spec/rules.md` (change). What was decided before the closure, and merged after it, is a note. If the
//! version that reopens it is approved, the audit of the mainline lowers the finding to a note.

use crate::approval::count::requirement;
use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level};
use crate::history::change::differ;
use crate::history::change::entries::{self, Handover};
use crate::record::Record;
use crate::record::time::Day;
use crate::record::vocabulary::ControlStatus;
use crate::rules::case::RuleContext;
use crate::rules::change_cases::ChangeCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

const CLOSED: &str = "closure: {outcome: remediated, date: 2026-12-19, by: lee@example.com, reason: The job is retired}";

pub(super) const RULE: Rule = Rule {
    code: Code::ClosedEdited,
    level: Level::Error,
    serves: &["M49"],
    summary: "a closed record was changed by something other than a later review of its closure or its access",
    why: "A closed record is evidence: a later reader must find what was true when it was closed.",
    bad: Example::change(CLOSED, ""),
    good: Example::change(
        CLOSED,
        "closure: {outcome: remediated, date: 2026-12-19, by: lee@example.com, reason: The job is retired, \
         reviewed: {date: 2027-01-10, by: dana@example.com, outcome: effective}}",
    ),
    checks: &[Check::Change(check)],
    special: SpecialCases::NONE,
};

fn check(changed: &ChangeCase<'_>, _: &RuleContext<'_>, findings: &mut Vec<Finding>) {
    findings.extend(edited(changed));
}

fn edited(changed: &ChangeCase<'_>) -> Option<Finding> {
    let (before, after) = changed.both()?;
    before.closure.as_ref()?;
    // Whoever puts back what it said when it was closed ends what came since.
    let closed = if after.closure.is_some() { changed.closed } else { None };
    let known: Vec<&Record> = match drops_review(before, after) {
        true => Vec::new(),
        false => [Some(before), closed].into_iter().flatten().collect(),
    };
    if known.iter().any(|before| is_checked(before, after)) {
        return None;
    }
    let id = &after.id;
    let is_late = |before| {
        let grown = with_late_decisions(&with_later_checks(before, after), after);
        grown.is_some_and(|grown| grown == without_review(after))
    };
    if known.into_iter().any(is_late) {
        let message = "this adds to a closed record what was decided before its closure".to_owned();
        let help = Remedy::stays().after("it was merged after the closure, and changes nothing");
        return changed.finding(RULE.code, Level::Note, "closure", message, help);
    }
    let (message, help) = match &after.closure {
        None => (
            "this reopens a closed record".to_owned(),
            format!("`exledger new --like {id}` files a new record"),
        ),
        Some(_) => (
            "this changes a closed record".to_owned(),
            format!(
                "a closed record takes only `exledger close {id} --reviewed` and \
                 `exledger close {id} --access-verified after=DATE`"
            ),
        ),
    };
    changed.finding(RULE.code, Level::Error, "closure", message, help)
}

/// Returns a record without its review, and with the days that a later version adds on which access was verified; the one
/// after the exception may also be later than before.
fn with_later_checks(before: &Record, after: &Record) -> Record {
    let mut copy = without_review(before);
    let checked = after.closure.as_ref().and_then(|closure| closure.access_verified.as_ref());
    if let (Some(closure), Some(checked)) = (&mut copy.closure, checked) {
        let known = closure.access_verified.get_or_insert_default();
        known.before = known.before.or(checked.before);
        known.during = known.during.or(checked.during);
        known.after = known.after.max(checked.after);
    }
    copy
}

/// Tells whether a closed record changed only by its review, or by days on which access was verified.
pub(super) fn is_checked(before: &Record, after: &Record) -> bool {
    with_later_checks(before, after) == without_review(after)
}

pub(super) fn drops_review(before: &Record, after: &Record) -> bool {
    let is_reviewed =
        |record: &Record| record.closure.as_ref().is_some_and(|closure| closure.reviewed.is_some());
    is_reviewed(before) && after.closure.is_some() && !is_reviewed(after)
}

fn without_review(record: &Record) -> Record {
    let mut copy = record.clone();
    if let Some(closure) = &mut copy.closure {
        closure.reviewed = None;
    }
    copy
}

/// Returns a closed record with what a later version adds that was decided by the day of the closure: entries of its lists, an owner
/// by a transfer, a control that was seen to work; `None` if it changes an entry, or adds a later one.
fn with_late_decisions(before: &Record, after: &Record) -> Option<Record> {
    let closed = before.closure.as_ref()?.date;
    let mut grown = requirement::with_additions(before, after)?;
    if entries::handover(before, after) == Handover::Transferred
        && after.transfers.starts_with(&before.transfers)
    {
        grown.owner.clone_from(&after.owner);
        grown.transfers.clone_from(&after.transfers);
    }
    let mut days: Vec<Day> = Vec::new();
    for (known, control) in
        before.compensating_controls.iter().zip(&mut grown.compensating_controls)
    {
        if control.verified == known.verified {
            continue;
        }
        days.extend(control.verified);
        let mut others = after.compensating_controls.iter();
        if others.any(|other| other.id == control.id && other.status == ControlStatus::Active) {
            control.status = ControlStatus::Active;
        }
    }
    days.extend(differ::beyond(&after.reviews, &before.reviews).iter().map(|review| review.date));
    days.extend(differ::beyond(&after.handling, &before.handling).iter().map(|note| note.date));
    days.extend(differ::beyond(&after.fired, &before.fired).iter().map(|firing| firing.date));
    days.extend(differ::beyond(&after.transfers, &before.transfers).iter().map(|it| it.date));
    days.iter().all(|day| *day <= closed).then_some(grown)
}
