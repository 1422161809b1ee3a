//! `cargo-deny`: the list of ignored advisories in `deny.toml`, whose entries have no end and no limits.
//!
//! Pure. Start at [`TARGET`]. Follows `docs/spec/interop.md`, 3; the parser of cargo-deny refuses a key for an end.

use std::ops::Range;

use toml_edit::{Item, Value};

use crate::features::export::targets::input::{ExportInput, FindingLoss};
use crate::features::export::targets::loss::LossLog;
use crate::features::export::targets::merge::{MergeRefusal, SharedFile};
use crate::features::export::targets::target::{
    ExportFiles, ExportOutput, ExportTarget, WrittenRecords,
};
use crate::features::export::targets::{paths, quoting, toml_merge};

/// The definition of the target.
pub const TARGET: ExportTarget =
    ExportTarget::new("cargo-deny", &["cargo-deny"], write).with_merge(merge);

fn write(input: &ExportInput<'_>) -> ExportOutput {
    let mut losses = LossLog::new(input.options.allowed);
    let mut written = WrittenRecords::default();
    let entries = entries_of(input, &mut losses, &mut written);
    let mut out = written.hash_header(TARGET.name, &input.stamp);
    out.push_str("[advisories]\n");
    if entries.is_empty() {
        out.push_str("ignore = []\n");
    } else {
        let lines: Vec<String> = entries.iter().map(|entry| format!("  {entry},\n")).collect();
        out.push_str(&format!("ignore = [\n{}]\n", lines.concat()));
    }
    ExportOutput { files: ExportFiles::One(out.into_bytes()), losses: losses.into_losses() }
}

const ADVISORIES: &str = "advisories";

fn merge(input: &ExportInput<'_>, shared: SharedFile<'_>) -> Result<ExportOutput, MergeRefusal> {
    let text = shared.text(TARGET.name)?;
    let mut losses = LossLog::new(input.options.allowed);
    let new = entries_of(input, &mut losses, &mut WrittenRecords::default());
    let lines: String = new.iter().map(|entry| format!("\n  {entry},")).collect();
    let read = toml_merge::parsed(text)?;
    let advisories = read.get(ADVISORIES);
    let edited = match advisories.and_then(|section| section.get("ignore")) {
        Some(Item::Value(Value::Array(array))) => {
            let own = array.iter().filter(|value| {
                value.as_inline_table().is_some_and(|table| toml_merge::is_own(table, shared))
            });
            let found: Option<Vec<Range<usize>>> =
                own.map(|value| Some(toml_merge::element(text, value.span()?))).collect();
            let ranges =
                found.ok_or_else(|| toml_merge::layout("ignore", "an entry has no place"))?;
            let span =
                array.span().ok_or_else(|| toml_merge::layout("ignore", "it has no place"))?;
            let at = span.start + 1;
            let rest = toml_merge::kept(text, &ranges, at);
            let needs_break = !lines.is_empty() && !rest.starts_with(['\n', '\r']);
            let gap = if needs_break { "\n" } else { "" };
            toml_merge::replaced(text, &ranges, at, &format!("{lines}{gap}"))
        }
        Some(_) => return Err(toml_merge::shape("advisories.ignore", "a list")),
        None if new.is_empty() => text.to_owned(),
        None => {
            let list = format!("ignore = [{lines}\n]\n");
            match advisories {
                Some(Item::Table(table)) if !table.is_implicit() && !table.is_dotted() => {
                    let header = table.span().map(|span| span.start);
                    let start =
                        header.ok_or_else(|| toml_merge::layout(ADVISORIES, "it has no place"))?;
                    toml_merge::replaced(text, &[], toml_merge::line_end(text, start), &list)
                }
                Some(Item::Table(table)) if table.is_dotted() => {
                    return Err(toml_merge::layout(ADVISORIES, "write it as a table [advisories]"));
                }
                Some(Item::Value(_)) => {
                    return Err(toml_merge::layout(ADVISORIES, "write it as a table [advisories]"));
                }
                _ => {
                    let gap = if text.is_empty() { "" } else { "\n" };
                    toml_merge::replaced(
                        text,
                        &[],
                        text.len(),
                        &format!("{gap}[{ADVISORIES}]\n{list}"),
                    )
                }
            }
        }
    };
    toml_merge::checked(text, edited, shared, losses)
}

pub(super) fn entries_of(
    input: &ExportInput<'_>,
    losses: &mut LossLog,
    written: &mut WrittenRecords,
) -> Vec<String> {
    let mut entries = Vec::new();
    for finding in input.findings(TARGET.tools) {
        let key = finding.key;
        if paths::covers_nothing(key) {
            continue;
        }
        let Some(id) = finding.id() else {
            losses.refuse(finding, "an entry needs the id of an advisory");
            continue;
        };
        let mut lost = finding.criteria_losses();
        let limits = [
            ("a package", key.purl.is_some()),
            ("paths", key.paths.is_some()),
            ("resources", key.resources.is_some()),
        ];
        let stated = limits.into_iter().filter(|(_, is_stated)| *is_stated);
        lost.extend(stated.map(|(what, _)| {
            FindingLoss::scope(format!("an ignored advisory can't be limited to {what}"))
        }));
        lost.push(FindingLoss::term("cargo-deny's entries have no end"));
        if let Some(text) = losses.admit(finding, lost) {
            let (id, text) = (quoting::double(&id), quoting::double(&text));
            entries.push(format!("{{ id = {id}, reason = {text} }}"));
            written.add(finding.record);
        }
    }
    entries
}
