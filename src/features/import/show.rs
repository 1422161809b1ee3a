//! `import`: the drafts, the entries that need somebody, and the counts; `new --complete`: what was answered.
//!
//! Uses record, plan. Pure. Start at [`doc`] and [`completed`]. Follows `docs/spec/interop.md`, 4.

use serde::Serialize;
use serde_json::Value;

use crate::diag;
use crate::plan::edit::FieldChange;
use crate::record::subject::FindingKey;
use crate::view::doc::{Block, Doc, FormatNeeds, RowColumns, StyledText, Tone};
use crate::view::tables::{flexible, table, whole};
use crate::view::{json, shape};

const MOST_LINES: usize = 1000;

/// An entry of a file, as `entries[]` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct EntryLine<'a> {
    /// The name of its input, as the user gave it.
    pub source: &'a str,
    /// The line on which it begins.
    pub line: u64,
    /// The record or draft that names it.
    pub id: Option<&'a str>,
    /// Its findings.
    pub findings: &'a [FindingKey],
    /// Its end as a record states it.
    pub end: Option<&'a str>,
    /// `known`, `draft`, `listed`, `skipped` or `unreadable`.
    pub state: &'static str,
    /// What there is to say; may be empty.
    pub message: &'a str,
}

impl EntryLine<'_> {
    const COLUMNS: &'static RowColumns = &[
        ("", "source line id"),
        ("findings.", "tool id cwe severity purl versions paths resources"),
        ("", "end state message"),
    ];
}

/// A draft.
#[derive(Clone, Debug)]
pub struct DraftLine<'a> {
    /// Its id; `None` if nothing is written.
    pub id: Option<&'a str>,
    /// Its path; `None` if nothing is written.
    pub path: Option<&'a str>,
    /// Its title.
    pub title: &'a str,
    /// The number of its findings.
    pub n_findings: usize,
    /// Its end, if it is known.
    pub end: Option<&'a str>,
    /// The fields to fill in.
    pub todo: &'a [String],
}

/// The content of `import`.
pub struct ImportView<'a> {
    /// The entries, in order.
    pub entries: Vec<EntryLine<'a>>,
    /// The drafts, in order.
    pub drafts: Vec<DraftLine<'a>>,
    /// The commands to run next.
    pub next: Vec<String>,
    /// Which half of the answer the format reads.
    pub reads: FormatNeeds,
}

#[derive(Serialize)]
struct ImportReport {
    schema: String,
    entries: [(); 0],
    drafts: Vec<Value>,
}

#[derive(Serialize)]
struct DraftView<'a> {
    id: Option<&'a str>,
    path: Option<&'a str>,
    complete: bool,
}

/// Returns the answer.
pub fn doc<'a>(shown: &'a ImportView<'_>) -> Doc<'a> {
    let draft = |draft: &DraftLine<'_>| {
        json::value(&DraftView { id: draft.id, path: draft.path, complete: draft.todo.is_empty() })
    };
    let mut doc = Doc::new(ImportReport {
        schema: shape::schema("import"),
        entries: [],
        drafts: shown.drafts.iter().map(draft).collect(),
    });
    if shown.reads == FormatNeeds::Json {
        doc.name_columns(EntryLine::COLUMNS);
        doc.fill("entries", shown.entries.iter().map(json::value));
        return doc;
    }
    drafts(&mut doc, &shown.drafts);
    notable(&mut doc, &shown.entries);
    doc.blocks.push(Block::Paragraph(counted(shown)));
    if !shown.next.is_empty() {
        doc.blocks.push(Block::Heading(StyledText::plain("Next")));
        doc.blocks.push(Block::Verbatim(shown.next.join("\n")));
    }
    doc
}

fn drafts(doc: &mut Doc<'_>, drafts: &[DraftLine<'_>]) {
    if drafts.is_empty() {
        return;
    }
    let heading = diag::count(drafts.len(), "draft");
    doc.blocks.push(Block::Heading(StyledText::with_tone(Tone::Strong, heading)));
    let row = |draft: &DraftLine<'_>| {
        let todo = match draft.todo.len() {
            0 => StyledText::with_tone(Tone::Good, "complete"),
            n => StyledText::with_tone(Tone::Warn, format!("{n} to fill in")),
        };
        vec![
            StyledText::with_tone(Tone::Id, draft.id.unwrap_or_default()),
            StyledText::plain(draft.title),
            StyledText::plain(draft.n_findings.to_string()),
            StyledText::plain(draft.end.unwrap_or("not known")),
            todo,
        ]
    };
    let rows = drafts.iter().take(MOST_LINES).map(row).collect();
    let columns =
        vec![whole("draft"), flexible("title"), whole("findings"), whole("end"), whole("fields")];
    doc.blocks.push(table(columns, rows));
    more(doc, drafts.len(), "drafts");
}

