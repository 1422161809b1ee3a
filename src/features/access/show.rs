//! `access`: the grants that need somebody first, state by state; then what is covered, and the counts.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, access.

use crate::diag::sorting::StableSort as _;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::diag;
use crate::features::access::absence::GoneAccess;
use crate::features::access::grant::AccessState;
use crate::features::access::rows::{AccessRow, AccessRows};
use crate::record::time::Instant;
use crate::status::stamp::Stamp;
use crate::survey::route::Route;
use crate::view::doc::{Block, Doc, FormatNeeds, RowColumns, StyledText, Tone};
use crate::view::tables::{self, flexible, table, whole};
use crate::view::{json, shape};

/// The maximum number of lines for one state: nobody reads more, and scripts use JSON.
const MOST_LINES: usize = 1000;

const SHOWN: &[AccessState] = &[
    AccessState::Uncovered,
    AccessState::Ended,
    AccessState::Wider,
    AccessState::Pending,
    AccessState::Unparsed,
];

/// The content of `access`.
pub struct AccessView<'a> {
    /// The ledger, commit and instant that it was computed from.
    pub stamp: &'a Stamp,
    /// The names of the lists, as the user gave them.
    pub sources: &'a [String],
    /// The decisions about the grants.
    pub rows: &'a AccessRows,
    /// The ended records whose access is gone, if that can be told.
    pub gone: Option<&'a [GoneAccess]>,
    /// Which half of the answer the format reads.
    pub reads: FormatNeeds,
}

#[derive(Serialize)]
struct AccessReport<'a> {
    counts: Map<String, Value>,
    grants: [(); 0],
    gone: Option<&'a [GoneAccess]>,
}

#[derive(Serialize)]
struct GrantView<'a> {
    source: Option<&'a str>,
    id: Option<&'a str>,
    index: Option<u64>,
    state: AccessState,
    record: Option<&'a str>,
    end: Option<Instant>,
    overdue_days: Option<i64>,
    message: &'a str,
    route: Option<&'a Route>,
}

impl GrantView<'_> {
    const COLUMNS: &'static RowColumns = &[
        ("", "source id index state record end overdue_days message"),
        ("route.", "owner.email owner.name because notify.email notify.name"),
    ];
}

/// Returns the answer.
pub fn doc<'a>(shown: &'a AccessView<'_>) -> Doc<'a> {
    let rows = shown.rows;
    let mut doc = shape::stamped(
        shown.stamp,
        "access",
        &AccessReport {
            counts: json::counts(AccessState::ALL, |state| rows.n(state)),
            grants: [],
            gone: shown.gone,
        },
    );
    if shown.reads == FormatNeeds::Json {
        doc.name_columns(GrantView::COLUMNS);
        doc.fill("grants", rows.rows.iter().map(move |row| json(row, rows)));
        return doc;
    }
    for state in SHOWN {
        section(&mut doc, *state, rows);
    }
    gone(&mut doc, shown.gone.unwrap_or_default());
    fine(&mut doc, rows);
    doc.blocks.push(Block::Paragraph(counted(shown)));
    doc
}

fn json(row: &AccessRow, rows: &AccessRows) -> Value {
    json::value(&GrantView {
        source: row.source.map(|_| rows.text(row.source)),
        id: row.id.map(|_| rows.text(row.id)),
        index: row.index,
        state: row.state,
        record: row.record.map(|_| rows.text(row.record)),
        end: row.end,
        overdue_days: row.overdue_days,
        message: rows.text(row.message),
        route: rows.route_of(row),
    })
}

fn section(doc: &mut Doc<'_>, state: AccessState, rows: &AccessRows) {
    let mut found: Vec<&AccessRow> = rows.rows.iter().filter(|row| row.state == state).collect();
    if found.is_empty() {
        return;
    }
    found.order_by_key(|row| std::cmp::Reverse(row.overdue_days));
    let what = match state {
        AccessState::Uncovered => "without an exception",
        AccessState::Ended => "whose exception has ended",
        AccessState::Wider => "wider than the exception",
        AccessState::Pending => "whose exception waits",
        _ => "that can't be read",
    };
    let heading = format!("{} {what}", diag::count(found.len(), "grant"));
    doc.blocks.push(Block::Heading(StyledText::with_tone(tone(state), heading)));
    let columns = vec![
        whole("record"),
        flexible("access"),
        flexible("where"),
        flexible("why"),
        whole("overdue"),
        flexible("owner"),
    ];
    let shown = found.iter().take(MOST_LINES).map(|row| cells(row, rows)).collect();
    doc.blocks.push(table(columns, shown));
    let more = found.len().saturating_sub(MOST_LINES);
    if more > 0 {
        let text = format!("and {more} more {what}: `--format json` lists them all");
        doc.blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Muted, text)));
    }
}

