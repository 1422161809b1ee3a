//! The first screen of the page: how the ledger is, in figures and pictures.
//!
//! Pure. Start at [`blocks`]. Follows `docs/audit.md`, the page.

use crate::diag;
use crate::diag::sorting::StableSort as _;
use crate::features::list;
use crate::features::report::show::Report;
use crate::features::report::{sentence, series, tables};
use crate::record::dates;
use crate::record::time::Instant;
use crate::status::state::{DutyKind, RecordState, Status};
use crate::survey::follow_up::FollowUp;
use crate::survey::summary;
use crate::survey::summary::{ComingDuty, GroupCounts, OwnerCounts, TierCounts, WEEKS};
use crate::view::doc::{Block, DocTable, StyledText, Tone};
use crate::view::page::{
    BarRow, BarTable, CalendarDay, DayTime, DueCalendar, Figure, PageBlock, Panel, PanelWidth,
    SharePart, Timeline, TimelineRow,
};
use crate::view::tables::{flexible, whole};

const MOST_PERIODS: usize = 14;
const MOST_DATES: usize = 6;
const MOST_OWNERS: usize = 8;

/// How many days before and after today the timeline shows at most.
const TIMELINE_DAYS: i64 = 120;

pub(super) fn lead<'a>(report: &Report<'_>) -> Block<'a> {
    Block::Page(PageBlock::Lead(sentence::summary(report)))
}

pub(super) fn blocks<'a>(report: &Report<'_>) -> Vec<Block<'a>> {
    let panels = [
        first_overdue(report),
        timeline(report),
        Some(calendar(report)),
        Some(owners(report)),
        Some(tiers(report)),
        Some(shares(report)),
        Some(Panel {
            title: "Opened and closed".to_owned(),
            width: PanelWidth::Half,
            blocks: vec![Block::Series(series::counted(&report.periods))],
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    vec![Block::Page(PageBlock::Figures(figures(report))), Block::Page(PageBlock::Panels(panels))]
}

fn figures(report: &Report<'_>) -> Vec<Figure> {
    let (summary, backlog) = (&report.summary, &report.backlog);
    let figure = |label: &str, value: usize, note: String, tone: Tone| Figure {
        label: label.to_owned(),
        value: value.to_string(),
        note,
        tone: if value == 0 { Tone::Plain } else { tone },
    };
    let still = match backlog.overdue_in_force {
        _ if summary.overdue == 0 => String::new(),
        0 => "none still in force".to_owned(),
        n => format!("{n} still in force"),
    };
    let waits =
        backlog.oldest_waiting_days.map_or(String::new(), |days| format!("oldest: {days} d"));
    let proofs = summary.proofs;
    let all = proofs.attested + proofs.forge_signed + proofs.claimed;
    let mut figures = vec![
        figure("in force", summary.in_force, format!("of {} open", summary.open), Tone::Plain),
        figure("overdue", summary.overdue, still, Tone::Bad),
        figure("awaiting approval", backlog.awaiting, waits, Tone::Warn),
        figure(
            "ending soon",
            backlog.expiring_soon,
            format!("within {}", report.policy.due.soon),
            Tone::Warn,
        ),
        Figure {
            label: "attested approvals".to_owned(),
            value: percent(summary.proofs.attested, all),
            note: format!(
                "{} of {} of exceptions in force; {} forge-signed",
                proofs.attested,
                diag::count(all, "approval"),
                proofs.forge_signed
            ),
            tone: Tone::Plain,
        },
    ];
    if summary.undetermined > 0 {
        let note = "not in this clone".to_owned();
        figures.push(figure("undetermined", summary.undetermined, note, Tone::Bad));
    }
    figures
}

fn percent(part: usize, all: usize) -> String {
    match (part * 100 + all / 2).checked_div(all) {
        Some(percent) => format!("{percent} %"),
        None => "–".to_owned(),
    }
}

fn first_overdue<'a>(report: &Report<'_>) -> Option<Panel<'a>> {
    let overdue = tables::overdue_items(report);
    let rows: Vec<Vec<StyledText>> = overdue
        .iter()
        .map(|item| {
            let state = item.record_state;
            let owner = state.known_content().map_or("", |record| record.owner.name.as_str());
            let what = tables::what(item, report.stamp.instant, Tone::Bad);
            vec![
                StyledText::with_tone(Tone::Id, state.id()),
                StyledText::plain(tables::title(state)),
                what,
                StyledText::plain(owner),
            ]
        })
        .chain(report.redesigns.iter().map(|redesign| redesign_row(redesign, report)))
        .take(MOST_DATES)
        .collect();
    let n_overdue = overdue.len() + report.redesigns.len();
    let left = n_overdue.saturating_sub(rows.len());
    let columns = ["id", "title", "what", "owner"];
    let mut blocks = vec![Block::Table(DocTable { columns: columns.map(flexible).to_vec(), rows })];
    if left > 0 {
        let more = StyledText::with_tone(Tone::Muted, format!("and {left} more, below"));
        blocks.push(Block::Paragraph(more));
    }
    let title = "Most urgent".to_owned();
    (n_overdue > 0).then_some(Panel { title, width: PanelWidth::Full, blocks })
}

