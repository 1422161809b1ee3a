//! `table`: what people read, on a terminal or in a pipe.
//!
//! Uses diag and `view::doc`. Pure. Start at [`FORMAT`]. Follows `docs/spec/cli.md`, Formats: a pipe gets
//! the full width and no colour; the last line says instant and commit.

mod colour;
mod finding;
mod grid;
mod stack;

use super::Format;
use super::Offered;
use super::Quiet;
use super::Render;
use super::Style;
use super::visible;
use crate::view::doc;
use crate::view::doc::Block;
use crate::view::doc::Fit;
use crate::view::doc::Text;
use crate::view::doc::Tone;

/// Aligned columns without lines around them, fitted to the width.
pub const FORMAT: Format = Format {
    name: "table",
    offered: Offered::Always,
    reads: doc::Reads::Blocks,
    summary: "for people: aligned columns, colour on a terminal",
    render: Render::Whole(render),
};

/// On a terminal a cell of a table has at most so many characters; one that is longer ends in `…`.
const CELL: usize = 600;

fn render(doc: &doc::Doc, style: &Style) -> Vec<u8> {
    let mut out = String::new();
    let mut after_heading = true;
    for block in &doc.blocks {
        let text = shown(block, style);
        if text.is_empty() {
            continue;
        }
        if !after_heading {
            out.push('\n');
        }
        match out.is_empty() {
            true => out = text,
            false => out.push_str(&text),
        }
        after_heading = matches!(block, Block::Heading(_));
    }
    if let (Some(footer), Quiet::No) = (&doc.footer, style.quiet) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&paragraph(Text::of(Tone::Muted, footer), style));
    }
    out.into_bytes()
}

/// Returns the lines of one block, each with its end; empty where there is nothing to show.
fn shown(block: &Block, style: &Style) -> String {
    match block {
        Block::Heading(text) => {
            let strong = text.0.iter().map(|(tone, text)| match tone {
                Tone::Plain => (Tone::Strong, text.clone()),
                other => (*other, text.clone()),
            });
            paragraph(Text(strong.collect()), style)
        }
        Block::Paragraph(text) => paragraph(text.clone(), style),
        Block::Pairs(pairs) => {
            let rows = pairs
                .iter()
                .map(|(label, text)| {
                    vec![
                        one_line(&Text::of(Tone::Muted, label)),
                        clean(text, visible::lines),
                    ]
                })
                .collect();
            grid::Grid {
                fits: vec![Fit::Whole, Fit::Flexible],
                rows,
                gap: grid::Gap::Two,
            }
            .shown(style)
        }
        Block::Table(table) => columns(table, style),
        Block::Findings(findings) => match findings.readers {
            doc::Readers::All => finding::list(&findings.shown, style),
            doc::Readers::Machines => String::new(),
        },
        Block::Folded(..) | Block::Cards(_) | Block::Series(_) => String::new(),
        Block::Verbatim(text) => {
            let text = visible::no_command(visible::verbatim(text));
            let text = text.strip_suffix('\n').unwrap_or(&text);
            format!("{text}\n")
        }
    }
}

fn paragraph(text: Text, style: &Style) -> String {
    let rows = vec![vec![one_line(&text)]];
    grid::Grid {
        fits: vec![Fit::Flexible],
        rows,
        gap: grid::Gap::Two,
    }
    .shown(style)
}

fn columns(table: &doc::Table, style: &Style) -> String {
    if table.rows.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<Text>> = table
        .rows
        .iter()
        .map(|row| row.iter().map(|cell| cell_text(cell, style)).collect())
        .collect();
    let header = table.columns.iter();
    let header = header.map(|column| Text::of(Tone::Muted, column.title));
    let grid = grid::Grid {
        fits: table.columns.iter().map(|column| column.fit).collect(),
        rows: std::iter::once(header.collect()).chain(rows).collect(),
        gap: grid::Gap::Two,
    };
    match style.width.filter(|width| !grid.fits(*width)) {
        Some(width) => {
            let rows = grid.rows.get(1..).unwrap_or_default();
            stack::shown(&table.columns, rows, width, style)
        }
        None => grid.shown(style),
    }
}

/// Returns a cell as one line, cut where it is far too long for a terminal.
fn cell_text(text: &Text, style: &Style) -> Text {
    let text = one_line(text);
    let is_long = text
        .0
        .iter()
        .map(|(_, text)| text.chars().count())
        .sum::<usize>()
        > CELL;
    if style.width.is_none() || !is_long {
        return text;
    }
    let mut left = CELL - 1;
    let kept = text.0.into_iter().map(|(tone, text)| {
        let kept: String = text.chars().take(left).collect();
        left -= kept.chars().count();
        (tone, kept)
    });
    Text(kept.collect()).and(Tone::Plain, "…")
}

fn one_line(text: &Text) -> Text {
    clean(text, visible::line)
}

fn clean(text: &Text, shown: fn(&str) -> std::borrow::Cow<'_, str>) -> Text {
    Text(
        text.0
            .iter()
            .map(|(tone, text)| (*tone, visible::no_command(shown(text)).into_owned()))
            .collect(),
    )
}
