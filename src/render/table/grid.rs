//! Rows of cells fitted to a width: which columns to show, their widths, and where texts wrap.
//!
//! Pure. Start at [`Grid`]. Wrapping and character widths come from comfy-table; it does not know colors, so its cells are
//! separated by control characters and colored afterwards.

use std::borrow::Cow;

use comfy_table::{
    CellAlignment, ColumnConstraint, ContentLineStyle, LineStyle, Row, Table, TableStyle, Width,
};

use super::colour::Ink;
use super::command;
use crate::render::format::OutputStyle;
use crate::view::doc::{ColumnFit, StyledText, Tone};

/// The separator between two cells of a line. Texts contain no control characters at this point.
const BETWEEN_CELLS: char = '\u{1f}';
/// The separator line between two rows.
const BETWEEN_ROWS: char = '\u{1e}';

/// The width of a flexible column below which an optional one is left out, or the rows are stacked.
const COMFORTABLE: usize = 32;
/// On a narrower terminal, rows are stacked if their columns don't fit without shortening.
const NARROW: usize = 100;
const NARROWEST: usize = 8;

pub(super) struct Grid {
    pub(super) fits: Vec<ColumnFit>,
    pub(super) rows: Vec<Vec<StyledText>>,
    pub(super) is_wide: bool,
}

impl Grid {
    pub(super) fn shown(&self, style: &OutputStyle) -> String {
        let widths = self.widths(style.width);
        let cells = self.broken(&widths);
        let table = self.arranged(&widths, &cells);
        let mut out = String::new();
        let mut rows = cells.iter();
        let mut inks: Vec<Ink> = Vec::new();
        let mut fresh = true;
        let hidden: Vec<bool> = table.column_iter().map(comfy_table::Column::is_hidden).collect();
        for line in table.lines() {
            if line.starts_with(BETWEEN_ROWS) {
                fresh = true;
                continue;
            }
            if fresh && let Some(row) = rows.next() {
                let cells = row.iter().zip(&hidden).filter(|(_, hidden)| !**hidden);
                inks = cells.map(|(cell, _)| Ink::from_text(cell, style.is_coloured)).collect();
                fresh = false;
            }
            let pieces = line.split(BETWEEN_CELLS).zip(&mut inks);
            let painted: Vec<_> = pieces.map(|(piece, ink)| ink.line(piece)).collect();
            let painted = painted.join(" ").replace(command::NO_BREAK, " ");
            out.push_str(painted.trim_end_matches(' '));
            out.push('\n');
        }
        out
    }

    pub(super) fn fits(&self, width: usize) -> bool {
        if self.fits.contains(&ColumnFit::Cut) {
            return true;
        }
        let natural = natural(self.rows.iter().map(Vec::as_slice));
        let needed = |most: usize, counts: fn(ColumnFit) -> bool| -> usize {
            let columns = natural.iter().zip(&self.fits);
            let kept = columns.filter(|(_, fit)| counts(**fit));
            let widths = kept.map(|(width, fit)| match fit {
                ColumnFit::Flexible | ColumnFit::Cut => most.min(*width) + 2,
                ColumnFit::Whole | ColumnFit::Optional | ColumnFit::Number => *width + 2,
            });
            widths.sum::<usize>().saturating_sub(2)
        };
        if width < NARROW {
            needed(usize::MAX, |_| true) <= width
        } else {
            needed(COMFORTABLE, |fit| fit != ColumnFit::Optional) <= width
        }
    }

    /// Returns the width of each column; `None` for a column that is left out.
    fn widths(&self, width: Option<usize>) -> Vec<Option<usize>> {
        let natural = natural(self.rows.iter().map(Vec::as_slice));
        match width {
            Some(width) => fitted(&natural, &self.fits, self.padding() + 1, width),
            None => natural.into_iter().map(Some).collect(),
        }
    }

    fn padding(&self) -> usize {
        usize::from(self.is_wide)
    }

