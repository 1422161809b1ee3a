//! `loose-control`: normalised from a loose form; never rewritten silently.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::policy::catalog::controls::{ControlForm, ControlMatch};
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::LooseControl,
    level: Level::Warning,
    serves: &["M21"],
    summary: "a control id is not written as in its catalog",
    why: "A loosely written id may mean a different control; its title shows which one.",
    bad: Example::with("deviates_from.controls", "[owasp-nhi:NHI-07]"),
    good: Example::SAMPLE,
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    for cited in &case.cited {
        let (control, candidates) = (&cited.control, &cited.candidates);
        let is_exact = |found: &ControlMatch<'_>| {
            found.form == ControlForm::Exact && found.catalog.name == control.catalog()
        };
        if candidates.iter().all(is_exact) {
            continue;
        }
        let readings: Vec<String> = candidates
            .iter()
            .map(|found| format!("{} ({})", found.canonical(), found.control.title))
            .collect();
        let message = format!("`{control}` is read as {}", readings.join(" or "));
        let first = candidates.first().map(|found| found.canonical().to_string());
        let help = case.source.set_for_example(&cited.field(), &first.unwrap_or_default());
        findings.push(case.finding(RULE.code, &cited.field(), message, help));
    }
}
