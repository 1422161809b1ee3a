//! `PolicyException` of Kyverno, `kyverno.io/v2` and `policies.kyverno.io/v1`, in files of several documents.
//!
//! Pure. Start at [`FORMAT`]; `expression` reads the conditions of the CEL form.

mod expression;

use crate::formats::suppressions::exception::{ForeignEnd, ForeignException, ImportEntry, key};
use crate::formats::suppressions::limits;
use crate::formats::suppressions::readers::format::{
    ImportError, ImportFormat, ImportInput, is_no_end,
};
use crate::formats::suppressions::readers::yaml as document;
use crate::record::subject::FindingKey;
use crate::record::time::{Instant, When};
use crate::yaml::node::{MapEntry, Node};

pub const FORMAT: ImportFormat = ImportFormat {
    name: "kyverno",
    files: "PolicyException, in any YAML file",
    is_named: |_| false,
    read,
};

fn read(input: &ImportInput<'_>) -> Result<Vec<ImportEntry>, ImportError> {
    let documents = document::documents(input.bytes)?;
    let entries = documents.iter().flat_map(|(before, root)| {
        // What `kubectl get -o yaml` prints is one object with items.
        let is_list = document::text_at(root, "kind").is_some_and(|kind| kind.ends_with("List"));
        let objects = root.get("items").filter(|_| is_list).map(Node::items);
        let objects: Vec<&Node> =
            objects.map_or_else(|| vec![root], |items| items.iter().collect());
        objects.into_iter().map(|it| one(document::line(it) + before, it)).collect::<Vec<_>>()
    });
    Ok(entries.collect())
}

fn one(line: u64, root: &Node) -> ImportEntry {
    if document::text_at(root, "kind") != Some("PolicyException") {
        return ImportEntry::skipped(line, "no PolicyException");
    }
    let Some(spec) = root.get("spec") else {
        return ImportEntry::unreadable(line, "it has no `spec`");
    };
    let mut notes = Vec::new();
    let except = ["exceptions", "policyRefs", "properties", "expiresAt"];
    let mut limits = limits::of_node(spec, &except);
    // Conditions that state the end alone limit nothing else.
    if !Conditions::of(spec).has_others {
        limits.retain(|field, _| !field.starts_with("conditions"));
    }
    let found = match spec.get("policyRefs") {
        Some(references) => of_references(references, spec, &mut notes),
        None => of_rules(spec, &mut notes),
    };
    let findings = match found {
        Ok(findings) => findings,
        Err(entry) => {
            let end = end(spec, None);
            return ImportEntry { end, ..entry.at(line).limited_to(limits) };
        }
    };
    let label = |name: &str| {
        let of = |place: &str| root.get("metadata")?.get(place)?.get(name)?.text();
        of("labels").or_else(|| of("annotations")).map(str::to_owned)
    };
    let property = |name: &str| Some(spec.get("properties")?.get(name)?.text()?.to_owned());
    ImportEntry::exception(
        line,
        ForeignException {
            findings,
            text: property("reason").or_else(|| label("description")),
            cited: label("exledger.dev/id").or_else(|| property("exception-id")),
            end: end(spec, label("cleanup.kyverno.io/ttl").as_deref()),
            notes,
            ..ForeignException::default()
        },
    )
    .limited_to(limits)
}