    // Returns the rows, with commands broken where the shell continues them, and with cells cut; most tables have
    // neither.
    fn broken(&self, widths: &[Option<usize>]) -> Cow<'_, [Vec<StyledText>]> {
        let has_command = |cell: &StyledText| cell.0.iter().any(|piece| piece.0 == Tone::Command);
        let names_command = |cell: &StyledText| {
            let mut pieces = cell.0.iter();
            pieces.any(|(_, piece)| piece.matches('`').count() > 1)
        };
        let is_cut = self.fits.contains(&ColumnFit::Cut);
        let is_left = |cell: &StyledText| !has_command(cell) && !names_command(cell);
        if !is_cut && self.rows.iter().flatten().all(is_left) {
            return Cow::Borrowed(&self.rows);
        }
        let one = |((cell, width), fit): ((&StyledText, &Option<usize>), &ColumnFit)| match width {
            Some(most) if *fit == ColumnFit::Cut && width_of(cell) > *most => cut(cell, *most),
            Some(width) if has_command(cell) => command::broken(cell, *width),
            Some(width) if names_command(cell) => command::kept(cell, *width),
            _ => cell.clone(),
        };
        let row = |row: &Vec<StyledText>| {
            row.iter().zip(widths).zip(&self.fits).map(one).collect::<Vec<StyledText>>()
        };
        Cow::Owned(self.rows.iter().map(row).collect())
    }

    fn arranged(&self, widths: &[Option<usize>], rows: &[Vec<StyledText>]) -> Table {
        let mut table = Table::new();
        table.load_style(
            TableStyle::new()
                .content_lines(ContentLineStyle::none().junction(BETWEEN_CELLS))
                .row_separator(LineStyle::none().fill(BETWEEN_ROWS).junction(BETWEEN_ROWS)),
        );
        for cells in rows {
            table.add_row(Row::from(cells.iter().map(StyledText::bare).collect::<Vec<_>>()));
        }
        let padding = u16::from(self.is_wide);
        for ((column, width), fit) in table.column_iter_mut().zip(widths).zip(&self.fits) {
            if *fit == ColumnFit::Number {
                column.set_cell_alignment(CellAlignment::Right);
            }
            column.set_padding((0, padding));
            column.set_constraint(match width {
                None => ColumnConstraint::Hidden,
                // This width includes the padding.
                Some(width) => ColumnConstraint::Absolute(Width::Fixed(
                    u16::try_from(*width).unwrap_or(u16::MAX).saturating_add(padding),
                )),
            });
        }
        table
    }
}

fn fitted(natural: &[usize], fits: &[ColumnFit], gap: usize, width: usize) -> Vec<Option<usize>> {
    let mut widths: Vec<Option<usize>> = natural.iter().copied().map(Some).collect();
    let needed = |widths: &[Option<usize>], most: usize| -> usize {
        let columns =
            widths.iter().zip(fits).filter_map(|(width, fit)| Some((width.as_ref()?, fit)));
        let sum: usize = columns
            .map(|(width, fit)| gap + if shrinks(*fit) { most.min(*width) } else { *width })
            .sum();
        sum.saturating_sub(gap)
    };
    if needed(&widths, usize::MAX) <= width {
        return widths;
    }
    for index in (0..widths.len()).rev() {
        if needed(&widths, COMFORTABLE) <= width {
            break;
        }
        if fits.get(index) == Some(&ColumnFit::Optional)
            && let Some(width) = widths.get_mut(index)
        {
            *width = None;
        }
    }
    // The maximum width of all flexible columns; the remainder after rounding is not used.
    let most =
        (NARROWEST..=width).rev().find(|most| needed(&widths, *most) <= width).unwrap_or(NARROWEST);
    for (width, fit) in widths.iter_mut().zip(fits) {
        if shrinks(*fit) {
            *width = width.map(|width| width.min(most));
        }
    }
    widths
}

fn shrinks(fit: ColumnFit) -> bool {
    matches!(fit, ColumnFit::Flexible | ColumnFit::Cut)
}

fn width_of(cell: &StyledText) -> usize {
    width(&cell.bare())
}

/// Returns a cell with `…` in place of its middle, in the tone of its first piece.
fn cut(cell: &StyledText, most: usize) -> StyledText {
    let text: Vec<char> = cell.bare().chars().collect();
    let tone = cell.0.first().map_or(Tone::Plain, |(tone, _)| *tone);
    let shortened = |n: usize| {
        let (begin, end) = (n.div_ceil(2), n / 2);
        let begin = text.iter().take(begin);
        let end = text.iter().skip(text.len() - end);
        begin.chain(['…'].iter()).chain(end).collect::<String>()
    };
    let mut n = most.saturating_sub(1).min(text.len());
    while n > 0 && width(&shortened(n)) > most {
        n -= 1;
    }
    StyledText::with_tone(tone, shortened(n))
}

pub(super) fn natural<'r>(rows: impl Iterator<Item = &'r [StyledText]>) -> Vec<usize> {
    let mut table = Table::new();
    for row in rows {
        table.add_row(row.iter().map(StyledText::bare).collect::<Vec<_>>());
    }
    let widths = table.column_max_content_widths().into_iter();
    widths.map(usize::from).collect()
}

/// Returns how many columns of a terminal a text takes.
pub(super) fn width(text: &str) -> usize {
    let mut table = Table::new();
    table.add_row([text]);
    let widest = table.column_max_content_widths().into_iter().max();
    // An empty column has width one.
    if text.is_empty() { 0 } else { widest.map_or(0, usize::from) }
}
