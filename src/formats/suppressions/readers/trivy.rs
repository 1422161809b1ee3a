//! Trivy: `.trivyignore`, one id a line, and `.trivyignore.yaml`.
//!
//! Pure. Start at [`FORMAT`]. Read as trivy does (pkg/result/ignore.go): a date is its first instant, so the day before it
//! is the last one that is covered; a line with a bad date is dropped there; the first instant of year 1 is not an end.

use std::collections::BTreeSet;

use crate::formats::glob::GlobReading;
use crate::formats::suppressions::exception::{ForeignEnd, ForeignException, ImportEntry, key};
use crate::formats::suppressions::keys;
use crate::formats::suppressions::readers::cargo_deny::other_case;
use crate::formats::suppressions::readers::format::{
    ImportError, ImportFormat, ImportInput, file_name, is_no_end, text,
};
use crate::formats::suppressions::readers::yaml as document;
use crate::formats::{finding_lines, glob};
use crate::record::subject::FindingKey;
use crate::record::time::{Day, Instant, When};
use crate::record::tool_ids;
use crate::yaml::node::{Node, Value};

pub const FORMAT: ImportFormat = ImportFormat {
    name: "trivy",
    files: ".trivyignore, .trivyignore.yaml",
    is_named: |path| {
        matches!(file_name(path), ".trivyignore" | ".trivyignore.yaml" | ".trivyignore.yml")
    },
    read,
};

/// The sections of the YAML form, and the tools of their findings.
pub const SECTIONS: &[(&str, &str)] = &[
    ("vulnerabilities", "trivy"),
    ("misconfigurations", "trivy-misconfig"),
    ("secrets", "trivy-secret"),
    ("licenses", "trivy-license"),
];

pub fn is_settings(path: &str) -> bool {
    file_name(path) == "trivy.yaml"
}

/// Returns the ignore file that the settings at a path name, if it is not the usual one.
pub fn named_ignore_file(path: &str, bytes: &[u8]) -> Option<String> {
    let mut root = document::document(bytes).ok()??;
    keys::respell(&mut root, keys::lower_case);
    beside(path, root.get("ignorefile")?.text()?).filter(|path| !(FORMAT.is_named)(path))
}

/// Returns a path that the settings at another one name. Trivy is started in their folder; `None` for what is not below it.
pub fn beside(settings: &str, named: &str) -> Option<String> {
    let named = named.strip_prefix("./").unwrap_or(named);
    let is_below = named.split('/').all(|part| !matches!(part, "" | "." | ".."));
    is_below.then(|| match settings.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{named}"),
        None => named.to_owned(),
    })
}

fn read(input: &ImportInput<'_>) -> Result<Vec<ImportEntry>, ImportError> {
    if !is_yaml(input)? {
        let entries = finding_lines::entries(text(input.bytes)?);
        return Ok(entries.map(|(line, text)| one(line, text)).collect());
    }
    let Some(root) = document::document(input.bytes)? else {
        return Ok(Vec::new());
    };
    let mut entries = Vec::new();
    for entry in root.entries() {
        let line = document::key_line(entry);
        match SECTIONS.iter().find(|(name, _)| *name == entry.key) {
            None => entries.push(ImportEntry::skipped(line, "no section of trivy")),
            Some(_) if document::is_empty(Some(&entry.value)) => {}
            Some((_, tool)) if !entry.value.items().is_empty() => {
                entries.extend(entry.value.items().iter().map(|item| of_item(item, tool)));
            }
            Some(_) => entries.push(ImportEntry::unreadable(line, "the section is not a list")),
        }
    }
    if !matches!(root.value, Value::Map(_)) {
        return Err(ImportError::at(document::line(&root), "it is not a map of sections"));
    }
    Ok(entries)
}

/// Tells whether an input is of the YAML form: by its name, else by its first line with content.
fn is_yaml(input: &ImportInput<'_>) -> Result<bool, ImportError> {
    let name = file_name(input.path).to_ascii_lowercase();
    if name.ends_with(".yaml") || name.ends_with(".yml") {
        return Ok(true);
    }
    let mut lines = text(input.bytes)?.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#') && *line != "---");
    let section = first.and_then(|line| line.split_once(':')).map(|(name, _)| name.trim());
    Ok(section.is_some_and(|section| SECTIONS.iter().any(|(name, _)| *name == section)))
}

