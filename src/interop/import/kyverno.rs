//! `PolicyException` of Kyverno, `kyverno.io/v2` and `policies.kyverno.io/v1`, in files of several documents.
//!
//! Uses plan's entries. Pure. Start at [`FORMAT`]; `expression` reads the conditions of the CEL form.

mod expression;

use crate::interop::import::format::{ImportError, ImportFormat, ImportInput};
use crate::interop::import::yaml as document;
use crate::plan::import::{ForeignEnd, ForeignException, ImportEntry, key};
use crate::record::subject::FindingKey;
use crate::record::time::{Day, Instant, When, not_after};
use crate::yaml::node::Node;

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
    let found = match spec.get("policyRefs") {
        Some(references) => of_references(references, spec, &mut notes),
        None => of_rules(spec, &mut notes),
    };
    let findings = match found {
        Ok(findings) => findings,
        Err(entry) => return entry.at(line),
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
}

/// Why no key can express an exception.
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

/// Reads `policyRefs` and `matchConditions` of the CEL form.
fn of_references(
    references: &Node,
    spec: &Node,
    notes: &mut Vec<String>,
) -> Result<Vec<FindingKey>, Inexpressible> {
    let resources = match spec.get("matchConditions").map(Node::items) {
        None | Some([]) => None,
        Some([condition]) => {
            let found = document::text_at(condition, "expression").and_then(expression::resources);
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

/// Reads `exceptions` and `match`.
fn of_rules(spec: &Node, notes: &mut Vec<String>) -> Result<Vec<FindingKey>, Inexpressible> {
    let resources = matched(spec.get("match"), notes)?;
    if !document::is_empty(spec.get("podSecurity")) {
        notes.push("wider: podSecurity".to_owned());
    }
    if other_conditions(spec) {
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
                resources: (!resources.is_empty()).then(|| resources.clone()),
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

/// Returns the locators of `match`.
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

/// Returns the instants of the conditions that end an exception.
fn condition_ends(spec: &Node) -> impl Iterator<Item = Option<&str>> {
    let conditions = spec.get("conditions");
    let of = |key: &str| {
        let list = conditions.and_then(|node| node.get(key)).map(Node::items);
        list.unwrap_or_default().iter()
    };
    of("all").chain(of("any")).map(|condition| {
        let text = document::text_at(condition, "key")?;
        let is_true = document::text_at(condition, "value") == Some("true");
        let rest = text.strip_prefix(ENDS.0)?.strip_suffix(ENDS.1)?;
        is_true.then_some(rest)
    })
}

fn other_conditions(spec: &Node) -> bool {
    condition_ends(spec).any(|end| end.is_none())
}

/// Returns the earliest end that is stated.
fn end(spec: &Node, ttl: Option<&str>) -> ForeignEnd {
    let mut ends: Vec<When> = Vec::new();
    if let Some(node) = spec.get("expiresAt") {
        match node.text().and_then(Instant::parse) {
            Some(instant) => ends.push(When::instant(instant)),
            None => return ForeignEnd::Unclear("`expiresAt` is no instant".to_owned()),
        }
    }
    for stated in condition_ends(spec).flatten() {
        match Instant::parse(stated) {
            Some(instant) => ends.push(When::instant(instant)),
            None => return ForeignEnd::Unclear("its condition names no instant".to_owned()),
        }
    }
    if let Some(ttl) = ttl {
        match of_ttl(ttl) {
            Some(end) => ends.push(end),
            None => {
                return ForeignEnd::Unclear(
                    "`cleanup.kyverno.io/ttl` is a duration since it was created".to_owned(),
                );
            }
        }
    }
    ends.into_iter().min_by_key(not_after).map_or(ForeignEnd::Missing, ForeignEnd::Until)
}

/// Returns the end of a label `2026-12-21T000000Z` or `2026-12-21`.
fn of_ttl(text: &str) -> Option<When> {
    if let Some(day) = Day::new(text) {
        return Some(When::Day(day.plus_days(-1)));
    }
    let (day, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (hours, minutes, seconds) = (time.get(..2)?, time.get(2..4)?, time.get(4..)?);
    Instant::parse(&format!("{day}T{hours}:{minutes}:{seconds}Z")).map(When::instant)
}
