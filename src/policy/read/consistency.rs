//! Checks across values of a policy: names that must be defined elsewhere in it, names used twice, and folders that
//! must be apart.
//!
//! Pure. Start at [`check`]. Follows `docs/spec/policy.md`. It works on the document, so that readable parts are checked
//! even if others are unreadable.

use std::collections::BTreeSet;

use crate::diag::Pos;
use crate::diag::code::Code;
use crate::policy::Policy;
use crate::policy::read::people;
use crate::policy::settings::Recipient;
use crate::policy::tiers::Tier;
use crate::record::near;
use crate::record::vocabulary::{Baseline, IdentityType, Vocabulary};
use crate::yaml::node::{MapEntry, Node, Repair, SyntaxError, Value};
use crate::yaml::splice;

pub(super) fn check(root: &Node) -> Vec<SyntaxError> {
    let mut faults = Vec::new();
    groups(root, &mut faults);
    tiers(root, &mut faults);
    verified_tiers(root, &mut faults);
    sensitivities(root, &mut faults);
    keys(root, &mut faults);
    lists(root, &mut faults);
    faults.extend(folders(root));
    people::check(root, &mut faults);
    faults
}

fn fault(code: Code, pos: Pos, field: String, message: String, help: String) -> SyntaxError {
    SyntaxError { code, pos: Some(pos), field: Some(field), message, help, repair: Repair::Unknown }
}

pub(super) fn bad(
    pos: Pos,
    field: String,
    message: String,
    help: impl Into<String>,
) -> SyntaxError {
    fault(Code::BadValue, pos, field, message, help.into())
}

fn entries<'n>(root: &'n Node, path: &str) -> &'n [MapEntry] {
    root.at(path).map_or(&[], Node::entries)
}

pub(super) fn items<'n>(root: &'n Node, path: &str) -> &'n [Node] {
    root.at(path).map_or(&[], Node::items)
}

/// Groups that are used must be defined, under names that are not reserved.
fn groups(root: &Node, faults: &mut Vec<SyntaxError>) {
    let defined: BTreeSet<&str> =
        entries(root, "groups").iter().map(|entry| entry.key.as_str()).collect();
    for entry in entries(root, "groups") {
        let reserved = Recipient::RESERVED.iter().any(|(word, _)| *word == entry.key);
        if reserved {
            faults.push(bad(
                entry.key_pos,
                format!("groups.{}", entry.key),
                format!("a group cannot be called `{}`", entry.key),
                "rename it: in `escalate` this name means a person named in the record",
            ));
        }
    }
    for (path, node) in uses_of_groups(root) {
        let Some(name) = node.text() else { continue };
        let is_recipient =
            path.starts_with("escalate") && !matches!(Recipient::new(name), Recipient::Group(_));
        if is_recipient || defined.contains(name) || name.trim().is_empty() {
            continue;
        }
        let similar = near::nearest(name, defined.iter().copied());
        let help = similar.map_or_else(
            || format!("add it under `groups`, as `{name}: [name@example.com]`"),
            |similar| format!("did you mean `{similar}`? Otherwise, add it under `groups`"),
        );
        let repair = Repair::nearest_or(similar, defined.iter().next().copied());
        let fault = bad(node.pos, path, format!("there is no group `{name}`"), help);
        faults.push(fault.ended_by(repair));
    }
}

