//! `closed-edited`: a closed record changed, other than by its post-closure review or the date of a check of access.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (change). If the version that reopens it is approved, the audit of
//! the mainline lowers the finding to a note.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::record::Record;
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
    remedy: "Undo the change; file a new record where the exception is needed again.",
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
    if before.closure.is_none() || with_later_checks(before, after) == without_review(after) {
        return None;
    }
    let id = &after.id;
    let (message, help) = match &after.closure {
        None => (
            "this reopens a closed record".to_owned(),
            format!("restore the closure and file a new record: `exledger new --like {id}`"),
        ),
        Some(_) => (
            "this changes a closed record".to_owned(),
            format!(
                "undo the change; a closed record takes only `exledger close {id} --reviewed` and \
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

fn without_review(record: &Record) -> Record {
    let mut copy = record.clone();
    if let Some(closure) = &mut copy.closure {
        closure.reviewed = None;
    }
    copy
}
