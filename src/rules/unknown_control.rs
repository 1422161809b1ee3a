//! `unknown-control`: not in its catalog, or in no catalog that the policy lists.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::policy::catalog::controls::Catalog;
use crate::policy::catalog::{self};
use crate::policy::governance::Governance;
use crate::record::near;
use crate::record::reference::ControlRef;
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};

pub(super) const RULE: Rule = Rule {
    code: Code::UnknownControl,
    level: Level::Warning,
    serves: &["M21"],
    summary: "a control is in none of the listed catalogs",
    why: "An unknown control can't be shown with its title or grouped with others.",
    bad: Example::with("deviates_from.controls", "[owasp-nhi:NHI99:2025]"),
    good: Example::SAMPLE,
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    for cited in case.cited.iter().filter(|cited| cited.candidates.is_empty()) {
        let control = &cited.control;
        let (message, help) = message_and_help(case.context.governance, control);
        let field = cited.field();
        let remedy = match known(case.context.governance, control) {
            Some(known) => case.source.set_for_example(&field, &known),
            None => case.source.remove(&field),
        };
        findings.push(case.finding(RULE.code, &field, message, remedy.after(help)));
    }
}

/// Returns the most similar control of the catalog that is meant, else the first of one that the policy lists.
fn known(governance: &Governance, control: &ControlRef) -> Option<String> {
    let listed = governance.policy.catalogs.iter().map(|name| catalog::name_of(name));
    let listed = listed.filter_map(|name| governance.catalog(name));
    let mut catalogs = governance.catalog(control.catalog()).into_iter().chain(listed);
    catalogs.find_map(|catalog| {
        let current = || catalog.controls.iter().filter(|control| !control.withdrawn);
        let ids = current().map(|control| control.id.as_str());
        let similar = near::closest(control.id(), ids, 1).into_iter().next();
        let id = similar.or_else(|| current().next().map(|control| control.id.as_str()))?;
        Some(format!("{}:{id}", catalog.name))
    })
}

fn message_and_help(governance: &Governance, control: &ControlRef) -> (String, String) {
    let (name, id) = (control.catalog(), control.id());
    let Some(catalog) = governance.catalog(name) else {
        let is_ours = catalog::names().any(|ours| ours.eq_ignore_ascii_case(name));
        let listed: Vec<&str> =
            governance.policy.catalogs.iter().map(|name| catalog::name_of(name)).collect();
        let known = listed.join(", ");
        return match name {
            _ if is_ours => (
                format!("the policy does not list the catalog {name}"),
                format!(
                    "add {name} to `catalogs` in exledger.yaml, or cite a catalog that is listed"
                ),
            ),
            "" => (
                format!("no catalog has `{control}`"),
                match unlisted(control) {
                    Some(name) => {
                        format!("{name} has it: add {name} to `catalogs` in exledger.yaml")
                    }
                    None => format!(
                        "write the rule under `rule`, or the control as catalog:id; known: {known}"
                    ),
                },
            ),
            name => (
                format!("the policy lists no catalog `{name}`"),
                format!(
                    "write the rule under `rule`, or add its file to `catalogs`; known: {known}"
                ),
            ),
        };
    };
    let listed = governance
        .policy
        .catalogs
        .iter()
        .filter_map(|name| governance.catalog(catalog::name_of(name)));
    let elsewhere: Vec<String> = listed
        .filter_map(|catalog| catalog.find(id))
        .map(|found| format!("{} ({})", found.canonical(), found.control.title))
        .collect();
    let help = match elsewhere[..] {
        [] => nearest(catalog, id),
        _ => format!("{} is in another catalog; {}", elsewhere.join(" or "), all(catalog)),
    };
    (format!("{} has no control `{id}`", catalog.name), help)
}

/// Returns the built-in catalog that has the control if no listed catalog has it.
fn unlisted(control: &ControlRef) -> Option<&'static str> {
    let lookup =
        |name: &&str| catalog::built_in(name).and_then(|catalog| catalog.find(control.as_str()));
    catalog::names().find(|name| lookup(name).is_some())
}

const PROPOSED: usize = 3;

fn nearest(catalog: &Catalog, id: &str) -> String {
    let current = catalog.controls.iter().filter(|control| !control.withdrawn);
    let ids = current.map(|control| control.id.as_str());
    let similar = near::closest(id, ids, PROPOSED).into_iter();
    let titled = similar.filter_map(|id| Some((id, &catalog.find(id)?.control.title)));
    let similar: Vec<String> = titled.map(|(id, title)| format!("{id} ({title})")).collect();
    if similar.is_empty() {
        all(catalog)
    } else {
        format!("nearest: {}; {}", similar.join(", "), all(catalog))
    }
}

fn all(catalog: &Catalog) -> String {
    format!("`exledger explain --controls {}` lists all", catalog.name)
}
