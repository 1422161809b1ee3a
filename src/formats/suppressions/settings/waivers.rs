//! Suppressions that are known by what a file holds: waivers of InSpec, VEX documents, annotations of SpotBugs.
//!
//! Pure. Start at [`inspec`], [`vex`] and [`spotbugs`].

use std::collections::BTreeSet;

use regex::Regex;

use super::entries::{SettingEntries, SettingEntry, end};
use crate::formats::suppressions::keys;
use crate::formats::suppressions::limits;
use crate::formats::suppressions::readers::yaml;
use crate::rules::scan::suppression::{PART_OF_LIMIT, SuppressionEnd};
use crate::yaml::node::Node;

/// How many seconds after midnight in UTC a day begins in the last zone of the earth.
const LAST_ZONE: i64 = 12 * 3600;

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key)?.text()
}

/// Controls by their ids, with a justification and an end or `run`; or a list `waivers`.
pub(super) fn inspec(root: &Node, found: &mut SettingEntries) {
    let listed = root.get("waivers").map(Node::items).unwrap_or_default();
    for item in listed {
        if let Some(id) = text(item, "control_id") {
            waiver(id, item.pos.line, item, found);
        }
    }
    for control in root.entries() {
        let has = |key: &str| control.value.get(key).is_some();
        if has("justification") && (has("expiration_date") || has("run")) {
            waiver(&control.key, control.key_pos.line, &control.value, found);
        }
    }
}

/// Tells whether a text that can't be read as YAML has the keys of a waiver beside each other.
pub(super) fn is_inspec(text: &str) -> bool {
    let keys = yaml::line_keys(text);
    let of_waiver = |key: &str| matches!(key, "run" | "expiration_date" | "control_id");
    let others: BTreeSet<Option<usize>> =
        keys.iter().filter(|key| of_waiver(key.key)).map(|key| key.parent).collect();
    keys.iter().any(|key| key.key == "justification" && others.contains(&key.parent))
}

fn waiver(id: &str, line: u32, about: &Node, found: &mut SettingEntries) {
    let Some(stated) = end(about.get("expiration_date")) else {
        found.unread.push((line, format!("{id}: `expiration_date` is not a date")));
        return;
    };
    // Its day begins in the zone of the machine.
    let end = match stated {
        SuppressionEnd::Until(end) => SuppressionEnd::Until(end.plus_seconds(LAST_ZONE)),
        other => other,
    };
    let entry = SettingEntry { end, ..SettingEntry::of("inspec", line, id) };
    found.add(entry.with_reason(text(about, "justification")));
}

/// Statements of OpenVEX, CycloneDX and CSAF by which a finding doesn't count, but for those that `export` wrote.
pub(super) fn vex(root: &Node, found: &mut SettingEntries) {
    // Tools that are written in Go take letters of either case for the same key.
    let root = &{
        let mut root = root.clone();
        keys::respell(&mut root, keys::lower_case);
        root
    };
    let is_own = text(root, "tooling").is_some_and(|tooling| tooling.starts_with("exledger"));
    if is_own {
        return;
    }
    let mut add = |at: &Node, id: &str, reasons: [Option<&str>; 2], limiting: &[&str]| {
        let said: Vec<&str> = reasons.into_iter().flatten().collect();
        let mut limited = limits::of_node(at, &[]);
        limited.retain(|field, _| limiting.iter().any(|known| field.starts_with(known)));
        if let Some(products) = at.get("products") {
            limited.insert("products".to_owned(), products_of(products));
        }
        let entry = SettingEntry::of("vex", at.pos.line, id).limited_to(limited);
        found.add(entry.with_reason(Some(&said.join("\n"))));
    };
    if text(root, "@context").is_some_and(|context| context.contains("openvex")) {
        for statement in root.get("statements").map(Node::items).unwrap_or_default() {
            let about = statement.get("vulnerability");
            let id = about.and_then(|node| {
                node.text().or_else(|| text(node, "name")).or_else(|| text(node, "@id"))
            });
            if matches!(text(statement, "status"), Some("not_affected" | "fixed")) {
                let reasons =
                    [text(statement, "impact_statement"), text(statement, "justification")];
                add(statement, id.unwrap_or("a vulnerability"), reasons, &["products"]);
            }
        }
    }
    let vulnerabilities = root.get("vulnerabilities").map(Node::items).unwrap_or_default();
    if text(root, "bomformat") == Some("CycloneDX") {
        for vulnerability in vulnerabilities {
            let analysis = vulnerability.get("analysis");
            let state = analysis.and_then(|analysis| text(analysis, "state"));
            if matches!(
                state,
                Some("not_affected" | "false_positive" | "resolved" | "resolved_with_pedigree")
            ) {
                let said = |key: &str| analysis.and_then(|analysis| text(analysis, key));
                let id = text(vulnerability, "id").unwrap_or("a vulnerability");
                add(vulnerability, id, [said("detail"), said("justification")], &["affects"]);
            }
        }
    }
    if root.at("document.csaf_version").is_some() {
        for vulnerability in vulnerabilities {
            let status = vulnerability.get("product_status");
            let hides = |key: &str| {
                status.and_then(|status| status.get(key)).is_some_and(|it| !it.items().is_empty())
            };
            if hides("known_not_affected") || hides("fixed") {
                let threats = vulnerability.get("threats").map(Node::items).unwrap_or_default();
                let why = threats.iter().find(|threat| text(threat, "category") == Some("impact"));
                let id = text(vulnerability, "cve").unwrap_or("a vulnerability");
                let why = why.and_then(|why| text(why, "details"));
                let hiding = ["product_status.known_not_affected", "product_status.fixed"];
                add(vulnerability, id, [why, None], &hiding);
            }
        }
    }
}

