//! Tables that several answers share: their columns, without those that are empty.
//!
//! Uses view's documents. Pure. Start at `table`.

use crate::view::doc::{Block, Column, ColumnFit, DocTable, StyledText};

pub(crate) fn whole(title: &'static str) -> Column {
    let fit = ColumnFit::Whole;
    Column { title, fit }
}

pub(crate) fn flexible(title: &'static str) -> Column {
    let fit = ColumnFit::Flexible;
    Column { title, fit }
}

pub(crate) fn optional(title: &'static str) -> Column {
    let fit = ColumnFit::Optional;
    Column { title, fit }
}

pub(crate) fn number(title: &'static str) -> Column {
    let fit = ColumnFit::Number;
    Column { title, fit }
}

pub(crate) fn cut(title: &'static str) -> Column {
    let fit = ColumnFit::Cut;
    Column { title, fit }
}

pub(crate) fn table<'a>(columns: Vec<Column>, rows: Vec<Vec<StyledText>>) -> Block<'a> {
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
    Block::Table(DocTable { columns, rows })
}
