//! What an input states in a field, such as `data.environment`: a finding is read like an event of type `finding`.
//!
//! Pure. Start at [`values`]. Follows `docs/spec/interop.md`, 6, baselines.

use std::borrow::Cow;

use serde_json::Value;

use crate::record::time::Instant;
use crate::record::vocabulary::Vocabulary;
use crate::survey::event::{CloudEvent, ScannerFinding, TriageInput};

/// The longest part of a value that a message shows, in characters.
const LONGEST_SHOWN: usize = 100;

/// Returns the values of a field, for a list its items; `None` for a map, which no word can fit. What is null is not
/// stated.
pub(super) fn values<'i>(input: &'i TriageInput, field: &str) -> Vec<Option<Cow<'i, str>>> {
    match input {
        TriageInput::Finding(finding) => of_finding(finding, field),
        TriageInput::Event(event) => of_event(event, field),
    }
}

pub(super) fn instant(input: &TriageInput) -> Option<Instant> {
    match input {
        TriageInput::Finding(finding) => finding.at,
        TriageInput::Event(event) => Some(event.at),
    }
}

pub(super) fn shown(values: &[Option<Cow<'_, str>>]) -> String {
    let mut texts: Vec<Cow<'_, str>> = Vec::new();
    for value in values {
        texts.push(value.as_deref().map_or("a map".into(), shorten));
        if texts.iter().map(|text| text.len()).sum::<usize>() > 4 * LONGEST_SHOWN {
            texts.push("…".into());
            break;
        }
    }
    texts.join(", ")
}

pub(super) fn shorten(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

fn of_finding<'i>(finding: &'i ScannerFinding, field: &str) -> Vec<Option<Cow<'i, str>>> {
    let text: Option<&str> = match field {
        "type" => Some("finding"),
        "data.tool" => Some(&finding.tool),
        "data.id" => Some(&finding.id),
        "data.level" => Some(&finding.level),
        "data.severity" => finding.severity.map(Vocabulary::as_str),
        "data.path" => {
            let places = finding.places.iter();
            return places.map(|place| Some(place.file.text().into())).collect();
        }
        "data.package" => {
            let package = finding.package.as_ref();
            finding.purl.as_deref().or(package.map(|package| package.name.as_str()))
        }
        _ => None,
    };
    text.map(Cow::from).map(Some).into_iter().collect()
}

fn of_event<'i>(event: &'i CloudEvent, field: &str) -> Vec<Option<Cow<'i, str>>> {
    let mut found = Vec::new();
    if let Some(value) = at(&event.fields, field) {
        collect(value, &mut found);
    }
    found
}

fn collect<'v>(value: &'v Value, found: &mut Vec<Option<Cow<'v, str>>>) {
    match value {
        Value::Null => {}
        Value::Object(_) => found.push(None),
        Value::String(text) => found.push(Some(text.into())),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Bool(_) | Value::Number(_) => found.push(Some(value.to_string().into())),
    }
}

/// Returns the value at a path; a key may itself contain dots.
fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    if let Some(found) = value.get(path) {
        return Some(found);
    }
    let mut dots = path.match_indices('.');
    dots.find_map(|(dot, _)| {
        let (key, rest) = path.split_at(dot);
        at(value.get(key)?, rest.strip_prefix('.')?)
    })
}
