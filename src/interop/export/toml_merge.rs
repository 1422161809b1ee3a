//! Edits of TOML files that people and exports share: own entries are replaced, every other byte stays.
//!
//! Uses toml_edit for where things are, `interop::export`'s targets. Pure. Start at [`osv_scanner`] and [`cargo_deny`].
//! Follows `docs/spec/interop.md`, X8. The result is parsed again: if anything but own entries differs, it is refused.

use std::ops::Range;

use toml_edit::{Document, Item, Table, TableLike, Value};

use crate::interop::export::input::ExportInput;
use crate::interop::export::loss::LossLog;
use crate::interop::export::merge::{MergeRefusal, SharedFile};
use crate::interop::export::output::{ExportFiles, ExportOutput, WrittenRecords};
use crate::interop::export::{cargo_deny, osv_scanner};

const VULNS: &str = "IgnoredVulns";

const ADVISORIES: &str = "advisories";

/// Edits the `osv-scanner.toml` of a folder.
///
/// # Errors
/// [`MergeRefusal`]; nothing is edited then.
pub fn osv_scanner(
    input: &ExportInput<'_>,
    shared: SharedFile<'_>,
) -> Result<ExportOutput, MergeRefusal> {
    let text = shared.text(osv_scanner::TARGET.name)?;
    let path = shared.path.ok_or(MergeRefusal::Elsewhere)?;
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut losses = LossLog::new(input.options.allowed);
    let folders = osv_scanner::folders(input, &mut losses);
    let entries = folders.get(folder).map(|folder| folder.entries.as_slice()).unwrap_or_default();
    let parsed = parsed(text)?;
    let tables: Vec<&Table> = match parsed.get(VULNS) {
        None => Vec::new(),
        Some(Item::ArrayOfTables(tables)) => tables.iter().collect(),
        Some(_) => return Err(shape(VULNS, "written as [[IgnoredVulns]]")),
    };
    let own = tables.into_iter().filter(|table| is_own(*table, shared));
    let ranges: Option<Vec<Range<usize>>> = own.map(|table| lines_of(text, table)).collect();
    let ranges = ranges.ok_or_else(|| layout(VULNS, "an entry has no place"))?;
    let at = ranges.first().map_or(text.len(), |range| range.start);
    let mut new: String =
        entries.iter().map(|it| format!("\n{}", osv_scanner::table(it))).collect();
    if at == 0 {
        new = new.trim_start_matches('\n').to_owned();
    }
    let edited = replaced(text, &ranges, at, &new);
    checked(text, edited, shared, losses)
}

/// Edits the list of ignored advisories in `deny.toml`.
///
/// # Errors
/// [`MergeRefusal`]; nothing is edited then.
pub fn cargo_deny(
    input: &ExportInput<'_>,
    shared: SharedFile<'_>,
) -> Result<ExportOutput, MergeRefusal> {
    let text = shared.text(cargo_deny::TARGET.name)?;
    let mut losses = LossLog::new(input.options.allowed);
    let entries = cargo_deny::entries(input, &mut losses, &mut WrittenRecords::default());
    let lines: String = entries.iter().map(|entry| format!("\n  {entry},")).collect();
    let parsed = parsed(text)?;
    let advisories = parsed.get(ADVISORIES);
    let edited = match advisories.and_then(|it| it.get("ignore")) {
        Some(Item::Value(Value::Array(array))) => {
            let own = array
                .iter()
                .filter(|value| value.as_inline_table().is_some_and(|table| is_own(table, shared)));
            let ranges: Option<Vec<Range<usize>>> =
                own.map(|value| Some(element(text, value.span()?))).collect();
            let ranges = ranges.ok_or_else(|| layout("ignore", "an entry has no place"))?;
            let span = array.span().ok_or_else(|| layout("ignore", "it has no place"))?;
            let at = span.start + 1;
            let kept = kept(text, &ranges, at);
            let needs_break = !lines.is_empty() && !kept.starts_with(['\n', '\r']);
            let gap = if needs_break { "\n" } else { "" };
            replaced(text, &ranges, at, &format!("{lines}{gap}"))
        }
        Some(_) => return Err(shape("advisories.ignore", "a list")),
        None if entries.is_empty() => text.to_owned(),
        None => {
            let list = format!("ignore = [{lines}\n]\n");
            match advisories {
                Some(Item::Table(table)) if !table.is_implicit() && !table.is_dotted() => {
                    let start = table.span().map(|span| span.start);
                    let start = start.ok_or_else(|| layout(ADVISORIES, "it has no place"))?;
                    replaced(text, &[], line_end(text, start), &list)
                }
                Some(Item::Table(table)) if table.is_dotted() => {
                    return Err(layout(ADVISORIES, "write it as a table [advisories]"));
                }
                Some(Item::Value(_)) => {
                    return Err(layout(ADVISORIES, "write it as a table [advisories]"));
                }
                _ => {
                    let gap = if text.is_empty() { "" } else { "\n" };
                    replaced(text, &[], text.len(), &format!("{gap}[{ADVISORIES}]\n{list}"))
                }
            }
        }
    };
    checked(text, edited, shared, losses)
}

