//! `.grype.yaml`: the rules below `ignore`, and the paths below `exclude`.
//!
//! Pure. Start at [`FORMAT`]. Read as grype does (grype/match/ignore.go): a name with a character of regular expressions is
//! one. The format has no end.

use crate::diag::sorting::StableSort as _;
use crate::formats::glob::GlobReading;
use crate::formats::suppressions::exception::{ForeignException, ImportEntry, key};
use crate::formats::suppressions::readers::format::{
    ImportError, ImportFormat, ImportInput, file_name, text,
};
use crate::formats::suppressions::readers::toml;
use crate::formats::suppressions::readers::yaml as document;
use crate::formats::suppressions::{keys, limits, packages};
use crate::formats::{glob, package_types};
use crate::record::subject::FindingKey;
use crate::yaml::node::{Node, Value};

pub const FORMAT: ImportFormat = ImportFormat {
    name: "grype",
    files: ".grype.yaml, .grype/config.yaml, also as .yml, .json, .toml; grype.yaml",
    is_named: |path| {
        let (begin, ending) = path.rsplit_once('.').unwrap_or((path, ""));
        let is_at = |end: &&str| begin == *end || begin.ends_with(&format!("/{end}"));
        let is_config = [".grype", ".grype/config"].iter().any(is_at);
        is_config && ["yaml", "yml", "json", "toml"].contains(&ending)
            || file_name(path) == "grype.yaml"
    },
    read,
};

fn read(input: &ImportInput<'_>) -> Result<Vec<ImportEntry>, ImportError> {
    let root = match input.path.ends_with(".toml") {
        true => Some(toml::tree(text(input.bytes)?)?),
        false => document::document(input.bytes)?,
    };
    let Some(mut root) = root else {
        return Ok(Vec::new());
    };
    keys::respell(&mut root, keys::lower_case);
    let mut entries: Vec<ImportEntry> = match root.get("ignore").map(|node| (&node.value, node)) {
        None | Some((Value::Null, _)) => Vec::new(),
        Some((Value::List(items), _)) => items.iter().map(rule).collect(),
        Some((_, node)) => {
            return Err(ImportError::at(document::line(node), "`ignore` is not a list"));
        }
    };
    if let Some(excluded) = root.get("exclude") {
        let alone = excluded.text().is_some().then_some(excluded);
        entries.extend(excluded.items().iter().chain(alone).map(exclusion));
    }
    entries.order_by_key(|entry| entry.line);
    Ok(entries)
}

fn exclusion(item: &Node) -> ImportEntry {
    let glob = item.text().unwrap_or_default();
    let entry = ImportEntry::listed(document::line(item), format!("it excludes `{glob}`"));
    entry.limited_to(limits::one("exclude", glob))
}

fn rule(item: &Node) -> ImportEntry {
    let line = document::line(item);
    if !matches!(item.value, Value::Map(_)) {
        return ImportEntry::unreadable(line, "a rule is not a map");
    }
    if item.get("vex-status").is_some() || item.get("vex-justification").is_some() {
        return ImportEntry::skipped(line, "a rule about VEX documents");
    }
    let id = document::text_at(item, "vulnerability");
    let mut notes: Vec<String> = ["fix-state", "namespace", "match-type"]
        .into_iter()
        .filter(|key| !document::is_empty(item.get(key)))
        .map(|key| format!("wider: {key}"))
        .collect();
    let limits = limits::of_node(item, &["vulnerability", "reason"]);
    let package = item.get("package");
    let about = package.map(|package| of_package(package, &mut notes)).unwrap_or_default();
    let Some(id) = id else {
        let findings = about.purl.map(|purl| FindingKey {
            tool: Some("grype".to_owned()),
            purl: Some(purl),
            paths: about.paths,
            ..FindingKey::default()
        });
        return match findings {
            Some(finding) => exception(line, finding, notes, item).limited_to(limits),
            None => ImportEntry::listed(line, "it names no vulnerability").limited_to(limits),
        };
    };
    let finding = FindingKey { purl: about.purl, paths: about.paths, ..key("grype", id) };
    exception(line, finding, notes, item).limited_to(limits)
}

fn exception(line: u64, finding: FindingKey, notes: Vec<String>, item: &Node) -> ImportEntry {
    ImportEntry::exception(
        line,
        ForeignException {
            findings: vec![finding],
            text: document::text_at(item, "reason").map(str::to_owned),
            notes,
            ..ForeignException::default()
        },
    )
}

#[derive(Default)]
struct AboutPackage {
    purl: Option<String>,
    paths: Option<Vec<String>>,
}

fn of_package(package: &Node, notes: &mut Vec<String>) -> AboutPackage {
    let text = |key| document::text_at(package, key);
    for key in ["language", "upstream-name"] {
        if text(key).is_some() {
            notes.push(format!("wider: package {key}"));
        }
    }
    let kind = text("type").and_then(package_types::of_grype);
    let purl = match (text("name").and_then(literal), kind) {
        (Some(name), Some(kind)) => packages::purl(kind, &name, text("version")),
        _ => None,
    };
    let says_more = ["name", "version", "type"].iter().any(|key| text(key).is_some());
    if purl.is_none() && says_more {
        notes.push("wider: package".to_owned());
    }
    let place = text("location").map(|place| glob::patterns(&relative(place)));
    notes.extend(place.as_ref().and_then(GlobReading::note));
    AboutPackage { purl, paths: place.map(|place| place.patterns) }
}

/// Returns a glob without a slash in front, and without the `?` that exports write before a folder of any name.
fn relative(glob: &str) -> String {
    let rest = glob.trim_start_matches('/');
    rest.strip_prefix("?*/").map_or_else(|| rest.to_owned(), |rest| format!("*/{rest}"))
}

/// Returns a name that is not a regular expression, without the backslashes before its special characters.
fn literal(name: &str) -> Option<String> {
    let mut text = String::new();
    let mut characters = name.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.push(characters.next().filter(|it| !it.is_ascii_alphanumeric())?),
            '^' | '$' | '*' | '+' | '?' | '[' | ']' | '(' | ')' | '{' | '}' | '|' => return None,
            other => text.push(other),
        }
    }
    Some(text)
}
