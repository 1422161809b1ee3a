//! `deny.toml`: ignored advisories.
//!
//! Pure. Start at [`FORMAT`]; `advisories` reads the list that cargo-audit has, too. The format has no end.

use crate::formats::finding_lines::LineIndex;
use crate::formats::suppressions::exception::{ForeignException, ImportEntry, key};
use crate::formats::suppressions::limits;
use crate::formats::suppressions::readers::format::{
    ImportError, ImportFormat, ImportInput, file_name,
};
use crate::formats::suppressions::readers::toml;
use crate::formats::suppressions::readers::toml::TomlInput;
use crate::record::tool_ids;

pub const FORMAT: ImportFormat = ImportFormat {
    name: "cargo-deny",
    files: "deny.toml",
    is_named: |path| matches!(file_name(path), "deny.toml" | ".deny.toml"),
    read: |input| advisories(input, "cargo-deny"),
};

/// Reads `[advisories] ignore`: ids, or tables with an id and a reason.
pub(super) fn advisories(
    input: &ImportInput<'_>,
    tool: &str,
) -> Result<Vec<ImportEntry>, ImportError> {
    let parsed = TomlInput::parse(input.bytes)?;
    let mut index = LineIndex::new(parsed.source.as_bytes());
    let Some(section) = parsed.root().get("advisories").and_then(|item| item.as_table_like())
    else {
        return Ok(Vec::new());
    };
    let is_list =
        section.get("ignore").is_none_or(|list| list.is_array() || list.is_array_of_tables());
    if !is_list {
        return Err(ImportError::at(1, "`advisories.ignore` is not a list"));
    }
    let mut entries = Vec::new();
    for item in toml::items(section, "ignore") {
        let line = item.line(&mut index);
        let id = item.text.or_else(|| item.text_at("id")).map(str::trim);
        let has_package = item
            .table
            .is_some_and(|table| table.contains_key("crate") || table.contains_key("name"));
        let Some(id) = id.filter(|id| !id.is_empty()) else {
            entries.push(if has_package {
                let reason = item.text_at("reason").map(str::to_owned);
                let comments = reason.into_iter().collect();
                let limits = item.table.map(|table| limits::of_table(table, &["reason"]));
                let listed = ImportEntry::listed(line, "a package, not an advisory");
                ImportEntry { comments, ..listed.limited_to(limits.unwrap_or_default()) }
            } else {
                ImportEntry::unreadable(line, "neither an id nor a table with an id")
            });
            continue;
        };
        let text = item.text_at("reason").map(str::to_owned);
        if let Some(why) = other_case(tool, id) {
            entries.push(ImportEntry::ignored(line, why));
            continue;
        }
        // cargo-deny takes a text such as `name@1.0.0` for a crate.
        entries.push(if id.contains('@') {
            ImportEntry::listed(line, "a package, not an advisory")
                .limited_to(limits::one("crate", id))
        } else {
            ImportEntry::exception(
                line,
                ForeignException {
                    findings: vec![key(tool, id)],
                    text,
                    ..ForeignException::default()
                },
            )
        });
    }
    Ok(entries)
}

/// Returns why a tool that compares bytes obeys no entry with an id; `None` if its letters are those in which it is assigned.
pub(super) fn other_case(tool: &str, id: &str) -> Option<String> {
    let why = || format!("{tool} compares letter case and sees `{id}`, which no finding has");
    tool_ids::is_other_case(id).then(why)
}
