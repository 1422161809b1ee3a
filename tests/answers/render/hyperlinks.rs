//! Links in a table: the text stays the same, and only known words become links.

use std::collections::BTreeMap;

use exledger::render::format::OutputStyle;
use exledger::render::table::hyperlink::{LinkTargets, file_address, linked};

use crate::render::everything;
use crate::support::render::render;

fn targets() -> LinkTargets {
    let address = file_address("/srv/the ledger/exceptions/EXC-2026-7F3KQ.yaml");
    let names = ["EXC-2026-7F3KQ", "exceptions/EXC-2026-7F3KQ.yaml"];
    let files: BTreeMap<String, String> =
        names.iter().map(|name| ((*name).to_owned(), address.clone())).collect();
    let requests = Some(('#', "https://github.com/example/payments/pull/".to_owned()));
    LinkTargets { files, requests }
}

/// Returns a text without its links: what is left on the screen.
fn bare(text: &str) -> String {
    let mut pieces = text.split("\u{1b}]8;;");
    let mut out = pieces.next().unwrap().to_owned();
    for piece in pieces {
        out += piece.split_once("\u{1b}\\").unwrap().1;
    }
    out
}

fn link(address: &str, word: &str) -> String {
    format!("\u{1b}]8;;{address}\u{1b}\\{word}\u{1b}]8;;\u{1b}\\")
}

#[test]
fn ids_files_and_pull_requests_are_links_and_nothing_else_is() {
    let file = "file:///srv/the%20ledger/exceptions/EXC-2026-7F3KQ.yaml";
    let id = link(file, "EXC-2026-7F3KQ");
    let request = link("https://github.com/example/payments/pull/12", "#12");
    for (text, expected) in [
        ("EXC-2026-7F3KQ  A title", format!("{id}  A title")),
        ("see EXC-2026-7F3KQ: it ended", format!("see {id}: it ended")),
        ("\u{1b}[36mEXC-2026-7F3KQ\u{1b}[0m", format!("\u{1b}[36m{id}\u{1b}[0m")),
        ("by Dana (#12), 4f68e072", format!("by Dana ({request}), 4f68e072")),
        (
            "  --> exceptions/EXC-2026-7F3KQ.yaml:41:10",
            format!("  --> {}:41:10", link(file, "exceptions/EXC-2026-7F3KQ.yaml")),
        ),
    ] {
        assert_eq!(linked(text, &targets()), expected);
    }
    for text in
        ["EXC-2026-7F3K", "XEXC-2026-7F3KQ", "#12a", "#", "#1234567890", "ü 日本 \u{1b}[1m", ""]
    {
        assert_eq!(linked(text, &targets()), text);
    }
}

#[test]
fn links_change_nothing_that_is_seen() {
    for width in [None, Some(60), Some(80), Some(140)] {
        let style = OutputStyle { width, is_coloured: true, is_quiet: false };
        let text = render("table", &everything(), &style);
        let links = linked(&text, &targets());
        assert_ne!(links, text);
        assert_eq!(bare(&links), text);
    }
}

#[test]
fn an_address_holds_no_character_that_a_terminal_acts_on() {
    let address = file_address("C:\\ledger\u{1b}]8;;\u{7}\\ü #1");
    assert_eq!(address, "file:///C%3A/ledger%1B%5D8%3B%3B%07/%C3%BC%20%231");
}
