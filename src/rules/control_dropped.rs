//! `control-dropped`: a compensating control was removed or withdrawn.
//!
//! Pure. Follows `docs/spec/rules.md` (change).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::case::RuleContext;
use crate::rules::change_cases::ChangeCase;
use crate::rules::example::Example;
use crate::rules::meaning;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::scope_widened::reopens;

pub(super) const RULE: Rule = Rule {
    code: Code::ControlDropped,
    level: Level::Note,
    serves: &["M29"],
    summary: "a compensating control was removed or withdrawn, which reopens the approval",
    why: "The risk was accepted because of this control; without it, the risk must be accepted again.",
    bad: Example::change("", "compensating_controls[0].status: withdrawn"),
    good: Example::change("", "compensating_controls[0].verified: 2026-12-04"),
    checks: &[Check::Change(check)],
    special: SpecialCases::NONE,
};

fn check(changed: &ChangeCase<'_>, _: &RuleContext<'_>, findings: &mut Vec<Finding>) {
    findings.extend(dropped(changed));
}

fn dropped(changed: &ChangeCase<'_>) -> Option<Finding> {
    let (before, after) = changed.both()?;
    let differences = meaning::dropped(before, after);
    reopens(changed, RULE.code, "a compensating control was dropped", &differences)
}
