//! The page: a first screen, then the tables, a card for each record, and a legend.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/interop.md`, the page.

use crate::diag::sorting::StableSort as _;
use crate::features::report::show::Report;
use crate::features::report::{first_screen, legend, tables};
use crate::features::{list, log, show};
use crate::gate::accepted_text::ScannedFiles;
use crate::policy::demand::Proof;
use crate::record::time::Instant;
use crate::rules::evidence::CitedEvidence;
use crate::status::stamp::Stamp;
use crate::status::state::{InForce, RecordState};
use crate::survey::acts::RecordAct;
use crate::survey::naming::RecordNames;
use crate::survey::select;
use crate::view::doc::{
    Block, Card, Cards, Column, ColumnFit, Doc, DocTable, Each, StyledText, Tone,
};
use crate::view::{shape, statements};
use std::cmp::Reverse;

/// How many overdue records are listed before the rest is folded.
const MOST_ROWS: usize = 25;

const MOST_ENDED: usize = 100;

/// Returns the events of a record, oldest first.
pub type RecordTrails<'a> = &'a (dyn Fn(&RecordState) -> Vec<RecordAct<'a>> + 'a);

/// Returns the evidence that a record cites.
pub type RecordEvidence<'a> = &'a (dyn Fn(&'a RecordState) -> Vec<CitedEvidence<'a>> + 'a);

/// What the cards are made from.
#[derive(Clone, Copy)]
pub struct CardSources<'a> {
    /// Every record.
    pub record_states: &'a [RecordState],
    /// Their events.
    pub trails: RecordTrails<'a>,
    /// Their evidence.
    pub evidence: RecordEvidence<'a>,
    /// Further names.
    pub names: &'a dyn RecordNames,
    /// The files and blobs that accepted texts are read from.
    pub files: &'a dyn ScannedFiles,
    /// The ledger, commit and instant.
    pub stamp: &'a Stamp,
}

/// Returns the page without its records.
pub fn doc<'a>(report: &Report<'_>) -> Doc<'a> {
    let mut doc = crate::features::report::show::doc(report);
    doc.blocks =
        vec![Block::Heading(StyledText::plain(crate::features::report::show::title(report)))];
    doc.blocks.push(first_screen::lead(report));
    doc.blocks.extend(shape::warnings(report.stamp));
    doc.blocks.extend(first_screen::blocks(report));
    doc.blocks.extend(overdue(report));
    doc.blocks.extend(tables::due_now(report));
    doc.blocks.extend(tables::repeated(report));
    doc.blocks.extend(tables::trends(report));
    doc.blocks.extend(crate::features::report::show::class_table(report));
    doc.blocks.extend(tables::controls(report));
    doc.blocks.extend(legend::blocks(report.policy));
    doc
}

/// Returns the overdue records, the less urgent of many folded.
fn overdue<'a>(report: &Report<'_>) -> Vec<Block<'a>> {
    let mut blocks = tables::overdue(report);
    let Some(Block::Table(table)) = blocks.last_mut() else {
        return blocks;
    };
    if table.rows.len() <= MOST_ROWS {
        return blocks;
    }
    let rest = table.rows.split_off(MOST_ROWS);
    let summary = StyledText::plain(format!("{} more", rest.len()));
    let rest = DocTable { columns: table.columns.clone(), rows: rest };
    blocks.push(Block::Folded(summary, vec![Block::Table(rest)]));
    blocks
}

