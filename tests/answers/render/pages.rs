//! Pages: hostile text in every picture, and a ledger whose cards don't all fit.

use std::collections::BTreeSet;

use exledger::record::time::Day;
use exledger::render::format::OutputStyle;
use exledger::view::doc::{
    Block, Card, Cards, Column, ColumnFit, Doc, DocTable, Each, StyledText, Tone,
};
use exledger::view::page::{
    BarRow, BarTable, CalendarDay, DayTime, DueCalendar, Figure, PageBlock, Panel, PanelWidth,
    SharePart, Timeline, TimelineRow,
};
use serde_json::json;

use crate::support::render::render;

const EVIL: &str = "</title><script>alert(1)</script>\"' onload=alert(1) <svg><img src=x>";

/// One picture of each kind, with the same text everywhere.
fn pictures(text: &str) -> Doc<'static> {
    let day = Day::new("2026-12-07").unwrap();
    let plain = StyledText::plain(text);
    let tall = |block| Panel {
        title: text.to_owned(),
        width: PanelWidth::Tall,
        blocks: vec![Block::Page(block)],
    };
    let timeline = Timeline {
        today: 500,
        months: vec![(250, text.to_owned())],
        rows: vec![TimelineRow {
            id: text.to_owned(),
            title: text.to_owned(),
            from: 0,
            to: 333,
            words: plain.clone(),
        }],
    };
    let days = (0..7).map(|n| CalendarDay {
        day: day.plus_days(n),
        time: DayTime::Future,
        ends: 1,
        tasks: 2,
    });
    let bars = BarTable {
        of: "owner",
        counts: vec![("overdue", Some(Tone::Bad))],
        rows: vec![BarRow { label: plain.clone(), counts: vec![3], parts: vec![(Tone::Bad, 3)] }],
    };
    let shares = vec![SharePart { name: text.to_owned(), count: 3, tone: Tone::Good }];
    let figure = Figure {
        label: text.to_owned(),
        value: text.to_owned(),
        note: text.to_owned(),
        tone: Tone::Bad,
    };
    let mut doc = Doc::new(json!({}));
    doc.footer = Some(text.to_owned());
    doc.blocks = vec![
        Block::Heading(plain.clone()),
        Block::Page(PageBlock::Lead(plain)),
        Block::Page(PageBlock::Figures(vec![figure])),
        Block::Page(PageBlock::Panels(vec![
            tall(PageBlock::Timeline(timeline)),
            tall(PageBlock::Calendar(DueCalendar { weeks: vec![days.collect()] })),
            tall(PageBlock::Bars(bars)),
            tall(PageBlock::Shares(shares)),
        ])),
    ];
    doc
}

#[test]
fn hostile_text_in_a_picture_is_text() {
    let page = render("html", &pictures(EVIL), &OutputStyle::PIPE);
    let shown = "&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onload=alert(1) &lt;svg&gt;&lt;img src=x&gt;";
    assert_eq!(page.matches(shown).count(), page.matches("alert(1)").count() / 2, "{page}");
    assert!(page.matches(shown).count() > 14, "{page}");
    for raw in ["<script>alert", "<img", "<svg>", "</title><script>"] {
        assert!(!page.contains(raw), "{raw}");
    }
    // Places are attributes of SVG, since the page's policy allows no style beside its own sheet.
    assert!(page.contains("x=\"0%\" width=\"33.3%\"") && !page.contains("style=\""), "{page}");
    assert!(page.contains("<b>3</b><span class=\"vh\"> due: 1 end, 2 to do</span>"), "{page}");
}

#[test]
fn only_a_page_shows_pictures() {
    for format in ["table", "markdown"] {
        let shown = render(format, &pictures("a text"), &OutputStyle::PIPE);
        assert!(shown.contains("a text") && !shown.contains("due"), "{format}: {shown}");
    }
}

/// A page with so many cards that they don't all fit, and a table of their ids.
fn many(ids: &[String], text: &str) -> String {
    let mut doc = Doc::new(json!({}));
    let column = |title| Column { title, fit: ColumnFit::Whole };
    let row = |id: &String| vec![StyledText::with_tone(Tone::Id, id)];
    let each = ids.iter().map(|id| Card {
        id: id.clone(),
        title: StyledText::plain("A card"),
        blocks: vec![Block::Paragraph(StyledText::plain(text))],
    });
    let ids_of_cards: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    doc.blocks = vec![
        Block::Heading(StyledText::plain("Records")),
        Block::Table(DocTable { columns: vec![column("id")], rows: ids.iter().map(row).collect() }),
        Block::Cards(Cards { ids: ids_of_cards, each: Each::new(each) }),
    ];
    render("html", &doc, &OutputStyle::PIPE)
}

#[test]
fn a_page_has_as_many_cards_as_fit_and_every_link_leads_to_a_card_or_a_row() {
    let ids: Vec<String> = (0..100).map(|n| format!("EXC-2026-{n:05}")).collect();
    let page = many(&ids, &"a long text ".repeat(10_000));
    assert!(page.len() < 6_500_000, "{}", page.len());
    let cards = page.matches("<details class=\"card\"").count();
    let rows = page.matches("<tr id=\"EXC-").count();
    assert!(cards > 40 && cards + rows == 100, "{cards} cards, {rows} rows");
    for id in &ids {
        assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
        assert!(page.contains(&format!("<a href=\"#{id}\">")), "{id}");
    }
    assert!(page.contains(&format!("The cards of {rows} records are left out")));
    let small = many(&ids, "a short text");
    assert_eq!(small.matches("<details class=\"card\"").count(), 100);
    assert!(!small.contains("left out") && !small.contains("<tr id="));
}

#[test]
fn a_record_cannot_take_an_anchor_of_the_page() {
    let ids = ["main", "search", "section-1", "glance"].map(str::to_owned);
    let page = many(&ids, "a text");
    for id in ["main", "search"] {
        assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
    }
    assert!(page.contains("<details class=\"card\" id=\"main-2\">"), "{page}");
    assert!(page.contains("<a href=\"#main-2\">main</a>"), "{page}");
    let found: Vec<&str> =
        page.split(" id=\"").skip(1).filter_map(|it| it.split('"').next()).collect();
    let unique: BTreeSet<&&str> = found.iter().collect();
    assert_eq!(found.len(), unique.len(), "{found:?}");
}
