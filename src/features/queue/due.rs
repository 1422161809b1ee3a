//! `due`: the records that need action, by owner, most urgent first.
//!
//! Uses status, survey. Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, due.

use crate::survey::naming::RecordNames;
use crate::view::{follow_up, json, next, shape};
use serde::Serialize;
use serde_json::Value;

use crate::diag;
use crate::status::reason;
use crate::status::stamp::Stamp;
use crate::status::state::RecordState;
use crate::survey::advice;
use crate::survey::due::{Bucket, DueRecord, Urgency};
use crate::survey::escalate::AdviceContext;
use crate::survey::follow_up::FollowUp;
use crate::view::doc::{Block, Column, ColumnFit, Doc, DocTable, FormatNeeds, StyledText, Tone};
use crate::view::follow_up::FrozenGroupView;
use crate::view::next::NextView;
use crate::view::record::RecordView;
use crate::view::redesign::DueRedesignView;

/// The content of `due`.
#[derive(Debug)]
pub struct DueList<'a> {
    /// The ledger, commit and instant that it was computed from.
    pub stamp: &'a Stamp,
    /// The records that need attention, by id.
    pub records: Vec<(&'a RecordState, DueRecord)>,
    /// What else needs attention.
    pub follow_ups: Vec<FollowUp>,
    /// The context that determines the next steps.
    pub around: AdviceContext<'a>,
    /// How many records do not need attention.
    pub hidden: usize,
    /// For how many of the hidden ones this can't be determined.
    pub unknown: usize,
    /// Which half of the answer the format reads.
    pub reads: FormatNeeds,
}

/// The index of the cell with the other reasons why a record is due.
const ALSO: usize = 4;

/// The answer's head; the records are added one by one.
#[derive(Serialize)]
struct DueAnswer<'a> {
    records: [(); 0],
    groups: Vec<FrozenGroupView<'a>>,
    redesigns: Vec<DueRedesignView<'a>>,
    hidden: usize,
}

/// A record, and why it is due.
#[derive(Serialize)]
struct DueRecordView<'a> {
    #[serde(flatten)]
    record: RecordView<'a>,
    bucket: &'static str,
    also: Vec<&'static str>,
    next: NextView<'a>,
}

/// Returns the answer.
pub fn doc<'a>(list: &'a DueList<'_>, names: &'a dyn RecordNames) -> Doc<'a> {
    let groups = FrozenGroupView::all(&list.follow_ups, list.stamp.instant);
    let redesigns = DueRedesignView::all(&list.follow_ups, list.stamp.instant);
    let answer = DueAnswer { records: [], groups, redesigns, hidden: list.hidden };
    let mut doc = shape::stamped(list.stamp, "due", &answer);
    if list.reads == FormatNeeds::Json {
        let records = list.records.iter();
        doc.fill(
            "records",
            records.map(move |(record_state, due)| json(record_state, due, list.around, names)),
        );
        return doc;
    }
    for (owner, mut records) in by_owner(list) {
        records.sort_by_key(|(record_state, due)| (due.order(), record_state.id().to_owned()));
        doc.blocks.push(Block::Heading(StyledText::with_tone(Tone::Strong, owner)));
        let rows =
            records.iter().map(|(record_state, due)| row(record_state, due, list.around)).collect();
        let mut table = DocTable { columns: columns(), rows };
        if records.iter().all(|(_, due)| also(due).is_empty()) {
            table.columns.remove(ALSO);
            table.rows.iter_mut().for_each(|row| drop(row.remove(ALSO)));
        }
        doc.blocks.push(Block::Table(table));
    }
    doc.blocks.extend(follow_up::blocks(&list.follow_ups, list.stamp.instant));
    if list.unknown > 0 {
        let text =
            format!("could not determine the status of {}", diag::count(list.unknown, "record"));
        doc.blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Bad, text)));
    }
    let healthy = list.hidden.saturating_sub(list.unknown);
    let records = diag::count(healthy, "record");
    let is_empty = list.records.is_empty() && list.follow_ups.is_empty();
    let rest = match (list.unknown, is_empty, healthy) {
        (0, true, 0) => Some((Tone::Good, "nothing is due".to_owned())),
        (0, true, _) => Some((Tone::Good, format!("nothing is due: {records} checked"))),
        (_, _, 0) => None,
        _ => Some((Tone::Muted, format!("{records} not shown: nothing is due"))),
    };
    if let Some((tone, text)) = rest {
        doc.blocks.push(Block::Paragraph(StyledText::with_tone(tone, text)));
    }
    doc
}