fn redesign_row(follow_up: &FollowUp, report: &Report<'_>) -> Vec<StyledText> {
    let owner = follow_up.redesign().map_or("", |due| due.redesign.owner.name.as_str());
    vec![
        StyledText::with_tone(Tone::Id, follow_up.id().unwrap_or_default()),
        StyledText::plain(follow_up.title()),
        tables::what_redesign(follow_up, report.stamp.instant),
        StyledText::plain(owner),
    ]
}

/// Returns the open records whose end is nearest, earliest end first.
fn timeline<'a>(report: &Report<'_>) -> Option<Panel<'a>> {
    let instant = report.stamp.instant;
    let all = summary::nearest_ends(report.record_states, instant);
    let mut shown: Vec<&(&RecordState, Instant)> = all.iter().take(MOST_PERIODS).collect();
    shown.order_by_key(|(state, end)| (*end, state.id()));
    let limit = |at: Instant| {
        let days = TIMELINE_DAYS * 86_400;
        at.max(instant.plus_seconds(-days)).min(instant.plus_seconds(days))
    };
    let first = shown.iter().map(|(state, end)| begin(state, *end)).min()?;
    let last = shown.iter().map(|(_, end)| *end).max()?;
    let (first, last) = (
        limit(first).min(instant.plus_seconds(-86_400 * 7)),
        limit(last).max(instant.plus_seconds(86_400 * 7)),
    );
    let place = |at: Instant| {
        let (wide, here) = (last.seconds_since(first).max(1), at.seconds_since(first));
        u16::try_from(here.saturating_mul(1000).div_euclid(wide).clamp(0, 1000)).unwrap_or(0)
    };
    let rows = shown.iter().map(|(state, end)| {
        let mut words = list::status(state);
        words = words.and(Tone::Plain, format!(", {}", ends(*end, instant)));
        TimelineRow {
            id: state.id().to_owned(),
            title: tables::title(state).to_owned(),
            from: place(begin(state, *end)),
            to: place(*end),
            words,
        }
    });
    let timeline = Timeline {
        today: place(instant),
        months: months(first, last, &place),
        rows: rows.collect(),
    };
    let title = match all.len() - shown.len() {
        0 => "Open exceptions against today".to_owned(),
        _ => format!("Against today: the {} ends that are nearest, of {}", shown.len(), all.len()),
    };
    let blocks = vec![Block::Page(PageBlock::Timeline(timeline))];
    Some(Panel { title, width: PanelWidth::Full, blocks })
}

fn ends(end: Instant, instant: Instant) -> String {
    let verb = if end <= instant { "ended" } else { "ends" };
    format!("{verb} {}", dates::distance(end, instant))
}

/// Returns when a record begins: as stated, else when it was approved or landed.
fn begin(state: &RecordState, end: Instant) -> Instant {
    let stated =
        state.content().and_then(|record| record.starts.as_ref()).map(|starts| starts.start());
    let landed = state.landed.as_ref().map(|landed| landed.at);
    stated.or(state.in_place.first_approved).or(landed).unwrap_or(end).min(end)
}

fn months(first: Instant, last: Instant, place: &dyn Fn(Instant) -> u16) -> Vec<(u16, String)> {
    let days = last.days_since(first).max(0);
    let each = (1..=days).map(|n| first.day().plus_days(n)).filter_map(|day| {
        let text = day.to_string();
        let (year, month) = series::year_and_month(&text);
        let name = if month == "Jan" { format!("{month} {year}") } else { month };
        if text.ends_with("-01") { Some((place(day.start()), name)) } else { None }
    });
    each.collect()
}

