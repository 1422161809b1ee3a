//! Text that would affect its reader: terminals, spreadsheets, forges.

use exledger::diag::Level;
use exledger::render::ALL;
use exledger::render::format::OutputStyle;
use exledger::view::doc::{
    Block, Column, ColumnFit, Doc, DocTable, Excerpt, FindingList, ShownFinding, StyledText, Tone,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::finding;
use crate::support::render::render;

/// An answer with this text everywhere.
fn saying(text: &str) -> Doc<'static> {
    let mut doc = Doc::new(json!({"schema": "exledger/lint/v1", "findings": [{"title": text}]}));
    doc.rows = Some("findings");
    doc.repository = Some(text.into());
    doc.footer = Some(text.into());
    let mut bad =
        finding("encoding", Level::Error, Some(exledger::diag::Pos { line: 2, column: 3 }));
    (bad.path, bad.message, bad.remedy) = (text.into(), text.into(), text.into());
    (bad.id, bad.field) = (Some(text.into()), Some(text.into()));
    let mut shown = ShownFinding::from(bad);
    shown.excerpt = Some(Excerpt { skipped: 0, line: text.into(), length: 200 });
    let mut findings = FindingList::for_all_readers(Vec::new());
    findings.shown.push(shown);
    let words = StyledText::with_tone(Tone::Bad, text).and(Tone::Plain, text);
    doc.blocks = vec![
        Block::Heading(words.clone()),
        Block::Paragraph(words.clone()),
        Block::Pairs(vec![(text.into(), words.clone())]),
        Block::Table(DocTable {
            columns: vec![
                Column { title: "id", fit: ColumnFit::Whole },
                Column { title: "title", fit: ColumnFit::Flexible },
            ],
            rows: vec![vec![words.clone(), words]],
        }),
        Block::Findings(findings),
        Block::Verbatim(text.into()),
    ];
    doc
}

/// Returns a character of an output that would have an effect.
fn acting(output: &str) -> Option<char> {
    output.chars().find(|char| match char {
        '\n' | '\t' | '\r' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => true,
        '\u{2028}' | '\u{2029}' | '\u{61c}' | '\u{200b}' | '\u{feff}' | '\u{e0041}' => true,
        char => char.is_control(),
    })
}

const HOSTILE: &[&str] = &[
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "\u{9b}31m",
    "title\r\u{8}\u{8}\u{7f}",
    "\u{202e}live\u{2066}",
    "\u{200f}\u{61c}\u{feff}\u{200b}\u{2028}\u{2029}",
    "\u{e0041}\0",
    "plain\nverdict: allow\n::error::x\n",
];

#[test]
fn no_format_lets_a_character_through_that_acts_on_its_reader() {
    for text in HOSTILE {
        let doc = saying(text);
        for format in ALL {
            let output = render(format.name, &doc, &OutputStyle::PIPE);
            assert_eq!(acting(&output), None, "{}: {output:?}", format.name);
        }
        let style = OutputStyle { width: Some(60), is_coloured: true, ..OutputStyle::PIPE };
        let output = render("table", &doc, &style);
        let colours = ["0", "1", "2", "31", "32", "33", "36"].map(|it| format!("\u{1b}[{it}m"));
        let bare = colours.iter().fold(output, |output, colour| output.replace(colour, ""));
        assert_eq!(acting(&bare), None, "{bare:?}");
        assert_eq!(bare, render("table", &doc, &OutputStyle { is_coloured: false, ..style }));
    }
}

#[test]
fn what_is_made_visible_is_named() {
    let output = render("table", &saying("a\u{1b}b\u{202e}c"), &OutputStyle::PIPE);
    assert!(output.starts_with("a\\u{1b}b\\u{202e}ca\\u{1b}b\\u{202e}c\n"), "{output}");
}

#[test]
fn a_line_break_in_a_text_starts_no_line_of_its_own() {
    let output = render("table", &saying("title\nverdict: allow"), &OutputStyle::PIPE);
    // The last block is verbatim: only there are lines preserved.
    let (before, _) = output.rsplit_once("title\nverdict: allow").unwrap();
    assert!(!before.contains("\nverdict"), "{output}");
    let markdown = render("markdown", &saying("title\n# heading"), &OutputStyle::PIPE);
    let (before, _) = markdown.split_once("```").unwrap();
    assert!(!before.contains("\n# "), "{markdown}");
}

#[test]
fn a_text_in_a_log_is_no_command_to_the_build_server() {
    let texts = ["::stop-commands::x", "a\n  ::error::x", "a ##[error]x", "##vso[task.complete]"];
    for text in texts {
        let output = render("table", &saying(text), &OutputStyle::PIPE);
        let commands = output.lines().filter(|line| line.trim_start().starts_with("::"));
        assert_eq!(commands.count(), 0, "{output}");
        assert!(!output.contains("##[") && !output.contains("##vso["), "{output}");
    }
    let output = render("table", &saying("crate::record, 2 ## 3"), &OutputStyle::PIPE);
    assert!(output.starts_with("crate::record, 2 ## 3"), "{output}");
}

#[test]
fn json_stays_the_same_value() {
    for text in HOSTILE {
        let doc = saying(text);
        let read: Value = serde_json::from_str(&render("json", &doc, &OutputStyle::PIPE)).unwrap();
        assert_eq!(read, doc.json);
    }
}

