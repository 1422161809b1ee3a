//! The values of a record before and after a change, for display: one row per field, lists on one line.
//!
//! Start at [`differing`].

use serde::Serialize;
use serde_json::Value;

use crate::gate::accepted_text;
use crate::record::{Record, credential};
use crate::view::doc::{DocTable, StyledText, Tone};
use crate::view::shape;
use crate::view::tables::flexible;

/// The maximum number of characters of a value shown beside another.
const MOST: usize = 200;

/// The maximum number of characters of a value shown alone.
const MOST_ALONE: usize = 400;

pub(super) struct FieldRow {
    field: String,
    before: String,
    after: String,
}

impl FieldRow {
    fn new(field: &str, before: &Value, after: &Value) -> FieldRow {
        FieldRow { field: field.to_owned(), before: shown(before, MOST), after: shown(after, MOST) }
    }
}

pub(super) fn differing(before: &Record, after: &Record) -> Vec<FieldRow> {
    let value = |record: &Record| serde_json::to_value(record).unwrap_or(Value::Null);
    let mut rows = Vec::new();
    compare("", &value(before), &value(after), &mut rows);
    rows
}

/// Returns the rows as pairs of a field and its values: `db:invoices → db:orders`.
pub(super) fn pairs(rows: Vec<FieldRow>) -> Vec<(String, StyledText)> {
    rows.into_iter()
        .map(|row| (row.field, StyledText::plain(format!("{} → {}", row.before, row.after))))
        .collect()
}

pub(super) fn stated(record: &Record) -> DocTable {
    let value = serde_json::to_value(record).unwrap_or(Value::Null);
    let fields = value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| !matches!(key.as_str(), "id" | "title"));
    let rows = fields.map(|(key, value)| {
        vec![
            StyledText::with_tone(Tone::Strong, key.as_str()),
            StyledText::plain(shown(value, MOST_ALONE)),
        ]
    });
    DocTable { columns: vec![flexible("field"), flexible("value")], rows: rows.collect() }
}

fn compare(field: &str, before: &Value, after: &Value, rows: &mut Vec<FieldRow>) {
    if before == after {
        return;
    }
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let gone = old.keys().filter(|key| !new.contains_key(*key));
            for key in new.keys().chain(gone) {
                let field = match field {
                    "" => key.clone(),
                    field => format!("{field}.{key}"),
                };
                let value = |map: &serde_json::Map<String, Value>| {
                    map.get(key).cloned().unwrap_or(Value::Null)
                };
                compare(&field, &value(old), &value(new), rows);
            }
        }
        (Value::Array(old), Value::Array(new)) if is_of_maps(old) && is_of_maps(new) => {
            entries(field, old, new, rows);
        }
        _ => rows.push(FieldRow::new(field, before, after)),
    }
}

fn is_of_maps(list: &[Value]) -> bool {
    list.iter().all(Value::is_object)
}

/// Compares lists of maps: entries with an id by their id, others as a whole.
fn entries(field: &str, old: &[Value], new: &[Value], rows: &mut Vec<FieldRow>) {
    let id = |entry: &Value| Some(entry.get("id")?.as_str()?.to_owned());
    let named = |entry: &Value| match id(entry) {
        Some(id) => format!("{field} {id}"),
        None => field.to_owned(),
    };
    let same = |entry: &Value, list: &[Value]| -> Option<Value> {
        let mut list = list.iter();
        let own = id(entry);
        list.find(|other| match &own {
            Some(own) => id(other).as_ref() == Some(own),
            None => *other == entry,
        })
        .cloned()
    };
    for entry in old {
        match same(entry, new) {
            Some(other) => compare(&named(entry), entry, &other, rows),
            None => rows.push(FieldRow::new(&named(entry), entry, &Value::Null)),
        }
    }
    for entry in new.iter().filter(|entry| same(entry, old).is_none()) {
        rows.push(FieldRow::new(&named(entry), &Value::Null, entry));
    }
}

fn shown(value: &Value, most: usize) -> String {
    shape::cut(&credential::hidden(display_value(value)), most)
}

fn display_value(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) if list.is_empty() => "nothing".to_owned(),
        Value::Array(list) => list.iter().map(display_value).collect::<Vec<_>>().join(", "),
        Value::Object(map) => {
            let pairs = map.iter().filter(|(key, _)| *key != "id").map(|(key, value)| {
                let value = accepted_text::shown_field(key, value);
                format!("{} {}", key.replace('_', " "), display_value(&value))
            });
            pairs.collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

pub(super) fn text(part: &impl Serialize) -> String {
    match serde_json::to_value(part).unwrap_or(Value::Null) {
        Value::Null => String::new(),
        value => display_value(&value),
    }
}
