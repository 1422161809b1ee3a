//! Tables that several answers share: their columns, without those that are empty.
//!
//! Pure. Start at `table`.

use crate::view::doc::{Block, Column, ColumnFit, DocTable, StyledText, Tone};

pub(crate) fn whole(title: &'static str) -> Column {
    Column { title, fit: ColumnFit::Whole }
}

pub(crate) fn flexible(title: &'static str) -> Column {
    Column { title, fit: ColumnFit::Flexible }
}

pub(crate) fn optional(title: &'static str) -> Column {
    Column { title, fit: ColumnFit::Optional }
}

pub(crate) fn number(title: &'static str) -> Column {
    Column { title, fit: ColumnFit::Number }
}

pub(crate) fn cut(title: &'static str) -> Column {
    Column { title, fit: ColumnFit::Cut }
}

/// Returns a table without its empty columns, as a block.
pub(crate) fn table<'a>(columns: Vec<Column>, rows: Vec<Vec<StyledText>>) -> Block<'a> {
    Block::Table(filled(columns, rows))
}

/// Returns a table without its empty columns.
pub(crate) fn filled(columns: Vec<Column>, rows: Vec<Vec<StyledText>>) -> DocTable {
    let is_filled = |place: usize| {
        let cell =
            |row: &Vec<StyledText>| row.get(place).is_some_and(|cell| !cell.bare().is_empty());
        rows.iter().any(cell)
    };
    let filled: Vec<bool> = (0..columns.len()).map(is_filled).collect();
    let kept = |place: &usize| filled.get(*place).copied().unwrap_or(false);
    let columns = columns
        .into_iter()
        .enumerate()
        .filter(|(place, _)| kept(place))
        .map(|(_, column)| column)
        .collect();
    let row = |row: Vec<StyledText>| {
        let cells = row.into_iter().enumerate();
        cells.filter(|(place, _)| kept(place)).map(|(_, cell)| cell).collect()
    };
    let rows = rows.iter().cloned().map(row).collect();
    DocTable { columns, rows }
}

/// Returns a total and its parts as text: `12 inputs: 2 uncovered, 10 covered`. A part of 0 is left out.
pub(crate) fn counted(
    total: String,
    parts: impl IntoIterator<Item = (usize, Tone, String)>,
) -> StyledText {
    let mut text = StyledText::with_tone(Tone::Strong, total);
    let mut before = ": ";
    for (n, tone, name) in parts.into_iter().filter(|(n, ..)| *n > 0) {
        text = text.and(Tone::Plain, before).and(tone, format!("{n} {name}"));
        before = ", ";
    }
    text
}
