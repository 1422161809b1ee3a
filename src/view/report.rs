//! `report`: the health of the backlog, what is overdue, trends, the classes, the controls.
//!
//! Uses record, policy, status, survey. Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, report, and M02, M36, M56
//! and M76 of the mission. The additional content of the HTML page is in `page`.

mod figures;
pub mod page;
mod series;

use crate::view::shape;
use serde::Serialize;

use crate::diag;
use crate::policy::Policy;
use crate::record::vocabulary::{Class, Vocabulary};
use crate::status::stamp::Stamp;
use crate::status::state::{InForce, RecordState};
use crate::survey::figures::{Backlog, Period, ReportPeriod};
use crate::survey::patterns::CausePattern;
use crate::survey::queue::{QueueItem, Rank};
use crate::survey::select;
use crate::view::doc::{Block, Column, ColumnFit, Doc, DocTable, StyledText, Tone};
use crate::view::list;
use crate::view::queue;
use crate::view::report::figures::{BacklogView, PeriodView};

/// The content of `report`.
#[derive(Debug)]
pub struct Report<'a> {
    /// The ledger, commit and instant that it was computed from.
    pub stamp: &'a Stamp,
    /// Determines what ends soon.
    pub policy: &'a Policy,
    /// The period of the report.
    pub span: ReportPeriod,
    /// The health of the backlog.
    pub backlog: Backlog,
    /// The events of each month.
    pub periods: Vec<Period>,
    /// Every record.
    pub record_states: &'a [RecordState],
    /// The records that need attention, most urgent first.
    pub items: Vec<QueueItem<'a>>,
    /// The patterns over the threshold.
    pub patterns: Vec<CausePattern<'a>>,
    /// The controls that records deviated from within the period, by id.
    pub controls: Vec<DeviatedControl<'a>>,
}

/// A control that records deviate from.
#[derive(Clone, Debug, Serialize)]
pub struct DeviatedControl<'a> {
    /// Its id, in the catalog's form if a catalog has it.
    pub id: String,
    /// Its official title.
    pub title: Option<String>,
    /// The ids of the records, sorted.
    pub records: Vec<&'a str>,
}

#[derive(Serialize)]
struct ReportAnswer<'a> {
    backlog: BacklogView,
    periods: Vec<PeriodView>,
    controls: &'a [DeviatedControl<'a>],
    classes: Vec<ClassView<'a>>,
}

#[derive(Serialize)]
struct ClassView<'a> {
    class: Class,
    open: usize,
    in_force: usize,
    overdue: usize,
    records: Vec<&'a str>,
}

/// Returns the answer.
pub fn doc<'a>(report: &Report<'_>) -> Doc<'a> {
    let classes: Vec<ClassSection<'_>> =
        Class::all().iter().map(|class| ClassSection::new(report, *class)).collect();
    let mut doc = shape::stamped(
        report.stamp,
        "report",
        &ReportAnswer {
            backlog: BacklogView::of(&report.backlog),
            periods: report.periods.iter().map(PeriodView::of).collect(),
            controls: &report.controls,
            classes: classes.iter().map(ClassView::of).collect(),
        },
    );
    doc.rows = Some("periods");
    let name = report.stamp.name.as_deref();
    let title = format!(
        "Exceptions{}: {} to {}",
        name.map_or_else(String::new, |name| format!(" of {name}")),
        report.span.from,
        report.span.to
    );
    doc.blocks.push(Block::Heading(StyledText::plain(title)));
    doc.blocks.push(Block::Pairs(health(report)));
    doc.blocks.push(Block::Series(series::by_status(report.record_states)));
    overdue(&mut doc, report);
    due_now(&mut doc, report);
    trends(&mut doc, report);
    repeated(&mut doc, report);
    for section in classes.iter().filter(|section| !section.records.is_empty()) {
        section.add(&mut doc, report);
    }
    controls(&mut doc, report);
    doc
}