fn parsed(text: &str) -> Result<Document<&str>, MergeRefusal> {
    Document::parse(text).map_err(|error| {
        let message = error.message().lines().next().unwrap_or_default().to_owned();
        let at = error.span().map(|span| span.start).unwrap_or_default();
        let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        MergeRefusal::Unparsed(format!("line {line}: {message}"))
    })
}

/// Tells whether an entry cites a record of this ledger in its reason.
fn is_own(entry: &dyn TableLike, shared: SharedFile<'_>) -> bool {
    let reason = entry.get("reason").and_then(Item::as_str);
    reason.is_some_and(|reason| shared.is_own(reason))
}

/// Returns the lines of a table, from its header to its last value, and the blank line before it.
fn lines_of(text: &str, table: &Table) -> Option<Range<usize>> {
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
fn element(text: &str, span: Range<usize>) -> Range<usize> {
    let before = text.get(..span.start).unwrap_or_default();
    let after = text.get(span.end..).unwrap_or_default();
    let start = before.trim_end().len();
    let gap = after.len() - after.trim_start().len();
    if after.trim_start().starts_with(',') {
        return start..span.end + gap + 1;
    }
    let is_comma = before.trim_end().ends_with(',');
    if is_comma { start - 1..span.end } else { start..span.end }
}

fn line_start(text: &str, offset: usize) -> usize {
    text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |found| found + 1)
}

/// Returns the first byte after the line of a byte.
fn line_end(text: &str, offset: usize) -> usize {
    let rest = text.get(offset..).unwrap_or_default();
    rest.find('\n').map_or(text.len(), |found| offset + found + 1)
}

/// Returns what is left of a text after a place.
fn kept(text: &str, ranges: &[Range<usize>], from: usize) -> String {
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
fn replaced(text: &str, ranges: &[Range<usize>], at: usize, new: &str) -> String {
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
    let later: Vec<Range<usize>> = ranges.iter().filter(|it| it.start >= at).cloned().collect();
    let new = new.replace('\n', newline);
    format!("{before}{gap}{new}{}", kept(text, &later, at.max(done)))
}

/// Returns the output, if nothing but own entries differs.
fn checked(
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
    let entries = table.iter().map(|(key, item)| (key.to_owned(), meaning(item, shared)));
    let mut entries: Vec<(String, String)> = entries.filter(|(_, text)| !text.is_empty()).collect();
    entries.sort();
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
            let is_foreign =
                |it: &&Value| !it.as_inline_table().is_some_and(|table| is_own(table, shared));
            let values = array.iter().filter(is_foreign);
            let texts: Vec<String> = values.map(|it| value_meaning(it, shared)).collect();
            if texts.is_empty() { String::new() } else { format!("[{}]", texts.join(",")) }
        }
        Value::InlineTable(table) => table_meaning(table, shared),
    }
}

fn shape(key: &str, wanted: &'static str) -> MergeRefusal {
    MergeRefusal::Shape { key: key.to_owned(), wanted }
}

fn layout(key: &str, why: &str) -> MergeRefusal {
    MergeRefusal::Layout { key: key.to_owned(), why: why.to_owned() }
}