fn cells(row: &AccessRow, rows: &AccessRows) -> Vec<StyledText> {
    let record = rows.text(row.record);
    let message = match record {
        "" => rows.text(row.message).to_owned(),
        record => rows.text(row.message).replacen(&format!("{record}: "), "", 1),
    };
    let overdue = row.overdue_days.and_then(|days| usize::try_from(days).ok());
    let overdue = overdue.map(|days| diag::count(days, "day"));
    let owner = rows
        .route_of(row)
        .map(|route| route.owner.as_ref().map_or_else(|| "nobody".to_owned(), shape::short_name));
    vec![
        StyledText::with_tone(Tone::Id, record),
        StyledText::plain(rows.text(row.about)),
        StyledText::plain(place(row, rows)),
        StyledText::plain(message),
        StyledText::plain(overdue.unwrap_or_default()),
        StyledText::plain(owner.unwrap_or_default()),
    ]
}

fn place(row: &AccessRow, rows: &AccessRows) -> String {
    let source = rows.text(row.source);
    match (row.id, row.index) {
        (Some(_), _) => format!("{source} {}", rows.text(row.id)),
        (None, Some(index)) => format!("{source}:{index}"),
        (None, None) => source.to_owned(),
    }
}

fn gone(doc: &mut Doc<'_>, gone: &[GoneAccess]) {
    if gone.is_empty() {
        return;
    }
    let heading =
        format!("{} ended, and the access is in no list", diag::count(gone.len(), "record"));
    doc.blocks.push(Block::Heading(StyledText::with_tone(Tone::Good, heading)));
    let commands: Vec<&str> = gone.iter().map(|gone| gone.command.as_str()).collect();
    doc.blocks.push(Block::Commands(commands.join("\n")));
}

fn fine(doc: &mut Doc<'_>, rows: &AccessRows) {
    let mut found: BTreeMap<(AccessState, &str, &str), usize> = BTreeMap::new();
    let is_fine =
        |row: &&AccessRow| matches!(row.state, AccessState::Covered | AccessState::Routine);
    for row in rows.rows.iter().filter(is_fine) {
        let key = (row.state, rows.text(row.record), rows.text(row.message));
        *found.entry(key).or_default() += 1;
    }
    if found.is_empty() {
        return;
    }
    let row = |((state, record, message), n): (&(AccessState, &str, &str), &usize)| {
        let until = message.strip_prefix(record).unwrap_or(message).trim_start();
        vec![
            StyledText::with_tone(tone(*state), state.as_str()),
            StyledText::plain(n.to_string()),
            StyledText::with_tone(Tone::Id, *record),
            StyledText::plain(until),
        ]
    };
    let lines = found.iter().take(MOST_LINES).map(row).collect();
    let columns = vec![whole("state"), whole("n"), whole("record"), flexible("why")];
    doc.blocks.push(table(columns, lines));
    let more = found.len().saturating_sub(MOST_LINES);
    if more > 0 {
        let text = format!("and {more} more lines: `--format json` lists all grants");
        doc.blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Muted, text)));
    }
}

/// Returns the counts as text: `12 grants in vault.jsonl: 2 ended, 10 covered`.
fn counted(shown: &AccessView<'_>) -> StyledText {
    let files = match shown.sources {
        [] | [_] => shown.sources.join(", "),
        files => diag::count(files.len(), "file"),
    };
    let n = format!("{} in {files}", diag::count(shown.rows.rows.len(), "grant"));
    let states = SHOWN.iter().chain(&[AccessState::Covered, AccessState::Routine]);
    let parts = states.map(|state| (shown.rows.n(*state), tone(*state), state.as_str().to_owned()));
    tables::counted(n, parts)
}

fn tone(state: AccessState) -> Tone {
    match state {
        AccessState::Uncovered
        | AccessState::Ended
        | AccessState::Wider
        | AccessState::Unparsed => Tone::Bad,
        AccessState::Pending => Tone::Warn,
        AccessState::Covered => Tone::Good,
        AccessState::Routine => Tone::Plain,
    }
}