/// Adds every record, including closed and removed ones: a table of the open and one of the ended ones, then the cards.
/// If a page has no room for all cards, those in force come first, then other open records, then those that ended last.
pub fn add_records<'a>(doc: &mut Doc<'a>, sources: CardSources<'a>) {
    let mut records: Vec<&RecordState> = sources.record_states.iter().collect();
    if records.is_empty() {
        return;
    }
    records.order_by_key(|record_state| (record_state.id(), &record_state.path));
    let (ended, open): (Vec<&RecordState>, Vec<&RecordState>) =
        records.iter().partition(|record| select::is_ended(record.status));
    let instant = sources.stamp.instant;
    let heading = |text: &str| Block::Heading(StyledText::plain(text));
    doc.blocks.push(heading("Open records"));
    doc.blocks.push(table(&open, instant));
    if !ended.is_empty() {
        doc.blocks.push(heading("Ended records"));
        let ended_table = table(&ended, instant);
        doc.blocks.push(if ended.len() > MOST_ENDED {
            let summary = format!("{} closed, rejected or removed records", ended.len());
            Block::Folded(StyledText::plain(summary), vec![ended_table])
        } else {
            ended_table
        });
    }
    doc.blocks.push(heading("Cards"));
    records.order_by_key(|record| {
        let landed = record.landed.as_ref().map(|landed| landed.at);
        let ended = if select::is_ended(record.status) { Some(Reverse(landed)) } else { None };
        (ended, record.in_force != InForce::Yes, record.id(), &record.path)
    });
    let ids = records.iter().map(|record_state| record_state.id()).collect();
    let each = Each::new(records.into_iter().map(move |record_state| card(record_state, sources)));
    doc.blocks.push(Block::Cards(Cards { ids, each }));
}

fn table<'a>(records: &[&RecordState], instant: Instant) -> Block<'a> {
    if records.is_empty() {
        return Block::Paragraph(StyledText::with_tone(Tone::Muted, "none"));
    }
    let rows = records.iter().map(|record_state| {
        let mut row = list::row(record_state, instant);
        row.push(level(record_state));
        row
    });
    let mut columns = list::columns();
    columns.push(Column { title: "approval", fit: ColumnFit::Whole });
    Block::Table(DocTable { columns, rows: rows.collect() })
}

fn card<'a>(record_state: &'a RecordState, sources: CardSources<'a>) -> Card<'a> {
    let acts = (sources.trails)(record_state);
    let evidence = (sources.evidence)(record_state);
    let of_tip = acts.last().map_or(&[][..], |act| &act.statements);
    let (names, instant) = ((sources.names, sources.files), sources.stamp.instant);
    let mut blocks = show::screen::card_blocks(record_state, of_tip, &evidence, names, instant);
    blocks.push(Block::Heading(StyledText::plain("Trail")));
    blocks.push(if acts.is_empty() {
        Block::Paragraph(StyledText::with_tone(Tone::Warn, log::vacant(record_state)))
    } else {
        Block::Pairs(log::lines(&acts))
    });
    let all = acts.iter().flat_map(|act| act.statements.iter().copied());
    let others = statements::pairs(&statements::beyond_approvers(all));
    if !others.is_empty() {
        blocks.push(Block::Heading(StyledText::plain("Statements")));
        blocks.push(Block::Pairs(others));
    }
    Card { id: record_state.id().to_owned(), title: title(record_state, sources.stamp), blocks }
}

fn title(record_state: &RecordState, stamp: &Stamp) -> StyledText {
    let mut text = StyledText::plain(format!("{}  ", tables::title(record_state)));
    if let Some(closed) = list::closed(record_state) {
        return text.and(Tone::Muted, closed);
    }
    text.0.extend(list::status(record_state).0);
    let ends = list::ends(record_state, stamp.instant);
    if ends.bare().is_empty() {
        return text;
    }
    text = text.and(Tone::Plain, ", ");
    text.0.extend(ends.0);
    text
}

/// Returns how firmly a record is approved: by the version in force, else by the landed one.
fn level(record_state: &RecordState) -> StyledText {
    let approvers = record_state.approved.as_ref().map(|approved| approved.approvers.as_slice());
    match (approvers, &record_state.approval) {
        (Some([]), _) => StyledText::with_tone(Tone::Muted, "not needed"),
        (Some(approvers), _) => {
            let weakest = approvers.iter().map(|approver| approver.level).min();
            shape::level(weakest.unwrap_or(Proof::Claimed))
        }
        (None, Some(verdict)) => {
            let tone = match record_state.in_force {
                InForce::Yes => Tone::Warn,
                InForce::No | InForce::Undetermined => Tone::Bad,
            };
            StyledText::with_tone(tone, verdict.result.as_str().replace('-', " "))
        }
        (None, None) => StyledText::default(),
    }
}
