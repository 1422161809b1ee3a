//! `table`: for people, on a terminal or in a pipe.
//!
//! Uses diag and `view::doc`. Pure. Start at [`FORMAT`]. Follows `docs/spec/cli.md`, Formats: a pipe gets the full
//! width and no color; the last line has instant and commit.

mod colour;
mod finding;
mod grid;
mod stack;
pub mod text;

use crate::render::format::Offered;
use crate::render::format::OutputFormat;
use crate::render::format::OutputStyle;
use crate::render::format::Render;
use crate::render::table::text::cell_text;
use crate::render::table::text::clean;
use crate::render::table::text::one_line;
use crate::render::table::text::paragraph;
use crate::render::visible;
use crate::view::doc;
use crate::view::doc::Block;
use crate::view::doc::ColumnFit;
use crate::view::doc::StyledText;
use crate::view::doc::Tone;

/// Aligned columns without borders, fitted to the width.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "table",
    offered: Offered::Always,
    reads: doc::FormatNeeds::Blocks,
    summary: "for people: aligned columns, color on a terminal",
    render: Render::Whole(render),
};

fn render(doc: &doc::Doc, style: &OutputStyle) -> Vec<u8> {
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
        if out.is_empty() {
            out = text;
        } else {
            out.push_str(&text);
        }
        after_heading = matches!(block, Block::Heading(_));
    }
    if let (Some(footer), false) = (&doc.footer, style.is_quiet) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&paragraph(StyledText::with_tone(Tone::Muted, footer), style));
    }
    out.into_bytes()
}

/// Returns the lines of one block, each with its line break; empty if there is nothing to show.
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
        Block::Findings(findings) if findings.is_for_machines => String::new(),
        Block::Findings(findings) => finding::list(&findings.shown, style),
        Block::Folded(..) | Block::Cards(_) | Block::Series(_) | Block::Page(_) => String::new(),
        Block::Verbatim(text) => {
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
