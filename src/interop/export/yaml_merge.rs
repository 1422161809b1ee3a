//! Edits of YAML files that people and exports share: own entries are replaced, every other byte stays.
//!
//! Uses yaml's splices, `interop::export`'s targets. Pure. Start at [`trivy`]. Follows `docs/spec/interop.md`, X8. New
//! entries are added before old ones are removed, so that a list keeps its form.

use crate::interop::export::input::ExportInput;
use crate::interop::export::loss::LossLog;
use crate::interop::export::merge::{MergeRefusal, SharedFile};
use crate::interop::export::output::{ExportFiles, ExportOutput, WrittenRecords};
use crate::interop::export::quoting;
use crate::interop::export::{grype, snyk, trivy};
use crate::yaml;
use crate::yaml::node::{Limits, Node, NodeStyle, Value};
use crate::yaml::splice::{self, SpliceEdit};

/// The limits of a file: its size is checked by the caller.
const LIMITS: Limits = Limits { bytes: usize::MAX, depth: 32 };

/// A list of entries, and how one names its record.
struct SharedList {
    /// The path of the list.
    path: String,
    /// The new entries, each as lines of YAML without indentation, the first beginning with `- `.
    entries: Vec<Vec<String>>,
    /// The key below which an entry has its text.
    text_key: &'static str,
}

/// Edits `.trivyignore.yaml`.
///
/// # Errors
/// [`MergeRefusal`]; nothing is edited then.
pub fn trivy(
    input: &ExportInput<'_>,
    shared: SharedFile<'_>,
) -> Result<ExportOutput, MergeRefusal> {
    let text = shared.text(trivy::TARGET.name)?;
    let mut losses = LossLog::new(input.options.allowed);
    let sections = trivy::sections(input, &mut losses, &mut WrittenRecords::default());
    let mut edited = text.to_owned();
    for section in sections {
        let path = section.name.to_owned();
        let list = SharedList { path, entries: section.entries, text_key: "statement" };
        edited = with_list(edited, &list, shared)?;
    }
    Ok(output(edited, losses))
}

/// Edits `grype.yaml`.
///
/// # Errors
/// [`MergeRefusal`]; nothing is edited then.
pub fn grype(
    input: &ExportInput<'_>,
    shared: SharedFile<'_>,
) -> Result<ExportOutput, MergeRefusal> {
    let text = shared.text(grype::TARGET.name)?;
    let mut losses = LossLog::new(input.options.allowed);
    let entries = grype::entries(input, &mut losses, &mut WrittenRecords::default());
    let list = SharedList { path: "ignore".to_owned(), entries, text_key: "reason" };
    Ok(output(with_list(text.to_owned(), &list, shared)?, losses))
}

/// Edits `.snyk`, which has a list of entries for each id.
///
/// # Errors
/// [`MergeRefusal`]; nothing is edited then.
pub fn snyk(input: &ExportInput<'_>, shared: SharedFile<'_>) -> Result<ExportOutput, MergeRefusal> {
    let text = shared.text(snyk::TARGET.name)?;
    let mut losses = LossLog::new(input.options.allowed);
    let new = snyk::entries(input, &mut losses, &mut WrittenRecords::default());
    let mut edited = text.to_owned();
    let Some(root) = parsed(&edited)? else {
        if !new.is_empty() {
            edited = after(edited, &format!("version: {}\n", snyk::VERSION));
            edited = with_ids(edited, &new, shared)?;
        }
        return Ok(output(edited, losses));
    };
    if let Some(ignore) = root.get("ignore") {
        if !matches!(ignore.value, Value::Map(_) | Value::Null) {
            return Err(shape("ignore", "a map"));
        }
        for entry in ignore.entries().iter().filter(|entry| !new.contains_key(&entry.key)) {
            let own = own_items(&entry.value, "reason", shared);
            if !own.is_empty() && own.len() == entry.value.items().len() {
                edited = spliced(edited, &remove(&format!("ignore.{}", entry.key)))?;
            } else {
                edited = without(edited, &format!("ignore.{}", entry.key), own)?;
            }
        }
    }
    Ok(output(with_ids(edited, &new, shared)?, losses))
}

type EntriesById = std::collections::BTreeMap<String, Vec<snyk::SnykEntry>>;