fn notable(doc: &mut Doc<'_>, entries: &[EntryLine<'_>]) {
    let is_notable = |entry: &&EntryLine<'_>| {
        !matches!(entry.state, "draft" | "known") || !entry.message.is_empty()
    };
    let found: Vec<&EntryLine<'_>> = entries.iter().filter(is_notable).collect();
    if found.is_empty() {
        return;
    }
    let heading = "Entries to look at";
    doc.blocks.push(Block::Heading(StyledText::with_tone(Tone::Strong, heading)));
    let row = |entry: &&EntryLine<'_>| {
        let id = entry.findings.first().and_then(|key| key.id.as_deref().or(key.purl.as_deref()));
        vec![
            StyledText::with_tone(tone(entry.state), entry.state),
            StyledText::plain(format!("{}:{}", entry.source, entry.line)),
            StyledText::plain(id.unwrap_or_default()),
            StyledText::plain(entry.message),
        ]
    };
    let rows = found.iter().take(MOST_LINES).map(row).collect();
    let columns = vec![whole("state"), flexible("where"), flexible("finding"), flexible("note")];
    doc.blocks.push(table(columns, rows));
    more(doc, found.len(), "entries");
    if found.iter().any(|entry| entry.state == "listed") {
        let text = "listed: not drafted, because no finding of a record says the same: file it by \
                    hand with `exledger new`, or delete the entry";
        doc.blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Muted, text)));
    }
}

fn more(doc: &mut Doc<'_>, n: usize, what: &str) {
    if let Some(more) = n.checked_sub(MOST_LINES).filter(|more| *more > 0) {
        let text = format!("and {more} more {what}: `--format json` lists them all");
        doc.blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Muted, text)));
    }
}

/// Returns the counts as text: `100 entries: 98 draft, 2 known; 1 draft`.
fn counted(shown: &ImportView<'_>) -> StyledText {
    let n = shown.entries.len();
    let entries = if n == 1 { "1 entry".to_owned() } else { format!("{n} entries") };
    let mut text = StyledText::with_tone(Tone::Strong, entries);
    let mut before = ": ";
    for (state, name) in [
        ("draft", "drafted"),
        ("known", "known"),
        ("listed", "listed"),
        ("skipped", "skipped"),
        ("unreadable", "unreadable"),
    ] {
        let n = shown.entries.iter().filter(|entry| entry.state == state).count();
        if n > 0 {
            text = text.and(Tone::Plain, before).and(tone(state), format!("{n} {name}"));
            before = ", ";
        }
    }
    text
}

fn tone(state: &str) -> Tone {
    match state {
        "unreadable" => Tone::Bad,
        "listed" => Tone::Warn,
        "draft" | "known" => Tone::Good,
        _ => Tone::Plain,
    }
}

/// A completed draft.
#[derive(Clone, Debug)]
pub struct CompletedLine<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its path.
    pub path: &'a str,
    /// The fields that were answered.
    pub changes: &'a [FieldChange],
}

#[derive(Serialize)]
struct CompletedReport<'a> {
    schema: String,
    drafts: Vec<CompletedView<'a>>,
    next: &'a [String],
}

#[derive(Serialize)]
struct CompletedView<'a> {
    id: &'a str,
    path: &'a str,
    complete: bool,
    changes: &'a [FieldChange],
}

impl<'a> CompletedView<'a> {
    fn of(draft: &CompletedLine<'a>) -> CompletedView<'a> {
        CompletedView { id: draft.id, path: draft.path, complete: true, changes: draft.changes }
    }
}

/// Returns the answer of `new --complete`.
pub fn completed(drafts: &[CompletedLine<'_>], next: &[String]) -> Doc<'static> {
    let report = CompletedReport {
        schema: shape::schema("complete"),
        drafts: drafts.iter().map(CompletedView::of).collect(),
        next,
    };
    let mut doc = Doc::new(report);
    let row = |draft: &CompletedLine<'_>| {
        let fields: Vec<&str> = draft.changes.iter().map(|change| change.field.as_str()).collect();
        vec![
            StyledText::with_tone(Tone::Id, draft.id),
            StyledText::plain(draft.path),
            StyledText::plain(fields.join(", ")),
        ]
    };
    let rows = drafts.iter().take(MOST_LINES).map(row).collect();
    doc.blocks.push(table(vec![whole("completed"), flexible("file"), flexible("answered")], rows));
    more(&mut doc, drafts.len(), "drafts");
    doc.blocks.push(Block::Heading(StyledText::plain("Next")));
    doc.blocks.push(Block::Verbatim(next.join("\n")));
    doc
}
