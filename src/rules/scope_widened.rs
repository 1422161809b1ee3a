//! `scope-widened`: more is waived than before.
//!
//! Pure. Follows `docs/spec/rules.md` (change) and `docs/spec/approval.md`, V5.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::case::RuleContext;
use crate::rules::change_cases::ChangeCase;
use crate::rules::example::Example;
use crate::rules::meaning::{self, FieldDifference};
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::ScopeWidened,
    level: Level::Note,
    serves: &["M29"],
    summary: "the scope was widened, which reopens the approval",
    why: "Only the narrower scope was approved; the rest is not waived until it is approved too.",
    bad: Example::change("", "scope.resources: [db:invoices, db:orders]"),
    good: Example::change("", "scope.not_waived: [db:salaries]"),
    checks: &[Check::Change(check)],
    special: SpecialCases::NONE,
};

fn check(changed: &ChangeCase<'_>, _: &RuleContext<'_>, findings: &mut Vec<Finding>) {
    findings.extend(widened(changed));
}

fn widened(changed: &ChangeCase<'_>) -> Option<Finding> {
    let (before, after) = changed.both()?;
    reopens(changed, RULE.code, "the scope is wider", &meaning::widened(before, after))
}

pub(super) fn reopens(
    changed: &ChangeCase<'_>,
    code: Code,
    what: &str,
    differences: &[FieldDifference],
) -> Option<Finding> {
    let first = differences.first()?;
    let texts: Vec<&str> = differences.iter().map(|difference| difference.text.as_str()).collect();
    changed.finding(
        code,
        Level::Note,
        &first.field,
        format!("{what}: {}", texts.join("; ")),
        format!("this reopens the approval: {}", changed.needs.describe()),
    )
}
