//! `unknown-control`: not in its catalog, or in none of those that the policy lists.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::{Finding, Level};
use crate::policy::catalog;
use crate::policy::governance::Governance;
use crate::record::reference::ControlRef;
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
    let mut findings = Vec::new();
    for cited in of.cited.iter().filter(|cited| cited.meant.is_empty()) {
        let control = &cited.control;
        let (message, help) = words(case.known.governance, control);
        findings.push(of.finding(RULE.code, &cited.field(), message, help));
    }
    findings
}

/// Returns what is unknown about a control, and where to look instead.
fn words(governance: &Governance, control: &ControlRef) -> (String, String) {
    let (name, id) = (control.catalog(), control.id());
    let look_up = format!("look it up: `exledger controls {id}`");
    let Some(catalog) = governance.catalog(name) else {
        let is_ours = catalog::names().any(|ours| ours.eq_ignore_ascii_case(name));
        return match name {
            _ if is_ours => (
                format!("the policy does not list the catalog {name}"),
                format!(
                    "add {name} to `catalogs` in exledger.yaml, or cite a catalog that is there"
                ),
            ),
            "" => (format!("no catalog knows `{control}`"), look_up),
            name => (format!("the policy lists no catalog `{name}`"), look_up),
        };
    };
    let listed = governance.policy.catalogs.iter();
    let listed = listed.filter_map(|name| governance.catalog(catalog::name_of(name)));
    let elsewhere: Vec<String> = listed
        .filter_map(|catalog| catalog.find(id))
        .map(|found| format!("{} ({})", found.canonical(), found.control.title))
        .collect();
    let help = match elsewhere[..] {
        [] => look_up,
        _ => format!("{} is another catalog's; {look_up}", elsewhere.join(" or ")),
    };
    (format!("{} knows no control `{id}`", catalog.name), help)
}