fn json(
    record_state: &RecordState,
    due: &DueRecord,
    around: AdviceContext<'_>,
    names: &dyn RecordNames,
) -> Value {
    let next = advice::next(record_state, record_state.id(), Some(due), around);
    json::value(&DueRecordView {
        record: RecordView::of(record_state, names),
        bucket: due.bucket.as_str(),
        also: due.also.iter().map(|bucket| bucket.as_str()).collect(),
        next: NextView::of(&next, around.instant),
    })
}

/// Returns the records of each owner, starting with the owner of the most urgent one.
fn by_owner<'a>(list: &'a DueList<'a>) -> Vec<(String, Vec<&'a (&'a RecordState, DueRecord)>)> {
    let mut owners: Vec<(String, Vec<&(&RecordState, DueRecord)>)> = Vec::new();
    for record in &list.records {
        let owner = owner_cell(record.0);
        match owners.iter_mut().find(|(known, _)| *known == owner) {
            Some((_, records)) => records.push(record),
            None => owners.push((owner, vec![record])),
        }
    }
    let worst =
        |records: &[&(&RecordState, DueRecord)]| records.iter().map(|(_, due)| due.order()).min();
    owners.sort_by(|one, other| {
        worst(&one.1).cmp(&worst(&other.1)).then_with(|| one.0.cmp(&other.0))
    });
    owners
}

fn owner_cell(record_state: &RecordState) -> String {
    let content = record_state.known_content();
    content.map_or("owner unreadable".to_owned(), |record| {
        format!("{} <{}>", record.owner.name, record.owner.email)
    })
}

fn columns() -> Vec<Column> {
    let whole = |title| Column { title, fit: ColumnFit::Whole };
    let flexible = |title| Column { title, fit: ColumnFit::Flexible };
    vec![
        whole("id"),
        flexible("title"),
        whole("due"),
        flexible("when"),
        flexible("also"),
        flexible("why"),
        flexible("next"),
        flexible("run"),
    ]
}

/// Returns the other reasons why a record is due; `soon` is left out for an urgent record, because urgent implies it.
fn also(due: &DueRecord) -> String {
    let urgent = due.bucket == Bucket::Urgent || due.also.contains(&Bucket::Urgent);
    let is_shown = |bucket: &&Bucket| !(urgent && **bucket == Bucket::Soon);
    let buckets: Vec<&str> =
        due.also.iter().filter(is_shown).map(|bucket| bucket.as_str()).collect();
    buckets.join(", ")
}

fn row(record_state: &RecordState, due: &DueRecord, around: AdviceContext<'_>) -> Vec<StyledText> {
    let title = record_state
        .known_content()
        .map_or(record_state.path.as_str(), |record| record.title.as_str());
    let tone = match due.urgency {
        Urgency::Overdue => Tone::Bad,
        Urgency::DueNow | Urgency::InTime => Tone::Warn,
    };
    let why = reason::first(&record_state.reasons);
    let next = advice::next(record_state, record_state.id(), Some(due), around);
    vec![
        StyledText::with_tone(Tone::Id, record_state.id()),
        StyledText::plain(title),
        StyledText::with_tone(tone, due.bucket.as_str()),
        StyledText::plain(next::timing(due, around.instant)),
        StyledText::with_tone(Tone::Muted, also(due)),
        StyledText::plain(why),
        StyledText::plain(next.action),
        StyledText::with_tone(Tone::Command, next.command),
    ]
}