fn uses_of_groups(root: &Node) -> Vec<(String, &Node)> {
    let mut uses = Vec::new();
    for (index, tier) in items(root, "tiers").iter().enumerate() {
        let path = format!("tiers[{index}].approvals.each_of");
        uses.extend(each(&path, tier.at("approvals.each_of")));
    }
    for entry in entries(root, "classes") {
        let path = format!("classes.{}.each_of", entry.key);
        uses.extend(each(&path, entry.value.get("each_of")));
    }
    let governance = "approval.governance.each_of";
    uses.extend(each(governance, root.at(governance)));
    let mut notified = each("patterns.notify", root.at("patterns.notify"));
    for list in ["assets", "baselines"] {
        for (index, item) in items(root, list).iter().enumerate() {
            notified.extend(each(&format!("{list}[{index}].notify"), item.get("notify")));
        }
    }
    let is_group =
        |(_, node): &(String, &Node)| !node.text().is_some_and(|text| text.contains('@'));
    uses.extend(notified.into_iter().filter(is_group));
    for (index, step) in items(root, "escalate").iter().enumerate() {
        let to = step.get("to").map(|to| (format!("escalate[{index}].to"), to));
        uses.extend(to);
    }
    uses
}

fn each<'n>(path: &str, node: Option<&'n Node>) -> Vec<(String, &'n Node)> {
    let items = node.map_or(&[] as &[Node], Node::items);
    let named = items.iter().enumerate();
    named.map(|(index, item)| (format!("{path}[{index}]"), item)).collect()
}

/// At least one tier, unique names, and only the last without `match`.
fn tiers(root: &Node, faults: &mut Vec<SyntaxError>) {
    let Some(node) = root.get("tiers") else {
        return;
    };
    let tiers = node.items();
    if matches!(&node.value, Value::List(items) if items.is_empty()) {
        faults.push(
            bad(
                node.pos,
                "tiers".to_owned(),
                "`tiers` is empty".to_owned(),
                "remove it, or add a tier without `match`",
            )
            .ended_by(Repair::Remove),
        );
    }
    let mut seen = BTreeSet::new();
    for (index, tier) in tiers.iter().enumerate() {
        let is_last = index + 1 == tiers.len();
        if let Some(name) = tier.get("name")
            && let Some(text) = name.text()
            && !seen.insert(text)
        {
            faults.push(
                bad(
                    name.pos,
                    format!("tiers[{index}].name"),
                    format!("two tiers are called `{text}`"),
                    "give each tier its own name",
                )
                .ended_by(Repair::Write(own_name(text, tiers, "name"))),
            );
        }
        // Anything but a map has already been reported.
        if matches!(tier.value, Value::Map(_)) {
            last_without_match(index, is_last, tier, faults);
        }
    }
}

fn verified_tiers(root: &Node, faults: &mut Vec<SyntaxError>) {
    let standard = Tier::standard().name;
    let mut known: BTreeSet<&str> =
        items(root, "tiers").iter().filter_map(|tier| tier.get("name")?.text()).collect();
    if root.get("tiers").is_none() {
        known.insert(&standard);
    }
    for (index, node) in items(root, "closure.access_verified").iter().enumerate() {
        let Some(name) = node.text() else { continue };
        if known.contains(name) || name.trim().is_empty() {
            continue;
        }
        faults.push(
            bad(
                node.pos,
                format!("closure.access_verified[{index}]"),
                format!("there is no tier `{name}`"),
                "use one of the names in `tiers`",
            )
            .ended_by(Repair::nearest_or(
                near::nearest(name, known.iter().copied()),
                known.iter().next().copied(),
            )),
        );
    }
}

fn last_without_match(index: usize, is_last: bool, tier: &Node, faults: &mut Vec<SyntaxError>) {
    let entry = tier.entry("match");
    let is_stated = entry.is_some_and(
        |entry| !matches!(&entry.value.value, Value::Map(entries) if entries.is_empty()),
    );
    let field = format!("tiers[{index}].match");
    match (entry, is_last) {
        (Some(entry), true) if is_stated => faults.push(
            bad(
                entry.key_pos,
                field,
                "the last tier has a `match`, so some records may have no tier".to_owned(),
                "remove it, or add a last tier without `match`",
            )
            .ended_by(Repair::Remove),
        ),
        (_, false) if !is_stated => faults.push(bad(
            entry.map_or(tier.pos, |entry| entry.key_pos),
            field,
            "a tier before the last has no `match`, so the tiers after it never apply".to_owned(),
            "add a `match`, or move it to the end",
        )),
        (Some(entry), _) if matches!(&entry.value.value, Value::List(items) if items.is_empty()) => {
            faults.push(bad(
                entry.value.pos,
                field,
                "an empty list matches nothing".to_owned(),
                "add what the tier matches, or remove the tier",
            ));
        }
        _ => {}
    }
}

