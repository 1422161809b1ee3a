//! Every block in every format, at two widths and in a pipe; text that would affect its reader.

mod command;
mod escapes;
mod findings;
mod hyperlinks;
mod pages;

use exledger::diag::code::Code;
use exledger::diag::{Finding, Level, Pos};
use exledger::render::format::OutputStyle;
use exledger::render::{ALL, find};
use exledger::view::doc::FindingReaders;
use exledger::view::doc::{
    Block, Card, Cards, ChartSeries, Column, ColumnFit, Doc, DocTable, Each, Excerpt, FindingList,
    JudgedFile, RuleSummary, ShownFinding, StyledText, Tone,
};
use serde_json::json;

use crate::support::golden;
use crate::support::render::render;

fn narrow() -> OutputStyle {
    OutputStyle { width: Some(80), is_coloured: true, is_quiet: false }
}

fn wide() -> OutputStyle {
    OutputStyle { width: Some(140), ..narrow() }
}

fn finding(rule: &str, level: Level, pos: Option<Pos>) -> Finding {
    Finding {
        rule: Code::parse(rule).unwrap(),
        level,
        path: "exceptions/EXC-2026-7F3KQ.yaml".into(),
        pos,
        field: Some("expires".into()),
        id: Some("EXC-2026-7F3KQ".into()),
        message: "the exception ends 12 days after the latest day allowed".into(),
        remedy: "end it on 2027-02-18 or before (tier standard allows 90d), or split the work"
            .into(),
    }
}

/// One answer with every kind of block.
pub(crate) fn everything() -> Doc<'static> {
    let column = |title, fit| Column { title, fit };
    let row = |id: &str, title: &str, team: &str, ends: (Tone, &str)| {
        vec![
            StyledText::with_tone(Tone::Id, id),
            StyledText::plain(title),
            StyledText::plain(team),
            StyledText::with_tone(ends.0, ends.1),
        ]
    };
    let mut error = ShownFinding::from(finding(
        "term-too-long",
        Level::Error,
        Some(Pos { line: 41, column: 10 }),
    ));
    error.excerpt = Some(Excerpt { skipped: 0, line: "expires: 2027-03-02".into(), length: 10 });
    let mut findings =
        FindingList::for_all_readers(vec![finding("missing-trigger", Level::Warning, None)]);
    findings.shown.insert(0, error);
    findings.rules.insert(
        Code::TermTooLong,
        RuleSummary {
            level: Level::Error,
            summary: "the exception is longer than its tier or class allows".into(),
            why: "A long exception is a new rule that nobody approved.".into(),
        },
    );
    findings.judged = vec![
        JudgedFile {
            path: "exceptions/EXC-2026-1A2B3.yaml".into(),
            id: Some("EXC-2026-1A2B3".into()),
            title: Some("Old gateway certificate".into()),
            tier: Some("standard".into()),
        },
        JudgedFile {
            path: "exceptions/EXC-2026-7F3KQ.yaml".into(),
            id: Some("EXC-2026-7F3KQ".into()),
            title: None,
            tier: None,
        },
    ];
    let mut doc = Doc::new(json!({
        "schema": "exledger/list/v1",
        "ledger": {"ref": "refs/heads/main", "commit": "3f2c9a7be1d04c5f8a6b7e9d0c1b2a3f4e5d6c7b", "instant": "2026-11-21T00:00:00Z"},
        "records": [
            {"id": "EXC-2026-1A2B3", "title": "Old gateway certificate", "owner": {"name": "Lee", "email": "lee@example.com"}, "days_left": -12, "controls": [], "vendor": null},
            {"id": "EXC-2026-7F3KQ", "title": "=cmd|' /C calc'!A0", "owner": {"name": "Ana \"A\"", "email": "ana@example.com"}, "days_left": 30, "controls": [{"id": "nist-csf:ID.RA-07", "title": "Changes and exceptions"}, {"id": "owasp-nhi:NHI7:2025", "title": null}], "vendor": "Acme"},
        ],
        "hidden": 41,
    }));
    doc.rows = Some("records");
    doc.repository = Some("example/payments".into());
    doc.footer = Some("ledger 3f2c9a7be1d0 at 2026-11-21T00:00:00Z".into());
    doc.blocks = vec![
        Block::Heading(StyledText::plain("Exceptions: ").and(Tone::Bad, "1 overdue")),
        Block::Paragraph(
            StyledText::plain("The old gateway certificate ended on 2026-11-09 and ")
                .and(Tone::Bad, "grants nothing")
                .and(Tone::Plain, ", but nobody closed it: access may still be live. ")
                .and(Tone::Strong, "日本語の題名も幅を数える。"),
        ),
        Block::Pairs(vec![
            ("why".into(), StyledText::plain("The legacy job retires in December.\nUntil then its key cannot rotate, because the vendor reads it once at start and holds it for the whole run.")),
            ("owner".into(), StyledText::plain("Ana ").and(Tone::Muted, "ana@example.com")),
            ("ends".into(), StyledText::with_tone(Tone::Warn, "2026-12-20").and(Tone::Plain, ", in 30 days")),
        ]),
        Block::Table(DocTable {
            columns: vec![
                column("id", ColumnFit::Whole),
                column("title", ColumnFit::Flexible),
                column("team", ColumnFit::Optional),
                column("ends", ColumnFit::Whole),
            ],
            rows: vec![
                row("EXC-2026-1A2B3", "Old gateway certificate", "platform", (Tone::Bad, "2026-11-09")),
                row("EXC-2026-7F3KQ", "Billing batch key cannot rotate before the legacy job retires in the data centre that closes in December, and with it the last reader of the old queue, whose owner left the company in spring", "billing-and-invoicing", (Tone::Good, "2026-12-20")),
            ],
        }),
        Block::Findings(findings),
        Block::Verbatim("exledger close EXC-2026-1A2B3 --outcome remediated \\\n\t--reason 'certificate replaced'\n".into()),
    ];
    doc.blocks.extend(for_pages());
    doc
}

