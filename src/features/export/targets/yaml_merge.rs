//! Edits of YAML files that people and exports share: own entries are replaced, every other byte stays.
//!
//! Pure. Start at `with_list`. Follows `docs/spec/interop.md`, X8. New entries are added before old ones are removed, so
//! that a list keeps its form.

use crate::features::export::targets::loss::LossLog;
use crate::features::export::targets::merge::{MergeRefusal, SharedFile};
use crate::features::export::targets::quoting;
use crate::features::export::targets::target::{ExportFiles, ExportOutput};
use crate::yaml;
use crate::yaml::node::{Limits, Node, NodeStyle, Value};
use crate::yaml::splice;
use crate::yaml::splice::SpliceEdit;

/// The limits of a file: its size is checked by the caller.
const LIMITS: Limits = Limits { bytes: usize::MAX, depth: 32 };

pub(super) struct SharedList {
    pub(super) path: String,
    /// The new entries, each as lines of YAML without indentation, the first beginning with `- `.
    pub(super) entries: Vec<Vec<String>>,
    pub(super) text_key: &'static str,
}

/// Returns a text whose list has the new entries at its end, and no others of this ledger.
pub(super) fn with_list(
    text: String,
    list: &SharedList,
    shared: SharedFile<'_>,
) -> Result<String, MergeRefusal> {
    let Some(root) = parsed(&text)? else {
        if list.entries.is_empty() {
            return Ok(text);
        }
        let lines = list.entries.iter().map(|lines| format!("  - {}\n", flow_of(lines)));
        let all: String = lines.collect();
        return Ok(after(text, &format!("{}:\n{all}", list.path)));
    };
    let old = root.at(&list.path);
    let old = match old.map(|old| (&old.value, old)) {
        None | Some((Value::Null, _)) => Vec::new(),
        Some((Value::List(_), old)) => own_items(old, list.text_key, shared),
        Some(_) => return Err(shape(&list.path, "a list")),
    };
    let items: Vec<String> = list.entries.iter().map(|lines| flow_of(lines)).collect();
    let there = root.at(&list.path).map(Node::items).unwrap_or_default();
    let is_there = |item: &String| {
        old.iter().filter_map(|index| there.get(*index)).any(|old| flow(old) == *item)
    };
    // Nothing is moved if every entry is there, and no other.
    if items.len() == old.len() && items.iter().all(is_there) {
        return Ok(text);
    }
    let new = items.iter().map(|item| SpliceEdit::Append { path: &list.path, item, after: &[] });
    without(together(text, &new.collect::<Vec<_>>())?, &list.path, old)
}

pub(super) fn without(text: String, path: &str, items: Vec<usize>) -> Result<String, MergeRefusal> {
    let paths: Vec<String> = items.iter().rev().map(|index| format!("{path}[{index}]")).collect();
    let edits: Vec<SpliceEdit<'_>> = paths.iter().map(|path| remove(path)).collect();
    together(text, &edits)
}

/// Applies edits at once, so that a file is read twice and not once for each of them.
fn together(text: String, edits: &[SpliceEdit<'_>]) -> Result<String, MergeRefusal> {
    let Some(first) = edits.first() else {
        return Ok(text);
    };
    let Some(root) = parsed(&text)? else {
        return Err(MergeRefusal::Unparsed("it is empty".to_owned()));
    };
    splice::together(&text, &root, edits).map_err(|error| MergeRefusal::Layout {
        key: edit_path(first).to_owned(),
        why: error.to_string(),
    })
}

pub(super) fn remove(path: &str) -> SpliceEdit<'_> {
    SpliceEdit::Remove { path }
}

/// Returns which items of a list are of this ledger. The text of one is below its key, or below the same key of the
/// only map in it (as in `.snyk`).
pub(super) fn own_items(list: &Node, text_key: &str, shared: SharedFile<'_>) -> Vec<usize> {
    let is_own = |item: &Node| {
        let inner = item.entries().iter().map(|entry| &entry.value);
        let mut texts =
            std::iter::once(item).chain(inner).filter_map(|node| node.get(text_key)?.text());
        texts.any(|text| shared.is_own(text))
    };
    let items = list.items().iter().enumerate();
    items.filter(|(_, item)| is_own(item)).map(|(index, _)| index).collect()
}

pub(super) fn parsed(text: &str) -> Result<Option<Node>, MergeRefusal> {
    let document = yaml::parse(text.as_bytes(), &LIMITS);
    let is_blank = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if text.trim_start_matches('\u{feff}').lines().all(is_blank) {
        return Ok(None);
    }
    if let Some(fault) = document.faults.first() {
        let line = fault.pos.map(|pos| format!("line {}: ", pos.line)).unwrap_or_default();
        return Err(MergeRefusal::Unparsed(format!("{line}{}", fault.message)));
    }
    match document.root {
        Some(root) if matches!(root.value, Value::Map(_)) => Ok(Some(root)),
        _ => Err(MergeRefusal::Unparsed("it is not a map".to_owned())),
    }
}

pub(super) fn spliced(text: String, edit: &SpliceEdit<'_>) -> Result<String, MergeRefusal> {
    let Some(root) = parsed(&text)? else {
        return Err(MergeRefusal::Unparsed("it is empty".to_owned()));
    };
    splice::splice(&text, &root, std::slice::from_ref(edit)).map_err(|error| MergeRefusal::Layout {
        key: edit_path(edit).to_owned(),
        why: error.to_string(),
    })
}

fn edit_path<'e>(edit: &SpliceEdit<'e>) -> &'e str {
    match edit {
        SpliceEdit::Set { path, .. }
        | SpliceEdit::Append { path, .. }
        | SpliceEdit::Insert { path, .. }
        | SpliceEdit::Remove { path } => path,
    }
}

/// Returns a text with lines at its end, with the line endings of the text.
pub(super) fn after(text: String, lines: &str) -> String {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { newline };
    format!("{text}{gap}{}", lines.replace('\n', newline))
}

pub(super) fn flow_of(lines: &[String]) -> String {
    let document = yaml::parse(lines.join("\n").as_bytes(), &LIMITS);
    let items = document.root.as_ref().map(Node::items).unwrap_or_default();
    items.first().map(flow).unwrap_or_default()
}

fn flow(node: &Node) -> String {
    match &node.value {
        Value::Map(entries) => {
            let texts =
                entries.iter().map(|entry| format!("{}: {}", key(&entry.key), flow(&entry.value)));
            format!("{{{}}}", texts.collect::<Vec<_>>().join(", "))
        }
        Value::List(items) => {
            format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", "))
        }
        // A date must stay without quotes.
        Value::Scalar(scalar) if scalar.style == NodeStyle::Plain => scalar.text.clone(),
        Value::Scalar(scalar) => quoting::double(&scalar.text),
        Value::Null | Value::Unreadable => String::new(),
    }
}

fn key(text: &str) -> String {
    quoting::plain(text)
}

pub(super) fn shape(key: &str, wanted: &'static str) -> MergeRefusal {
    MergeRefusal::Shape { key: key.to_owned(), wanted }
}

pub(super) fn output(edited: String, losses: LossLog) -> ExportOutput {
    let files = ExportFiles::One(edited.into_bytes());
    ExportOutput { files, losses: losses.into_losses() }
}
