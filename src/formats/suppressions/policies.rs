//! Exceptions of policy engines, found by what a file holds: Prowler, Conforma, Azure Policy, Kubescape.
//!
//! Pure. Start at [`KINDS`]. Follows `docs/spec/interop.md`, 2, finding keys. What a key can't express counts as
//! everything.

use crate::formats::engine_pattern::{between_anchors, of_regex};
use crate::formats::suppressions::entry::{EntryFinder, FoundEntry};
use crate::formats::suppressions::readers::format::is_no_end;
use crate::formats::suppressions::readers::yaml::{LineKey, line_keys};
use crate::record::time::Instant;
use crate::rules::scan::suppression::{CitingAdvice, HiddenFindings, HiddenIds, SuppressionEnd};
use crate::yaml::node::Node;

pub(crate) const PROWLER_PROVIDERS: &[&str] =
    &["aws", "azure", "gcp", "kubernetes", "github", "m365"];

/// A kind of exceptions.
#[derive(Clone, Copy)]
pub struct PolicyKind {
    pub tool: &'static str,
    /// A word that a file with such exceptions has.
    pub word: &'static str,
    /// Further words that it has, if the first one alone says too little.
    pub with: &'static [&'static str],
    /// What to do so that an exception cites a record.
    pub citing: CitingAdvice,
    find: fn(&Node, &mut EntryFinder<'_>),
}

impl PolicyKind {
    /// Tells whether a file with its words, which can't be read to its end, is one of its tool.
    pub fn is_surely(&self, bytes: &[u8]) -> bool {
        self.with.is_empty() || is_policy_of_conforma(&String::from_utf8_lossy(bytes))
    }

    /// Finds the exceptions in a document.
    pub fn find(&self, root: &Node, found: &mut EntryFinder<'_>) {
        (self.find)(root, found);
    }
}

/// All kinds.
pub const KINDS: &[PolicyKind] = &[
    PolicyKind {
        tool: "prowler",
        word: "Mutelist:",
        with: &[],
        citing: CitingAdvice::plain("begin its `Description` with `ID`"),
        find: prowler,
    },
    PolicyKind {
        tool: "conforma",
        word: "volatileConfig",
        with: &[],
        citing: CitingAdvice::with_end(
            "write `reference: ID` in it",
            "write `reference: ID` and `effectiveUntil: \"LAST\"` in it",
        ),
        find: conforma,
    },
    PolicyKind {
        tool: "conforma",
        word: "exclude",
        with: &["sources", "policy", "config"],
        citing: CitingAdvice::plain(
            "move it to `volatileConfig.exclude`, with `reference: ID` and `effectiveUntil`",
        ),
        find: conforma_config,
    },
    PolicyKind {
        tool: "azure-policy",
        word: "policyExemptions",
        with: &[],
        citing: CitingAdvice::with_end(
            "begin its `description` with `ID`",
            "begin its `description` with `ID`, and write `\"expiresOn\": \"LAST\"`",
        ),
        find: azure,
    },
    PolicyKind {
        tool: "kubescape",
        word: "postureExceptionPolicy",
        with: &[],
        citing: CitingAdvice::with_end(
            "begin its `reason` with `ID`",
            "begin its `reason` with `ID`, and write `\"expirationDate\": \"INSTANT\"`",
        ),
        find: kubescape,
    },
];

/// Returns the texts of a list, or the only text; `None` if one is not text, so that it may stand for anything.
fn texts(node: Option<&Node>) -> Option<Vec<&str>> {
    match node {
        None => Some(Vec::new()),
        Some(node) => match node.text() {
            Some(text) => Some(vec![text]),
            None => node.items().iter().map(Node::text).collect(),
        },
    }
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key)?.text()
}

fn inclusive(node: Option<&Node>) -> SuppressionEnd {
    end(node, 1)
}

fn end(node: Option<&Node>, seconds: i64) -> SuppressionEnd {
    match node.and_then(Node::text).filter(|text| !text.is_empty()) {
        None => SuppressionEnd::Missing,
        Some(text) => match Instant::parse(text).filter(|instant| !is_no_end(*instant)) {
            Some(instant) => SuppressionEnd::Until(instant.plus_seconds(seconds)),
            None => SuppressionEnd::Missing,
        },
    }
}

fn of(tool: &str, id: &str, resources: Option<Vec<String>>) -> HiddenFindings {
    HiddenFindings {
        tools: vec![tool.to_owned()],
        ids: match id {
            "" | "*" => HiddenIds::All,
            id => HiddenIds::Listed(vec![id.to_owned()]),
        },
        resources,
        ..HiddenFindings::default()
    }
}

const EVERYTHING: &str = "**";

/// Returns a pattern that matches at least what a regular expression of a resource does.
fn unanchored(regex: &str) -> String {
    match between_anchors(regex) {
        Some(inner) => plain(inner),
        None if regex == "*" => EVERYTHING.to_owned(),
        None => format!("**{}**", plain(regex)),
    }
}

