//! The blocks of an answer as HTML: sections with their headings, tables with captions, lists, cards.
//!
//! Pure. Start at [`PageBody`]. All text is escaped in `escape`.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use crate::render::html::picture::Picture;
use crate::render::html::{chart, escape};
use crate::render::visible;
use crate::view::doc::{
    Block, Card, ColumnFit, DocTable, FindingList, FindingReaders, ShownFinding, StyledText, Tone,
};
use crate::view::page::{PageBlock, Panel, PanelWidth};

/// Anchors that the page itself uses.
const OWN: &[&str] = &["main", "search", "glance"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HeadingLevel {
    Title,
    Section,
    /// A part of a card.
    Part,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OpenPart {
    /// The title and its sentence.
    Header,
    /// The first screen, or a section below its heading.
    Section,
    Nothing,
}

/// The anchor of a row, if it needs one, and its cells as HTML.
type AnchoredRow = (Option<String>, Vec<String>);

pub(super) struct PageBody<'d> {
    pub(super) out: String,
    level: HeadingLevel,
    part: OpenPart,
    /// The last heading, escaped: the caption of the tables below it.
    caption: String,
    pub(super) sections: Vec<(String, String)>,
    ids: BTreeSet<&'d str>,
    /// The anchors of the ids whose card or row has been written, escaped.
    anchored: BTreeMap<String, String>,
    seen: BTreeSet<String>,
    stamp: &'d str,
}

impl<'d> PageBody<'d> {
    pub(super) fn new(ids: BTreeSet<&'d str>, stamp: &'d str) -> PageBody<'d> {
        PageBody {
            out: String::new(),
            level: HeadingLevel::Title,
            part: OpenPart::Header,
            caption: String::new(),
            sections: Vec::new(),
            ids,
            anchored: BTreeMap::new(),
            seen: OWN.iter().map(|own| (*own).to_owned()).collect(),
            stamp,
        }
    }

    pub(super) fn end_header(&mut self) {
        if self.part == OpenPart::Header {
            let stamp = escape::line(self.stamp);
            self.add(&format!("<p class=\"stamp\">{stamp}</p>\n"));
            self.part = OpenPart::Nothing;
        }
    }

    pub(super) fn end_section(&mut self) {
        if self.part == OpenPart::Section {
            self.add("</section>\n");
            self.part = OpenPart::Nothing;
        }
    }

    /// Tells whether a block at the beginning belongs to the header: the title, the sentence below it, and warnings.
    pub(super) fn is_header(&self, block: &Block<'_>) -> bool {
        match block {
            Block::Heading(_) => self.level == HeadingLevel::Title,
            Block::Paragraph(_) | Block::Page(PageBlock::Lead(_)) => true,
            _ => false,
        }
    }

    pub(super) fn block(&mut self, block: &Block<'_>) {
        match block {
            Block::Heading(text) => self.heading(text),
            Block::Paragraph(text) => {
                let text = self.inline(text);
                self.add(&format!("<p>{text}</p>\n"));
            }
            Block::Pairs(pairs) => self.pairs(pairs),
            Block::Table(table) => self.table(table),
            Block::Findings(findings) => self.findings(findings),
            Block::Verbatim(text) | Block::Commands(text) => {
                let text = escape::text(&visible::verbatim(text));
                self.add(&format!("<pre>{text}</pre>\n"));
            }
            Block::Part(_, inside) => self.inside(inside),
            Block::Folded(summary, inside) => {
                let summary = self.inline(summary);
                self.add(&format!("<details>\n<summary>{summary}</summary>\n"));
                self.inside(inside);
                self.add("</details>\n");
            }
            Block::Cards(_) => {}
            Block::Series(series) => {
                let anchor = self.anchor("chart");
                self.add(&chart::drawn(series, &anchor));
            }
            Block::Page(block) => self.page_block(block),
        }
    }

    fn page_block(&mut self, block: &PageBlock<'_>) {
        let inline = |text: &StyledText| self.inline(text);
        let picture = Picture { inline: &inline, caption: &self.caption };
        let html = match block {
            PageBlock::Lead(text) => format!("<p class=\"lead\">{}</p>\n", self.inline(text)),
            PageBlock::Figures(figures) => picture.figures(figures),
            PageBlock::Timeline(timeline) => picture.timeline(timeline),
            PageBlock::Calendar(calendar) => picture.calendar(calendar),
            PageBlock::Bars(table) => picture.bars(table),
            PageBlock::Shares(parts) => picture.shares(parts),
            PageBlock::Panels(panels) => return self.panels(panels),
        };
        if matches!(block, PageBlock::Figures(_)) && self.part == OpenPart::Nothing {
            self.add("<section id=\"glance\" aria-label=\"At a glance\">\n");
            self.part = OpenPart::Section;
        }
        self.add(&html);
    }

    fn panels(&mut self, panels: &[Panel<'_>]) {
        self.add("<div class=\"panels\">\n");
        for panel in panels {
            let title = escape::line(&panel.title);
            let class = match panel.width {
                PanelWidth::Half => "panel",
                PanelWidth::Tall => "panel tall",
                PanelWidth::Full => "panel full",
            };
            self.add(&format!("<div class=\"{class}\">\n<h2>{title}</h2>\n"));
            let before = mem::replace(&mut self.caption, title);
            self.inside(&panel.blocks);
            self.caption = before;
            self.add("</div>\n");
        }
        self.add("</div>\n");
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
                self.end_section();
                let anchor = self.anchor(&format!("section-{}", self.sections.len() + 1));
                self.add(&format!(
                    "<section aria-labelledby=\"{anchor}\">\n<h2 id=\"{anchor}\">{shown}</h2>\n"
                ));
                self.part = OpenPart::Section;
                let bare = text.bare();
                let title = bare.split_once(": ").map_or(bare.as_str(), |(title, _)| title);
                self.sections.push((anchor, escape::line(title)));
                self.caption = escape::line(&text.bare());
            }
            HeadingLevel::Part => {
                self.add(&format!("<h3>{shown}</h3>\n"));
                self.caption = escape::line(&text.bare());
            }
        }
    }

    fn anchor(&mut self, wanted: &str) -> String {
        let mut anchor = wanted.to_owned();
        let mut n = 1;
        while !self.seen.insert(anchor.clone()) {
            n += 1;
            anchor = format!("{wanted}-{n}");
        }
        escape::line(&anchor)
    }

    fn anchor_of(&mut self, id: &str) -> String {
        let anchor = self.anchor(id);
        self.anchored.entry(id.to_owned()).or_insert_with(|| anchor.clone());
        anchor
    }

    fn inside(&mut self, blocks: &[Block<'_>]) {
        let level = mem::replace(&mut self.level, HeadingLevel::Part);
        let caption = self.caption.clone();
        blocks.iter().for_each(|block| self.block(block));
        self.caption = caption;
        self.level = level;
    }

    pub(super) fn card(&mut self, card: &Card<'_>) {
        let anchor = self.anchor_of(&card.id);
        let (id, title) = (escape::line(&card.id), self.inline(&card.title));
        self.add(&format!(
            "<details class=\"card\" id=\"{anchor}\">\n<summary><span class=\"id\">{id}</span> {title}</summary>\n"
        ));
        self.inside(&card.blocks);
        self.add("</details>\n");
    }

    fn pairs(&mut self, pairs: &[(String, StyledText)]) {
        self.add("<dl>");
        for (label, text) in pairs {
            let (label, text) = (escape::line(label), self.cell("dd", text));
            self.add(&format!("<dt>{label}</dt>{text}"));
        }
        self.add("</dl>\n");
    }

    fn table(&mut self, table: &DocTable) {
        let titles: Vec<&str> = table.columns.iter().map(|column| column.title).collect();
        let rows: Vec<AnchoredRow> = table
            .rows
            .iter()
            .map(|row| {
                let id = row.first().filter(|cell| matches!(cell.0.as_slice(), [(Tone::Id, _)]));
                let anchor = id
                    .map(StyledText::bare)
                    .filter(|id| self.needs_anchor(id))
                    .map(|id| self.anchor_of(&id));
                (anchor, row.iter().map(|cell| self.cell("td", cell)).collect())
            })
            .collect();
        let fits: Vec<ColumnFit> = table.columns.iter().map(|column| column.fit).collect();
        self.grid(&titles, &rows, &fits);
    }

    fn needs_anchor(&self, id: &str) -> bool {
        self.ids.contains(id) && !self.anchored.contains_key(id)
    }

    fn findings(&mut self, findings: &FindingList) {
        if findings.readers != FindingReaders::Everyone {
            return;
        }
        let cells = |shown: &ShownFinding| {
            shown.cells().map(|text| format!("<td>{}</td>", escape::line(&text))).to_vec()
        };
        let rows: Vec<_> = findings.shown.iter().map(|shown| (None, cells(shown))).collect();
        self.grid(&ShownFinding::TITLES, &rows, &[]);
    }

    /// Returns a cell, or the text of a list; a tone of all of it becomes the class of its element. Large pages have
    /// hundreds of thousands of them, so there are neither further elements nor line breaks.
    fn cell(&self, tag: &str, text: &StyledText) -> String {
        match text.0.as_slice() {
            [(tone, piece)] if !matches!(tone, Tone::Id | Tone::Plain) => {
                let class = class(*tone).unwrap_or_default();
                format!("<{tag} class=\"{class}\">{}</{tag}>", escape::lines(piece))
            }
            _ => format!("<{tag}>{}</{tag}>", self.inline(text)),
        }
    }

    /// Writes a table; the cells are already escaped. Rows that begin with an id are stacked where there is no room, the
    /// others scroll.
    fn grid(&mut self, titles: &[&str], rows: &[AnchoredRow], fits: &[ColumnFit]) {
        if rows.is_empty() {
            return;
        }
        let caption = self.caption.clone();
        let stacks = titles.first() == Some(&"id");
        let class = match (stacks, fits.first()) {
            (true, _) => "rows",
            (false, Some(ColumnFit::Whole)) => "wide whole",
            (false, _) => "wide",
        };
        if !stacks {
            self.add(&format!(
                "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{caption}\">\n"
            ));
        }
        self.add(&format!(
            "<table class=\"{class}\"><caption class=\"vh\">{caption}</caption><thead><tr>"
        ));
        for title in titles {
            self.add(&format!("<th scope=\"col\">{}</th>", escape::line(title)));
        }
        self.add("</tr></thead><tbody>");
        for (anchor, row) in rows {
            match anchor {
                Some(anchor) => self.add(&format!("<tr id=\"{anchor}\">")),
                None => self.add("<tr>"),
            }
            row.iter().for_each(|cell| self.add(cell));
            self.add("</tr>");
        }
        self.add(if stacks { "</tbody></table>\n" } else { "</tbody></table></div>\n" });
    }

    fn inline(&self, text: &StyledText) -> String {
        let pieces = text.0.iter().map(|(tone, piece)| match class(*tone) {
            None => escape::lines(piece),
            Some("id") => self.link(piece),
            Some(class) => format!("<span class=\"{class}\">{}</span>", escape::lines(piece)),
        });
        pieces.collect()
    }

    fn link(&self, text: &str) -> String {
        let shown = text.split(", ").map(|id| {
            let escaped = escape::line(id);
            if self.ids.contains(id) {
                let anchor = self.anchored.get(id).unwrap_or(&escaped);
                format!("<a href=\"#{anchor}\">{escaped}</a>")
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
        Tone::Fair => Some("fair"),
        Tone::Warn => Some("warn"),
        Tone::Bad => Some("bad"),
        Tone::Muted => Some("muted"),
        Tone::Strong => Some("strong"),
        Tone::Id => Some("id"),
        Tone::Command | Tone::Code => Some("command"),
    }
}
