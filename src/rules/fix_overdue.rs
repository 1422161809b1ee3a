//! `fix-overdue`: `fix.due` after the exception's last day, or past.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::shell;
use crate::diag::{Finding, Level};
use crate::record::time::Day;
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::FixOverdue,
    level: Level::Warning,
    serves: &["M80"],
    summary: "the fix is overdue, or due after the exception ends",
    why: "If the fix comes after the end, a renewal is already planned but not stated.",
    bad: Example::with("fix.due", "2027-01-10"),
    good: Example::SAMPLE,
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let Some(due) = case.value::<Day>("fix.due") else {
        return;
    };
    let is_open = case.lacks("closure");
    let is_after = case.not_after().is_some_and(|end| due.start() >= end);
    let is_past = |instant| is_open && instant >= due.end();
    let (message, remedy) = if is_after {
        let message = format!("the fix is due on {due}, after the exception ends");
        let last = case.not_after().map(|end| end.plus_seconds(-1).day().to_string());
        (message, case.source.set_for_example("fix.due", &last.unwrap_or_default()))
    } else if case.context.instant.is_some_and(is_past) {
        let message = format!("the fix was due on {due}");
        (
            message,
            Remedy::run([shell::command("exledger close", &[case.source.stem()])])
                .after("close the record, or have a new date approved"),
        )
    } else {
        return;
    };
    findings.push(case.finding(RULE.code, "fix.due", message, remedy));
}
