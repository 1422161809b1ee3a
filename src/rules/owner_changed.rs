//! `owner-changed`: somebody else is accountable; an error if no transfer entry says so.
//!
//! Pure. Follows `docs/spec/rules.md` (change).

use crate::diag::code::Code;
use crate::diag::shell;
use crate::diag::{Finding, Level};
use crate::history::change::entries::{self, Handover};
use crate::rules::case::RuleContext;
use crate::rules::change_cases::ChangeCase;
use crate::rules::example::Example;
use crate::rules::meaning::FieldDifference;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::scope_widened::reopens;

pub(super) const RULE: Rule = Rule {
    code: Code::OwnerChanged,
    level: Level::Note,
    serves: &["M29", "M43"],
    summary: "the owner changed, which reopens the approval; an error without a transfer entry",
    why: "The accountable person is part of what was approved, and a handover must record both names.",
    bad: Example::change(
        "",
        "owner.email: lee@example.com\n\
         transfers: [{date: 2026-12-01, from: ana@example.com, to: lee@example.com}]",
    ),
    good: Example::change("", "owner.team: payments"),
    checks: &[Check::Change(check)],
    special: SpecialCases::NONE,
};

fn check(changed: &ChangeCase<'_>, _: &RuleContext<'_>, findings: &mut Vec<Finding>) {
    findings.extend(handed(changed));
}

fn handed(changed: &ChangeCase<'_>) -> Option<Finding> {
    let (before, after) = changed.both()?;
    let (old, new) = (&before.owner.email, &after.owner.email);
    let difference =
        FieldDifference { field: "owner.email".to_owned(), text: format!("{old} → {new}") };
    match entries::handover(before, after) {
        Handover::No => None,
        Handover::Transferred => {
            reopens(changed, RULE.code, "the owner changes", std::slice::from_ref(&difference))
        }
        Handover::Silent => changed.finding(
            RULE.code,
            Level::Error,
            &difference.field,
            format!("the owner changes: {}, without a new transfer entry", difference.text),
            format!(
                "run `{}` on the file as it was; {}",
                shell::command("exledger transfer", &[after.id.as_str(), "--to", &new.to_string()]),
                changed.needs.describe()
            ),
        ),
    }
}
