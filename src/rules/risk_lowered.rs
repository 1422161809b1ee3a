//! `risk-lowered`: the stated residual risk is lower than before.
//!
//! Pure. Follows `docs/spec/rules.md` (change).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::case::RuleContext;
use crate::rules::change_cases::ChangeCase;
use crate::rules::example::Example;
use crate::rules::meaning::FieldDifference;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::rules::scope_widened::reopens;

pub(super) const RULE: Rule = Rule {
    code: Code::RiskLowered,
    level: Level::Note,
    serves: &["M29"],
    summary: "the stated risk was lowered, which reopens the approval",
    why: "The risk level chooses the tier and therefore the approvers; the author must not choose them alone.",
    bad: Example::change("", "risk.level: low"),
    good: Example::change("", "risk.level: critical"),
    checks: &[Check::Change(check)],
    special: SpecialCases::NONE,
};

fn check(changed: &ChangeCase<'_>, _: &RuleContext<'_>, findings: &mut Vec<Finding>) {
    findings.extend(lowered(changed));
}

fn lowered(changed: &ChangeCase<'_>) -> Option<Finding> {
    let (before, after) = changed.both()?;
    let (old, new) = (before.risk.level, after.risk.level);
    let difference = (new < old).then(|| FieldDifference {
        field: "risk.level".to_owned(),
        text: format!("from {} to {}", old.as_str(), new.as_str()),
    });
    reopens(changed, RULE.code, "the stated risk is lower", difference.as_slice())
}
