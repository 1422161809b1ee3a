//! `.snyk`: ignored issues by id, each with the paths for which they are ignored.
//!
//! Pure. Start at [`FORMAT`]. Read as snyk-policy 5 does: a bare date is its first instant; quoted dates are compared as
//! texts, so `'never'` never ends.

use crate::diag::sorting::StableSort as _;
use crate::formats::package_types;
use crate::formats::suppressions::exception::{ForeignEnd, ForeignException, ImportEntry, key};
use crate::formats::suppressions::readers::format::{
    ImportError, ImportFormat, ImportInput, file_name,
};
use crate::formats::suppressions::readers::yaml as document;
use crate::formats::suppressions::{limits, packages};
use crate::record::subject::FindingKey;
use crate::record::time::{Day, Instant, When};
use crate::rules::scan::suppression::EntryLimits;
use crate::yaml::node::{MapEntry, Node, Value};

pub const FORMAT: ImportFormat = ImportFormat {
    name: "snyk",
    files: ".snyk",
    is_named: |path| file_name(path) == ".snyk",
    read,
};

fn read(input: &ImportInput<'_>) -> Result<Vec<ImportEntry>, ImportError> {
    let Some(root) = document::document(input.bytes)? else {
        return Ok(Vec::new());
    };
    if !matches!(root.value, Value::Map(_)) {
        return Err(ImportError::at(document::line(&root), "it is not a policy of snyk"));
    }
    let mut entries = Vec::new();
    for section in root.entries() {
        match section.key.as_str() {
            "ignore" => section.value.entries().iter().for_each(|id| issue(id, &mut entries)),
            "patch" | "exclude" => {
                let what = match section.key.as_str() {
                    "patch" => "a patch hides no finding that a key could name",
                    _ => "an excluded path hides every finding in it",
                };
                let below = section.value.entries().iter();
                entries.extend(below.map(|node| {
                    let mut limited = limits::of_node(&node.value, &[]);
                    limited.extend(limits::one("key", &node.key));
                    ImportEntry::listed(document::key_line(node), what).limited_to(limited)
                }));
            }
            _ => {}
        }
    }
    entries.order_by_key(|entry| entry.line);
    Ok(entries)
}

fn issue(id: &MapEntry, entries: &mut Vec<ImportEntry>) {
    let line = document::key_line(id);
    let Value::List(items) = &id.value.value else {
        let what = format!("{}: there is no list of paths below it (an old format)", id.key);
        entries.push(ImportEntry::unreadable(line, what));
        return;
    };
    for item in items {
        match item.entries() {
            [] => entries.push(ImportEntry::unreadable(
                document::line(item),
                format!("{}: an item names no path", id.key),
            )),
            paths => entries.extend(paths.iter().map(|path| of_path(&id.key, path))),
        }
    }
}

fn of_path(id: &str, path: &MapEntry) -> ImportEntry {
    let (purl, notes) = match package(id, path.key.trim()) {
        Place::Everywhere => (None, Vec::new()),
        Place::Package(purl) => (Some(purl), Vec::new()),
        Place::Other => (None, vec!["wider: path".to_owned()]),
    };
    let about = &path.value;
    let end = match about.get("expires") {
        node if document::is_empty(node) => ForeignEnd::Missing,
        Some(node) => until(node),
        None => ForeignEnd::Missing,
    };
    let place = path.key.trim();
    let limits = if place == "*" { EntryLimits::new() } else { limits::one("path", place) };
    ImportEntry::exception(
        document::key_line(path),
        ForeignException {
            findings: vec![FindingKey { purl, ..key("snyk", id) }],
            // What `snyk ignore` writes where nobody says why.
            text: document::text_at(about, "reason")
                .filter(|reason| !reason.trim().eq_ignore_ascii_case("none given"))
                .map(str::to_owned),
            end,
            notes,
            ..ForeignException::default()
        },
    )
    .limited_to(limits)
}

enum Place {
    Everywhere,
    /// Where one package brings it in, in any version.
    Package(String),
    /// A path that no finding key can express.
    Other,
}

fn package(id: &str, path: &str) -> Place {
    if path == "*" {
        return Place::Everywhere;
    }
    let Some(name) = path.strip_prefix("* >").map(str::trim) else {
        return Place::Other;
    };
    let bare = name.strip_prefix('@').unwrap_or(name);
    if bare.contains(['@', '>', '*', ' ']) {
        return Place::Other;
    }
    let purl = package_types::of_snyk(id).and_then(|kind| packages::purl(kind, name, None));
    purl.map_or(Place::Other, Place::Package)
}

/// Returns the end in `expires`: a bare date is its first instant, a quoted one is compared as a text with instants, so
/// that it ends at the same time.
fn until(node: &Node) -> ForeignEnd {
    let Some(text) = node.text() else {
        return ForeignEnd::Unclear("`expires` is not a date".to_owned());
    };
    if let Some(day) = Day::new(text) {
        return ForeignEnd::Until(When::Day(day.plus_days(-1)));
    }
    // Compared as a text, another zone than `Z` ends at another time than it says.
    let is_utc = text.ends_with('Z') && text.contains('T');
    let instant = (document::is_bare(node) || is_utc).then(|| Instant::parse(text)).flatten();
    match instant {
        Some(instant) => ForeignEnd::Until(When::instant(instant)),
        None if document::is_bare(node) => {
            ForeignEnd::Unclear("`expires` is not an instant".to_owned())
        }
        None => ForeignEnd::Unclear(
            "`expires` is a quoted text, which snyk compares as a text: it may never end"
                .to_owned(),
        ),
    }
}
