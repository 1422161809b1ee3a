//! `list`: one row per record.
//!
//! Pure. Start at `doc`. Follows `docs/spec/cli.md`, list.

use crate::record::dates;
use crate::survey::naming::RecordNames;
use serde::Serialize;

use crate::diag;
use crate::record::time::Instant;
use crate::status::stamp::Stamp;
use crate::status::state::{InForce, RecordState, Status};
use crate::view::doc::{Block, Column, Doc, DocTable, FormatNeeds, StyledText, Tone};
use crate::view::record::RecordView;
use crate::view::tables::{flexible, optional, whole};
use crate::view::{closure, json, shape};

/// The content of `list`.
#[derive(Debug)]
pub struct List<'a> {
    /// The ledger, commit and instant that it was computed from.
    pub stamp: &'a Stamp,
    /// The records, in order.
    pub records: Vec<&'a RecordState>,
    /// How many closed, rejected and removed ones are left out.
    pub hidden: usize,
    /// Which half of the answer the format reads.
    pub reads: FormatNeeds,
}

#[derive(Serialize)]
struct ListAnswer {
    records: [(); 0],
    hidden: usize,
}

/// Returns the answer.
pub fn doc<'a>(list: &'a List<'_>, names: &'a dyn RecordNames) -> Doc<'a> {
    let mut doc =
        shape::stamped(list.stamp, "list", &ListAnswer { records: [], hidden: list.hidden });
    if list.reads == FormatNeeds::Json {
        let records = list.records.iter();
        doc.name_columns(RecordView::COLUMNS);
        doc.fill(
            "records",
            records.map(|record_state| json::value(&RecordView::of(record_state, names))),
        );
        return doc;
    }
    let rows: Vec<Vec<StyledText>> =
        list.records.iter().map(|record_state| row(record_state, list.stamp.instant)).collect();
    if rows.is_empty() {
        doc.blocks.push(Block::Paragraph(StyledText::plain("no records")));
    } else {
        doc.blocks.push(Block::Table(DocTable { columns: columns(), rows }));
    }
    if list.hidden > 0 {
        let text = format!(
            "{} closed, rejected or removed: show with --all",
            diag::count(list.hidden, "record")
        );
        doc.blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Muted, text)));
    }
    doc
}

/// Returns the columns of a table of records.
pub fn columns() -> Vec<Column> {
    vec![
        whole("id"),
        flexible("title"),
        flexible("owner"),
        optional("tier"),
        whole("end"),
        whole("status"),
    ]
}

/// Returns the row of a record in such a table.
pub fn row(record_state: &RecordState, instant: Instant) -> Vec<StyledText> {
    let content = record_state.known_content();
    let title = content.map_or(record_state.path.as_str(), |record| record.title.as_str());
    let owner = content.map_or("", |record| record.owner.name.as_str());
    let tier = record_state.tier.as_ref().map_or("", |tier| tier.tier.as_str());
    vec![
        StyledText::with_tone(Tone::Id, record_state.id()),
        StyledText::plain(title),
        StyledText::plain(owner),
        StyledText::plain(tier),
        ends(record_state, instant),
        status(record_state),
    ]
}

/// Returns when a record was closed, and how: `closed 2026-11-04: remediated`; `None` if no closure is in force.
pub fn closed(record_state: &RecordState) -> Option<String> {
    let is_closed = matches!(record_state.status, Status::Closed | Status::Rejected);
    let closure = record_state.content()?.closure.as_ref().filter(|_| is_closed)?;
    Some(closure::summary(closure))
}

/// Returns the time until its end, in words; for a closed record, when and how it was closed.
pub fn ends(record_state: &RecordState, instant: Instant) -> StyledText {
    if let Some(closed) = closed(record_state) {
        return StyledText::with_tone(Tone::Muted, closed);
    }
    let Some(end) = record_state.not_after else {
        return StyledText::plain("");
    };
    let over = matches!(record_state.status, Status::Closed | Status::Rejected | Status::Removed);
    let tone = match end.days_since(instant) {
        _ if over => Tone::Muted,
        ..0 => Tone::Bad,
        0..7 => Tone::Warn,
        _ => Tone::Plain,
    };
    StyledText::with_tone(tone, dates::distance(end, instant))
}

/// Returns whether a status is good or bad news.
pub fn tone(status: Status) -> Tone {
    match status {
        Status::Active => Tone::Good,
        Status::Degraded => Tone::Warn,
        Status::Closed | Status::Rejected | Status::Removed => Tone::Muted,
        Status::Scheduled | Status::Proposed => Tone::Plain,
        _ => Tone::Bad,
    }
}

/// Returns its status, and whether a change is pending.
pub fn status(record_state: &RecordState) -> StyledText {
    let tone = match record_state.in_force {
        InForce::Yes if record_state.status != Status::Degraded => Tone::Good,
        _ => tone(record_state.status),
    };
    let text = StyledText::with_tone(tone, record_state.status.as_str());
    let landed = record_state.status != Status::Proposed;
    match (record_state.changed_since_approval, !record_state.pending.is_empty() && landed) {
        (true, _) => text.and(Tone::Warn, ", changed since approval"),
        (false, true) => text.and(Tone::Muted, ", change pending"),
        (false, false) => text,
    }
}
