//! The text of a new record: fields in the order of the documentation, quoted if necessary.
//!
//! Pure. Start at [`write()`]. The caller reads the text back and compares it before creating the file. Follows
//! `docs/spec/record.md`.

use crate::diag::sorting::StableSort as _;
use std::fmt::Write;

use serde_json::{Map, Value};

use crate::record::Record;
use crate::record::map::MapSpec;
use crate::record::spec::{self, FieldSpec, ValueShape};
use crate::record::vocabulary::{RootCause, Vocabulary};
use crate::yaml::splice::quote;

/// The line length above which a list is written with one item per line.
const WIDE: usize = 100;

/// The line length above which a comment is wrapped: terminals show it whole.
const COMMENT: usize = 80;

/// Returns the text of a record with these fields; `schema` is the schema's path from the file, for editors, if there is one.
///
/// Texts are written as texts; below `x:`, numbers, booleans and nulls keep their types.
pub fn write(fields: &Map<String, Value>, schema: Option<&str>) -> String {
    write_as(Record::FIELDS, fields, schema)
}

/// Returns the text of a file of another type, whose fields are `known`.
pub fn write_as(
    known: &'static [FieldSpec],
    fields: &Map<String, Value>,
    schema: Option<&str>,
) -> String {
    let head = |schema: &str| format!("# yaml-language-server: $schema={schema}\n");
    let mut out = schema.map(head).unwrap_or_default();
    for (key, value, shape) in ordered(known, fields) {
        entry(&mut out, 0, (key, value, shape));
    }
    out
}

fn ordered<'a>(
    fields: &'static [FieldSpec],
    map: &'a Map<String, Value>,
) -> Vec<(&'a String, &'a Value, ValueShape)> {
    let place = |key: &str| {
        let place = fields.iter().position(|field| field.key == key);
        place.unwrap_or(usize::MAX)
    };
    let mut entries: Vec<_> = map.iter().collect();
    entries.order_by_key(|(key, _)| place(key));
    let entries = entries.into_iter().map(|(key, value)| {
        let field = spec::named(fields, key);
        (key, value, field.map_or(ValueShape::Free, |field| field.shape))
    });
    entries.collect()
}

fn entry(out: &mut String, indent: usize, (key, value, shape): (&str, &Value, ValueShape)) {
    comment(out, key, value);
    let _ = write!(out, "{:indent$}{}:", "", quote(key));
    after_key(out, indent, value, shape);
}

fn after_key(out: &mut String, indent: usize, value: &Value, shape: ValueShape) {
    match value {
        Value::String(text) if text.contains('\n') && is_plain_block(text) => {
            block(out, indent, text)
        }
        Value::Object(map) if !map.is_empty() && !shape.is_inline() => {
            out.push('\n');
            for (inner, value, shape) in ordered(shape.fields(), map) {
                entry(out, indent + 2, (inner, value, shape));
            }
        }
        Value::Array(items) if !fits(out, items) => {
            out.push('\n');
            for value in items {
                item(out, indent + 2, value, shape);
            }
        }
        _ => {
            let _ = writeln!(out, " {}", in_brackets(value, shape));
        }
    }
}

fn item(out: &mut String, indent: usize, value: &Value, shape: ValueShape) {
    match value {
        // A finding whose accepted text is to be read takes a line for each key.
        Value::Object(map)
            if !map.is_empty() && (!shape.is_inline() || map.contains_key("content")) =>
        {
            let mut begin = format!("{:indent$}- ", "");
            for (inner, value, shape) in ordered(shape.fields(), map) {
                let _ = write!(out, "{begin}{}:", quote(inner));
                after_key(out, indent + 2, value, shape);
                begin = format!("{:width$}", "", width = indent + 2);
            }
        }
        Value::String(text) if text.contains('\n') && is_plain_block(text) => {
            let _ = write!(out, "{:indent$}-", "");
            block(out, indent, text);
        }
        _ => {
            let _ = writeln!(out, "{:indent$}- {}", "", in_brackets(value, shape));
        }
    }
}

fn fits(out: &str, items: &[Value]) -> bool {
    let simple = |item: &Value| item.as_str().is_some_and(|text| !text.contains('\n'));
    let key = out.rsplit('\n').next().map_or(0, str::len);
    let length: usize =
        items.iter().map(|item| in_brackets(item, ValueShape::Text).chars().count() + 2).sum();
    items.is_empty() || items.iter().all(simple) && key + length + 3 <= WIDE
}

fn in_brackets(value: &Value, shape: ValueShape) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        // Readers that type scalars expect an unquoted number.
        Value::String(text)
            if matches!(shape, ValueShape::Number) && text.parse::<u32>().is_ok() =>
        {
            text.clone()
        }
        Value::String(text) => quote(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| in_brackets(item, shape)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) => {
            let entries: Vec<String> = ordered(shape.fields(), map)
                .into_iter()
                .map(|(inner, value, shape)| {
                    format!("{}: {}", quote(inner), in_brackets(value, shape))
                })
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

fn comment(out: &mut String, key: &str, value: &Value) {
    if key != "root_cause" || value.as_str() != Some(RootCause::Unclassified.as_str()) {
        return;
    }
    let words = RootCause::words().into_iter();
    let mut line = "# Name the cause:".to_owned();
    for word in words.filter(|word| *word != RootCause::Unclassified.as_str()) {
        if line.len() + word.len() + 5 > COMMENT {
            let _ = writeln!(out, "{line} |");
            line = "#".to_owned();
        }
        let bar = if line.ends_with([':', '#']) { "" } else { " |" };
        let _ = write!(line, "{bar} {word}");
    }
    let _ = writeln!(out, "{line}");
}

fn block(out: &mut String, indent: usize, text: &str) {
    let ends = if text.ends_with('\n') { "|" } else { "|-" };
    let _ = writeln!(out, " {ends}");
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if line.is_empty() {
            out.push('\n');
        } else {
            let _ = writeln!(out, "{:width$}{line}", "", width = indent + 2);
        }
    }
}

/// Tells whether a block can express a text exactly: no blank at either end of a line, no empty lines at the ends.
fn is_plain_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let lines_fit =
        body.split('\n').all(|line| line.trim() == line && !line.contains(char::is_control));
    lines_fit && !body.starts_with('\n') && !body.ends_with('\n') && !body.is_empty()
}