/// Each sensitivity of an asset must be matched by a tier.
fn sensitivities(root: &Node, faults: &mut Vec<SyntaxError>) {
    let mut known = BTreeSet::new();
    for tier in items(root, "tiers") {
        let Some(matches) = tier.get("match") else {
            continue;
        };
        let maps = match &matches.value {
            Value::List(maps) => maps.as_slice(),
            _ => std::slice::from_ref(matches),
        };
        for node in maps.iter().filter_map(|map| map.get("sensitivity")) {
            known.extend(node.text());
            known.extend(node.items().iter().filter_map(Node::text));
        }
    }
    for (index, asset) in items(root, "assets").iter().enumerate() {
        let Some(node) = asset.get("sensitivity") else {
            continue;
        };
        let Some(sensitivity) = node.text() else { continue };
        if known.contains(sensitivity) || sensitivity.trim().is_empty() {
            continue;
        }
        let similar = near::nearest(sensitivity, known.iter().copied());
        faults.push(
            bad(
                node.pos,
                format!("assets[{index}].sensitivity"),
                format!("no tier matches the sensitivity `{sensitivity}`"),
                similar.map_or_else(
                    || "use it in the `match` of a tier".to_owned(),
                    |similar| {
                        format!("did you mean `{similar}`? Else use it in the `match` of a tier")
                    },
                ),
            )
            .ended_by(Repair::nearest_or(similar, known.iter().next().copied())),
        );
    }
}

fn keys(root: &Node, faults: &mut Vec<SyntaxError>) {
    for entry in entries(root, "lint.levels") {
        let mut codes = Code::adjustable();
        if codes.any(|code| code.as_str() == entry.key) {
            continue;
        }
        let similar = near::nearest(&entry.key, Code::adjustable().map(Code::as_str));
        faults.push(
            bad(
                entry.key_pos,
                format!("lint.levels.{}", entry.key),
                format!("`{}` is not a rule whose level a policy may change", entry.key),
                similar.map_or_else(
                    || "use a code of the content group; `exledger explain` lists them".to_owned(),
                    |similar| format!("did you mean `{similar}`?"),
                ),
            )
            .ended_by(similar.map_or(Repair::Remove, rename)),
        );
    }
    let kinds = || {
        let baselines = Baseline::words().into_iter();
        baselines.chain(IdentityType::words())
    };
    for entry in entries(root, "closure.checks") {
        if kinds().any(|kind| kind == entry.key) {
            continue;
        }
        let similar = near::nearest(&entry.key, kinds());
        faults.push(
            fault(
                Code::UnknownKey,
                entry.key_pos,
                format!("closure.checks.{}", entry.key),
                match similar {
                    Some(similar) => {
                        format!("unknown key `{}`: did you mean `{similar}`?", entry.key)
                    }
                    None => format!("unknown key `{}`", entry.key),
                },
                "use a kind of baseline or a type of identity".to_owned(),
            )
            .ended_by(similar.map_or(Repair::Unknown, rename)),
        );
    }
}

