//! `redesign list`: one row for each redesign, and for each ticket that records link instead of one.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, redesign.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::policy::governance::Governance;
use crate::policy::redesign::Redesign;
use crate::record::time::{Day, Instant};
use crate::status::stamp::Stamp;
use crate::survey::follow_up::FollowUp;
use crate::survey::redesign::step::{self, RedesignStep};
use crate::survey::redesign::{RedesignState, RedesignStatus};
use crate::view::doc::{Block, Column, Doc, DocTable, RowColumns, StyledText, Tone};
use crate::view::record::OwnerView;
use crate::view::shape;
use crate::view::tables::{flexible, whole};

/// The content of `redesign list`.
#[derive(Debug)]
pub struct RedesignListing<'a> {
    /// The ledger, commit and instant that it was computed from.
    pub stamp: &'a Stamp,
    /// The redesigns by id, then tickets.
    pub states: Vec<&'a RedesignState>,
    /// The policy by which the next steps are determined.
    pub governance: &'a Governance,
}

#[derive(Serialize)]
struct RedesignsAnswer<'a> {
    redesigns: Vec<RedesignView<'a>>,
}

#[derive(Serialize)]
struct RedesignView<'a> {
    id: Option<&'a str>,
    title: Option<&'a str>,
    ticket: Option<&'a str>,
    status: RedesignStatus,
    owner: Option<OwnerView<'a>>,
    pattern: Option<Map<String, Value>>,
    target: Option<&'static str>,
    due: Option<Day>,
    first_due: Option<Day>,
    done: Option<Day>,
    landed_after: Vec<&'a str>,
    records: &'a [String],
    next: Option<StepView>,
}

#[derive(Serialize)]
struct StepView {
    action: String,
    command: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct DueRedesignView<'a> {
    id: &'a str,
    title: &'a str,
    owner: OwnerView<'a>,
    pattern: Map<String, Value>,
    due: Option<Day>,
    status: RedesignStatus,
    bucket: &'static str,
    since: Option<Instant>,
    action: &'a str,
    command: &'a str,
}

/// Returns the answer.
pub fn doc(listing: &RedesignListing<'_>) -> Doc<'static> {
    let views = listing.states.iter().map(|state| RedesignView::of(state, listing.governance));
    let answer = RedesignsAnswer { redesigns: views.collect() };
    let mut doc = shape::stamped(listing.stamp, "redesign-list", &answer);
    doc.rows = Some("redesigns");
    doc.name_columns(RedesignView::COLUMNS);
    let rows: Vec<Vec<StyledText>> =
        listing.states.iter().map(|state| row(state, listing.governance)).collect();
    if rows.is_empty() {
        doc.blocks.push(Block::Paragraph(StyledText::plain("no redesigns")));
    } else {
        doc.blocks.push(Block::Table(DocTable { columns: columns(), rows }));
    }
    doc
}

fn pattern(redesign: &Redesign) -> Map<String, Value> {
    let stated = redesign.pattern.stated();
    stated.map(|(key, value)| (key.to_owned(), Value::from(value))).collect()
}

/// Returns the words of a redesign's pattern as text: `root cause timeout, application billing`.
pub fn pattern_text(redesign: &Redesign) -> String {
    let stated = redesign.pattern.stated();
    let words = stated.map(|(key, value)| format!("{} {value}", key.replace('_', " ")));
    words.collect::<Vec<_>>().join(", ")
}

impl<'a> RedesignView<'a> {
    const COLUMNS: &'static RowColumns = &[
        ("", "id title ticket status"),
        ("owner.", "name email team backup"),
        ("", "pattern target due first_due done landed_after records next.action next.command"),
    ];

    fn of(state: &'a RedesignState, governance: &Governance) -> RedesignView<'a> {
        let redesign = state.redesign.as_deref();
        let later = state.landed_after.iter().flat_map(|occurrence| &occurrence.ids);
        RedesignView {
            id: state.id.as_deref(),
            title: redesign.map(|redesign| redesign.title.as_str()),
            ticket: state.ticket.as_deref(),
            status: state.status,
            owner: redesign.map(|redesign| OwnerView::of(&redesign.owner)),
            pattern: redesign.map(pattern),
            target: redesign.map(|redesign| redesign.target.as_str()),
            due: state.due,
            first_due: state.first_due,
            done: state.done,
            landed_after: later.map(String::as_str).collect(),
            records: &state.records,
            next: step::next_step(state, governance)
                .map(|RedesignStep { action, command }| StepView { action, command }),
        }
    }
}

impl<'a> DueRedesignView<'a> {
    pub(crate) fn all(follow_ups: &'a [FollowUp], now: Instant) -> Vec<DueRedesignView<'a>> {
        let redesigns =
            follow_ups.iter().filter_map(|follow_up| Some((follow_up, follow_up.redesign()?)));
        redesigns
            .map(|(follow_up, due)| DueRedesignView {
                id: &due.id,
                title: &due.redesign.title,
                owner: OwnerView::of(&due.redesign.owner),
                pattern: pattern(&due.redesign),
                due: due.due,
                status: due.status,
                bucket: follow_up.bucket.as_str(),
                since: follow_up.timing.since(now),
                action: &follow_up.action,
                command: &follow_up.command,
            })
            .collect()
    }
}

fn columns() -> Vec<Column> {
    vec![
        whole("id"),
        flexible("title"),
        flexible("pattern"),
        flexible("owner"),
        whole("due"),
        whole("status"),
        flexible("records"),
        flexible("next"),
        flexible("run"),
    ]
}

fn row(state: &RedesignState, governance: &Governance) -> Vec<StyledText> {
    let redesign = state.redesign.as_deref();
    let id = state.id.as_deref().or(state.ticket.as_deref()).unwrap_or_default();
    let due = state.due.map_or_else(String::new, |due| due.to_string());
    let moved = state.first_due.filter(|first| Some(*first) != state.due);
    let due = match moved {
        Some(first) => format!("{due}, first {first}"),
        None => due,
    };
    let (action, command) = match step::next_step(state, governance) {
        Some(step) => (step.action, step.command),
        None => (String::new(), String::new()),
    };
    vec![
        StyledText::with_tone(Tone::Id, id),
        StyledText::plain(redesign.map_or("", |redesign| redesign.title.as_str())),
        StyledText::plain(redesign.map(pattern_text).unwrap_or_default()),
        StyledText::plain(redesign.map_or("", |redesign| redesign.owner.name.as_str())),
        StyledText::plain(due),
        StyledText::with_tone(tone(state.status), state.status.as_str()),
        StyledText::plain(state.records.join(", ")),
        StyledText::plain(action),
        StyledText::with_tone(Tone::Command, command),
    ]
}

fn tone(status: RedesignStatus) -> Tone {
    match status {
        RedesignStatus::Effective => Tone::Good,
        RedesignStatus::Open | RedesignStatus::Watching => Tone::Plain,
        RedesignStatus::Abandoned | RedesignStatus::Ticket => Tone::Muted,
        RedesignStatus::Unapproved => Tone::Warn,
        RedesignStatus::Recurred | RedesignStatus::Unassessed | RedesignStatus::Overdue => {
            Tone::Bad
        }
    }
}