/// Returns a pattern that matches at least what a regular expression of a region does, which is a name for most.
fn region(regex: &str) -> String {
    if regex == "*" { regex.to_owned() } else { plain(between_anchors(regex).unwrap_or(regex)) }
}

fn plain(regex: &str) -> String {
    of_regex(regex).unwrap_or_else(|| EVERYTHING.to_owned())
}

/// Returns the id that a regular expression names; as it stands, and so no id of a record, if it names several.
fn named_id(regex: &str) -> String {
    let mut inner = regex.trim_start_matches('^').trim_end_matches('$');
    while let Some(grouped) = inner.strip_prefix("(?-i:").or_else(|| inner.strip_prefix('(')) {
        match grouped.strip_suffix(')') {
            Some(grouped) => inner = grouped,
            None => break,
        }
    }
    of_regex(inner).unwrap_or_else(|| regex.to_owned())
}

fn prowler(root: &Node, found: &mut EntryFinder<'_>) {
    let accounts = root.at("Mutelist.Accounts").map(Node::entries).unwrap_or_default();
    for account in accounts {
        let checks = account.value.get("Checks").map(Node::entries).unwrap_or_default();
        for check in checks {
            let check_id = if check.key == "*" { String::new() } else { named_id(&check.key) };
            let all = || vec!["*"];
            let regions = texts(check.value.get("Regions")).unwrap_or_else(all);
            let resources = texts(check.value.get("Resources")).unwrap_or_else(all);
            // Which cloud the accounts are in, the file does not say.
            let hidden = PROWLER_PROVIDERS.iter().map(|cloud| {
                let place = |of_region: &&str| {
                    let place = format!("{cloud}:{}/{}", account.key, region(of_region));
                    let names = resources.iter().map(|resource| unanchored(resource));
                    names.map(move |name| format!("{place}/{name}"))
                };
                of("prowler", &check_id, Some(regions.iter().flat_map(place).collect()))
            });
            found.add(FoundEntry {
                pos: check.key_pos,
                label: format!("prowler:{}", check.key.trim_matches(['^', '$'])),
                hidden: hidden.collect(),
                end: SuppressionEnd::NoSuchField,
                node: &check.value,
            });
        }
    }
}

fn conforma(root: &Node, found: &mut EntryFinder<'_>) {
    let mut configs: Vec<&Node> = Vec::new();
    collect(root, &|node| node.get("volatileConfig"), &mut configs);
    for item in configs.iter().flat_map(|config| texts_of(config.get("exclude"))) {
        let id = text(item, "value").unwrap_or_default();
        let names = texts(item.get("componentNames"));
        let digest = text(item, "imageDigest").or(text(item, "imageRef"));
        let digest = digest.map(|digest| format!("image:{digest}"));
        let resources: Vec<String> = match names {
            None => Vec::new(),
            Some(names) => {
                names.into_iter().map(|name| format!("component:{name}")).chain(digest).collect()
            }
        };
        found.add(FoundEntry {
            pos: item.pos,
            label: format!("conforma:{id}"),
            hidden: vec![of("conforma", id, Some(resources).filter(|list| !list.is_empty()))],
            end: inclusive(item.get("effectiveUntil")),
            node: item,
        });
    }
}

fn is_policy_of_conforma(text: &str) -> bool {
    let keys = line_keys(text);
    let has = |name: &str| keys.iter().any(|key| key.key == name);
    let is_config = |key: &LineKey<'_>| {
        let parent = key.parent.and_then(|parent| keys.get(parent));
        key.key == "exclude"
            && parent.is_some_and(|parent| matches!(parent.key, "config" | "configuration"))
    };
    has("sources") && has("policy") && keys.iter().any(is_config)
}

fn conforma_config(root: &Node, found: &mut EntryFinder<'_>) {
    let mut policies: Vec<&Node> = Vec::new();
    collect(root, &|node| node.get("sources").map(|_| node), &mut policies);
    for policy in policies {
        let sources = texts_of(policy.get("sources")).iter();
        let named = sources.filter(|source| source.get("policy").is_some());
        let configs = named.filter_map(|source| source.get("config"));
        for config in configs.chain(policy.get("configuration")) {
            let Some(excluded) = config.get("exclude") else {
                continue;
            };
            let items = match excluded.items() {
                [] => std::slice::from_ref(excluded),
                items => items,
            };
            for item in items.iter().filter(|item| item.text().is_some()) {
                let id = item.text().unwrap_or_default();
                found.add(FoundEntry {
                    pos: item.pos,
                    label: format!("conforma:{id}"),
                    hidden: vec![of("conforma", id, None)],
                    end: SuppressionEnd::Missing,
                    node: item,
                });
            }
        }
    }
}

fn texts_of(node: Option<&Node>) -> &[Node] {
    node.map(Node::items).unwrap_or_default()
}