enum Inexpressible {
    Listed(&'static str),
    Unreadable(&'static str),
}

impl Inexpressible {
    fn at(self, line: u64) -> ImportEntry {
        match self {
            Inexpressible::Listed(why) => ImportEntry::listed(line, why),
            Inexpressible::Unreadable(why) => ImportEntry::unreadable(line, why),
        }
    }
}

fn of_references(
    references: &Node,
    spec: &Node,
    notes: &mut Vec<String>,
) -> Result<Vec<FindingKey>, Inexpressible> {
    let resources = match spec.get("matchConditions").map(Node::items) {
        None | Some([]) => None,
        Some([condition]) => {
            let found = document::text_at(condition, "expression")
                .and_then(crate::formats::suppressions::readers::kyverno::expression::resources);
            if found.is_none() {
                notes.push("wider: matchConditions".to_owned());
            }
            found
        }
        Some(_) => {
            notes.push("wider: matchConditions".to_owned());
            None
        }
    };
    for key in ["images", "allowedValues"] {
        if !document::is_empty(spec.get(key)) {
            notes.push(format!("wider: {key}"));
        }
    }
    let mut findings = Vec::new();
    for reference in references.items() {
        let kind = document::text_at(reference, "kind");
        let (Some(kind), Some(name)) = (kind, document::text_at(reference, "name")) else {
            return Err(Inexpressible::Unreadable("a policy has no kind and name"));
        };
        let id = format!("{kind}/{name}");
        findings.push(FindingKey { resources: resources.clone(), ..key("kyverno", &id) });
    }
    if findings.is_empty() {
        return Err(Inexpressible::Unreadable("`policyRefs` names no policy"));
    }
    Ok(findings)
}

fn of_rules(spec: &Node, notes: &mut Vec<String>) -> Result<Vec<FindingKey>, Inexpressible> {
    let resources = matched(spec.get("match"), notes)?;
    if !document::is_empty(spec.get("podSecurity")) {
        notes.push("wider: podSecurity".to_owned());
    }
    if Conditions::of(spec).has_others {
        notes.push("wider: conditions".to_owned());
    }
    let mut findings: Vec<FindingKey> = Vec::new();
    for exception in spec.get("exceptions").map(Node::items).unwrap_or_default() {
        let policy = document::text_at(exception, "policyName");
        let rules = exception.get("ruleNames").and_then(document::texts).unwrap_or_default();
        let (Some(policy), false) = (policy, rules.is_empty()) else {
            return Err(Inexpressible::Unreadable("an exception has no policyName and ruleNames"));
        };
        if rules.iter().any(|rule| rule.contains(['*', '?'])) {
            return Err(Inexpressible::Listed("its rule names are patterns"));
        }
        // A policy of a namespace is named with it.
        let kind = if policy.contains('/') { "Policy" } else { "ClusterPolicy" };
        for rule in &rules {
            let bare =
                rule.strip_prefix("autogen-cronjob-").or_else(|| rule.strip_prefix("autogen-"));
            let own = bare.filter(|bare| rules.iter().any(|other| other == bare)).unwrap_or(rule);
            let finding = FindingKey {
                resources: if !resources.is_empty() { Some(resources.clone()) } else { None },
                ..key("kyverno", &format!("{kind}/{policy}/{own}"))
            };
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
    }
    if findings.is_empty() {
        return Err(Inexpressible::Unreadable("it names no rule"));
    }
    Ok(findings)
}

fn matched(node: Option<&Node>, notes: &mut Vec<String>) -> Result<Vec<String>, Inexpressible> {
    let any = node.and_then(|node| node.get("any")).map(Node::items).unwrap_or_default();
    let all = node.and_then(|node| node.get("all")).map(Node::items).unwrap_or_default();
    let groups = match (any, all) {
        (groups, []) => groups,
        ([], [one]) => std::slice::from_ref(one),
        _ => return Err(Inexpressible::Listed("its `match.all` names several groups")),
    };
    let mut found = Vec::new();
    for group in groups {
        if group.entries().iter().any(|entry| entry.key != "resources") {
            notes.push("wider: match".to_owned());
        }
        let Some(about) = group.get("resources") else {
            return Err(Inexpressible::Listed("its `match` names no resources"));
        };
        let known = ["kinds", "namespaces", "names", "name", "operations"];
        if about.entries().iter().any(|entry| !known.contains(&entry.key.as_str())) {
            notes.push("wider: match".to_owned());
        }
        let list = |key: &str| about.get(key).and_then(document::texts).unwrap_or_default();
        let or_any = |list: Vec<String>| if list.is_empty() { vec!["*".to_owned()] } else { list };
        let names = list("names").into_iter().chain(list("name")).collect();
        for namespace in &or_any(list("namespaces")) {
            for kind in &or_any(list("kinds")) {
                let bare = kind.rsplit('/').next().unwrap_or(kind);
                for name in &or_any(Vec::clone(&names)) {
                    found.push(format!("k8s:{namespace}/{bare}/{name}"));
                }
            }
        }
    }
    notes.dedup();
    Ok(found)
}

/// The condition by which an exported exception ends, before and after its instant.
const ENDS: (&str, &str) = ("{{ time_before(time_now_utc(), '", "') }}");

#[derive(Debug, Default)]
struct Conditions {
    end: Option<Instant>,
    /// Whether one of them is not the one that an export writes.
    has_others: bool,
}

impl Conditions {
    /// Reads `conditions`: each of `all` has to hold, and one of `any`.
    fn of(spec: &Node) -> Conditions {
        let Some(node) = spec.get("conditions").filter(|node| !document::is_empty(Some(node)))
        else {
            return Conditions::default();
        };
        let ends = |key: &str| -> Vec<Option<Instant>> {
            let list = node.get(key).map(Node::items).unwrap_or_default();
            list.iter().map(condition_end).collect()
        };
        let (all, any) = (ends("all"), ends("any"));
        let is_known = |entry: &MapEntry| {
            matches!(entry.key.as_str(), "all" | "any") && !entry.value.items().is_empty()
        };
        // One that is not understood may hold for ever, so `any` ends only if each of them does.
        let ends_of_any: Option<Vec<Instant>> = any.iter().copied().collect();
        let last = ends_of_any.and_then(|ends| ends.into_iter().max());
        Conditions {
            end: all.iter().copied().flatten().chain(last).min(),
            has_others: all.iter().chain(&any).any(Option::is_none)
                || node.entries().is_empty()
                || !node.entries().iter().all(is_known),
        }
    }
}

fn condition_end(condition: &Node) -> Option<Instant> {
    let is_known = |entry: &MapEntry| matches!(entry.key.as_str(), "key" | "operator" | "value");
    let is_plain = condition.entries().iter().all(is_known);
    let is_true = condition
        .get("value")
        .is_some_and(|value| document::is_bare(value) && value.text() == Some("true"));
    let is_equal = condition.get("operator").and_then(Node::text) == Some("Equals");
    let stated = condition.get("key")?.text()?.strip_prefix(ENDS.0)?.strip_suffix(ENDS.1)?;
    Instant::parse(stated).filter(|_| is_plain && is_true && is_equal)
}

/// Returns the end that is stated. The label `cleanup.kyverno.io/ttl` is not one: where the cleanup controller may
/// not delete the object, it has no effect.
fn end(spec: &Node, ttl: Option<&str>) -> ForeignEnd {
    let unclear = |why: &str| ForeignEnd::Unclear(why.to_owned());
    // Each form has its own field, and the cluster drops that of the other.
    let (stated, conditions) = match spec.get("policyRefs") {
        None => (None, Conditions::of(spec)),
        Some(_) => (spec.get("expiresAt"), Conditions::default()),
    };
    let stated = match stated.map(|node| node.text().and_then(Instant::parse)) {
        Some(None) => return unclear("`expiresAt` is not an instant"),
        Some(Some(instant)) => Some(instant).filter(|instant| !is_no_end(*instant)),
        None => None,
    };
    match stated.or(conditions.end) {
        Some(end) => ForeignEnd::Until(When::instant(end)),
        None if conditions.has_others => unclear("its conditions may hold for ever"),
        None if ttl.is_some() => unclear(
            "`cleanup.kyverno.io/ttl` ends it only where the cleanup controller may delete it",
        ),
        None => ForeignEnd::Missing,
    }
}
