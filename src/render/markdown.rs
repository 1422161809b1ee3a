//! `markdown`: for job summaries and comments on pull requests, in the dialects of GitHub and GitLab.
//!
//! Pure. Start at [`FORMAT`]. Follows `docs/spec/interop.md` 3, row 1: cells escape pipe, `<`, backtick and `@`; the limits
//! are 1 MiB for a job summary and 64 KiB for a comment, so findings are sorted worst first and those that don't fit are
//! counted.

mod escape;

use crate::diag::sorting::StableSort as _;
use std::collections::BTreeMap;

use crate::diag;
use crate::render::format::{Offered, OutputFormat, OutputStyle, Render};
use crate::render::visible;
use crate::view::doc;
use crate::view::doc::{Block, FindingReaders, StyledText, Tone};

pub const FORMAT: OutputFormat = OutputFormat {
    name: "markdown",
    offered: Offered::Always,
    reads: doc::FormatNeeds::Blocks,
    summary: "for job summaries and comments",
    render: Render::Whole(render),
};

fn render(doc: &doc::Doc, style: &OutputStyle) -> Vec<u8> {
    let mut page = Page { out: String::new(), heading: "##", room: doc.room };
    page.blocks(&doc.blocks);
    let mut out = page.out;
    if let (Some(footer), false) = (&doc.footer, style.is_quiet) {
        let gap = if out.is_empty() { "" } else { "\n" };
        out.push_str(&format!("{gap}<sub>{}</sub>\n", escape::text(footer)));
    }
    out.into_bytes()
}

struct Page {
    out: String,
    /// The marker of the next heading; the first one, also of several parts, is larger.
    heading: &'static str,
    /// The maximum size in bytes.
    room: usize,
}

impl Page {
    /// Writes blocks separated by empty lines, and the number of folded ones that did not fit.
    fn blocks(&mut self, blocks: &[Block]) {
        let mut left_out: BTreeMap<&str, usize> = BTreeMap::new();
        for (n, block) in blocks.iter().enumerate() {
            let start = self.out.len();
            if n > 0 && start > 0 {
                self.out.push('\n');
            }
            let empty = self.out.len();
            let room = self.room;
            // A block leaves half of the budget to the blocks after it; parts take what they need, one after the other.
            let is_part = matches!(block, Block::Part(..));
            if !is_part && blocks.iter().skip(n + 1).any(is_long) {
                self.room -= room.saturating_sub(empty) / 2;
            }
            self.block(block);
            self.room = room;
            let noun = match block {
                Block::Folded(..) => Some("section"),
                Block::Part(noun, _) => Some(*noun),
                _ => None,
            };
            let counted = if self.out.len() > room { noun } else { None };
            let too_much = counted.is_some();
            if let Some(noun) = counted {
                *left_out.entry(noun).or_default() += 1;
            }
            if too_much || self.out.len() == empty {
                self.out.truncate(start);
            }
        }
        for (noun, n) in left_out {
            let left = diag::count(n, &format!("more {noun}"));
            self.out.push_str(&format!("\n{left} omitted: size limit reached\n"));
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(text) => {
                let line = format!("{} {}\n", self.heading, inline(text, " "));
                self.out.push_str(&line);
                self.heading = "###";
            }
            Block::Paragraph(text) => {
                let line = format!("{}\n", escape::start(&inline(text, " ")));
                self.out.push_str(&line);
            }
            Block::Pairs(pairs) => pairs.iter().for_each(|(label, text)| {
                self.out.push_str(&format!(
                    "- **{}**: {}\n",
                    escape::text(label),
                    inline(text, "<br>")
                ));
            }),
            Block::Table(table) => self.columns(table),
            Block::Findings(findings) if findings.readers == FindingReaders::Everyone => {
                self.list(findings);
            }
            Block::Part(_, inside) => {
                let heading = self.heading;
                self.blocks(inside);
                self.heading = heading;
            }
            Block::Findings(_) | Block::Cards(_) | Block::Series(_) | Block::Page(_) => {}
            Block::Verbatim(text) | Block::Commands(text) => self.out.push_str(&fenced(text)),
            Block::Folded(summary, inside) => {
                // Markdown is not interpreted on the line of the tag; an empty line enables it again.
                let summary = escape::html(&visible::line(&summary.bare()));
                let open = format!("<details><summary>{summary}</summary>\n\n");
                self.out.push_str(&open);
                self.blocks(inside);
                self.out.push_str("\n</details>\n");
            }
        }
    }

