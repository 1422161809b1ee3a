//! `report`: the health of the backlog, what is overdue, trends, the classes, the controls.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, report, and M02, M36, M56 and M76 of the mission. The additional
//! content of the HTML page is in `page`.

use crate::diag::sorting::StableSort as _;
use crate::view::shape;
use serde::Serialize;

use crate::diag;
use crate::features::list;
use crate::policy::Policy;
use crate::record::vocabulary::Class;
use crate::status::stamp::Stamp;
use crate::status::state::{InForce, RecordState};
use crate::survey::figures::{Backlog, Period, ReportPeriod};
use crate::survey::follow_up::FollowUp;
use crate::survey::patterns::CausePattern;
use crate::survey::queue::QueueItem;
use crate::survey::select;
use crate::survey::summary::{LedgerSummary, OwnerCounts, ProofCounts, TierCounts};
use crate::view::doc::{Block, Doc, DocTable, StyledText, Tone};
use crate::view::tables::whole;

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
    /// The same by owner and by tier, and what is due in the coming weeks.
    pub summary: LedgerSummary<'a>,
    /// The events of each month.
    pub periods: Vec<Period>,
    /// Every record.
    pub record_states: &'a [RecordState],
    /// The records that need attention, most urgent first.
    pub items: Vec<QueueItem<'a>>,
    /// The redesigns that need attention, those that have waited longest first.
    pub redesigns: &'a [FollowUp],
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
    backlog: &'a Backlog,
    periods: &'a [Period],
    controls: &'a [DeviatedControl<'a>],
    classes: Vec<ClassView<'a>>,
    summary: String,
    owners: &'a [OwnerCounts<'a>],
    tiers: &'a [TierCounts<'a>],
    approvals: ProofCounts,
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
        Class::ALL.iter().map(|class| ClassSection::new(report, *class)).collect();
    let mut doc = shape::stamped(
        report.stamp,
        "report",
        &ReportAnswer {
            backlog: &report.backlog,
            periods: &report.periods,
            controls: &report.controls,
            classes: classes.iter().map(ClassView::of).collect(),
            summary: crate::features::report::sentence::summary(report).bare(),
            owners: &report.summary.owners,
            tiers: &report.summary.tiers,
            approvals: report.summary.proofs,
        },
    );
    doc.rows = Some("periods");
    let title = format!("{}: {} to {}", title(report), report.span.from, report.span.to);
    doc.blocks.push(Block::Heading(StyledText::plain(title)));
    doc.blocks.push(Block::Paragraph(crate::features::report::sentence::summary(report)));
    doc.blocks.push(Block::Pairs(health(report)));
    doc.blocks.extend(crate::features::report::tables::overdue(report));
    doc.blocks.extend(crate::features::report::tables::due_now(report));
    doc.blocks.extend(crate::features::report::tables::trends(report));
    doc.blocks.extend(crate::features::report::tables::repeated(report));
    for section in classes.iter().filter(|section| !section.records.is_empty()) {
        section.add(&mut doc, report);
    }
    doc.blocks.extend(crate::features::report::tables::controls(report));
    doc
}

pub(super) fn title(report: &Report<'_>) -> String {
    match &report.stamp.name {
        Some(name) => format!("Exceptions of {name}"),
        None => "Exceptions".to_owned(),
    }
}

impl<'a> ClassView<'a> {
    fn of(section: &ClassSection<'a>) -> ClassView<'a> {
        ClassView {
            class: section.class,
            open: section.records.len(),
            in_force: section.n_in_force(),
            overdue: section.overdue,
            records: section.records.iter().map(|record| record.id()).collect(),
        }
    }
}

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
    vec![
        pair("in force", StyledText::plain(report.summary.in_force.to_string())),
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

pub(super) fn class_table<'a>(report: &Report<'_>) -> Vec<Block<'a>> {
    let classes = Class::ALL.iter().map(|class| ClassSection::new(report, *class));
    let rows: Vec<Vec<StyledText>> = classes
        .filter(|section| !section.records.is_empty())
        .map(|section| {
            let counts = [section.records.len(), section.n_in_force(), section.overdue];
            let name = StyledText::plain(section.class.as_str());
            std::iter::once(name).chain(counts.map(|n| StyledText::plain(n.to_string()))).collect()
        })
        .collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let columns = ["class", "open", "in force", "overdue"].map(whole).to_vec();
    let heading = Block::Heading(StyledText::plain("Classes"));
    vec![heading, Block::Table(DocTable { columns, rows })]
}

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
        records.order_by_key(|record_state| (record_state.id(), &record_state.path));
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
            rows: rows.map(|item| list::row(item, report.stamp.instant)).collect(),
        }));
    }
}
