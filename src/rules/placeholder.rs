//! `placeholder`: placeholder text instead of a value.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::{Finding, Level};
use crate::record;
use crate::record::placeholder::{holds_a_place, is_to_do};
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::yaml::node::Node;

pub(super) const RULE: Rule = Rule {
    code: Code::Placeholder,
    level: Level::Error,
    serves: &["M04"],
    summary: "placeholder text instead of a reason",
    why: "A placeholder would be approved as if it were a reason, and then never be replaced.",
    bad: Example::with("risk.blast_radius", "TBD"),
    good: Example::SAMPLE,
    checks: &[Check::Record(check), Check::Redesign(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    for field in case.source.root.iter().flat_map(held) {
        if case.source.text(&field).is_some() {
            let message = format!("`{field}` is placeholder text");
            let yaml = case.source.root.as_ref().map(|root| record::example::of(&field, root));
            let help = case.source.set_for_example(&field, &yaml.unwrap_or_default());
            findings.push(case.finding(RULE.code, &field, message, help));
        }
    }
}

const FIELDS: &[&str] = &[
    "title",
    "justification",
    "deviates_from.rule",
    "subject.task",
    "risk.blast_radius",
    "rollback.plan",
    "rollback.criteria",
    "fix.plan",
    "closure.reason",
    "closure.prevention",
    "plan",
    "assessed.reason",
];

const ITEMS: &[(&str, &str)] = &[
    ("compensating_controls", "description"),
    ("triggers", "when"),
    ("renewals", "reason"),
    ("transfers", "reason"),
    ("reviews", "note"),
    ("handling", "note"),
    ("fired", "note"),
];

fn held(root: &Node) -> Vec<String> {
    let is_held = |node: Option<&Node>| node.and_then(Node::text).is_some_and(holds_a_place);
    let fields = FIELDS.iter().filter(|field| is_held(root.at(field)));
    let mut held: Vec<String> = fields.map(|field| (*field).to_owned()).collect();
    for (list, key) in ITEMS {
        let items = root
            .get(list)
            .map_or(&[][..], Node::items)
            .iter()
            .enumerate()
            .filter(|(_, item)| is_held(item.get(key)));
        held.extend(items.map(|(index, _)| format!("{list}[{index}].{key}")));
    }
    let findings = root.at("scope.findings").map_or(&[][..], Node::items);
    for (index, finding) in findings.iter().enumerate() {
        let field = format!("scope.findings[{index}]");
        held.extend(is_held(finding.get("purl")).then(|| format!("{field}.purl")));
        for list in ["paths", "content"] {
            let items = finding.get(list).map_or(&[][..], Node::items).iter().enumerate();
            let items = items.filter(|(_, item)| is_held(Some(item)));
            held.extend(items.map(|(nth, _)| format!("{field}.{list}[{nth}]")));
        }
    }
    // What a draft leaves open is open in any field.
    root.walk(&mut |field, node| {
        let is_open = node.text().is_some_and(is_to_do) && !field.starts_with("x.");
        if is_open && !held.iter().any(|known| known == field) {
            held.push(field.to_owned());
        }
    });
    held
}
