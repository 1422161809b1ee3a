//! `decision-rewritten`: an entry of an earlier decision was changed or removed.
//!
//! Pure. Follows `docs/spec/rules.md` (change) and `docs/spec/approval.md`, V9.

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::case::RuleContext;
use crate::rules::change_cases::ChangeCase;
use crate::rules::example::Example;
use crate::rules::meaning;
use crate::rules::rule::{Check, Rule, SpecialCases};

const REVIEWED: &str = "reviews: [{date: 2026-12-04, by: lee@example.com, outcome: reduce}]";

pub(super) const RULE: Rule = Rule {
    code: Code::DecisionRewritten,
    level: Level::Error,
    serves: &["M29", "M63"],
    summary: "an entry of reviews, handling, renewals, transfers or fired was changed or removed",
    why: "Each entry records a decision; rewriting it falsifies what was decided.",
    bad: Example::change(
        REVIEWED,
        "reviews: [{date: 2026-12-04, by: lee@example.com, outcome: still-needed}]",
    ),
    good: Example::change(
        REVIEWED,
        "reviews: [{date: 2026-12-04, by: lee@example.com, outcome: reduce}, \
         {date: 2026-12-11, by: lee@example.com, outcome: still-needed}]",
    ),
    checks: &[Check::Change(check)],
    special: SpecialCases::NONE,
};

fn check(changed: &ChangeCase<'_>, _: &RuleContext<'_>, findings: &mut Vec<Finding>) {
    findings.extend(rewritten(changed));
}

fn rewritten(changed: &ChangeCase<'_>) -> Vec<Finding> {
    let Some((before, after)) = changed.both() else {
        return Vec::new();
    };
    let lists = meaning::rewritten(before, after).into_iter();
    let finding = |list: meaning::FieldDifference| {
        changed.finding(
            RULE.code,
            Level::Error,
            &list.field,
            list.text,
            format!(
                "add an entry instead; the change reopens the approval: {}",
                changed.needs.describe()
            ),
        )
    };
    lists.filter_map(finding).collect()
}
