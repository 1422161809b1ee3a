//! `missing-change`: change-window baseline without `references.change`.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::record::vocabulary::Baseline;
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::MissingChange,
    level: Level::Error,
    serves: &["M16"],
    summary: "a deviation from the change window names no change",
    why: "The change record decides about work outside the window; without it, the gate can't check anything.",
    bad: Example::with("deviates_from.baseline", "change-window"),
    good: Example::with("references", "{change: CHG-1234, ticket: BILL-400}"),
    checks: &[Check::Record(check)],
    special: SpecialCases { asked_later: true, ..SpecialCases::NONE },
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let field = "references.change";
    let baseline: Option<Baseline> = case.value("deviates_from.baseline");
    if baseline != Some(Baseline::ChangeWindow) || !case.lacks(field) {
        return;
    }
    findings.push(case.finding(
        RULE.code,
        field,
        "an exception from the change window does not name a change".to_owned(),
        case.source.set_for_example(field, "CHG-1234"),
    ));
}
