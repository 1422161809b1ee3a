//! `html`: one self-contained page that makes no requests.
//!
//! Uses diag and `view::doc`. Pure. Start at [`FORMAT`]. Follows `docs/spec/interop.md`, the page. All text is escaped
//! in one place, `escape`. The page's Content Security Policy allows only its own script and style sheet, by their
//! digests: even an unescaped script in a title would not run.

mod chart;
mod escape;
mod page;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::mem;

use crate::render::format::Offered;
use crate::render::format::OutputFormat;
use crate::render::format::OutputStyle;
use crate::render::format::Render;

use crate::render::visible;
use crate::view::doc;
use crate::view::doc::Block;
use crate::view::doc::Card;
use crate::view::doc::Cards;
use crate::view::doc::StyledText;
use crate::view::doc::Tone;

pub const FORMAT: OutputFormat = OutputFormat {
    name: "html",
    offered: Offered::ForPages,
    reads: doc::FormatNeeds::Blocks,
    summary: "a self-contained page",
    render: Render::Pieces(write),
};

fn write(doc: &doc::Doc<'_>, _: &OutputStyle, out: &mut dyn Write) -> io::Result<()> {
    let decks = doc.blocks.iter().filter_map(deck);
    let mut body = PageBody {
        out: String::new(),
        level: HeadingLevel::Title,
        sections: Vec::new(),
        cards: decks.flat_map(|cards| &cards.ids).copied().collect(),
        seen: BTreeSet::new(),
    };
    // The anchors of the sections come before the body, so everything but the cards is rendered first.
    let mut made = Vec::new();
    for block in &doc.blocks {
        body.block(block);
        made.push((mem::take(&mut body.out), deck(block)));
    }
    let head = page::head(&page::Parts {
        title: &title(doc),
        sections: &body.sections,
        has_cards: !body.cards.is_empty(),
    });
    out.write_all(head.as_bytes())?;
    for (text, deck) in made {
        out.write_all(text.as_bytes())?;
        for card in deck.into_iter().flat_map(|cards| cards.each.iter()) {
            body.card(&card);
            out.write_all(mem::take(&mut body.out).as_bytes())?;
        }
    }
    out.write_all(page::tail(doc.footer.as_deref().unwrap_or_default()).as_bytes())
}

fn deck<'d, 'a>(block: &'d Block<'a>) -> Option<&'d Cards<'a>> {
    match block {
        Block::Cards(cards) => Some(cards),
        _ => None,
    }
}

/// Returns the first heading, which is the title of the page.
fn title(doc: &doc::Doc<'_>) -> String {
    let first = doc.blocks.iter().find_map(|block| match block {
        Block::Heading(text) => Some(text.bare()),
        _ => None,
    });
    first.unwrap_or_else(|| doc.command().to_owned())
}

/// The level of the next heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HeadingLevel {
    Title,
    Section,
    /// A part of a card.
    Part,
}

struct PageBody<'d> {
    out: String,
    level: HeadingLevel,
    /// The headings of the sections, with their anchors.
    sections: Vec<(String, String)>,
    /// The ids that link to a card.
    cards: BTreeSet<&'d str>,
    /// The anchors in use.
    seen: BTreeSet<String>,
}

