//! `markdown`: for job summaries and comments on pull requests, in GitHub's and GitLab's dialect.
//!
//! Uses diag and `view::doc`. Pure. Start at [`FORMAT`]. Follows `docs/spec/interop.md` 3, row 1: cells escape
//! pipe, `<`, backtick and `@`; a job summary holds 1 MiB, so findings stand worst first and what does not fit
//! is counted.

mod escape;

use super::Format;
use super::Offered;
use super::Quiet;
use super::Style;
use super::visible;
use crate::diag;
use crate::view::doc;
use crate::view::doc::Block;
use crate::view::doc::Text;
use crate::view::doc::Tone;

/// Headings, lists and tables.
pub const FORMAT: Format = Format {
    name: "markdown",
    offered: Offered::Always,
    summary: "for job summaries and comments",
    render,
};

/// Bytes after which no further row is written: 1 MiB, less what may still follow the tables.
const ROOM: usize = 1_000_000;

fn render(doc: &doc::Doc, style: &Style) -> Vec<u8> {
    let mut out = String::new();
    blocks(&doc.blocks, &mut "##", &mut out);
    if let (Some(footer), Quiet::No) = (&doc.footer, style.quiet) {
        let gap = if out.is_empty() { "" } else { "\n" };
        out.push_str(&format!("{gap}<sub>{}</sub>\n", escape::text(footer)));
    }
    out.into_bytes()
}

/// Writes blocks with an empty line between them; the first heading of all is the larger one.
fn blocks(blocks: &[Block], heading: &mut &'static str, out: &mut String) {
    for (n, block) in blocks.iter().enumerate() {
        let start = out.len();
        if n > 0 && start > 0 {
            out.push('\n');
        }
        let empty = out.len();
        write(block, heading, out);
        if out.len() == empty {
            out.truncate(start);
        }
    }
}

fn write(block: &Block, heading: &mut &'static str, out: &mut String) {
    match block {
        Block::Heading(text) => {
            out.push_str(&format!("{heading} {}\n", inline(text, " ")));
            *heading = "###";
        }
        Block::Paragraph(text) => {
            out.push_str(&format!("{}\n", escape::start(&inline(text, " "))));
        }
        Block::Pairs(pairs) => pairs.iter().for_each(|(label, text)| {
            out.push_str(&format!(
                "- **{}**: {}\n",
                escape::text(label),
                inline(text, "<br>")
            ));
        }),
        Block::Table(table) => columns(table, out),
        Block::Findings(findings) if findings.readers == doc::Readers::All => list(findings, out),
        Block::Findings(_) => {}
        Block::Verbatim(text) => out.push_str(&fenced(text)),
        Block::Folded(summary, inside) => {
            // Markdown means nothing on the line of the tag, and begins again after an empty one.
            let summary = escape::html(&visible::line(&summary.bare()));
            out.push_str(&format!("<details><summary>{summary}</summary>\n\n"));
            blocks(inside, heading, out);
            out.push_str("\n</details>\n");
        }
    }
}

/// Returns a text on one line; what stands out on a terminal is bold.
fn inline(text: &Text, line_break: &str) -> String {
    let mut out = String::new();
    for (tone, piece) in &text.0 {
        let lines: Vec<String> = visible::lines(piece)
            .split('\n')
            .map(escape::text)
            .collect();
        let piece = lines.join(line_break);
        let words = piece.trim();
        // Stars beside a space would be shown as stars.
        if *tone == Tone::Strong && !words.is_empty() {
            let (before, after) = piece.split_once(words).unwrap_or(("", ""));
            out.push_str(&format!("{before}**{words}**{after}"));
        } else {
            out.push_str(&piece);
        }
    }
    out.trim().to_owned()
}

fn columns(table: &doc::Table, out: &mut String) {
    let titles: Vec<&str> = table.columns.iter().map(|column| column.title).collect();
    let rows = table
        .rows
        .iter()
        .map(|row| row.iter().map(|cell| inline(cell, " ")).collect());
    grid(&titles, rows.collect(), out);
}

fn list(findings: &doc::Findings, out: &mut String) {
    let mut worst: Vec<&diag::Finding> =
        findings.shown.iter().map(|shown| &shown.finding).collect();
    worst.sort_by_key(|finding| finding.level);
    let rows = worst.iter().map(|finding| {
        let place = match finding.pos {
            Some(pos) => format!("{}:{}", finding.path, pos.line),
            None => finding.path.clone(),
        };
        let texts = [
            finding.level.word(),
            finding.rule,
            &place,
            &finding.message,
            &finding.help,
        ];
        texts
            .iter()
            .map(|text| escape::text(&visible::line(text)))
            .collect()
    });
    grid(
        &["level", "rule", "where", "what", "how to fix"],
        rows.collect(),
        out,
    );
}

fn grid(titles: &[&str], rows: Vec<Vec<String>>, out: &mut String) {
    if rows.is_empty() {
        return;
    }
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let titles: Vec<String> = titles.iter().map(|title| escape::text(title)).collect();
    out.push_str(&line(&titles));
    out.push_str(&line(&vec!["---".to_owned(); titles.len()]));
    for (written, row) in rows.iter().enumerate() {
        let line = line(row);
        if out.len() + line.len() > ROOM {
            let left = diag::count(rows.len() - written, "more row");
            out.push_str(&format!("\n{left} left out: a job summary holds 1 MiB\n"));
            return;
        }
        out.push_str(&line);
    }
}

/// Returns a code block whose fence is longer than any run of backticks inside.
fn fenced(text: &str) -> String {
    let text = visible::verbatim(text);
    let longest = text
        .split(|char| char != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let text = text.strip_suffix('\n').unwrap_or(&text);
    format!("{fence}text\n{text}\n{fence}\n")
}
