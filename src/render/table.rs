//! `table`: for people, on a terminal or in a pipe.
//!
//! Pure. Start at [`FORMAT`]. Follows `docs/spec/cli.md`, Formats: a pipe gets the full width and no color; the last line
//! has instant and commit.

mod colour;
pub mod command;
mod finding;
mod grid;
pub mod hyperlink;
mod stack;
pub mod text;

use crate::render::format::{Offered, OutputFormat, OutputStyle, Render};
use crate::render::table::text::{cell_text, clean, one_line, paragraph};
use crate::render::visible;
use crate::view::doc;
use crate::view::doc::{Block, ColumnFit, FindingReaders, StyledText, Tone};
use std::io::Write;
use std::{io, iter};

/// Aligned columns without borders, fitted to the width.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "table",
    offered: Offered::Always,
    reads: doc::FormatNeeds::Blocks,
    summary: "for people: aligned columns, color on a terminal",
    render: Render::Pieces(write),
};

fn write(doc: &doc::Doc<'_>, style: &OutputStyle, out: &mut dyn Write) -> io::Result<()> {
    let mut is_empty = true;
    let mut after_heading = true;
    for block in flat(&doc.blocks) {
        // A list of findings may be longer than the history that it is about.
        let pieces: Box<dyn Iterator<Item = String>> = match block {
            Block::Findings(list) if list.readers != FindingReaders::Everyone => continue,
            Block::Findings(list) => Box::new(finding::pieces(&list.shown, style)),
            block => Box::new(Some(shown(block, style)).into_iter()),
        };
        for (n, piece) in pieces.filter(|piece| !piece.is_empty()).enumerate() {
            if n > 0 || !after_heading {
                out.write_all(b"\n")?;
            }
            out.write_all(piece.as_bytes())?;
            (is_empty, after_heading) = (false, matches!(block, Block::Heading(_)));
        }
    }
    if let (Some(footer), false) = (&doc.footer, style.is_quiet) {
        if !is_empty {
            out.write_all(b"\n")?;
        }
        let footer = paragraph(StyledText::with_tone(Tone::Muted, footer), style);
        out.write_all(footer.as_bytes())?;
    }
    Ok(())
}

fn flat<'b, 'a>(blocks: &'b [Block<'a>]) -> Box<dyn Iterator<Item = &'b Block<'a>> + 'b> {
    Box::new(blocks.iter().flat_map(|block| match block {
        Block::Part(_, inside) => flat(inside),
        block => Box::new(iter::once(block)),
    }))
}

fn shown(block: &Block, style: &OutputStyle) -> String {
    match block {
        Block::Heading(text) => {
            let strong = text.0.iter().map(|(tone, text)| match tone {
                Tone::Plain => (Tone::Strong, text.clone()),
                other => (*other, text.clone()),
            });
            paragraph(StyledText(strong.collect()), style)
        }
        Block::Paragraph(text) => paragraph(text.clone(), style),
        Block::Pairs(pairs) => {
            let rows = pairs
                .iter()
                .map(|(label, text)| {
                    vec![
                        one_line(&StyledText::with_tone(Tone::Muted, label)),
                        clean(text, visible::lines),
                    ]
                })
                .collect();
            grid::Grid { fits: vec![ColumnFit::Whole, ColumnFit::Flexible], rows, is_wide: true }
                .shown(style)
        }
        Block::Table(table) => columns(table, style),
        Block::Findings(list) if list.readers != FindingReaders::Everyone => String::new(),
        Block::Findings(list) => finding::pieces(&list.shown, style).collect::<Vec<_>>().join("\n"),
        Block::Part(..)
        | Block::Folded(..)
        | Block::Cards(_)
        | Block::Series(_)
        | Block::Page(_) => String::new(),
        Block::Verbatim(text) | Block::Commands(text) => {
            let text = visible::no_command(visible::verbatim(text));
            let bare = text.strip_suffix('\n').unwrap_or(&text);
            format!("{bare}\n")
        }
    }
}

fn columns(table: &doc::DocTable, style: &OutputStyle) -> String {
    if table.rows.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<StyledText>> = table
        .rows
        .iter()
        .map(|row| row.iter().map(|cell| cell_text(cell, style)).collect())
        .collect();
    let header =
        table.columns.iter().map(|column| StyledText::with_tone(Tone::Muted, column.title));
    let grid = grid::Grid {
        fits: table.columns.iter().map(|column| column.fit).collect(),
        rows: std::iter::once(header.collect()).chain(rows).collect(),
        is_wide: true,
    };
    match style.width.filter(|width| !grid.fits(*width)) {
        Some(width) => {
            let rows = grid.rows.get(1..).unwrap_or_default();
            stack::shown(&table.columns, rows, width, style)
        }
        None => grid.shown(style),
    }
}