/// Blocks that only pages show.
fn for_pages() -> [Block<'static>; 2] {
    [
        Block::Series(ChartSeries {
            title: "opened & closed",
            labels: vec!["2026-10".into(), "2026-11".into()],
            bars: vec![("opened", vec![Some(4.0), Some(2.0)]), ("closed", vec![None, Some(1.5)])],
        }),
        Block::Cards(Cards {
            ids: ["EXC-2026-7F3KQ"].into(),
            each: Each::new((0..1).map(|_| Card {
                id: "EXC-2026-7F3KQ".into(),
                title: StyledText::plain("Billing batch key"),
                blocks: vec![
                    Block::Heading(StyledText::plain("Trail")),
                    Block::Paragraph(StyledText::with_tone(
                        Tone::Id,
                        "EXC-2026-7F3KQ, EXC-2026-1A2B3",
                    )),
                ],
            })),
        }),
    ]
}

#[test]
fn every_block_is_shown_in_every_format() {
    let doc = everything();
    let golden = |name: &str, output: String| {
        let output = output.replace('\u{1b}', "␛");
        let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
        golden::check(&format!("render/{name}"), &output.replace(&version, "\"<version>\""));
    };
    golden("80.table", render("table", &doc, &narrow()));
    golden("140.table", render("table", &doc, &wide()));
    for format in ALL {
        golden(&format!("pipe.{}", format.name), render(format.name, &doc, &OutputStyle::PIPE));
    }
}

#[test]
fn every_file_of_the_room_is_a_format_and_listed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            Some(entry.unwrap().file_name().to_str()?.strip_suffix(".rs")?.to_owned())
        })
        .filter(|name| !["mod", "visible", "format"].contains(&name.as_str()))
        .collect();
    let mut listed: Vec<&str> = ALL.iter().map(|format| format.name).collect();
    files.sort();
    listed.sort_unstable();
    assert_eq!(files, listed);
    assert!(find("yaml").is_none());
}

#[test]
fn only_a_terminal_changes_what_is_shown() {
    let doc = everything();
    for format in ALL.iter().filter(|format| format.name != "table") {
        let terminal = render(format.name, &doc, &narrow());
        assert_eq!(terminal, render(format.name, &doc, &OutputStyle::PIPE), "{}", format.name);
    }
}

#[test]
fn the_footer_is_the_last_line_and_quiet_leaves_it_out() {
    let doc = everything();
    for format in ["table", "markdown"] {
        let quiet = OutputStyle { is_quiet: true, ..OutputStyle::PIPE };
        let (full, short) =
            (render(format, &doc, &OutputStyle::PIPE), render(format, &doc, &quiet));
        let rest = full.strip_prefix(&short).expect("the same without the footer");
        assert!(
            rest.contains("ledger 3f2c9a7be1d0 at 2026-11-21T00:00:00Z") && rest.ends_with('\n')
        );
        assert!(!short.ends_with("\n\n") && short.ends_with('\n'));
    }
    let mut only = Doc::new(json!({}));
    only.footer = Some("ledger".into());
    assert_eq!(render("table", &only, &OutputStyle::PIPE), "ledger\n");
}

