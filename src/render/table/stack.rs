//! Stacked rows, for when the columns would not fit side by side.
//!
//! Pure. Start at [`shown`]. A row begins with its first cell; beside it is the second one, if it is running text, then
//! every other cell with its title, short ones together on a line. Nothing is left out.

use super::grid::{self, Grid};
use crate::render::format::OutputStyle;
use crate::view::doc::{Column, ColumnFit, StyledText, Tone};

/// A first cell wider than this gets a line of its own.
const HEAD: usize = 24;
/// The minimum width beside a first cell: wider than any date, instant or id.
const BODY: usize = 40;
/// A cell of at most this many characters shares its line with others.
const SHORT: usize = 32;
const INDENT: &str = "  ";

pub(super) fn shown(
    columns: &[Column],
    rows: &[Vec<StyledText>],
    width: usize,
    style: &OutputStyle,
) -> String {
    let heads = rows.iter().filter_map(|row| row.get(..1));
    let head = grid::natural(heads).first().copied().unwrap_or(0);
    let beside = width.saturating_sub(head + 2);
    if head <= HEAD && beside >= BODY {
        let rows = rows.iter().map(|row| {
            let head = row.first().cloned().unwrap_or_default();
            vec![head, body(columns, row, beside)]
        });
        let pairs = Grid {
            fits: vec![ColumnFit::Whole, ColumnFit::Flexible],
            rows: rows.collect(),
            is_wide: true,
        };
        return pairs.shown(style);
    }
    let below = width.saturating_sub(INDENT.len());
    let is_whole = columns.first().is_some_and(|column| column.fit == ColumnFit::Whole);
    let whole = if !is_whole { Some(width) } else { None };
    let mut out = String::new();
    for row in rows {
        let head = row.first().cloned().unwrap_or_default();
        out.push_str(&lines(head, whole, style));
        for line in lines(body(columns, row, below), Some(below), style).lines() {
            out.push_str(INDENT);
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

fn lines(text: StyledText, width: Option<usize>, style: &OutputStyle) -> String {
    let one = Grid { fits: vec![ColumnFit::Flexible], rows: vec![vec![text]], is_wide: true };
    one.shown(&OutputStyle { width, ..*style })
}

fn body(columns: &[Column], row: &[StyledText], width: usize) -> StyledText {
    let mut text = StyledText::default();
    // The width of the last line, if short cells may still be added to it.
    let mut open: Option<usize> = None;
    for (n, (column, cell)) in columns.iter().zip(row).enumerate().skip(1) {
        let bare = cell.bare();
        if bare.is_empty() {
            continue;
        }
        let is_title = n == 1 && column.fit == ColumnFit::Flexible;
        let label = if is_title { String::new() } else { format!("{}: ", column.title) };
        let wide = grid::width(&label) + grid::width(&bare);
        let is_short = !is_title && bare.chars().count() <= SHORT;
        let joined = open.filter(|_| is_short).map(|at| at + 2 + wide).filter(|end| *end <= width);
        if joined.is_some() {
            text = text.and(Tone::Plain, "; ");
        } else if !text.0.is_empty() {
            text = text.and(Tone::Plain, "\n");
        }
        open = joined.or(Some(wide).filter(|_| is_short));
        text = text.and(Tone::Muted, label);
        text.0.extend(cell.0.iter().cloned());
    }
    text
}
