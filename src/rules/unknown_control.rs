//! `unknown-control`: not in its catalog, or in none of those that the policy lists.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::{Finding, Level};
use crate::rules::case::Case;
use crate::rules::example::Example;
use crate::rules::{Group, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "unknown-control",
    level: Level::Warning,
    group: Group::Content,
    serves: &["M21"],
    summary: "a control that no listed catalog knows",
    why: "An id that is in no catalog groups with nothing and can't be shown with its title.",
    remedy: "Look it up with `exledger controls`, or list the catalog in the policy.",
    bad: Example::with("deviates_from.controls", "[owasp-nhi:NHI99:2025]"),
    good: Example::SAMPLE,
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some(of) = case.record() else {
        return Vec::new();
    };
    let governance = case.known.governance;
    let mut findings = Vec::new();
    for cited in of.cited.iter().filter(|cited| cited.meant.is_empty()) {
        let control = &cited.control;
        let message = match governance.catalog(control.catalog()) {
            Some(catalog) => format!("{} knows no control `{}`", catalog.name, control.id()),
            None if control.catalog().is_empty() => format!("no catalog knows `{control}`"),
            None => format!("the policy lists no catalog `{}`", control.catalog()),
        };
        let help = format!("look it up: `exledger controls {}`", control.id());
        findings.push(of.finding(RULE.code, &cited.field(), message, help));
    }
    findings
}
