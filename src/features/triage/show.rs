//! `triage`: the counts first, then the inputs that need somebody, most urgent first.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, triage.

mod after;
pub mod alert_plan;
mod attention;
pub mod content;
pub mod messages;
mod silent;
pub mod tuning;

use crate::diag;
use crate::features::patterns;
use crate::features::patterns::repeated_show::RepeatedView;
use crate::features::triage::counts::{TriageCounts, TriageRow};
use crate::features::triage::drafts::NotDrafted;
use crate::features::triage::last_events::RoutedSilence;
use crate::features::triage::show::after::ProposalView;
use crate::features::triage::show::content::{TriageView, WrittenDraft, plain, tone};
use crate::features::triage::show::tuning::BaselineView;
use crate::features::triage::watch::Used;
use crate::gate::facts::FactsAsked;
use crate::gate::receipt::ReceiptStep;
use crate::survey::event::TriageState;
use crate::survey::route::Route;
use crate::view::doc::{Block, Doc, DocTable, FormatNeeds, RowColumns, StyledText, Tone};
use crate::view::tables::{self, flexible, whole};
use crate::view::{json, next, shape};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The states in the order of `counts`.
const COUNTED: &[TriageState] = &[
    TriageState::Routine,
    TriageState::Covered,
    TriageState::Pending,
    TriageState::Uncovered,
    TriageState::ExpiredCover,
    TriageState::Dismissed,
    TriageState::Unparsed,
];

/// The answer's head; the inputs are added one by one.
#[derive(Serialize)]
struct TriageReport<'a> {
    counts: Map<String, Value>,
    results: [(); 0],
    baselines: Vec<BaselineView<'a>>,
    proposals: Vec<ProposalView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    facts: Option<&'a FactsAsked>,
    silent: &'a [RoutedSilence],
    repeated: Vec<RepeatedView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unused: Option<&'a Used>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drafts: Option<&'a [WrittenDraft]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_drafted: Option<&'a [NotDrafted]>,
    next: Option<&'a ReceiptStep>,
}

#[derive(Serialize)]
struct TriageRowView<'a> {
    source: Option<&'a String>,
    index: Option<u64>,
    key: Option<&'a str>,
    state: TriageState,
    record: Option<&'a str>,
    message: &'a str,
    route: Option<&'a Route>,
}

impl TriageRowView<'_> {
    const COLUMNS: &'static RowColumns = &[
        ("", "source index key state record message"),
        ("route.", "owner.email owner.name because notify.email notify.name"),
    ];
}

