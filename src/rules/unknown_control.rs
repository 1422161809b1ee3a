//! `unknown-control`: not in its catalog, or in none of those that the policy lists.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::{Finding, Level};
use crate::policy::catalog::{self, Found};
use crate::policy::governance::Governance;
use crate::record::reference::ControlRef;
use crate::rules::case::{Case, Of};
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
    for (field, control) in cited(of) {
        if !meant(governance, &control).is_empty() {
            continue;
        }
        let message = match governance.catalog(control.catalog()) {
            Some(catalog) => format!("{} knows no control `{}`", catalog.name, control.id()),
            None if control.catalog().is_empty() => format!("no catalog knows `{control}`"),
            None => format!("the policy lists no catalog `{}`", control.catalog()),
        };
        let help = format!("look it up: `exledger controls {}`", control.id());
        findings.push(of.finding(RULE.code, &field, message, help));
    }
    findings
}

/// Returns the controls that a record cites, with their fields.
pub(super) fn cited(of: &Of<'_>) -> Vec<(String, ControlRef)> {
    let items = of.source.items("deviates_from.controls").iter().enumerate();
    let cited = items.filter_map(|(index, item)| {
        let control = ControlRef::new(item.text()?)?;
        Some((format!("deviates_from.controls[{index}]"), control))
    });
    cited.collect()
}

/// Returns the controls that a citation may mean: the one of its catalog, without a catalog those of all that the
/// policy lists.
pub(super) fn meant<'g>(governance: &'g Governance, control: &ControlRef) -> Vec<Found<'g>> {
    if !control.catalog().is_empty() {
        return governance.control(control).into_iter().collect();
    }
    let listed = governance.policy.catalogs.iter();
    let catalogs = listed.filter_map(|name| governance.catalog(catalog::name_of(name)));
    catalogs
        .filter_map(|catalog| catalog.find(control.id()))
        .collect()
}