/// Reads a line `ID [exp:DATE] …`.
fn one(line: u64, text: &str) -> ImportEntry {
    let mut fields = text.split_whitespace();
    let id = fields.next().unwrap_or_default();
    if id.ends_with(',') {
        let what = format!("trivy reads one id on a line and sees `{id}`, which no finding has");
        return ImportEntry::ignored(line, what);
    }
    if let Some(why) = other_case("trivy", id) {
        return ImportEntry::ignored(line, why);
    }
    let end = match fields.clone().find_map(|field| field.strip_prefix("exp:")) {
        None => ForeignEnd::Missing,
        Some(date) => match Day::new(date) {
            Some(day) => before(day),
            None => {
                let what = format!("{id}: `exp:` is not a date, so trivy drops the line");
                return ImportEntry::ignored(line, what);
            }
        },
    };
    let exception = ForeignException {
        findings: vec![key(tool_ids::trivy_tool(id), id)],
        end,
        ..ForeignException::default()
    };
    ImportEntry::exception(line, exception)
}

fn of_item(item: &Node, tool: &str) -> ImportEntry {
    let line = document::line(item);
    let Some(id) = document::text_at(item, "id") else {
        return ImportEntry::unreadable(line, "the entry has no id");
    };
    if let Some(why) = other_case(tool, id).filter(|_| tool == "trivy") {
        return ImportEntry::ignored(line, why);
    }
    let list = |name: &str| match item.get(name) {
        node if document::is_empty(node) => Some(None),
        Some(node) => document::texts(node).map(Some),
        None => Some(None),
    };
    let (Some(paths), Some(purls)) = (list("paths"), list("purls")) else {
        return ImportEntry::unreadable(line, format!("{id}: paths and purls are lists of texts"));
    };
    let end = match item.get("expired_at") {
        node if document::is_empty(node) => ForeignEnd::Missing,
        Some(node) => match until(node) {
            Some(end) => end,
            None => {
                let what = format!(
                    "{id}: `expired_at` is neither a bare date nor an instant with a zone: trivy refuses the file"
                );
                return ImportEntry::unreadable(line, what);
            }
        },
        None => ForeignEnd::Missing,
    };
    let globs: Option<Vec<GlobReading>> =
        paths.map(|paths| paths.iter().map(|path| glob::patterns(path)).collect());
    let notes: BTreeSet<String> = globs.iter().flatten().filter_map(GlobReading::note).collect();
    let patterns = globs.map(|globs| globs.into_iter().flat_map(|glob| glob.patterns).collect());
    let whole = FindingKey { paths: patterns, ..key(tool, id) };
    let findings = match purls {
        None => vec![whole],
        Some(purls) => {
            let of = |purl| FindingKey { purl: Some(purl), ..whole.clone() };
            purls.into_iter().map(of).collect()
        }
    };
    let text = document::text_at(item, "statement").map(str::to_owned);
    ImportEntry::exception(
        line,
        ForeignException {
            findings,
            text,
            end,
            notes: notes.into_iter().collect(),
            ..ForeignException::default()
        },
    )
}

/// Returns the end in `expired_at`; a quoted date or a local time can't be read there.
fn until(node: &Node) -> Option<ForeignEnd> {
    let text = node.text()?;
    if let Some(day) = Day::new(text) {
        return if document::is_bare(node) { Some(before(day)) } else { None };
    }
    // A time without a zone is one of UTC.
    let at = || Instant::parse(&format!("{}Z", text.replacen(' ', "T", 1)));
    let local = || document::is_bare(node).then(at).flatten();
    Some(match Instant::parse(text).or_else(local)? {
        instant if is_no_end(instant) => ForeignEnd::Missing,
        instant => ForeignEnd::Until(When::instant(instant)),
    })
}

fn before(day: Day) -> ForeignEnd {
    if is_no_end(day.start()) {
        return ForeignEnd::Missing;
    }
    ForeignEnd::Until(When::Day(day.plus_days(-1)))
}
