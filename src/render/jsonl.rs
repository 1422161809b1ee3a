//! `jsonl`: one compact object per line, for engines that read many ledgers at once.
//!
//! Pure. Start at [`FORMAT`]. Follows `docs/spec/performance.md`, Beyond one machine: every line has its ledger, commit and
//! instant, so that files of many ledgers can be concatenated.

use std::io;
use std::io::Write;

use crate::render::format::{Offered, OutputFormat, OutputStyle, Render};

use crate::render::json;
use crate::view::doc;

/// One line for each row of the answer, otherwise the answer as one line.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "jsonl",
    offered: Offered::Always,
    reads: doc::FormatNeeds::Json,
    summary: "one object per line, each with its ledger",
    render: Render::Pieces(write),
};

fn write(doc: &doc::Doc<'_>, _: &OutputStyle, out: &mut dyn Write) -> io::Result<()> {
    let mut line = |line: &str| writeln!(out, "{}", json::escaped(line));
    if doc.rows.is_none() {
        return line(&doc.json.to_string());
    }
    let ledger = serde_json::Value::Object(ledger(doc));
    doc.rows().try_for_each(|row| line(&text(&row, &ledger)))
}

/// Writes the rows alone, without their ledger, in the form that another tool reads.
///
/// # Errors
/// If writing fails.
pub fn write_rows(doc: &doc::Doc<'_>, out: &mut dyn Write) -> io::Result<()> {
    doc.rows().try_for_each(|row| writeln!(out, "{}", json::escaped(&row.to_string())))
}

fn ledger(doc: &doc::Doc<'_>) -> serde_json::Map<String, serde_json::Value> {
    let mut ledger = serde_json::Map::new();
    ledger.insert("repository".to_owned(), doc.repository.clone().into());
    // Engines infer columns from the first lines, so both keys are written even without a repository.
    for key in ["commit", "instant"] {
        ledger.insert(key.to_owned(), serde_json::Value::Null);
    }
    if let Some(serde_json::Value::Object(known)) = doc.json.get("ledger") {
        ledger.extend(known.clone());
    }
    ledger
}

fn text(row: &serde_json::Value, ledger: &serde_json::Value) -> String {
    let text = row.to_string();
    let open = match row {
        serde_json::Value::Object(map) if !map.contains_key("ledger") => text.strip_suffix('}'),
        _ => None,
    };
    match open {
        Some("{") => format!("{{\"ledger\":{ledger}}}"),
        Some(open) => format!("{open},\"ledger\":{ledger}}}"),
        None => text,
    }
}
