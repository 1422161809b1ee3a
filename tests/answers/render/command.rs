//! Commands that are broken over several lines.

use exledger::render::format::OutputStyle;
use exledger::render::table::command::broken;
use exledger::view::doc::{Block, Doc, StyledText, Tone};
use serde_json::json;

use crate::support::render::render;

#[test]
fn a_broken_command_is_the_same_for_a_shell() {
    let command = "git -c user.name='exledger  approvals' commit -m \"Approve it\" -- exceptions";
    for width in 12..90 {
        for label in ["", "run: "] {
            let text = StyledText::with_tone(Tone::Muted, label).and(Tone::Command, command);
            let text = broken(&text, width).bare();
            let longest = text.lines().map(str::len).max().unwrap_or(0);
            assert!(longest <= width.max(34), "{width}: {text}");
            let pasted = text.replace(" \\\n", " ");
            let pasted = pasted.strip_prefix(label).map(str::trim_start);
            assert_eq!(pasted, Some(command), "{width}");
        }
    }
}

#[test]
fn a_command_that_does_not_fit_behind_its_sentence_has_lines_of_its_own() {
    let command = "exledger approve --governance redesigns/RED-2026-4T9PK.yaml --ref new";
    let sentence = "what omar@example.com signed is in this clone alone: ";
    let text = StyledText::plain(sentence).and(Tone::Command, command);
    assert_eq!(broken(&text, 80).bare(), format!("{sentence}\n{command}"));
    assert_eq!(broken(&text, 200).bare(), format!("{sentence}{command}"));
}

#[test]
fn a_command_in_backticks_keeps_its_words_together() {
    let text = "as it is, it can't be approved: run `exledger show EXC-2026-7F3KQ`, or drop it `";
    for (column, block) in [
        ("paragraph", Block::Paragraph(StyledText::plain(text))),
        ("pair", Block::Pairs(vec![("why".to_owned(), StyledText::plain(text))])),
    ] {
        let mut doc = Doc::new(json!({"schema": "exledger/x/v1"}));
        doc.blocks.push(block);
        for width in 38..90 {
            let style = OutputStyle { width: Some(width), ..OutputStyle::PIPE };
            let shown = render("table", &doc, &style);
            assert!(shown.contains("`exledger show EXC-2026-7F3KQ`"), "{column} {width}: {shown}");
        }
    }
}
