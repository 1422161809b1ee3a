//! `csv`: one line for each row of the answer, for spreadsheets.
//!
//! Pure. Start at [`FORMAT`]. Follows RFC 4180 and, for cells that a spreadsheet would calculate, `docs/spec/interop.md` 3,
//! row 10, and its notes on targets.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::io::Write;

use crate::render::format::{Offered, OutputFormat, OutputStyle, Render};
use crate::render::visible;
use crate::view::doc;

/// Nested objects become columns with dots, lists are joined by `;`.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "csv",
    offered: Offered::Always,
    reads: doc::FormatNeeds::Json,
    summary: "one row per record or finding, for spreadsheets",
    render: Render::Whole(render),
};

fn render(doc: &doc::Doc, _style: &OutputStyle) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory can't fail.
    let _ = write_rows(doc, &mut bytes);
    bytes
}

/// Writes the rows below a header, which stands there without any row too.
///
/// # Errors
/// If writing fails.
pub fn write_rows(doc: &doc::Doc<'_>, out: &mut dyn Write) -> io::Result<()> {
    let columns = list_columns(doc);
    if columns.is_empty() {
        return Ok(());
    }
    let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    out.write_record(columns.iter().map(|column| guarded(column)))?;
    for row in doc.rows() {
        let cells: BTreeMap<String, String> = flat(&row).into_iter().collect();
        let cell = |column| cells.get(column).map_or(String::new(), |cell| guarded(cell));
        let row = columns.iter().map(cell).enumerate();
        let row = row.map(|(place, cell)| match place {
            // Only the first cell begins a line, and build servers look for commands there.
            0 => visible::no_command(Cow::Owned(cell)).into_owned(),
            _ => visible::no_bracket(cell),
        });
        out.write_record(row)?;
    }
    out.flush()
}

/// Returns the columns of the answer, and the names of all other cells in the order of the keys: a name that first occurs
/// in a later row follows those that begin with the same key.
fn list_columns(doc: &doc::Doc) -> Vec<String> {
    let mut columns = doc.columns.clone();
    let mut filled: BTreeMap<String, bool> =
        columns.iter().map(|column| (column.clone(), false)).collect();
    for (name, cell) in doc.rows().flat_map(|row| flat(&row)) {
        if let Some(known) = filled.get_mut(&name) {
            *known |= !cell.is_empty();
            continue;
        }
        let key = |name: &str| name.split('.').next().map(str::to_owned);
        let last = columns.iter().rposition(|column| key(column) == key(&name));
        columns.insert(last.map_or(columns.len(), |last| last + 1), name.clone());
        filled.insert(name, !cell.is_empty());
    }
    // An object that is null in a single row would otherwise add a column of its own, empty in every row.
    let parents: Vec<String> =
        columns.iter().filter_map(|name| Some(name.rsplit_once('.')?.0.to_owned())).collect();
    columns.retain(|name| filled.get(name) == Some(&true) || !parents.contains(name));
    columns
}

/// Returns the cells of a value with their names; a scalar value has the empty name.
fn flat(value: &serde_json::Value) -> Vec<(String, String)> {
    match value {
        serde_json::Value::Object(map) if !map.is_empty() => {
            let below = map.iter().flat_map(|(key, value)| {
                flat(value).into_iter().map(move |(name, cell)| match name.as_str() {
                    "" => (key.clone(), cell),
                    name => (format!("{key}.{name}"), cell),
                })
            });
            below.collect()
        }
        serde_json::Value::Array(items) => joined(&items.iter().map(flat).collect::<Vec<_>>()),
        serde_json::Value::String(text) => vec![(String::new(), text.clone())],
        serde_json::Value::Null | serde_json::Value::Object(_) => vec![Default::default()],
        other => vec![(String::new(), other.to_string())],
    }
}

/// Returns the cells of a list: cells of the same name are joined by `;`, so that the nth parts belong together.
fn joined(items: &[Vec<(String, String)>]) -> Vec<(String, String)> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in items.iter().flatten() {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return vec![Default::default()];
    }
    let cell = |item: &[(String, String)], name: &str| {
        let found = item.iter().find(|(known, _)| known == name);
        found.map(|(_, cell)| cell.clone()).unwrap_or_default()
    };
    names
        .iter()
        .map(|name| {
            let cells: Vec<String> = items.iter().map(|item| cell(item, name)).collect();
            ((*name).to_owned(), cells.join(";"))
        })
        .collect()
}

/// Returns a cell on one line, with `'` before a text that a spreadsheet would calculate, or that already begins with
/// such a guard, so that removing one `'` restores the cell.
fn guarded(cell: &str) -> String {
    let cell = visible::cell(cell);
    match cell.trim_start_matches('\'').chars().next() {
        Some('=' | '+' | '-' | '@' | '\t') => format!("'{cell}"),
        _ => cell.into_owned(),
    }
}