// Returns the products of OpenVEX, each with one of the parts to which it is limited.
fn products_of(products: &Node) -> BTreeSet<String> {
    let name = |node: &Node| format!("{:?}", limits::of_node(node, &["subcomponents"]));
    let parts = |product: &Node| {
        let parts = product.get("subcomponents").map(Node::items).unwrap_or_default();
        let whole = parts.is_empty().then(|| name(product));
        let named =
            parts.iter().map(|part| format!("{}{PART_OF_LIMIT}{}", name(product), name(part)));
        named.chain(whole).collect::<Vec<_>>()
    };
    let alone = products.text().is_some().then_some(products);
    products.items().iter().chain(alone).flat_map(parts).collect()
}

/// The most characters of an annotation that are read.
const LONGEST: usize = 4000;

/// `@SuppressFBWarnings(value = …, justification = "…")`, also with the name of its package or a target of Kotlin.
pub(super) fn spotbugs(source: &str, found: &mut SettingEntries) {
    let (Ok(annotation), Ok(string), Ok(named), Ok(constant)) = (
        Regex::new(r"@(?:[a-z]+:)?\[?\s*(?:[A-Za-z_]\w*\.)*SuppressFBWarnings\b"),
        Regex::new(r#""((?:[^"\\]|\\.)*)""#),
        Regex::new(r#"justification\s*=\s*"((?:[^"\\]|\\.)*)""#),
        Regex::new(r"[A-Za-z_][\w.]*(\s*=)?"),
    ) else {
        return;
    };
    let (mut passed, mut line) = (0, 1_u32);
    for name in annotation.find_iter(source) {
        let between = source.get(passed..name.start()).unwrap_or_default();
        line =
            line.saturating_add(u32::try_from(between.matches('\n').count()).unwrap_or(u32::MAX));
        passed = name.start();
        let before = source.get(..name.start()).unwrap_or_default().rsplit('\n').next();
        let is_comment = before.is_some_and(|before| before.trim_start().starts_with(['*', '/']));
        if is_comment {
            continue;
        }
        let arguments = arguments(source.get(name.end()..).unwrap_or_default());
        let why = named
            .captures(arguments)
            .and_then(|captures| Some((captures.get(0)?.range(), captures.get(1)?.as_str())));
        let is_value = |place: usize| why.as_ref().is_none_or(|(range, _)| !range.contains(&place));
        let values = string.captures_iter(arguments).filter_map(|captures| captures.get(1));
        let mut values: Vec<String> = values
            .filter(|value| is_value(value.start()))
            .map(|value| value.as_str().to_owned())
            .collect();
        if values.is_empty() {
            // A constant names a rule, too, but which one its own file says.
            let bare = string.replace_all(arguments, "");
            let names = constant.captures_iter(&bare).filter(|captures| captures.get(1).is_none());
            let names = names.filter_map(|captures| Some(captures.get(0)?.as_str().to_owned()));
            values = names.filter(|name| !name.contains("SuppressMatchType")).collect();
        }
        let entry = match values.is_empty() {
            true => SettingEntry::blanket("spotbugs", line, "everything"),
            false => SettingEntry {
                label: values.join(" "),
                rules: values,
                ..SettingEntry::of("spotbugs", line, "")
            },
        };
        found.add(entry.with_reason(why.map(|(_, why)| why)));
    }
}

/// Returns the text between the parentheses that follow, without strings being read as such.
fn arguments(rest: &str) -> &str {
    let Some(inner) = rest.trim_start().strip_prefix('(') else { return "" };
    let mut quoted = false;
    let mut before = ' ';
    for (at, character) in inner.char_indices().take(LONGEST) {
        match character {
            '"' if before != '\\' => quoted = !quoted,
            ')' if !quoted => return inner.get(..at).unwrap_or_default(),
            _ => {}
        }
        before = character;
    }
    ""
}