fn lists(root: &Node, faults: &mut Vec<SyntaxError>) {
    for path in ["id_prefix", "records", "patterns.key"] {
        if let Some(node) = root.at(path)
            && matches!(&node.value, Value::List(items) if items.is_empty())
        {
            faults.push(
                bad(
                    node.pos,
                    path.to_owned(),
                    format!("`{path}` is empty"),
                    "remove it, or add at least one value",
                )
                .ended_by(Repair::Remove),
            );
        }
    }
    for path in ["patterns.key", "patterns.expected", "patterns.notify"] {
        twice(items(root, path).iter(), path, faults);
    }
    let ids = items(root, "baselines").iter();
    let mut seen = BTreeSet::new();
    for (index, id) in ids.enumerate().filter_map(|(index, item)| Some((index, item.get("id")?))) {
        if let Some(text) = id.text()
            && !seen.insert(text)
        {
            faults.push(
                bad(
                    id.pos,
                    format!("baselines[{index}].id"),
                    format!("two baselines have the id `{text}`"),
                    "give each baseline its own id",
                )
                .ended_by(Repair::Write(own_name(
                    text,
                    items(root, "baselines"),
                    "id",
                ))),
            );
        }
    }
    catalogs(root, faults);
}

fn rename(key: &str) -> Repair {
    Repair::Rename(key.to_owned())
}

/// Returns the name with a number that makes it unlike those of the other items.
fn own_name(name: &str, items: &[Node], key: &str) -> String {
    let is_free = |name: &String| {
        !items.iter().any(|item| item.get(key).and_then(Node::text) == Some(name.as_str()))
    };
    let free = (2..).map(|number: u32| format!("{name}-{number}")).find(is_free);
    splice::quote(&free.unwrap_or_default())
}

fn twice<'n>(nodes: impl Iterator<Item = &'n Node>, path: &str, faults: &mut Vec<SyntaxError>) {
    let mut seen = BTreeSet::new();
    for (index, node) in nodes.enumerate() {
        if let Some(text) = node.text()
            && !seen.insert(text)
        {
            faults.push(
                bad(
                    node.pos,
                    format!("{path}[{index}]"),
                    format!("`{text}` appears twice in `{path}`"),
                    "remove one of them",
                )
                .ended_by(Repair::Remove),
            );
        }
    }
}

/// A catalog is cited by its name, so the names must be unique.
fn catalogs(root: &Node, faults: &mut Vec<SyntaxError>) {
    let mut seen = BTreeSet::new();
    for (index, node) in items(root, "catalogs").iter().enumerate() {
        let Some(text) = node.text() else { continue };
        let name = crate::policy::catalog::name_of(text);
        if !seen.insert(name) {
            faults.push(
                bad(
                    node.pos,
                    format!("catalogs[{index}]"),
                    format!("two catalogs have the name `{name}`"),
                    "remove one, or give the file another name",
                )
                .ended_by(Repair::Remove),
            );
        }
    }
}

fn folders(root: &Node) -> Option<SyntaxError> {
    let defaults = Policy::default();
    let stated = root.at("redesigns");
    let redesigns = stated.and_then(Node::text).unwrap_or(&defaults.redesigns);
    let listed: Vec<&str> = match root.at("records") {
        Some(node) => node.items().iter().filter_map(Node::text).collect(),
        None => defaults.records.iter().map(String::as_str).collect(),
    };
    let parts = |path: &str| -> Vec<String> {
        let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
        parts.map(str::to_owned).collect()
    };
    // A shared file would be read as both.
    let shared = |folder: &str| {
        listed.iter().copied().find(|records| {
            let [own, other] = [parts(folder), parts(records)];
            own.starts_with(&other) || other.starts_with(&own)
        })
    };
    let records = shared(redesigns)?;
    let other = [defaults.redesigns.as_str(), "improvements"]
        .into_iter()
        .find(|folder| shared(folder).is_none());
    let node = stated.or_else(|| root.at("records"));
    Some(SyntaxError {
        code: Code::BadValue,
        pos: Some(node.map_or(Pos::START, |node| node.pos)),
        field: Some("redesigns".to_owned()),
        message: format!(
            "the folder of redesigns, `{redesigns}`, shares files with the record folder `{records}`"
        ),
        help: "name another folder in `redesigns`".to_owned(),
        repair: Repair::nearest_or(None, other),
    })
}
