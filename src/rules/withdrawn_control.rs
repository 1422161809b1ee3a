//! `withdrawn-control`: withdrawn, with what took its place.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::WithdrawnControl,
    level: Level::Warning,
    serves: &["M21"],
    summary: "a control that its framework has withdrawn",
    why: "An id of an older edition is cited as if it still held; the new one may say something else.",
    remedy: "Cite what took its place, if that is what is meant.",
    bad: Example::with("deviates_from.controls", "[nist-csf:PR.AC-4]"),
    good: Example::with("deviates_from.controls", "[nist-csf:PR.AA-05]"),
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    for cited in &case.cited {
        let [found] = cited.meant[..] else {
            continue;
        };
        if !found.control.withdrawn {
            continue;
        }
        let message = format!(
            "{} is withdrawn ({})",
            found.canonical(),
            found.control.title
        );
        let name = &found.catalog.name;
        let successors: Vec<String> = found
            .control
            .replaced_by
            .iter()
            .map(|id| format!("{name}:{id}"))
            .collect();
        let help = match successors[..] {
            [] => "nothing took its place: cite what is meant today".to_owned(),
            _ => format!("replaced by {}", successors.join(", ")),
        };
        findings.push(case.finding(RULE.code, &cited.field(), message, help));
    }
}