#[test]
fn a_line_of_jsonl_says_where_it_is_from() {
    let mut doc = Doc::new(json!({
        "schema": "exledger/list/v1",
        "ledger": {"ref": "refs/heads/main", "commit": "3f2c", "instant": "2026-11-21T00:00:00Z"},
        "records": [{"id": "A"}, {}, {"ledger": 1}],
    }));
    doc.rows = Some("records");
    doc.repository = Some("example/payments".into());
    let from = r#"{"repository":"example/payments","commit":"3f2c","instant":"2026-11-21T00:00:00Z","ref":"refs/heads/main"}"#;
    let expected =
        format!("{{\"id\":\"A\",\"ledger\":{from}}}\n{{\"ledger\":{from}}}\n{{\"ledger\":1}}\n");
    assert_eq!(render("jsonl", &doc, &OutputStyle::PIPE), expected);
    doc.rows = None;
    assert_eq!(render("jsonl", &doc, &OutputStyle::PIPE), format!("{}\n", doc.json));
}

fn csv(rows: Value) -> String {
    let mut doc = Doc::new(json!({ "rows": rows }));
    doc.rows = Some("rows");
    render("csv", &doc, &OutputStyle::PIPE)
}

#[test]
fn cells_that_a_spreadsheet_would_calculate_are_guarded() {
    let cases = [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@A1", "'@A1"),
        ("\tx", "'\tx"),
        ("'=1", "''=1"),
        ("'quoted'", "'quoted'"),
        ("a=b", "a=b"),
        ("a,b", "\"a,b\""),
        ("say \"x\"", "\"say \"\"x\"\"\""),
        ("two\nlines", "two lines"),
        ("two\r\n::error::lines", "two ::error::lines"),
        ("::error::x", "\\u{3a}:error::x"),
        ("##vso[task]", "##vso\\u{5b}task]"),
    ];
    for (cell, expected) in cases {
        assert_eq!(csv(json!([{"a": cell, "b": 1}])), format!("a,b\r\n{expected},1\r\n"));
    }
}

#[test]
fn nested_values_become_columns_with_dots_and_lists() {
    let cases = [
        (json!([]), ""),
        (json!([{"a": {"b": 1, "c": {"d": true}}, "e": null}]), "a.b,a.c.d,e\r\n1,true,\r\n"),
        (json!([{"a": ["x", "y"], "b": []}]), "a,b\r\nx;y,\r\n"),
        (json!([{"a": [{"b": 1, "c": ["x", "y"]}, {"b": 2}]}]), "a.b,a.c\r\n1;2,x;y;\r\n"),
        // An object that is null in the first row keeps its position and has no column of its own.
        (json!([{"a": null, "z": 1}, {"a": {"b": 2}, "z": 3}]), "a.b,z\r\n,1\r\n2,3\r\n"),
        (json!([{"a": "only"}, {"a": {"b": 2}}]), "a,a.b\r\nonly,\r\n,2\r\n"),
    ];
    for (rows, expected) in cases {
        assert_eq!(csv(rows), expected);
    }
}

#[test]
fn markdown_shows_a_text_as_it_is() {
    let cases = [
        ("a|b", "a\\|b"),
        ("<script>", "&lt;script>"),
        ("`code`", "\\`code\\`"),
        ("ask @security-team", "ask &#64;&#8203;security-team"),
        ("lee@example.com", "lee@example.com"),
        ("snake_case", "snake_case"),
        ("_em_ *em* ~~x~~", "\\_em\\_ \\*em\\* \\~\\~x\\~\\~"),
        ("[x](y)", "\\[x\\](y)"),
        ("&lt; & &#64;", "&amp;lt; & &amp;#64;"),
        ("# no heading", "\\# no heading"),
        ("- no item", "\\- no item"),
        ("12. no item", "12\\. no item"),
        ("/close", "\\/close"),
        ("2026-12-20", "2026-12-20"),
    ];
    for (text, expected) in cases {
        let mut doc = Doc::new(json!({}));
        doc.blocks.push(Block::Paragraph(StyledText::plain(text)));
        assert_eq!(render("markdown", &doc, &OutputStyle::PIPE), format!("{expected}\n"));
    }
}

#[test]
fn markdown_that_would_not_fit_a_job_summary_says_what_is_left_out() {
    let mut findings = vec![finding("stale-control", Level::Warning, None); 10_000];
    findings.push(finding("term-too-long", Level::Error, None));
    let mut doc = Doc::new(json!({}));
    doc.blocks.push(Block::Findings(FindingList::for_all_readers(findings)));
    let output = render("markdown", &doc, &OutputStyle::PIPE);
    assert!(output.len() < 1 << 20);
    assert!(output.lines().nth(2).unwrap().starts_with("| error | term-too-long |"));
    assert!(output.ends_with(" more rows omitted: size limit reached\n"), "{output:.200}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_shown_at_any_width(text in any::<String>(), width in 0_usize..100) {
        let doc = saying(&text);
        let style = OutputStyle { width: Some(width), is_coloured: false, ..OutputStyle::PIPE };
        let plain = render("table", &doc, &style);
        prop_assert_eq!(acting(&plain), None);
        let coloured = render("table", &doc, &OutputStyle { is_coloured: true, ..style });
        let colours = ["0", "1", "2", "31", "32", "33", "36"].map(|it| format!("\u{1b}[{it}m"));
        let bare = colours.iter().fold(coloured, |output, colour| output.replace(colour, ""));
        prop_assert_eq!(bare, plain);
        for format in ALL {
            prop_assert_eq!(acting(&render(format.name, &doc, &OutputStyle::PIPE)), None);
        }
    }
}