fn collect<'n>(
    node: &'n Node,
    wanted: &dyn Fn(&'n Node) -> Option<&'n Node>,
    found: &mut Vec<&'n Node>,
) {
    found.extend(wanted(node));
    for item in node.items() {
        collect(item, wanted, found);
    }
    for entry in node.entries() {
        collect(&entry.value, wanted, found);
    }
}

fn azure(root: &Node, found: &mut EntryFinder<'_>) {
    let mut exemptions: Vec<&Node> = Vec::new();
    let is_one = |node: &Node| {
        text(node, "type").is_some_and(|kind| {
            kind.eq_ignore_ascii_case("Microsoft.Authorization/policyExemptions")
        })
    };
    collect(root, &|node| Some(node).filter(|node| is_one(node)), &mut exemptions);
    for exemption in exemptions {
        let properties = exemption.get("properties");
        let property = |key: &str| properties.and_then(|properties| properties.get(key));
        let assignment = property("policyAssignmentId").and_then(Node::text).unwrap_or_default();
        let references = texts(property("policyDefinitionReferenceIds"));
        let ids = match references.unwrap_or_default().as_slice() {
            [] => vec![assignment.to_owned()],
            all => all.iter().map(|definition| format!("{assignment}#{definition}")).collect(),
        };
        let scope = text(exemption, "scope").map(|scope| vec![scope.to_owned()]);
        let hidden = HiddenFindings {
            ids: if assignment.is_empty() { HiddenIds::All } else { HiddenIds::Listed(ids) },
            ..of("azure-policy", assignment, scope)
        };
        found.add(FoundEntry {
            pos: exemption.pos,
            label: format!("exemption {}", text(exemption, "name").unwrap_or("without a name")),
            hidden: vec![hidden],
            end: inclusive(property("expiresOn")),
            node: exemption,
        });
    }
}

fn kubescape(root: &Node, found: &mut EntryFinder<'_>) {
    let mut policies: Vec<&Node> = Vec::new();
    let is_one = |node: &Node| {
        let mut named = node.entries().iter().filter(|entry| folded(&entry.key) == "policytype");
        named.any(|entry| {
            let kind = entry.value.text().unwrap_or_default();
            kind.eq_ignore_ascii_case("postureExceptionPolicy")
        })
    };
    collect(root, &|node| Some(node).filter(|node| is_one(node)), &mut policies);
    for policy in policies {
        let controls = texts_of(policy.get("posturePolicies"));
        let ids: Vec<String> =
            controls.iter().filter_map(|it| text(it, "controlID")).map(named_id).collect();
        let is_whole = ids.is_empty() || ids.len() < controls.len();
        let designators = texts_of(policy.get("resources"));
        let resources: Vec<String> = designators.iter().map(designated).collect();
        let hidden = HiddenFindings {
            ids: if is_whole { HiddenIds::All } else { HiddenIds::Listed(ids) },
            ..of("kubescape", "", Some(resources).filter(|list| !list.is_empty()))
        };
        let entry = FoundEntry {
            pos: policy.pos,
            label: format!("exception {}", text(policy, "name").unwrap_or("without a name")),
            hidden: vec![hidden],
            end: end(policy.get("expirationDate"), 0),
            node: policy,
        };
        let parts = std::iter::once(policy).chain(controls).chain(designators);
        match parts.flat_map(Node::entries).find_map(|part| other_case(&part.key)) {
            None => found.add(entry),
            Some(known) => found.add_unread(
                entry.pos,
                format!("kubescape reads a key in any case, and one is not written `{known}`"),
            ),
        }
    }
}

const KUBESCAPE_KEYS: &[&str] = &[
    "policyType",
    "actions",
    "resources",
    "posturePolicies",
    "expirationDate",
    "designatorType",
    "attributes",
    "controlID",
    "controlName",
    "frameworkName",
    "ruleName",
];

/// Returns the key that a tool written in Go reads, if this one is the same but for its case: there, the last one wins.
fn other_case(key: &str) -> Option<&'static str> {
    let folded_key = folded(key);
    let mut known = KUBESCAPE_KEYS.iter().filter(|known| **known != key);
    known.find(|known| folded(known) == folded_key).copied()
}

/// Returns a key without its case, as Go's `encoding/json` compares keys: U+017F is an `s`, the Kelvin sign a `k`.
fn folded(key: &str) -> String {
    let plain = key.chars().map(|ch| match ch {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    });
    plain.collect()
}

fn designated(designator: &Node) -> String {
    let attributes = designator.get("attributes");
    let of = |key: &str| {
        // An empty attribute matches everything; `^$` matches only objects that have none.
        match attributes.and_then(|it| it.get(key)).and_then(Node::text).unwrap_or_default() {
            "" => EVERYTHING.to_owned(),
            text => plain(text.trim_start_matches('^').trim_end_matches('$')),
        }
    };
    format!("k8s:{}/{}/{}", of("namespace"), of("kind"), of("name"))
}
