//! `osv-scanner.toml`: ignored vulnerabilities of the lock files in its own folder.
//!
//! Pure. Start at [`FORMAT`]. Read as osv-scanner does (internal/config/manager.go): a date without a zone is read in the
//! zone of the machine; the first instant of year 1 is not an end.

use crate::diag::sorting::StableSort as _;
use std::collections::BTreeSet;

use toml_edit::{Datetime, Item};

use crate::formats::finding_lines::LineIndex;
use crate::formats::suppressions::exception::{ForeignEnd, ForeignException, ImportEntry, key};
use crate::formats::suppressions::limits;
use crate::formats::suppressions::readers::cargo_deny::other_case;
use crate::formats::suppressions::readers::format::{
    ImportError, ImportFormat, ImportInput, file_name, is_no_end,
};
use crate::formats::suppressions::readers::toml;
use crate::formats::suppressions::readers::toml::{TomlInput, TomlItem};
use crate::formats::suppressions::text::path_notes;
use crate::record::subject::FindingKey;
use crate::record::time::{Day, Instant, When};

pub const FORMAT: ImportFormat = ImportFormat {
    name: "osv-scanner",
    files: "osv-scanner.toml",
    is_named: |path| file_name(path) == "osv-scanner.toml",
    read,
};

fn read(input: &ImportInput<'_>) -> Result<Vec<ImportEntry>, ImportError> {
    let parsed = TomlInput::parse(input.bytes)?;
    let mut index = LineIndex::new(parsed.source.as_bytes());
    let mut entries = Vec::new();
    let mut seen = BTreeSet::new();
    for item in toml::items_in_any_case(parsed.root(), "IgnoredVulns") {
        let line = item.line(&mut index);
        // The tool looks for the first entry of an id, and asks for the end of that one.
        let is_first = item.text_in_any_case("id").is_none_or(|id| seen.insert(id.to_owned()));
        let stated = item.table.and_then(|table| toml::get_in_any_case(table, "ignoreUntil"));
        if stated.and_then(Item::as_str).is_some_and(|text| Instant::parse(text).is_none()) {
            let what = "`ignoreUntil` is neither a date nor an instant in quotes, so osv-scanner refuses the file";
            return Err(ImportError::at(line, what));
        }
        entries.push(if is_first {
            vulnerability(line, &item, input)
        } else {
            ImportEntry::skipped(line, "only the first entry of an id counts in osv-scanner")
        });
    }
    for item in toml::items_in_any_case(parsed.root(), "PackageOverrides") {
        let line = item.line(&mut index);
        let is = |key: &str| {
            let value = item.table.and_then(|table| toml::get_in_any_case(table, key));
            value.and_then(Item::as_bool) == Some(true)
        };
        let ignores = is("ignore") || {
            let part = |name: &str| {
                let below = item
                    .table
                    .and_then(|table| toml::get_in_any_case(table, name)?.as_table_like());
                below.and_then(|below| toml::get_in_any_case(below, "ignore")?.as_bool())
                    == Some(true)
            };
            part("vulnerability") || part("license")
        };
        entries.push(if ignores {
            let stated =
                item.table.and_then(|table| toml::get_in_any_case(table, "effectiveUntil"));
            let except = ["effectiveUntil", "reason"];
            let limits = item.table.map(|table| limits::of_table(table, &except));
            let limits = limits.unwrap_or_default();
            let quoted = stated.and_then(Item::as_str).and_then(Instant::parse).map(of_instant);
            let bare = || until(stated?.as_datetime()?, &mut false);
            ImportEntry {
                end: quoted.or_else(bare).unwrap_or(ForeignEnd::Missing),
                comments: item.text_in_any_case("reason").map(str::to_owned).into_iter().collect(),
                ..ImportEntry::listed(line, "a whole package is ignored").limited_to(limits)
            }
        } else {
            ImportEntry::skipped(line, "nothing is ignored")
        });
    }
    entries.order_by_key(|entry| entry.line);
    Ok(entries)
}

fn vulnerability(line: u64, item: &TomlItem<'_>, input: &ImportInput<'_>) -> ImportEntry {
    let Some(id) = item.text_in_any_case("id") else {
        return ImportEntry::unreadable(line, "the entry has no id");
    };
    if let Some(why) = other_case("osv-scanner", id) {
        return ImportEntry::ignored(line, why);
    }
    let (mut notes, mut is_end_local) = (Vec::new(), false);
    let end = match item.table.and_then(|table| toml::get_in_any_case(table, "ignoreUntil")) {
        None | Some(Item::None) => ForeignEnd::Missing,
        Some(value) => {
            let quoted = value.as_str().and_then(Instant::parse).map(of_instant);
            let bare = || value.as_datetime().and_then(|stated| until(stated, &mut is_end_local));
            match quoted.or_else(bare) {
                Some(end) => end,
                None => {
                    let what = format!("{id}: `ignoreUntil` is not a date");
                    return ImportEntry::unreadable(line, what);
                }
            }
        }
    };
    if is_end_local {
        notes.push("its end is read in the zone of the machine".to_owned());
    }
    let paths = match (input.lock_files, input.folder) {
        // At the root, a pattern of the folder would be only stars, which no record may have.
        ([], None | Some("")) => Vec::new(),
        ([], Some(folder)) => vec![format!("{folder}/*")],
        (files, _) => files.to_vec(),
    };
    if input.lock_files.is_empty() {
        notes.push("wider: no lock file is in its folder".to_owned());
    } else {
        notes.extend(path_notes(paths.iter().map(String::as_str)));
    }
    let paths = if paths.is_empty() { None } else { Some(paths) };
    ImportEntry::exception(
        line,
        ForeignException {
            findings: vec![FindingKey { paths, ..key("osv-scanner", id) }],
            text: item.text_in_any_case("reason").map(str::to_owned),
            end,
            is_end_local,
            notes,
            ..ForeignException::default()
        },
    )
}

fn of_instant(instant: Instant) -> ForeignEnd {
    if is_no_end(instant) { ForeignEnd::Missing } else { ForeignEnd::Until(When::instant(instant)) }
}

/// Returns the end in `ignoreUntil`; tells of a date whose zone is that of the machine.
fn until(stated: &Datetime, is_end_local: &mut bool) -> Option<ForeignEnd> {
    if stated.offset.is_some() {
        return Instant::parse(&stated.to_string()).map(of_instant);
    }
    let day = Day::new(&stated.date?.to_string())?;
    // In one zone or another it is the instant that means no end.
    if is_no_end(day.start()) {
        return Some(ForeignEnd::Missing);
    }
    *is_end_local = true;
    Some(ForeignEnd::Until(When::Day(day.plus_days(-1))))
}
