//! The tables of a report: what is overdue or due now, what happened in each month, what repeats, the controls.
//!
//! Pure. Start at [`overdue`]. Follows `docs/spec/cli.md`, report.

use crate::features::queue;
use crate::features::report::show::Report;
use crate::record::time::Instant;
use crate::status::state::RecordState;
use crate::survey::follow_up::FollowUp;
use crate::survey::queue::{QueueItem, Rank};
use crate::view::doc::{Block, DocTable, StyledText, Tone};
use crate::view::tables::{flexible, whole};
use crate::view::{follow_up, shape};

const MOST_IDS: usize = 20;

pub(super) fn overdue_items<'r, 'a>(report: &'r Report<'a>) -> Vec<&'r QueueItem<'a>> {
    let is_bad = |item: &&QueueItem| !matches!(item.rank, Rank::DueNow | Rank::InTime);
    report.items.iter().filter(is_bad).collect()
}

pub(super) fn overdue<'a>(report: &Report<'_>) -> Vec<Block<'a>> {
    let bad = overdue_items(report);
    let heading = Block::Heading(StyledText::plain("What is overdue"));
    if bad.is_empty() && report.redesigns.is_empty() {
        let nothing = StyledText::with_tone(Tone::Good, "nothing is overdue");
        return vec![heading, Block::Paragraph(nothing)];
    }
    vec![heading, attention(report, (&bad, report.redesigns), "overdue", Tone::Bad)]
}

pub(super) fn due_now<'a>(report: &Report<'_>) -> Vec<Block<'a>> {
    let is_due = |item: &&QueueItem| item.rank == Rank::DueNow;
    let due: Vec<&QueueItem> = report.items.iter().filter(is_due).collect();
    if due.is_empty() {
        return Vec::new();
    }
    let heading = Block::Heading(StyledText::plain("What is due now"));
    vec![heading, attention(report, (&due, &[]), "due", Tone::Warn)]
}

pub(super) fn attention<'a>(
    report: &Report<'_>,
    (items, redesigns): (&[&QueueItem<'_>], &[FollowUp]),
    title_of_state: &'static str,
    tone: Tone,
) -> Block<'a> {
    let rows = items.iter().map(|item| {
        let waits = queue::show::waits_for(item);
        vec![
            StyledText::with_tone(Tone::Id, item.record_state.id()),
            StyledText::plain(title(item.record_state)),
            what(item, report.stamp.instant, tone),
            StyledText::plain(waits.trim_start_matches("; waits for ")),
            StyledText::plain(&item.next.action),
        ]
    });
    let redesigns = redesigns.iter().map(|redesign| {
        let names: Vec<String> = redesign.waits_for.iter().map(shape::short_name).collect();
        vec![
            StyledText::with_tone(Tone::Id, redesign.id().unwrap_or_default()),
            StyledText::plain(redesign.title()),
            what_redesign(redesign, report.stamp.instant),
            StyledText::plain(names.join(" or ")),
            StyledText::plain(&redesign.action),
        ]
    });
    Block::Table(DocTable {
        columns: vec![
            whole("id"),
            flexible("title"),
            flexible(title_of_state),
            flexible("waits for"),
            flexible("next"),
        ],
        rows: rows.chain(redesigns).collect(),
    })
}

pub(super) fn trends<'a>(report: &Report<'_>) -> Vec<Block<'a>> {
    let figure = |figure: Option<f64>| figure.map_or_else(String::new, |figure| figure.to_string());
    let rows = report.periods.iter().map(|period| {
        let share = period
            .overrides
            .map_or_else(String::new, |share| format!("{} %", (share * 100.0).round()));
        [
            format!("{} to {}", period.span.from, period.span.to),
            period.opened.to_string(),
            period.closed.to_string(),
            period.repeated.to_string(),
            figure(period.mean_days_in_force),
            share,
        ]
        .map(StyledText::plain)
        .to_vec()
    });
    let columns = ["month", "opened", "closed", "repeated", "days in force", "overrides"];
    let table = DocTable { columns: columns.map(whole).to_vec(), rows: rows.collect() };
    let legend = "repeated: the same was closed shortly before; days in force: average for closed records; overrides: the share of opened records that set a rule aside rather than dismissing a false alarm";
    vec![
        Block::Heading(StyledText::plain("Trends")),
        Block::Table(table),
        Block::Paragraph(StyledText::with_tone(Tone::Muted, legend)),
    ]
}

pub(super) fn repeated<'a>(report: &Report<'_>) -> Vec<Block<'a>> {
    if report.patterns.is_empty() {
        return Vec::new();
    }
    let rows = report.patterns.iter().map(|pattern| {
        let frozen = if pattern.is_frozen {
            let state = match &pattern.redesign {
                Some(redesign) if redesign.is_in_time => format!("frozen, {}", redesign.id),
                _ => "frozen, no redesign in time".to_owned(),
            };
            StyledText::with_tone(Tone::Warn, state)
        } else {
            StyledText::plain("")
        };
        let ids: Vec<&str> = pattern.records.iter().map(|record| record.id.as_str()).collect();
        vec![
            StyledText::plain(pattern.describe()),
            few(&ids),
            frozen,
            StyledText::plain(pattern.advice()),
        ]
    });
    let table = DocTable {
        columns: vec![
            flexible("what repeats"),
            flexible("records"),
            whole("state"),
            flexible("advice"),
        ],
        rows: rows.collect(),
    };
    vec![Block::Heading(StyledText::plain("Repeated causes")), Block::Table(table)]
}

pub(super) fn controls<'a>(report: &Report<'_>) -> Vec<Block<'a>> {
    if report.controls.is_empty() {
        return Vec::new();
    }
    let rows = report.controls.iter().map(|control| {
        vec![
            StyledText::with_tone(Tone::Strong, &control.id),
            StyledText::plain(control.title.as_deref().unwrap_or("in no catalog")),
            few(&control.records),
        ]
    });
    let table = DocTable {
        columns: vec![whole("control"), flexible("title"), flexible("records")],
        rows: rows.collect(),
    };
    vec![Block::Heading(StyledText::plain("Controls")), Block::Table(table)]
}

pub(super) fn what(item: &QueueItem<'_>, instant: Instant, tone: Tone) -> StyledText {
    let what = item.reason_name().replace('-', " ");
    StyledText::with_tone(tone, what).and(Tone::Plain, queue::show::age(item, instant))
}

pub(super) fn what_redesign(redesign: &FollowUp, instant: Instant) -> StyledText {
    let what = redesign.bucket.as_str().replace('-', " ");
    StyledText::with_tone(Tone::Bad, what).and(Tone::Plain, follow_up::age(redesign, instant))
}

fn few(ids: &[&str]) -> StyledText {
    let shown = ids.iter().take(MOST_IDS).copied().collect::<Vec<_>>();
    let text = StyledText::with_tone(Tone::Id, shown.join(", "));
    match ids.len() - shown.len() {
        0 => text,
        more => text.and(Tone::Muted, format!(" and {more} more")),
    }
}

pub(super) fn title(record_state: &RecordState) -> &str {
    record_state.known_content().map_or(record_state.path.as_str(), |record| record.title.as_str())
}
