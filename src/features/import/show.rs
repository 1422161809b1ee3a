//! `import`: the drafts, the entries that need somebody, and the counts; `new --complete`: what was answered.
//!
//! Pure. Start at [`doc`] and [`completed`]. Follows `docs/spec/interop.md`, 4.

use serde::Serialize;
use serde_json::Value;

use crate::diag;
use crate::features::import::answer::{PreparedDraft, PreparedImport};
use crate::features::import::complete::CompletedDraft;
use crate::features::import::entry::{ImportedEntry, ImportedState};
use crate::history::change::differ::ValueDifference;
use crate::view::doc::{Block, Doc, FormatNeeds, RowColumns, StyledText, Tone};
use crate::view::tables::{self, flexible, table, whole};
use crate::view::{json, shape};

const MOST_LINES: usize = 1000;

const COLUMNS: &RowColumns = &[
    ("", "source line id"),
    ("findings.", "tool id cwe severity purl versions paths resources"),
    ("", "end state message"),
];

/// An import as it is shown.
pub struct ShownImport<'a> {
    /// The entries and drafts.
    pub prepared: &'a PreparedImport<'a>,
    /// The commands to run next.
    pub next: Vec<String>,
    /// Whether nothing was written; then the ids of drafts were drawn for nothing.
    pub is_dry_run: bool,
    /// Which half of the answer the format reads.
    pub reads: FormatNeeds,
}

impl ShownImport<'_> {
    fn shown_entry(&self, entry: &ImportedEntry) -> Value {
        if self.is_dry_run && entry.state == ImportedState::Draft {
            return json::value(&ImportedEntry { id: None, ..entry.clone() });
        }
        json::value(entry)
    }
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
pub fn doc<'a>(shown: &'a ShownImport<'_>) -> Doc<'a> {
    let draft = |draft: &PreparedDraft| {
        let (id, path) = (draft.id.as_str(), draft.path.as_str());
        let [id, path] = [id, path].map(|text| (!shown.is_dry_run).then_some(text));
        json::value(&DraftView { id, path, complete: draft.todo.is_empty() })
    };
    let prepared = shown.prepared;
    let mut doc = Doc::new(ImportReport {
        schema: shape::schema("import"),
        entries: [],
        drafts: prepared.drafts.iter().map(draft).collect(),
    });
    if shown.reads == FormatNeeds::Json {
        doc.name_columns(COLUMNS);
        doc.fill("entries", prepared.entries.iter().map(|entry| shown.shown_entry(entry)));
        return doc;
    }
    drafts(&mut doc, shown);
    notable(&mut doc, &prepared.entries);
    doc.blocks.push(Block::Paragraph(counted(&prepared.entries)));
    if !shown.next.is_empty() {
        doc.blocks.push(Block::Heading(StyledText::plain("Next")));
        doc.blocks.push(Block::Commands(shown.next.join("\n")));
    }
    doc
}

fn drafts(doc: &mut Doc<'_>, shown: &ShownImport<'_>) {
    let drafts = &shown.prepared.drafts;
    if drafts.is_empty() {
        return;
    }
    let heading = diag::count(drafts.len(), "draft");
    doc.blocks.push(Block::Heading(StyledText::with_tone(Tone::Strong, heading)));
    let row = |draft: &PreparedDraft| {
        let todo = match draft.todo.len() {
            0 => StyledText::with_tone(Tone::Good, "complete"),
            n => StyledText::with_tone(Tone::Warn, format!("{n} to fill in")),
        };
        vec![
            StyledText::with_tone(Tone::Id, if shown.is_dry_run { "" } else { draft.id.as_str() }),
            StyledText::plain(draft.title.as_str()),
            StyledText::plain(draft.n_findings.to_string()),
            StyledText::plain(draft.end.as_deref().unwrap_or("not known")),
            todo,
        ]
    };
    let rows = drafts.iter().take(MOST_LINES).map(row).collect();
    let columns =
        vec![whole("draft"), flexible("title"), whole("findings"), whole("end"), whole("fields")];
    doc.blocks.push(table(columns, rows));
    more(doc, drafts.len(), "drafts");
}

/// Shows the entries about which there is something to say, and those without a draft.
fn notable(doc: &mut Doc<'_>, entries: &[ImportedEntry]) {
    let is_notable = |entry: &&ImportedEntry| {
        !matches!(entry.state, ImportedState::Draft | ImportedState::Known)
            || !entry.message.is_empty()
    };
    let found: Vec<&ImportedEntry> = entries.iter().filter(is_notable).collect();
    if found.is_empty() {
        return;
    }
    let heading = "Entries to look at";
    doc.blocks.push(Block::Heading(StyledText::with_tone(Tone::Strong, heading)));
    let row = |entry: &&ImportedEntry| {
        let id = entry.findings.first().and_then(|key| key.id.as_deref().or(key.purl.as_deref()));
        vec![
            StyledText::with_tone(tone(entry.state), entry.state.as_str()),
            StyledText::plain(format!("{}:{}", entry.source, entry.line)),
            StyledText::plain(id.unwrap_or_default()),
            StyledText::plain(entry.message.as_str()),
        ]
    };
    let rows = found.iter().take(MOST_LINES).map(row).collect();
    let columns = vec![whole("state"), flexible("where"), flexible("finding"), flexible("note")];
    doc.blocks.push(table(columns, rows));
    more(doc, found.len(), "entries");
    if found.iter().any(|entry| entry.state == ImportedState::Listed) {
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
fn counted(entries: &[ImportedEntry]) -> StyledText {
    let parts = ImportedState::ALL.iter().map(|state| {
        let name = match state {
            ImportedState::Draft => "drafted",
            state => state.as_str(),
        };
        let n = entries.iter().filter(|entry| entry.state == *state).count();
        (n, tone(*state), name.to_owned())
    });
    tables::counted(diag::count(entries.len(), "entry"), parts)
}

fn tone(state: ImportedState) -> Tone {
    match state {
        ImportedState::Unreadable => Tone::Bad,
        ImportedState::Listed => Tone::Warn,
        ImportedState::Draft | ImportedState::Known => Tone::Good,
        ImportedState::Skipped => Tone::Plain,
    }
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
    changes: &'a [ValueDifference],
}

impl CompletedView<'_> {
    fn of(draft: &CompletedDraft) -> CompletedView<'_> {
        let (id, path, changes) = (&draft.id, &draft.path, &draft.changes);
        CompletedView { id, path, complete: draft.left.is_empty(), changes }
    }
}

/// Returns the answer of `new --complete`.
pub fn completed(drafts: &[&CompletedDraft], next: &[String]) -> Doc<'static> {
    let report = CompletedReport {
        schema: shape::schema("complete"),
        drafts: drafts.iter().map(|draft| CompletedView::of(draft)).collect(),
        next,
    };
    let mut doc = Doc::new(report);
    let row = |draft: &&CompletedDraft| {
        let fields: Vec<&str> = draft.changes.iter().map(|change| change.field.as_str()).collect();
        vec![
            StyledText::with_tone(Tone::Id, draft.id.as_str()),
            StyledText::plain(draft.path.as_str()),
            StyledText::plain(fields.join(", ")),
        ]
    };
    let rows = drafts.iter().take(MOST_LINES).map(row).collect();
    doc.blocks.push(table(vec![whole("completed"), flexible("file"), flexible("answered")], rows));
    more(&mut doc, drafts.len(), "drafts");
    doc.blocks.push(Block::Heading(StyledText::plain("Next")));
    doc.blocks.push(Block::Commands(next.join("\n")));
    doc
}
