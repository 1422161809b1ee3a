//! The source line below a finding.

use std::cell::Cell;

use exledger::diag::code::Code;
use exledger::diag::{Finding, Level, Pos};
use exledger::ledger::tree::{EntryKind, Tree, TreeError, TreeItem};
use exledger::view::excerpt::Excerpts;
use exledger::view::findings::MOST_OF_A_FILE;

/// One file, and how often it was read.
struct File(String, Cell<usize>);

impl Tree for File {
    fn list(&self, _: &str) -> Result<Vec<TreeItem>, TreeError> {
        Ok(Vec::new())
    }

    fn kind(&self, _: &str) -> Result<Option<EntryKind>, TreeError> {
        Ok(Some(EntryKind::File))
    }

    fn bytes(&self, _: &str) -> Result<Option<Vec<u8>>, TreeError> {
        self.1.set(self.1.get() + 1);
        Ok(Some(self.0.clone().into_bytes()))
    }

    fn size(&self, _: &str) -> Result<Option<u64>, TreeError> {
        Ok(u64::try_from(self.0.len()).ok())
    }
}

/// Returns a finding of the file at a position.
fn mistake(pos: Pos) -> Finding {
    Finding {
        rule: Code::Syntax,
        level: Level::Error,
        path: "a.yaml".to_owned(),
        pos: Some(pos),
        field: None,
        id: None,
        message: String::new(),
        remedy: "".into(),
    }
}

#[test]
fn a_file_is_read_once_and_fifty_times_searched() {
    let file = File(format!("x: {{{}}}\n", "a: 1, ".repeat(8_000)), Cell::new(0));
    let excerpts = Excerpts::from_tree(Some(&file), &[]);
    let mistakes = (0_u32..8_000).map(|n| Pos { line: 1, column: 5 + n * 6 });
    let found = mistakes.filter_map(|pos| excerpts.shown(mistake(pos)).excerpt);
    let lengths: Vec<usize> = found.map(|it| it.line.chars().count()).collect();
    assert_eq!(lengths.len(), MOST_OF_A_FILE);
    assert!(lengths.iter().all(|length| *length <= 200), "{lengths:?}");
    assert_eq!(file.1.get(), 1);
}

#[test]
fn the_mark_ends_with_the_value() {
    for (line, from, length) in [
        ("title: TBD", 7, 3),
        ("title: TBD   # later", 7, 3),
        ("title: a: b", 0, 5),
        ("subject: {identity: a}", 0, 7),
        ("subject: {identity: 'a, b', asset: c}", 20, 6),
        ("subject: {identity: a, asset: b}", 9, 23),
        ("controls: [a, b:c]", 11, 1),
        ("controls: [a, b:c]", 14, 3),
        ("expires:", 0, 7),
        ("  \"a\": b", 2, 3),
        ("a, b", 0, 4),
        ("it's a [text]", 0, 13),
        ("{open", 0, 5),
        ("", 0, 0),
    ] {
        let file = File(format!("{line}\n"), Cell::new(0));
        let shown =
            Excerpts::from_tree(Some(&file), &[]).shown(mistake(Pos { line: 1, column: from + 1 }));
        assert_eq!(shown.excerpt.map(|excerpt| excerpt.length), Some(length), "{line}");
    }
}
