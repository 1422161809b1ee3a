//! `queue`: what needs attention, most urgent first, with the next step.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, queue. A record takes a few lines beside its id, so that its command
//! fits on one line that can be copied, at 80 columns as at 140.

use crate::diag;
use crate::features::queue::answer::{Grouping, Queue};
use crate::record::time::Instant;
use crate::survey::naming::RecordNames;
use crate::survey::queue::{QueueItem, Rank};
use crate::view::doc::{Block, Doc, FormatNeeds, RowColumns, StyledText, Tone};
use crate::view::follow_up::FrozenGroupView;
use crate::view::next::NextView;
use crate::view::record::RecordView;
use crate::view::redesign::DueRedesignView;
use crate::view::{follow_up, json, next, shape};
use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
struct QueueAnswer<'a> {
    records: [(); 0],
    groups: Vec<FrozenGroupView<'a>>,
    redesigns: Vec<DueRedesignView<'a>>,
    hidden: usize,
}

#[derive(Serialize)]
struct QueueRecordView<'a> {
    #[serde(flatten)]
    record: RecordView<'a>,
    bucket: Option<&'static str>,
    also: Vec<&'static str>,
    next: NextView<'a>,
}

impl QueueRecordView<'_> {
    const COLUMNS: &'static RowColumns = &[
        ("", "bucket also"),
        ("next.", "action command waits_for.email waits_for.name since days deadline"),
    ];
}

/// Returns the answer.
pub fn doc<'a>(queue: &'a Queue<'_>, names: &'a dyn RecordNames) -> Doc<'a> {
    let instant = queue.stamp.instant;
    let groups = FrozenGroupView::all(&queue.follow_ups, instant);
    let redesigns = DueRedesignView::all(&queue.follow_ups, instant);
    let answer = QueueAnswer { records: [], groups, redesigns, hidden: queue.hidden };
    let mut doc = shape::stamped(queue.stamp, "queue", &answer);
    if queue.reads == FormatNeeds::Json {
        let items = queue.items.iter();
        doc.name_columns(RecordView::COLUMNS);
        doc.name_columns(QueueRecordView::COLUMNS);
        doc.fill("records", items.map(move |item| json(item, names, instant)));
        return doc;
    }
    match queue.grouping {
        Grouping::ByRank => add_ranks(&mut doc, queue),
        Grouping::ByOwner => add_owners(&mut doc, queue),
    }
    if queue.items.is_empty() && queue.follow_ups.is_empty() {
        let nothing = StyledText::with_tone(Tone::Good, "nothing needs attention");
        doc.blocks.push(Block::Paragraph(nothing));
    }
    if queue.hidden > 0 {
        let text = format!("{} not shown", diag::count(queue.hidden, "healthy record"));
        doc.blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Muted, text)));
    }
    doc
}

fn add_ranks<'a>(doc: &mut Doc<'a>, queue: &'a Queue<'_>) {
    let instant = queue.stamp.instant;
    let mut follow_ups = follow_up::blocks(&queue.follow_ups, instant);
    for (rank, tone, heading) in HEADINGS {
        if *rank > Rank::DueNow {
            doc.blocks.append(&mut follow_ups);
        }
        let of_rank: Vec<&QueueItem> =
            queue.items.iter().filter(|item| item.rank == *rank).collect();
        if of_rank.is_empty() {
            continue;
        }
        let heading = format!("{heading}: {}", diag::count(of_rank.len(), "record"));
        doc.blocks.push(Block::Heading(StyledText::with_tone(Tone::Strong, heading)));
        doc.blocks.push(cards(&of_rank, |_| *tone, instant));
    }
}

fn add_owners<'a>(doc: &mut Doc<'a>, queue: &'a Queue<'_>) {
    let instant = queue.stamp.instant;
    let items: Vec<&QueueItem> = queue.items.iter().collect();
    for of_owner in items.chunk_by(|one, other| one.owner() == other.owner()) {
        let owner = of_owner.first().and_then(|item| item.owner());
        let heading = format!(
            "{}: {}",
            owner.as_deref().unwrap_or("owner unreadable"),
            diag::count(of_owner.len(), "record")
        );
        doc.blocks.push(Block::Heading(StyledText::with_tone(Tone::Strong, heading)));
        doc.blocks.push(cards(of_owner, |item| tone(item.rank), instant));
    }
    doc.blocks.extend(follow_up::blocks(&queue.follow_ups, instant));
}

fn cards<'a>(
    items: &[&QueueItem<'_>],
    tone: impl Fn(&QueueItem<'_>) -> Tone,
    instant: Instant,
) -> Block<'a> {
    let cards = items.iter().map(|item| {
        let id = item.record_state.id().to_owned();
        (id, card(item, tone(item), instant))
    });
    Block::Pairs(cards.collect())
}

fn tone(rank: Rank) -> Tone {
    let heading = HEADINGS.iter().find(|(of, ..)| *of == rank);
    heading.map_or(Tone::Plain, |(_, tone, _)| *tone)
}

const HEADINGS: &[(Rank, Tone, &str)] = &[
    (Rank::Undetermined, Tone::Bad, "undetermined"),
    (Rank::Overdue, Tone::Bad, "overdue"),
    (Rank::DueNow, Tone::Warn, "due now"),
    (Rank::Broken, Tone::Bad, "broken"),
    (Rank::Degraded, Tone::Warn, "degraded"),
    (Rank::InTime, Tone::Warn, "in time"),
];

fn json(item: &QueueItem<'_>, names: &dyn RecordNames, instant: Instant) -> Value {
    json::value(&QueueRecordView {
        record: RecordView::of(item.record_state, names),
        bucket: item.due.as_ref().map(|due| due.bucket.as_str()),
        also: item.due.iter().flat_map(|due| &due.also).map(|bucket| bucket.as_str()).collect(),
        next: NextView::of(&item.next, instant),
    })
}

fn card(item: &QueueItem<'_>, tone: Tone, instant: Instant) -> StyledText {
    let record_state = item.record_state;
    let title = record_state
        .known_content()
        .map_or(record_state.path.as_str(), |record| record.title.as_str())
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    StyledText::with_tone(Tone::Strong, title)
        .and(Tone::Plain, "\n")
        .and(tone, item.reason_name().replace('-', " "))
        .and(Tone::Plain, age(item, instant))
        .and(Tone::Plain, waits_for(item))
        .and(Tone::Plain, format!("\n{}\n", item.next.action))
        .and(Tone::Command, item.next.command.as_deref().unwrap_or_default())
}

/// Returns how long it has waited, or how much time is left.
pub fn age(item: &QueueItem<'_>, instant: Instant) -> String {
    next::age(item.due.as_ref(), &item.next, instant)
}

/// Returns whom it waits for, in words; empty if nobody is named and anybody may act.
pub fn waits_for(item: &QueueItem<'_>) -> String {
    next::waits_for(&item.next.waits_for, &item.next.but)
}