impl<'a> ClassView<'a> {
    fn of(section: &ClassSection<'a>) -> ClassView<'a> {
        ClassView {
            class: section.class,
            open: section.records.len(),
            in_force: section.n_in_force(),
            overdue: section.overdue,
            records: section.records.iter().map(|it| it.id()).collect(),
        }
    }
}

/// Returns the health of the backlog, one line per figure.
fn health(report: &Report<'_>) -> Vec<(String, StyledText)> {
    let backlog = &report.backlog;
    let pair = |label: &str, text: StyledText| (label.to_owned(), text);
    let waits = match backlog.oldest_waiting_days {
        Some(days) => format!(", the oldest for {}", of_days(days)),
        None => String::new(),
    };
    let decided = match (backlog.mean_days_to_decision, backlog.median_days_to_decision) {
        (Some(mean), Some(median)) => format!("{mean} days on average (median {median})"),
        _ => "nothing was decided".to_owned(),
    };
    let age = match backlog.mean_age_days {
        Some(mean) => format!("{mean} days on average"),
        None => "nothing is in force".to_owned(),
    };
    let bad = match backlog.overdue_in_force {
        0 => Tone::Good,
        _ => Tone::Bad,
    };
    let in_force = report.record_states.iter().filter(|it| it.in_force == InForce::Yes);
    vec![
        pair("in force", StyledText::plain(in_force.count().to_string())),
        pair(
            "still granting but overdue",
            StyledText::with_tone(bad, backlog.overdue_in_force.to_string()),
        ),
        pair("awaiting approval", StyledText::plain(format!("{}{waits}", backlog.awaiting))),
        pair("from request to decision", StyledText::plain(decided)),
        pair(
            "ending soon",
            StyledText::plain(format!(
                "{} within {}",
                backlog.expiring_soon, report.policy.due.soon
            )),
        ),
        pair("age of records in force", StyledText::plain(age)),
    ]
}

fn of_days(days: i64) -> String {
    diag::count(usize::try_from(days).unwrap_or(0), "day")
}

/// Adds the overdue records, and those that can't be determined or read.
fn overdue(doc: &mut Doc, report: &Report<'_>) {
    let is_bad = |item: &&QueueItem| !matches!(item.rank, Rank::DueNow | Rank::InTime);
    let bad: Vec<&QueueItem> = report.items.iter().filter(is_bad).collect();
    doc.blocks.push(Block::Heading(StyledText::plain("What is overdue")));
    if bad.is_empty() {
        let nothing = StyledText::with_tone(Tone::Good, "nothing is overdue");
        doc.blocks.push(Block::Paragraph(nothing));
        return;
    }
    doc.blocks.push(attention(report, &bad, "overdue", Tone::Bad));
}

/// Adds the records that need immediate action before their deadline.
fn due_now(doc: &mut Doc, report: &Report<'_>) {
    let is_due = |item: &&QueueItem| item.rank == Rank::DueNow;
    let due: Vec<&QueueItem> = report.items.iter().filter(is_due).collect();
    if !due.is_empty() {
        doc.blocks.push(Block::Heading(StyledText::plain("What is due now")));
        doc.blocks.push(attention(report, &due, "due", Tone::Warn));
    }
}

/// Returns a table of records that need attention: what is wrong, whom it waits for, and the next step.
fn attention<'a>(
    report: &Report<'_>,
    items: &[&QueueItem<'_>],
    title_of_state: &'static str,
    tone: Tone,
) -> Block<'a> {
    let rows = items.iter().map(|item| {
        let waits = queue::waits_for(item);
        let what = item.reason_name().replace('-', " ");
        vec![
            StyledText::with_tone(Tone::Id, item.record_state.id()),
            StyledText::plain(title(item.record_state)),
            StyledText::with_tone(tone, what)
                .and(Tone::Plain, queue::age(item, report.stamp.instant)),
            StyledText::plain(waits.trim_start_matches("; waits for ")),
            StyledText::plain(&item.next.action),
        ]
    });
    let whole = |title| column(title, ColumnFit::Whole);
    let flexible = |title| column(title, ColumnFit::Flexible);
    Block::Table(DocTable {
        columns: vec![
            whole("id"),
            flexible("title"),
            flexible(title_of_state),
            flexible("waits for"),
            flexible("next"),
        ],
        rows: rows.collect(),
    })
}