fn calendar<'a>(report: &Report<'_>) -> Panel<'a> {
    let coming = &report.summary.coming;
    let today = report.stamp.instant.day();
    let monday = summary::monday(today);
    let day = |n: i64| {
        let day = monday.plus_days(n);
        let of_day = || coming.iter().filter(|duty| duty.day == day);
        let ends = of_day().filter(|duty| duty.kind == DutyKind::Expiry).count();
        let time = match day {
            day if day < today => DayTime::Past,
            day if day == today => DayTime::Today,
            _ => DayTime::Future,
        };
        CalendarDay { day, time, ends, tasks: of_day().count() - ends }
    };
    let weeks = (0..WEEKS).map(|week| (0..7).map(|n| day(week * 7 + n)).collect()).collect();
    let mut blocks = vec![Block::Page(PageBlock::Calendar(DueCalendar { weeks }))];
    let row = |duty: &ComingDuty<'_>| {
        vec![
            StyledText::plain(duty.day.to_string()),
            StyledText::plain(task(duty.kind)),
            StyledText::with_tone(Tone::Id, duty.record_state.id()),
        ]
    };
    let rows: Vec<_> = coming.iter().take(MOST_DATES).map(row).collect();
    let left = coming.len() - rows.len();
    if rows.is_empty() {
        let nothing = format!("nothing is due in these {WEEKS} weeks");
        blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Good, nothing)));
    } else {
        let by = whole("by");
        let columns = vec![by, flexible("what"), flexible("record")];
        blocks.push(Block::Table(DocTable { columns, rows }));
    }
    if left > 0 {
        let more = format!("and {left} more dates in these {WEEKS} weeks");
        blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Muted, more)));
    }
    let title = format!("Due in the coming {WEEKS} weeks");
    Panel { title, width: PanelWidth::Tall, blocks }
}

fn task(kind: DutyKind) -> &'static str {
    match kind {
        DutyKind::Start => "starts",
        DutyKind::Expiry => "ends",
        DutyKind::Review => "review",
        DutyKind::ControlVerification => "verify a control",
        DutyKind::EmergencyReview => "approve the emergency",
        DutyKind::Fix => "fix",
        DutyKind::PostClosureReview => "review the closure",
    }
}

fn owners<'a>(report: &Report<'_>) -> Panel<'a> {
    let owners = &report.summary.owners;
    let row = |owner: &OwnerCounts<'_>| {
        let label = match owner.name {
            "" => StyledText::with_tone(Tone::Muted, "cannot be read"),
            name => StyledText::plain(name),
        };
        bar(label, owner.counts)
    };
    let mut rows: Vec<BarRow> = owners.iter().take(MOST_OWNERS).map(row).collect();
    let rest = owners.get(MOST_OWNERS..).unwrap_or_default();
    if !rest.is_empty() {
        let others = format!("{} others", rest.len());
        let all = rest.iter().map(|owner| owner.counts).sum();
        // All others together would make every other bar short.
        let sum = bar(StyledText::with_tone(Tone::Muted, others), all);
        rows.push(BarRow { parts: Vec::new(), ..sum });
    }
    bars("By owner", "owner", rows)
}

fn tiers<'a>(report: &Report<'_>) -> Panel<'a> {
    let row = |tier: &TierCounts<'_>| {
        let label = match tier.tier {
            "" => StyledText::with_tone(Tone::Muted, "none"),
            tier => StyledText::plain(tier),
        };
        bar(label, tier.counts)
    };
    bars("By tier", "tier", report.summary.tiers.iter().map(row).collect())
}

/// Returns the counts of a group; its bar is what is overdue, and what else is open.
fn bar(label: StyledText, counts: GroupCounts) -> BarRow {
    let GroupCounts { open, in_force, overdue, awaiting } = counts;
    let parts = vec![(Tone::Bad, overdue), (Tone::Plain, open.saturating_sub(overdue))];
    BarRow { label, counts: vec![overdue, awaiting, in_force, open], parts }
}

fn bars<'a>(title: &str, of: &'static str, rows: Vec<BarRow>) -> Panel<'a> {
    let counts = vec![
        ("overdue", Some(Tone::Bad)),
        ("waiting", None),
        ("in force", None),
        ("open", Some(Tone::Plain)),
    ];
    let table = BarTable { of, counts, rows };
    let blocks = vec![Block::Page(PageBlock::Bars(table))];
    Panel { title: title.to_owned(), width: PanelWidth::Half, blocks }
}

fn shares<'a>(report: &Report<'_>) -> Panel<'a> {
    let part = |name: &str, count: usize, tone| SharePart { name: name.to_owned(), count, tone };
    let proofs = report.summary.proofs;
    let levels = vec![
        part("attested: signed", proofs.attested, Tone::Good),
        part("forge-signed: merged on the forge", proofs.forge_signed, Tone::Fair),
        part("claimed: stated in git", proofs.claimed, Tone::Warn),
    ];
    let count =
        |status: Status| report.record_states.iter().filter(|state| state.status == status).count();
    let statuses = Status::ALL
        .iter()
        .rev()
        .map(|status| (*status, count(*status)))
        .filter(|(_, n)| *n > 0)
        .map(|(status, n)| part(status.as_str(), n, list::tone(status)));
    let text = |text: &str| Block::Paragraph(StyledText::with_tone(Tone::Muted, text));
    let blocks = vec![
        text("approvals of what is in force"),
        Block::Page(PageBlock::Shares(levels)),
        text("all records by status"),
        Block::Page(PageBlock::Shares(statuses.collect())),
    ];
    Panel { title: "Approvals and status".to_owned(), width: PanelWidth::Half, blocks }
}
