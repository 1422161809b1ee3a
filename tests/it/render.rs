//! Every block in every format, at two widths and in a pipe; text that would act on its reader.

use exledger::diag::{Finding, Level, Pos};
use exledger::render::{Colour, Quiet, Style, find};
use exledger::view::doc::{Block, Column, Doc, Excerpt, Findings, Fit, Shown, Table, Text, Tone};
use serde_json::json;

use crate::golden;

fn narrow() -> Style {
    Style {
        width: Some(80),
        colour: Colour::On,
        quiet: Quiet::No,
    }
}

fn wide() -> Style {
    Style {
        width: Some(140),
        ..narrow()
    }
}

fn render(format: &str, doc: &Doc, style: &Style) -> String {
    let format = find(format).unwrap_or_else(|| panic!("no format {format}"));
    String::from_utf8((format.render)(doc, style)).expect("UTF-8")
}

fn finding(rule: &'static str, level: Level, pos: Option<Pos>) -> Finding {
    Finding {
        rule,
        level,
        path: "exceptions/EXC-2026-7F3KQ.yaml".into(),
        pos,
        field: Some("expires".into()),
        id: Some("EXC-2026-7F3KQ".into()),
        message: "the exception ends 12 days after the latest day allowed".into(),
        help: "end it on 2027-02-18 or before (tier standard allows 90d), or split the work".into(),
    }
}

/// One answer with every kind of block.
fn everything() -> Doc {
    let column = |title, fit| Column { title, fit };
    let row = |id: &str, title: &str, team: &str, ends: (Tone, &str)| {
        vec![
            Text::of(Tone::Id, id),
            Text::plain(title),
            Text::plain(team),
            Text::of(ends.0, ends.1),
        ]
    };
    let mut error = Shown::from(finding(
        "term-too-long",
        Level::Error,
        Some(Pos {
            line: 41,
            column: 10,
        }),
    ));
    error.excerpt = Some(Excerpt {
        line: "expires: 2027-03-02".into(),
        length: 10,
    });
    let mut findings = Findings::of(vec![finding("missing-trigger", Level::Warning, None)]);
    findings.shown.insert(0, error);
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
        Block::Heading(Text::plain("Exceptions: ").and(Tone::Bad, "1 overdue")),
        Block::Paragraph(
            Text::plain("The old gateway certificate ended on 2026-11-09 and ")
                .and(Tone::Bad, "grants nothing")
                .and(Tone::Plain, ", but nobody closed it: access may still be live. ")
                .and(Tone::Strong, "日本語の題名も幅を数える。"),
        ),
        Block::Pairs(vec![
            ("why".into(), Text::plain("The legacy job retires in December.\nUntil then its key cannot rotate, because the vendor reads it once at start and holds it for the whole run.")),
            ("owner".into(), Text::plain("Ana ").and(Tone::Muted, "ana@example.com")),
            ("ends".into(), Text::of(Tone::Warn, "2026-12-20").and(Tone::Plain, ", in 30 days")),
        ]),
        Block::Table(Table {
            columns: vec![
                column("id", Fit::Whole),
                column("title", Fit::Flexible),
                column("team", Fit::Optional),
                column("ends", Fit::Whole),
            ],
            rows: vec![
                row("EXC-2026-1A2B3", "Old gateway certificate", "platform", (Tone::Bad, "2026-11-09")),
                row("EXC-2026-7F3KQ", "Billing batch key cannot rotate before the legacy job retires in the data centre that closes in December, and with it the last reader of the old queue, whose owner left the company in spring", "billing-and-invoicing", (Tone::Good, "2026-12-20")),
            ],
        }),
        Block::Findings(findings),
        Block::Verbatim("exledger close EXC-2026-1A2B3 --outcome remediated \\\n\t--reason 'certificate replaced'\n".into()),
    ];
    doc
}

#[test]
fn every_block_is_shown_in_every_format() {
    let doc = everything();
    golden::check(
        "render/80.table",
        &render("table", &doc, &narrow()).replace('\u{1b}', "␛"),
    );
    golden::check(
        "render/140.table",
        &render("table", &doc, &wide()).replace('\u{1b}', "␛"),
    );
    golden::check("render/pipe.table", &render("table", &doc, &Style::PIPE));
    golden::check("render/pipe.json", &render("json", &doc, &Style::PIPE));
}
