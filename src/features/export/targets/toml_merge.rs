//! Edits of TOML files that people and exports share: own entries are replaced, every other byte stays.
//!
//! Pure. Start at `replaced` and `checked`. Follows `docs/spec/interop.md`, X8. The result is parsed again: if anything but
//! own entries differs, it is refused.

use std::ops::Range;

use toml_edit::{Document, Item, Table, TableLike, Value};

use crate::diag::sorting::StableSort as _;
use crate::features::export::targets::loss::LossLog;
use crate::features::export::targets::merge::{MergeRefusal, SharedFile};
use crate::features::export::targets::target::{ExportFiles, ExportOutput};

pub(super) fn parsed(text: &str) -> Result<Document<&str>, MergeRefusal> {
    Document::parse(text).map_err(|error| {
        let message = error.message().lines().next().unwrap_or_default().to_owned();
        let at = error.span().map(|span| span.start).unwrap_or_default();
        let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        MergeRefusal::Unparsed(format!("line {line}: {message}"))
    })
}

pub(super) fn is_own(entry: &dyn TableLike, shared: SharedFile<'_>) -> bool {
    let reason = entry.get("reason").and_then(Item::as_str);
    reason.is_some_and(|reason| shared.is_own(reason))
}

/// Returns the lines of a table, from its header to its last value, and the blank line before it.
pub(super) fn lines_of(text: &str, table: &Table) -> Option<Range<usize>> {
    let header = table.span()?.start;
    let spans: Option<Vec<Range<usize>>> = table.iter().map(|(_, item)| item.span()).collect();
    let last = spans?.into_iter().map(|span| span.end).max().unwrap_or(header);
    let mut start = line_start(text, header);
    let before = text.get(..start)?;
    let blank = ["\n\r\n", "\n\n"].into_iter().find(|blank| before.ends_with(blank));
    if let Some(blank) = blank {
        start -= blank.len() - 1;
    }
    Some(start..line_end(text, last))
}

/// Returns an element of an array with the blanks before it and the comma after it; before it if it is the last.
pub(super) fn element(text: &str, span: Range<usize>) -> Range<usize> {
    let before = text.get(..span.start).unwrap_or_default();
    let after = text.get(span.end..).unwrap_or_default();
    let start = before.trim_end().len();
    let gap = after.len() - after.trim_start().len();
    let comma = after.trim_start().strip_prefix(',');
    // A comment behind it keeps a line of its own, and does not end up behind what is somebody else's.
    let rest = comma.unwrap_or(after);
    let has_comment = rest.trim_start_matches([' ', '\t']).starts_with('#');
    let start = if has_comment { span.start } else { start };
    if comma.is_some() {
        return start..span.end + gap + 1;
    }
    if has_comment {
        return span;
    }
    // The comma before the last element; one in a comment is text, and then the comma stays.
    let last_line = before.get(line_start(before, start)..start).unwrap_or_default();
    let is_comma = before.trim_end().ends_with(',') && !last_line.contains('#');
    if is_comma { start - 1..span.end } else { start..span.end }
}

fn line_start(text: &str, offset: usize) -> usize {
    text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |found| found + 1)
}

pub(super) fn line_end(text: &str, offset: usize) -> usize {
    let rest = text.get(offset..).unwrap_or_default();
    rest.find('\n').map_or(text.len(), |found| offset + found + 1)
}

pub(super) fn kept(text: &str, ranges: &[Range<usize>], from: usize) -> String {
    let mut out = String::new();
    let mut done = from;
    for range in ranges {
        out.push_str(text.get(done..range.start.max(done)).unwrap_or_default());
        done = range.end.max(done);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// Returns a text without some ranges, and with new lines at a place, which is outside the ranges or begins one.
pub(super) fn replaced(text: &str, ranges: &[Range<usize>], at: usize, new: &str) -> String {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut before = String::new();
    let mut done = 0;
    for range in ranges.iter().filter(|range| range.start < at) {
        before.push_str(text.get(done..range.start).unwrap_or_default());
        done = range.end;
    }
    before.push_str(text.get(done..at.max(done)).unwrap_or_default());
    let is_open = at == text.len() && !before.is_empty() && !before.ends_with('\n');
    let gap = if is_open && !new.is_empty() { newline } else { "" };
    let later: Vec<Range<usize>> =
        ranges.iter().filter(|range| range.start >= at).cloned().collect();
    let lines = new.replace('\n', newline);
    format!("{before}{gap}{lines}{}", kept(text, &later, at.max(done)))
}

pub(super) fn checked(
    before: &str,
    after: String,
    shared: SharedFile<'_>,
    losses: LossLog,
) -> Result<ExportOutput, MergeRefusal> {
    let foreign = |text: &str| Ok(meaning(parsed(text)?.as_item(), shared));
    let is_same = foreign(before)?
        == foreign(&after).map_err(|_: MergeRefusal| {
            layout("entries", "the lines around them have to be edited by hand")
        })?;
    if !is_same {
        return Err(layout("entries", "the lines around them have to be edited by hand"));
    }
    let files = ExportFiles::One(after.into_bytes());
    Ok(ExportOutput { files, losses: losses.into_losses() })
}

/// Returns what a document says apart from entries of this ledger; empty lists and tables say nothing.
fn meaning(item: &Item, shared: SharedFile<'_>) -> String {
    match item {
        Item::None => String::new(),
        Item::Value(value) => value_meaning(value, shared),
        Item::Table(table) => table_meaning(table, shared),
        Item::ArrayOfTables(tables) => {
            let foreign = tables.iter().filter(|table| !is_own(*table, shared));
            let texts: Vec<String> = foreign.map(|table| table_meaning(table, shared)).collect();
            if texts.is_empty() { String::new() } else { format!("[{}]", texts.join(",")) }
        }
    }
}

fn table_meaning(table: &dyn TableLike, shared: SharedFile<'_>) -> String {
    let texts = table.iter().map(|(key, item)| (key.to_owned(), meaning(item, shared)));
    let mut entries: Vec<(String, String)> = texts.filter(|(_, text)| !text.is_empty()).collect();
    entries.order_by(Ord::cmp);
    if entries.is_empty() { String::new() } else { format!("{entries:?}") }
}

fn value_meaning(value: &Value, shared: SharedFile<'_>) -> String {
    match value {
        Value::String(text) => format!("{:?}", text.value()),
        Value::Integer(number) => number.value().to_string(),
        Value::Float(number) => number.value().to_string(),
        Value::Boolean(is) => is.value().to_string(),
        Value::Datetime(at) => at.value().to_string(),
        Value::Array(array) => {
            let is_foreign = |value: &&Value| {
                !value.as_inline_table().is_some_and(|table| is_own(table, shared))
            };
            let values = array.iter().filter(is_foreign);
            let texts: Vec<String> = values.map(|value| value_meaning(value, shared)).collect();
            if texts.is_empty() { String::new() } else { format!("[{}]", texts.join(",")) }
        }
        Value::InlineTable(table) => table_meaning(table, shared),
    }
}

pub(super) fn shape(key: &str, wanted: &'static str) -> MergeRefusal {
    MergeRefusal::Shape { key: key.to_owned(), wanted }
}

pub(super) fn layout(key: &str, why: &str) -> MergeRefusal {
    MergeRefusal::Layout { key: key.to_owned(), why: why.to_owned() }
}