impl PageBody<'_> {
    fn blocks(&mut self, blocks: &[Block<'_>]) {
        blocks.iter().for_each(|block| self.block(block));
    }

    fn block(&mut self, block: &Block<'_>) {
        match block {
            Block::Heading(text) => self.heading(text),
            Block::Paragraph(text) => {
                let text = self.inline(text);
                self.add(&format!("<p>{text}</p>\n"));
            }
            Block::Pairs(pairs) => self.pairs(pairs),
            Block::Table(table) => self.table(table),
            Block::Findings(findings) => self.findings(findings),
            Block::Verbatim(text) => {
                let text = escape::text(&visible::verbatim(text));
                self.add(&format!("<pre>{text}</pre>\n"));
            }
            Block::Folded(summary, inside) => {
                let summary = self.inline(summary);
                self.add(&format!("<details>\n<summary>{summary}</summary>\n"));
                self.inside(inside);
                self.add("</details>\n");
            }
            Block::Part(_, inside) => self.inside(inside),
            Block::Cards(_) => {}
            Block::Series(series) => self.add(&chart::drawn(series)),
        }
    }

    fn add(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn heading(&mut self, text: &StyledText) {
        let shown = self.inline(text);
        match self.level {
            HeadingLevel::Title => {
                self.add(&format!("<h1>{shown}</h1>\n"));
                self.level = HeadingLevel::Section;
            }
            HeadingLevel::Section => {
                let anchor = self.anchor(&format!("section-{}", self.sections.len() + 1));
                self.add(&format!("<h2 id=\"{anchor}\">{shown}</h2>\n"));
                let title = text.bare();
                let title = title.split_once(": ").map_or(title.as_str(), |(title, _)| title);
                self.sections.push((anchor, escape::line(title)));
            }
            HeadingLevel::Part => self.add(&format!("<h3>{shown}</h3>\n")),
        }
    }

    /// Returns a unique anchor, escaped.
    fn anchor(&mut self, wanted: &str) -> String {
        let mut anchor = wanted.to_owned();
        let mut n = 1;
        while !self.seen.insert(anchor.clone()) {
            n += 1;
            anchor = format!("{wanted}-{n}");
        }
        escape::line(&anchor)
    }

    fn inside(&mut self, blocks: &[Block<'_>]) {
        let level = std::mem::replace(&mut self.level, HeadingLevel::Part);
        self.blocks(blocks);
        self.level = level;
    }

    fn card(&mut self, card: &Card<'_>) {
        let anchor = self.anchor(&card.id);
        let (id, title) = (escape::line(&card.id), self.inline(&card.title));
        self.add(&format!(
            "<details class=\"card\" id=\"{anchor}\">\n<summary><span class=\"id\">{id}</span> {title}</summary>\n"
        ));
        self.inside(&card.blocks);
        self.add("</details>\n");
    }

    fn pairs(&mut self, pairs: &[(String, StyledText)]) {
        self.add("<dl>\n");
        for (label, text) in pairs {
            let (label, text) = (escape::line(label), self.inline(text));
            self.add(&format!("<dt>{label}</dt><dd>{text}</dd>\n"));
        }
        self.add("</dl>\n");
    }

    fn table(&mut self, table: &doc::DocTable) {
        let titles: Vec<&str> = table.columns.iter().map(|column| column.title).collect();
        let rows: Vec<Vec<String>> = table
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| self.inline(cell)).collect())
            .collect();
        self.grid(&titles, &rows);
    }

    fn findings(&mut self, findings: &doc::FindingList) {
        if findings.is_for_machines {
            return;
        }
        let rows: Vec<Vec<String>> = findings
            .shown
            .iter()
            .map(|shown| shown.cells().iter().map(|text| escape::line(text)).collect())
            .collect();
        self.grid(&doc::ShownFinding::TITLES, &rows);
    }

    /// Writes a table with sortable columns; the cells are already escaped.
    fn grid(&mut self, titles: &[&str], rows: &[Vec<String>]) {
        if rows.is_empty() {
            return;
        }
        self.add("<div class=\"scroll\"><table>\n<thead><tr>");
        for title in titles {
            let title = escape::line(title);
            self.add(&format!(
                "<th scope=\"col\" aria-sort=\"none\"><button type=\"button\">{title}</button></th>"
            ));
        }
        self.add("</tr></thead>\n<tbody>\n");
        for row in rows {
            self.add("<tr>");
            row.iter().for_each(|cell| self.add(&format!("<td>{cell}</td>")));
            self.add("</tr>\n");
        }
        self.add("</tbody>\n</table></div>\n");
    }

    /// Returns a text with its tones as classes; an id links to its card.
    fn inline(&self, text: &StyledText) -> String {
        let pieces = text.0.iter().map(|(tone, piece)| match class(*tone) {
            None => escape::lines(piece),
            Some("id") => self.ids(piece),
            Some(class) => format!("<span class=\"{class}\">{}</span>", escape::lines(piece)),
        });
        pieces.collect()
    }

    /// Returns ids, each as a link to its card if there is one.
    fn ids(&self, text: &str) -> String {
        let shown = text.split(", ").map(|id| {
            let escaped = escape::line(id);
            if self.cards.contains(id) {
                format!("<a class=\"id\" href=\"#{escaped}\">{escaped}</a>")
            } else {
                format!("<span class=\"id\">{escaped}</span>")
            }
        });
        shown.collect::<Vec<_>>().join(", ")
    }
}

fn class(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Plain => None,
        Tone::Good => Some("good"),
        Tone::Warn => Some("warn"),
        Tone::Bad => Some("bad"),
        Tone::Muted => Some("muted"),
        Tone::Strong => Some("strong"),
        Tone::Id => Some("id"),
        Tone::Command | Tone::Code => Some("command"),
    }
}
