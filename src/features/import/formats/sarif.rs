//! SARIF 2.1.0: the results that are suppressed.
//!
//! Uses interop's SARIF, plan's entries. Pure. Start at [`FORMAT`]. Tool, id and places are read as in `triage`
//! (`docs/spec/interop.md`, 6); a suppression counts if it is accepted and none is rejected or under review (SARIF
//! 3.35.3). The format has no end.

use std::io::Cursor;

use serde_json::Value;

use crate::formats::finding_lines::LineIndex;
use crate::formats::json_stream::ByteSpan;
use crate::formats::sarif;
use crate::formats::sarif::{SarifEntry, Spans};
use crate::formats::suppressions::exception::{ForeignException, ImportEntry, key};
use crate::formats::suppressions::readers::format::{ImportError, ImportFormat, ImportInput};
use crate::formats::suppressions::text::path_notes;
use crate::record::subject::FindingKey;
use crate::survey::event::{FindingFile, ScannerFinding};

pub const FORMAT: ImportFormat = ImportFormat {
    name: "sarif",
    files: "*.sarif",
    is_named: |path| path.ends_with(".sarif") || path.ends_with(".sarif.json"),
    read,
};

fn read(input: &ImportInput<'_>) -> Result<Vec<ImportEntry>, ImportError> {
    let bytes = input.bytes;
    let mut found: Vec<SarifEntry> = Vec::new();
    let layout = sarif::read(Cursor::new(bytes), input.roots, Spans::Kept, &mut |entry| {
        found.push(entry);
    })
    .map_err(|broken| {
        let (line, why) = broken.placed();
        ImportError::at(line.unwrap_or(1), why)
    })?;
    if layout.runs.is_empty() && found.is_empty() {
        return Err(ImportError::at(1, "it has no `runs`, so it is not SARIF"));
    }
    let spans: Vec<ByteSpan> = layout.runs.iter().flat_map(|run| run.results.clone()).collect();
    let mut index = LineIndex::new(bytes);
    let mut entries = Vec::new();
    for entry in found {
        let place = entry.index.and_then(|index| usize::try_from(index).ok());
        let Some(span) = place.and_then(|place| spans.get(place)) else {
            let why = entry.read.err().unwrap_or_else(|| "a run can't be read".to_owned());
            entries.push(ImportEntry::unreadable(entry.line.unwrap_or(1), why));
            continue;
        };
        let start = usize::try_from(span.start).unwrap_or_default();
        let end = usize::try_from(span.end).unwrap_or_default();
        let line = index.line(start);
        let suppressed = suppression(bytes.get(start..end).unwrap_or_default());
        entries.extend(match (entry.read, suppressed) {
            (_, Suppression::Absent) => None,
            (Err(_), _) => Some(ImportEntry::unreadable(line, "the result can't be read")),
            (Ok(_), Suppression::NotAccepted) => {
                Some(ImportEntry::skipped(line, "its suppression is not accepted"))
            }
            (Ok(finding), Suppression::Accepted { texts }) => {
                Some(of_result(line, &finding, texts))
            }
        });
    }
    Ok(entries)
}

enum Suppression {
    Absent,
    NotAccepted,
    /// With the justifications that are given.
    Accepted {
        texts: Vec<String>,
    },
}

fn suppression(result: &[u8]) -> Suppression {
    let result: Option<Value> = serde_json::from_slice(result).ok();
    let list = result.as_ref().and_then(|result| result.get("suppressions"));
    let Some(list) = list.and_then(Value::as_array).filter(|list| !list.is_empty()) else {
        return Suppression::Absent;
    };
    let status = |value: &Value| match value.get("status") {
        None | Some(Value::Null) => value.is_object(),
        Some(status) => status == "accepted",
    };
    if !list.iter().all(status) {
        return Suppression::NotAccepted;
    }
    let text =
        |value: &Value| value.get("justification").and_then(Value::as_str).map(str::to_owned);
    let texts = list.iter().filter_map(text).filter(|text| !text.trim().is_empty());
    Suppression::Accepted { texts: texts.collect() }
}

fn of_result(line: u64, finding: &ScannerFinding, texts: Vec<String>) -> ImportEntry {
    match finding_key(finding, None) {
        Err(why) => ImportEntry::listed(line, why),
        Ok((finding, notes)) => ImportEntry::exception(
            line,
            ForeignException {
                findings: vec![finding],
                text: if texts.is_empty() { None } else { Some(texts.join("\n")) },
                notes,
                ..ForeignException::default()
            },
        ),
    }
}

pub(super) fn finding_key(
    finding: &ScannerFinding,
    purl: Option<&str>,
) -> Result<(FindingKey, Vec<String>), String> {
    if finding.id.trim().is_empty() {
        return Err("the result has no id".to_owned());
    }
    let mut paths: Vec<String> = Vec::new();
    for place in &finding.places {
        match &place.file {
            FindingFile::Inside(path) if path.contains(char::is_control) => {
                return Err("its path has control characters, which no record can name".to_owned());
            }
            FindingFile::Inside(path) if !paths.contains(path) => paths.push(path.clone()),
            FindingFile::Inside(_) => {}
            FindingFile::Elsewhere(_) | FindingFile::Above(_) => {
                return Err("it is about a file outside the repository".to_owned());
            }
            FindingFile::Unknown => {
                return Err("its place can't be told, so a key would cover every place".to_owned());
            }
        }
    }
    if paths.is_empty() && purl.is_none() && finding.purl.is_none() {
        return Err("it names no file, so a key would cover every place".to_owned());
    }
    let mut notes = Vec::new();
    if finding.places.iter().any(|place| place.line.is_some()) {
        notes.push("wider: line".to_owned());
    }
    notes.extend(path_notes(paths.iter().map(String::as_str)));
    let tool = finding.also.unwrap_or(&finding.tool);
    let paths = if paths.is_empty() { None } else { Some(paths) };
    let package = purl.map(str::to_owned).or_else(|| finding.purl.clone());
    Ok((FindingKey { purl: package, paths, ..key(tool, &finding.id) }, notes))
}
