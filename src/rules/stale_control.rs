//! `stale-control`: an active control past its verification date.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::shell;
use crate::diag::{Finding, Level};
use crate::policy::term;
use crate::record::file::FieldState;
use crate::record::form;
use crate::record::time::{Day, When};
use crate::record::vocabulary::ControlStatus;
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::StaleControl,
    level: Level::Warning,
    serves: &["M41"],
    summary: "a compensating control was not verified in time",
    why: "A control that is not verified may no longer work.",
    bad: Example::with("compensating_controls[0].verify_every", "10d").on("2026-11-30"),
    good: Example::with("compensating_controls[0].verify_every", "10d").on("2026-11-29"),
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let Some(instant) = case.context.instant.filter(|_| case.lacks("closure")) else {
        return;
    };
    let list = "compensating_controls";
    for index in 0..case.source.items(list).len() {
        let item = format!("{list}[{index}]");
        let Some(fresh) = fresh_through(case, &item) else {
            continue;
        };
        if instant < term::overdue_from(fresh) {
            continue;
        }
        let name = case.source.text(&format!("{item}.id")).unwrap_or(&item);
        let message = format!("control {name} was due for verification by {fresh}");
        let review = shell::command("exledger review", &[case.source.stem(), "--control", name]);
        let help =
            Remedy::run([review]).after("verify it first; one that is gone is set to `withdrawn`");
        findings.push(case.finding(RULE.code, &format!("{item}.verified"), message, help));
    }
}

/// Returns the last day on which a control is fresh; `None` if it is not active, needs no further verification, or
/// a field can't be read.
fn fresh_through(case: &RecordCase<'_>, item: &str) -> Option<Day> {
    let status: ControlStatus = case.value(&format!("{item}.status"))?;
    if status != ControlStatus::Active {
        return None;
    }
    let every = case.source.text(&format!("{item}.verify_every"))?;
    let field = format!("{item}.verified");
    let verified: Option<Day> = match case.source.stated(&field) {
        FieldState::Absent => None,
        FieldState::Unreadable => return None,
        FieldState::Node(_) => Some(case.value(&field)?),
    };
    let begin = case.value("starts").or_else(|| case.landed.map(When::instant));
    term::fresh_through(verified, begin.as_ref(), form::term(every).ok())
}