/// A table of one row with a column of each kind.
fn table(whole: &str, flexible: &str, optional: &str) -> Doc<'static> {
    let column = |title, fit| Column { title, fit };
    let mut doc = Doc::new(json!({}));
    doc.blocks.push(Block::Table(DocTable {
        columns: vec![
            column("id", ColumnFit::Whole),
            column("title", ColumnFit::Flexible),
            column("team", ColumnFit::Optional),
        ],
        rows: vec![[whole, flexible, optional].map(StyledText::plain).to_vec()],
    }));
    doc
}

#[test]
fn rows_stand_one_below_the_other_where_columns_do_not_fit() {
    let title = "Billing batch key cannot rotate before the legacy job retires";
    let doc = table("EXC-2026-7F3KQ", title, "billing");
    let cases = [
        (
            90,
            "id              title                                                          team\n\
              EXC-2026-7F3KQ  Billing batch key cannot rotate before the legacy job retires  billing\n",
        ),
        (
            80,
            "EXC-2026-7F3KQ  Billing batch key cannot rotate before the legacy job retires\n                \
              team: billing\n",
        ),
        (
            60,
            "EXC-2026-7F3KQ  Billing batch key cannot rotate before the\n                \
              legacy job retires\n                \
              team: billing\n",
        ),
        (
            50,
            "EXC-2026-7F3KQ\n  Billing batch key cannot rotate before the\n  legacy job retires\n  team: billing\n",
        ),
        // Columns that must stay whole do, whatever the width of the terminal.
        (
            5,
            "EXC-2026-7F3KQ\n  Billing\n  batch\n  key\n  cannot\n  rotate\n  before\n  the\n  legacy\n  job\n  \
              retires\n  team:\n  billing\n",
        ),
    ];
    for (width, expected) in cases {
        let style = OutputStyle { width: Some(width), ..OutputStyle::PIPE };
        assert_eq!(render("table", &doc, &style), expected, "width {width}");
    }
}

#[test]
fn a_date_or_an_id_is_never_broken_and_the_deciding_word_never_cut() {
    let column = |title, fit| Column { title, fit };
    let reason = "standard, until 2026-12-20, approved by one of platform and one of security, and it needs the owner of \
                  the risk among them, who is dana@example.com";
    let mut doc = Doc::new(json!({}));
    doc.blocks.push(Block::Table(DocTable {
        columns: vec![
            column("id", ColumnFit::Whole),
            column("when", ColumnFit::Flexible),
            column("needs", ColumnFit::Flexible),
            column("also", ColumnFit::Flexible),
            column("next", ColumnFit::Flexible),
        ],
        rows: vec![
            [
                "EXC-2026-7F3KQ",
                "in 18 hours, before 2026-11-21T18:00:00Z",
                reason,
                "",
                "see EXC-2026-1A2B3",
            ]
            .map(StyledText::plain)
            .to_vec(),
        ],
    }));
    for width in [40, 60, 79, 80, 99, 100, 120, 140, 200] {
        let style = OutputStyle { width: Some(width), ..OutputStyle::PIPE };
        let shown = render("table", &doc, &style);
        for whole in ["EXC-2026-7F3KQ", "2026-11-21T18:00:00Z", "2026-12-20", "EXC-2026-1A2B3"] {
            assert!(shown.contains(whole), "{whole} at {width}: {shown}");
        }
        assert!(!shown.contains('…') && shown.contains("dana@example.com"), "{width}: {shown}");
        assert!(shown.lines().all(|line| line.chars().count() <= width), "{width}: {shown}");
        let is_stacked = !shown.starts_with("id ");
        assert_eq!(is_stacked, width < 120, "{width}: {shown}");
    }
}

#[test]
fn wide_characters_count_twice_and_joined_ones_once() {
    let doc = table("日本", "e\u{301}té", "👩‍👩‍👧");
    let style = OutputStyle { width: Some(80), ..OutputStyle::PIPE };
    assert_eq!(render("table", &doc, &style), "id    title  team\n日本  e\u{301}té    👩‍👩‍👧\n");
}

#[test]
fn an_empty_table_and_findings_for_machines_show_nothing_to_people() {
    let mut doc = table("", "", "");
    if let Some(Block::Table(table)) = doc.blocks.first_mut() {
        table.rows.clear();
    }
    let mut findings =
        FindingList::for_all_readers(vec![finding("stale-control", Level::Warning, None)]);
    findings.readers = FindingReaders::Machines;
    doc.blocks.push(Block::Findings(findings));
    for format in ["table", "markdown"] {
        assert_eq!(render(format, &doc, &OutputStyle::PIPE), "", "{format}");
    }
    assert!(render("github", &doc, &OutputStyle::PIPE).starts_with("::warning "));
}
