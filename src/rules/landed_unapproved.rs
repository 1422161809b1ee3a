//! `landed-unapproved`: a change builds on content that landed unapproved.
//!
//! Pure. Follows `docs/spec/cli.md` (lint and diff).

use crate::diag::code::Code;
use crate::diag::remedy::{Act, Remedy};
use crate::diag::shell;
use crate::diag::{Finding, Level};
use crate::rules::case::RuleContext;
use crate::rules::change_cases::ChangeCase;
use crate::rules::event_details;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::LandedUnapproved,
    level: Level::Note,
    serves: &["M25", "M29"],
    summary: "approving this change also approves earlier unapproved changes",
    why: "A harmless-looking change takes along everything that was merged since the last approval.",
    bad: Example::change(
        "unapproved\nscope.resources: [db:invoices, db:orders]",
        "scope.resources: [db:invoices, db:orders]\ntitle: A better title",
    ),
    good: Example::change("", "title: A better title"),
    checks: &[Check::Change(check)],
    special: SpecialCases::NONE,
};

fn check(changed: &ChangeCase<'_>, _: &RuleContext<'_>, findings: &mut Vec<Finding>) {
    findings.extend(waiting(changed));
}

fn waiting(changed: &ChangeCase<'_>) -> Option<Finding> {
    // A change that needs no approval is not approved, and neither is anything along with it.
    if changed.needs.needed.count == 0 {
        return None;
    }
    let landed = changed.waiting?;
    let after = changed.after?.record.as_ref()?;
    let message = event_details::also((changed.approved, landed, after), changed.needs.carries_on)?;
    let approve = || shell::command("exledger approve", &[after.id.as_str()]);
    let commands = if changed.needs.can_be_signed { vec![approve()] } else { Vec::new() };
    let act = Act::Other { waits_for: Vec::new(), commands };
    let remedy = Remedy { note: changed.needs.describe(), act };
    let finding = changed.finding(RULE.code, Level::Note, "id", message, remedy)?;
    Some(Finding { field: None, pos: None, ..finding })
}