    fn columns(&mut self, table: &doc::DocTable) {
        let titles: Vec<&str> = table.columns.iter().map(|column| column.title).collect();
        let rows = table.rows.iter().map(|row| row.iter().map(|cell| inline(cell, " ")).collect());
        self.grid(&titles, rows.collect());
    }

    fn list(&mut self, findings: &doc::FindingList) {
        let mut worst: Vec<&doc::ShownFinding> = findings.shown.iter().collect();
        worst.order_by_key(|shown| shown.finding.level);
        let rows = worst.iter().map(|shown| {
            let texts = shown.cells();
            texts.iter().map(|text| escape::text(&visible::line(text))).collect()
        });
        self.grid(&doc::ShownFinding::TITLES, rows.collect());
    }

    fn grid(&mut self, titles: &[&str], rows: Vec<Vec<String>>) {
        if rows.is_empty() {
            return;
        }
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let titles: Vec<String> = titles.iter().map(|title| escape::text(title)).collect();
        self.out.push_str(&line(&titles));
        self.out.push_str(&line(&vec!["---".to_owned(); titles.len()]));
        for (written, row) in rows.iter().enumerate() {
            let line = line(row);
            if self.out.len() + line.len() > self.room {
                let left = diag::count(rows.len() - written, "more row");
                self.out.push_str(&format!("\n{left} omitted: size limit reached\n"));
                return;
            }
            self.out.push_str(&line);
        }
    }
}

fn is_long(block: &Block) -> bool {
    match block {
        Block::Table(table) => !table.rows.is_empty(),
        Block::Findings(findings) => {
            findings.readers == FindingReaders::Everyone && !findings.shown.is_empty()
        }
        Block::Part(..) => true,
        _ => false,
    }
}

fn inline(text: &StyledText, line_break: &str) -> String {
    let mut out = String::new();
    for (tone, piece) in &text.0 {
        if matches!(tone, Tone::Command | Tone::Code) {
            out.push_str(&code(piece));
            continue;
        }
        let lines: Vec<String> = visible::lines(piece).split('\n').map(escape::text).collect();
        let piece = lines.join(line_break);
        let trimmed = piece.trim();
        // Asterisks beside a space would be shown literally.
        if *tone == Tone::Strong && !trimmed.is_empty() {
            let (before, after) = piece.split_once(trimmed).unwrap_or(("", ""));
            out.push_str(&format!("{before}**{trimmed}**{after}"));
        } else {
            out.push_str(&piece);
        }
    }
    out.trim().to_owned()
}

/// Returns a text as code on one line, between more backticks than it has in a row. In the cell of a table a `|` would
/// end the code, so such a text is escaped instead.
fn code(text: &str) -> String {
    let text = visible::line(text);
    if text.contains('|') || text.trim().is_empty() {
        return escape::text(&text);
    }
    let longest = text.split(|char| char != '`').map(str::len).max().unwrap_or(0);
    let ticks = "`".repeat(longest + 1);
    let gap = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{gap}{text}{gap}{ticks}")
}

/// Returns a code block whose fence is longer than any run of backticks inside.
pub fn fenced(text: &str) -> String {
    let text = visible::verbatim(text);
    let longest = text.split(|char| char != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let bare = text.strip_suffix('\n').unwrap_or(&text);
    format!("{fence}text\n{bare}\n{fence}\n")
}