fn trends(doc: &mut Doc, report: &Report<'_>) {
    let whole = |title| column(title, ColumnFit::Whole);
    let figure = |figure: Option<f64>| figure.map_or_else(String::new, |it| it.to_string());
    let rows = report.periods.iter().map(|period| {
        let share = period.overrides.map(|share| (share * 100.0).round());
        let share = share.map_or_else(String::new, |share| format!("{share} %"));
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
    doc.blocks.push(Block::Heading(StyledText::plain("Trends")));
    let periods = &report.periods;
    doc.blocks.push(Block::Series(series::counted(periods)));
    doc.blocks.push(Block::Series(series::lasted(periods)));
    doc.blocks.push(Block::Table(DocTable {
        columns: vec![
            whole("month"),
            whole("opened"),
            whole("closed"),
            whole("repeated"),
            whole("days in force"),
            whole("overrides"),
        ],
        rows: rows.collect(),
    }));
    let legend = "repeated: the same was closed shortly before; days in force: average for closed records; overrides: the share of opened records that set a rule aside rather than dismissing a false alarm";
    doc.blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Muted, legend)));
}

fn repeated(doc: &mut Doc, report: &Report<'_>) {
    if report.patterns.is_empty() {
        return;
    }
    let rows = report.patterns.iter().map(|pattern| {
        let frozen = if pattern.is_frozen {
            StyledText::with_tone(Tone::Warn, "frozen")
        } else {
            StyledText::plain("")
        };
        let ids: Vec<&str> = pattern.records.iter().map(|it| it.id.as_str()).collect();
        vec![
            StyledText::plain(pattern.describe()),
            StyledText::with_tone(Tone::Id, ids.join(", ")),
            frozen,
            StyledText::plain(&pattern.advice),
        ]
    });
    doc.blocks.push(Block::Heading(StyledText::plain("Repeated causes")));
    doc.blocks.push(Block::Table(DocTable {
        columns: vec![
            column("what repeats", ColumnFit::Flexible),
            column("records", ColumnFit::Flexible),
            column("state", ColumnFit::Whole),
            column("advice", ColumnFit::Flexible),
        ],
        rows: rows.collect(),
    }));
}

fn controls(doc: &mut Doc, report: &Report<'_>) {
    if report.controls.is_empty() {
        return;
    }
    let rows = report.controls.iter().map(|control| {
        vec![
            StyledText::with_tone(Tone::Strong, &control.id),
            StyledText::plain(control.title.as_deref().unwrap_or("in no catalog")),
            StyledText::with_tone(Tone::Id, control.records.join(", ")),
        ]
    });
    doc.blocks.push(Block::Heading(StyledText::plain("Controls")));
    doc.blocks.push(Block::Table(DocTable {
        columns: vec![
            column("control", ColumnFit::Whole),
            column("title", ColumnFit::Flexible),
            column("records", ColumnFit::Flexible),
        ],
        rows: rows.collect(),
    }));
}

fn column(title: &'static str, fit: ColumnFit) -> Column {
    Column { title, fit }
}

fn title(record_state: &RecordState) -> &str {
    record_state.known_content().map_or(record_state.path.as_str(), |record| record.title.as_str())
}

/// The open records of a class.
struct ClassSection<'a> {
    class: Class,
    records: Vec<&'a RecordState>,
    overdue: usize,
}

impl<'a> ClassSection<'a> {
    fn new(report: &Report<'a>, class: Class) -> ClassSection<'a> {
        let is_of = |record_state: &&RecordState| {
            let content = record_state.known_content();
            content.is_some_and(|record| record.class == class)
        };
        let is_open = |record_state: &&RecordState| !select::is_ended(record_state.status);
        let open = report.record_states.iter().filter(is_of).filter(is_open);
        let overdue = report
            .items
            .iter()
            .filter(|item| item.is_overdue())
            .map(|item| item.record_state)
            .filter(is_of);
        let mut records: Vec<&RecordState> = open.collect();
        records.sort_by_key(|record_state| (record_state.id(), &record_state.path));
        ClassSection { class, records, overdue: overdue.count() }
    }

    fn n_in_force(&self) -> usize {
        let in_force = |record_state: &&&RecordState| record_state.in_force == InForce::Yes;
        self.records.iter().filter(in_force).count()
    }

    fn add(&self, doc: &mut Doc, report: &Report<'_>) {
        let heading = format!(
            "Class {}: {} open, {} in force, {} overdue",
            self.class.as_str(),
            self.records.len(),
            self.n_in_force(),
            self.overdue
        );
        doc.blocks.push(Block::Heading(StyledText::plain(heading)));
        let rows = self.records.iter();
        doc.blocks.push(Block::Table(DocTable {
            columns: list::columns(),
            rows: rows.map(|it| list::row(it, report.stamp.instant)).collect(),
        }));
    }
}
