//! `html`: one self-contained page that makes no requests.
//!
//! Pure. Start at [`FORMAT`]. Follows `docs/spec/interop.md`, the page. All text is escaped in one place, `escape`. The
//! page's Content Security Policy allows only its own script and style sheet, by their digests: even an unescaped script in
//! a title would not run.

mod body;
mod chart;
mod escape;
mod page;
mod picture;

use std::io::Write;
use std::{io, mem};

use crate::diag;
use crate::render::format::{Offered, OutputFormat, OutputStyle, Render};
use crate::render::html::body::PageBody;
use crate::view::doc;
use crate::view::doc::{Block, Cards};

pub const FORMAT: OutputFormat = OutputFormat {
    name: "html",
    offered: Offered::ForPages,
    reads: doc::FormatNeeds::Blocks,
    summary: "a self-contained page",
    render: Render::Pieces(write),
};

/// How many bytes all cards together may have: a page of ten thousand records stays below 12 MB, which a browser
/// shows within two seconds.
const CARD_BYTES: usize = 6_000_000;

fn write(doc: &doc::Doc<'_>, _: &OutputStyle, out: &mut dyn Write) -> io::Result<()> {
    let stamp = doc.footer.as_deref().unwrap_or_default();
    let decks = || doc.blocks.iter().filter_map(deck);
    let mut body = PageBody::new(decks().flat_map(|cards| &cards.ids).copied().collect(), stamp);
    // Which records have a card decides where their links lead, so the cards come first.
    let mut cards =
        decks().map(|cards| written(&mut body, cards)).collect::<Vec<String>>().into_iter();
    let mut header = String::new();
    let mut is_header = true;
    for block in &doc.blocks {
        if is_header && !body.is_header(block) {
            body.end_header();
            header = mem::take(&mut body.out);
            is_header = false;
        }
        body.block(block);
        if deck(block).is_some() {
            body.out.push_str(&cards.next().unwrap_or_default());
        }
    }
    if is_header {
        body.end_header();
        header = mem::take(&mut body.out);
    }
    body.end_section();
    let head = page::head(&page::Parts {
        title: &title(doc),
        header: &header,
        sections: &body.sections,
        has_records: decks().next().is_some(),
    });
    out.write_all(head.as_bytes())?;
    out.write_all(body.out.as_bytes())?;
    out.write_all(page::tail(stamp).as_bytes())
}

fn written(body: &mut PageBody<'_>, cards: &Cards<'_>) -> String {
    let mut written = String::new();
    let mut each = cards.each.iter();
    let mut n_written = 0_usize;
    while written.len() < CARD_BYTES {
        let Some(card) = each.next() else {
            return written;
        };
        body.card(&card);
        written.push_str(&mem::take(&mut body.out));
        n_written += 1;
    }
    let left = cards.ids.len().saturating_sub(n_written);
    if left == 0 {
        return written;
    }
    let records = diag::count(left, "record");
    let left = format!(
        "<p class=\"muted\">The cards of {records} are left out, to keep the page small; those in force come first. \
         <code>exledger show ID</code> and <code>exledger log ID</code> show the same.</p>\n"
    );
    left + &written
}

fn deck<'d, 'a>(block: &'d Block<'a>) -> Option<&'d Cards<'a>> {
    match block {
        Block::Cards(cards) => Some(cards),
        _ => None,
    }
}

fn title(doc: &doc::Doc<'_>) -> String {
    let first = doc.blocks.iter().find_map(|block| match block {
        Block::Heading(text) => Some(text.bare()),
        _ => None,
    });
    first.unwrap_or_else(|| doc.command().to_owned())
}
