//! The content of the page beyond the summary: every record with its card and its history.
//!
//! Uses status, survey. Pure. Start at [`add`]. Follows `docs/spec/interop.md`, the page.

use crate::status::stamp::Stamp;
use crate::status::state::RecordState;
use crate::survey::acts::RecordAct;
use crate::survey::naming::RecordNames;
use crate::view::doc::{Block, Card, Cards, Doc, DocTable, Each, StyledText, Tone};
use crate::view::list;
use crate::view::log;
use crate::view::show;

/// Returns the events of a record, oldest first.
pub type RecordTrails<'a> = &'a (dyn Fn(&RecordState) -> Vec<RecordAct<'a>> + 'a);

/// Adds every record, including closed and removed ones: a table of all, then one card each.
pub fn add<'a>(
    doc: &mut Doc<'a>,
    record_states: &'a [RecordState],
    trails: RecordTrails<'a>,
    names: &'a dyn RecordNames,
    stamp: &'a Stamp,
) {
    let mut records: Vec<&RecordState> = record_states.iter().collect();
    records.sort_by_key(|record_state| (record_state.id(), &record_state.path));
    if records.is_empty() {
        return;
    }
    let rows = records.iter().map(|it| list::row(it, stamp.instant));
    doc.blocks.push(Block::Heading(StyledText::plain("All records")));
    doc.blocks.push(Block::Table(DocTable { columns: list::columns(), rows: rows.collect() }));
    doc.blocks.push(Block::Heading(StyledText::plain("Cards")));
    let ids = records.iter().map(|record_state| record_state.id()).collect();
    let each = Each::new(records.into_iter().map(move |record_state| {
        let acts = trails(record_state);
        let statements = acts.last().map_or(&[][..], |act| &act.statements);
        let mut blocks = show::blocks(record_state, statements, names, stamp.instant);
        blocks.push(Block::Heading(StyledText::plain("Trail")));
        blocks.push(trail(record_state, &acts));
        blocks.extend(log::statement_blocks(&acts));
        Card { id: record_state.id().to_owned(), title: title(record_state), blocks }
    }));
    doc.blocks.push(Block::Cards(Cards { ids, each }));
}

fn title(record_state: &RecordState) -> StyledText {
    let title =
        record_state.known_content().map_or(record_state.path.as_str(), |it| it.title.as_str());
    let mut text = StyledText::plain(title).and(Tone::Plain, "  ");
    text.0.extend(list::status(record_state).0);
    text
}

fn trail<'a>(record_state: &RecordState, acts: &[RecordAct<'_>]) -> Block<'a> {
    match acts {
        [] => Block::Paragraph(StyledText::with_tone(Tone::Warn, log::vacant(record_state))),
        acts => Block::Table(log::table(acts)),
    }
}
