//! `withdrawn-control`: a withdrawn control, with its replacement.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::WithdrawnControl,
    level: Level::Warning,
    serves: &["M21"],
    summary: "a control was withdrawn by its framework",
    why: "The id belongs to an old edition; the current edition may require something else.",
    bad: Example::with("deviates_from.controls", "[nist-csf:PR.AC-4]"),
    good: Example::with("deviates_from.controls", "[nist-csf:PR.AA-05]"),
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    for cited in &case.cited {
        let [found] = cited.candidates[..] else {
            continue;
        };
        if !found.control.withdrawn {
            continue;
        }
        let message = format!("{} is withdrawn ({})", found.canonical(), found.control.title);
        let name = &found.catalog.name;
        let successors: Vec<String> =
            found.control.replaced_by.iter().map(|id| format!("{name}:{id}")).collect();
        let field = cited.field();
        let help = match &successors[..] {
            [] => {
                case.source.remove(&field).after("it has no replacement: cite what applies today")
            }
            [only] => case.source.set(&field, only),
            [first, ..] => {
                let note = format!("replaced by {}", successors.join(", "));
                case.source.set_for_example(&field, first).after(note)
            }
        };
        findings.push(case.finding(RULE.code, &cited.field(), message, help));
    }
}