/// Returns the answer.
pub fn doc<'a>(shown: &'a TriageView<'_>) -> Doc<'a> {
    let answer = shown.answer;
    let facts = answer.snapshot().facts_asked(|test| !test.is_of_report());
    let mut doc = shape::stamped(
        shown.stamp(),
        "triage",
        &TriageReport {
            counts: json::counts(COUNTED, |state| shown.answer.counts.n(state)),
            results: [],
            baselines: crate::features::triage::show::tuning::baselines(shown),
            proposals: answer.proposals.iter().map(ProposalView::of).collect(),
            facts: facts.as_ref(),
            silent: &answer.last_events.silent,
            repeated: RepeatedView::all(&answer.repeated),
            unused: answer.matches.as_ref().map(|matches| &matches.used),
            drafts: shown.drafts.as_deref(),
            not_drafted: shown.drafts.as_ref().map(|_| shown.refused.as_slice()),
            next: answer.next.as_ref(),
        },
    );
    if shown.reads == FormatNeeds::Json {
        let rows = shown.answer.counts.rows();
        doc.name_columns(TriageRowView::COLUMNS);
        doc.fill("results", rows.map(|row| json(row, shown)));
        if shown.asks_messages {
            crate::features::triage::show::messages::add(&mut doc, shown);
        }
        return doc;
    }
    if shown.asks_messages {
        crate::features::triage::show::messages::add(&mut doc, shown);
        ownerless(&mut doc, shown);
        crate::features::triage::show::after::requested(&mut doc, shown);
        return doc;
    }
    let tools = answer.tools();
    let counts = display_counts(&shown.answer.counts);
    let is_silent = shown.answer.counts.counts.values().all(|n| *n == 0) && !tools.is_empty();
    doc.blocks.push(Block::Paragraph(if is_silent {
        let tools: Vec<&str> = tools.into_iter().collect();
        counts.and(Tone::Plain, format!(": {} ran and reported nothing", tools.join(", ")))
    } else {
        counts
    }));
    if let Some(text) = facts.as_ref().and_then(FactsAsked::said) {
        doc.blocks.push(Block::Paragraph(StyledText::plain(text)));
    }
    crate::features::triage::show::attention::blocks(&mut doc, shown);
    ownerless(&mut doc, shown);
    covered(&mut doc, shown);
    crate::features::triage::show::silent::block(&mut doc, shown);
    crate::features::triage::show::attention::sampled(&mut doc, shown);
    let events = &answer.snapshot().governance().policy.patterns.events;
    patterns::repeated_show::blocks(&mut doc, &answer.repeated, events);
    crate::features::triage::show::tuning::block(&mut doc, shown);
    crate::features::triage::show::after::blocks(&mut doc, shown);
    // The commands that complete drafts come before any other.
    let step = answer.next.iter().filter(|_| shown.next.is_empty());
    doc.blocks.extend(step.flat_map(next::block));
    doc
}

fn json(row: &TriageRow, shown: &TriageView<'_>) -> Value {
    json::value(&TriageRowView {
        source: shown.sources.get(row.source),
        index: row.index,
        key: row.key.map(|_| shown.answer.counts.text(row.key)),
        state: row.state,
        record: row.record.map(|_| shown.answer.counts.text(row.record)),
        message: shown.answer.counts.text(row.message),
        route: row.route.and_then(|route| shown.answer.counts.routes.get(route)),
    })
}

/// Returns the counts as text: `12 inputs: 2 uncovered, 10 covered`.
pub fn display_counts(tally: &TriageCounts) -> StyledText {
    let n: usize = tally.counts.values().sum();
    let states = TriageState::ALL.iter();
    let parts = states.map(|state| (tally.n(*state), tone(*state), plain(*state)));
    tables::counted(diag::count(n, "input"), parts)
}

fn ownerless(doc: &mut Doc, shown: &TriageView<'_>) {
    let text = crate::features::triage::show::messages::without_owner(shown);
    let text = text.map(|text| StyledText::with_tone(Tone::Warn, text));
    doc.blocks.extend(text.map(Block::Paragraph));
}

fn covered(doc: &mut Doc, shown: &TriageView<'_>) {
    let mut records: BTreeMap<(TriageState, &str), (usize, &str)> = BTreeMap::new();
    let tally = &shown.answer.counts;
    for state in [TriageState::Covered, TriageState::Dismissed] {
        for (alike, line) in tally.lines(state) {
            let [record, message] = [alike.record, alike.message].map(|index| tally.text(index));
            let found = records.entry((state, record)).or_insert((0, message));
            found.0 += line.n;
        }
    }
    let rows: Vec<Vec<StyledText>> = records
        .iter()
        .map(|((state, record), (n, message))| {
            let until = message.strip_prefix(*record).unwrap_or(message);
            vec![
                StyledText::with_tone(tone(*state), plain(*state)),
                StyledText::plain(n.to_string()),
                StyledText::with_tone(Tone::Id, *record),
                StyledText::plain(until.trim_start()),
            ]
        })
        .collect();
    if !rows.is_empty() {
        let columns = vec![whole("state"), whole("n"), whole("record"), flexible("until")];
        doc.blocks.push(Block::Table(DocTable { columns, rows }));
    }
}