fn with_ids(
    mut edited: String,
    new: &EntriesById,
    shared: SharedFile<'_>,
) -> Result<String, MergeRefusal> {
    for (id, entries) in new {
        if id.contains(['.', '[']) {
            let why = "an id with a dot or bracket has to be edited by hand".to_owned();
            return Err(MergeRefusal::Layout { key: id.clone(), why });
        }
        let entries: Vec<Vec<String>> = entries.iter().map(|entry| entry.lines.clone()).collect();
        let root = parsed(&edited)?;
        let ignore = root.as_ref().and_then(|root| root.get("ignore"));
        if ignore.is_none_or(|ignore| ignore.value == Value::Null) {
            let items: Vec<String> = entries.iter().map(|lines| flow_of(lines)).collect();
            let items: String = items.iter().map(|item| format!("\n- {item}")).collect();
            let yaml = format!("{}:{items}", quoting::plain(id));
            edited = spliced(edited, &SpliceEdit::Insert { path: "ignore", yaml: &yaml })?;
            continue;
        }
        let path = format!("ignore.{id}");
        edited = with_list(edited, &SharedList { path, entries, text_key: "reason" }, shared)?;
    }
    Ok(edited)
}

/// Returns a text whose list has the new entries at its end, and no others of this ledger.
fn with_list(
    text: String,
    list: &SharedList,
    shared: SharedFile<'_>,
) -> Result<String, MergeRefusal> {
    let Some(root) = parsed(&text)? else {
        if list.entries.is_empty() {
            return Ok(text);
        }
        let lines = list.entries.iter().map(|lines| format!("  - {}\n", flow_of(lines)));
        let lines: String = lines.collect();
        return Ok(after(text, &format!("{}:\n{lines}", list.path)));
    };
    let old = root.at(&list.path);
    let old = match old.map(|old| (&old.value, old)) {
        None | Some((Value::Null, _)) => Vec::new(),
        Some((Value::List(_), old)) => own_items(old, list.text_key, shared),
        Some(_) => return Err(shape(&list.path, "a list")),
    };
    let mut edited = text;
    for lines in &list.entries {
        let item = flow_of(lines);
        edited = spliced(edited, &SpliceEdit::Append { path: &list.path, item: &item })?;
    }
    without(edited, &list.path, old)
}

/// Returns a text without some items of a list.
fn without(text: String, path: &str, items: Vec<usize>) -> Result<String, MergeRefusal> {
    let mut edited = text;
    for index in items.into_iter().rev() {
        edited = spliced(edited, &remove(&format!("{path}[{index}]")))?;
    }
    Ok(edited)
}

fn remove(path: &str) -> SpliceEdit<'_> {
    SpliceEdit::Remove { path }
}

/// Returns which items of a list are of this ledger. The text of one is below its key, or below the same key of the
/// only map in it (as in `.snyk`).
fn own_items(list: &Node, text_key: &str, shared: SharedFile<'_>) -> Vec<usize> {
    let is_own = |item: &Node| {
        let inner = item.entries().iter().map(|entry| &entry.value);
        let mut texts =
            std::iter::once(item).chain(inner).filter_map(|it| it.get(text_key)?.text());
        texts.any(|text| shared.is_own(text))
    };
    let items = list.items().iter().enumerate();
    items.filter(|(_, item)| is_own(item)).map(|(index, _)| index).collect()
}

/// Parses a file; `None` if it holds nothing but comments.
fn parsed(text: &str) -> Result<Option<Node>, MergeRefusal> {
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

fn spliced(text: String, edit: &SpliceEdit<'_>) -> Result<String, MergeRefusal> {
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
fn after(text: String, lines: &str) -> String {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { newline };
    format!("{text}{gap}{}", lines.replace('\n', newline))
}

/// Returns an entry in one line, in brackets.
fn flow_of(lines: &[String]) -> String {
    let document = yaml::parse(lines.join("\n").as_bytes(), &LIMITS);
    let items = document.root.as_ref().map(Node::items).unwrap_or_default();
    items.first().map(flow).unwrap_or_default()
}

fn flow(node: &Node) -> String {
    match &node.value {
        Value::Map(entries) => {
            let entries = entries.iter().map(|it| format!("{}: {}", key(&it.key), flow(&it.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
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

fn shape(key: &str, wanted: &'static str) -> MergeRefusal {
    MergeRefusal::Shape { key: key.to_owned(), wanted }
}

fn output(edited: String, losses: LossLog) -> ExportOutput {
    let files = ExportFiles::One(edited.into_bytes());
    ExportOutput { files, losses: losses.into_losses() }
}
