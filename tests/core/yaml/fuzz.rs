//! Random bytes and changed records: no panic, correct positions, and the same reading as another reader's.

use exledger::yaml::node::{Limits, Node, NodeStyle, Value};
use exledger::yaml::parse;
use exledger::yaml::splice::{SpliceEdit, splice};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRng, TestRunner};

use super::{RECORD, mutate};

/// Small sources, so that changes affect each other.
const SAMPLE: &[&str] = &[
    "a: b\nc: d\n",
    "a:\n  - b\n  - c: d\n    e: f\ng:\n- h\n- i\n",
    "a: {b: c, d: [e, f]}\ng: [h, {i: j}]\n",
    "a: |\n  b\n  c\nd: >-\n  e\n\n  f\ng: 'h i'\nj: \"k\n  l\"\n",
    "a: b\nc: |\n  d\n   e",
    "a:\n- >+\n  d\n\n  e\n\n",
    "a: # x\n  b: # y\n    c # z\n    d\n# w\ne: f\n",
];

/// Checks a property for a number of values, the same in every run.
pub(crate) fn check_all<S: Strategy>(cases: u32, values: &S, statement: impl Fn(S::Value))
where
    S::Value: Clone,
{
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(config.rng_algorithm);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let result = runner.run(values, |value| {
        statement(value);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[test]
fn no_bytes_make_the_reader_panic() {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..6),
        "[ -~\n]{0,6}".prop_map(String::into_bytes),
        prop::sample::select(vec!["- ", ": ", "\n", "  ", "{", "[", "'", "\"", "|", "\u{FEFF}"])
            .prop_map(|text| text.as_bytes().to_vec()),
    ];
    let bytes = prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat());
    check_all(2_000, &bytes, |bytes: Vec<u8>| {
        let read = parse(&bytes, &Limits::RECORD);
        assert!(read.root.is_some() || !read.faults.is_empty());
        for fault in read.faults {
            assert!(!fault.message.is_empty() && !fault.help.is_empty());
        }
    });
}

#[test]
fn what_is_read_without_faults_another_reader_reads_alike() {
    check_all(400, &mutate::of(RECORD), |source: String| compare(&source));
    for small in SAMPLE {
        check_all(500, &mutate::of(small), |source: String| compare(&source));
    }
}

fn compare(source: &str) {
    let read = parse(source.as_bytes(), &Limits::RECORD);
    let Some(root) = read.root.filter(|_| read.faults.is_empty()) else {
        return;
    };
    if !matches!(root.value, Value::List(_) | Value::Map(_)) {
        return;
    }
    check_places(source, &root);
    // The other reader takes a byte order mark for a document.
    let bare = source.strip_prefix('\u{FEFF}').unwrap_or(source);
    match serde_yaml::from_str(bare) {
        Ok(other) => check_same(&root, &other, source),
        Err(error) => panic!("only this reader reads {source:?}: {error}"),
    }
}

fn check_same(node: &Node, other: &serde_yaml::Value, source: &str) {
    use serde_yaml::Value as Other;
    match (&node.value, other) {
        (Value::Null, Other::Null) => {}
        (Value::Scalar(scalar), Other::String(text)) if scalar.text == *text => {}
        (Value::Scalar(scalar), Other::Bool(_) | Other::Number(_))
            if scalar.style == NodeStyle::Plain => {}
        (Value::List(items), Other::Sequence(others)) if items.len() == others.len() => {
            for (item, other) in items.iter().zip(others) {
                check_same(item, other, source);
            }
        }
        (Value::Map(entries), Other::Mapping(others)) if entries.len() == others.len() => {
            for (entry, (key, value)) in entries.iter().zip(others) {
                assert!(key.as_str().is_none_or(|key| key == entry.key), "{source:?}");
                check_same(&entry.value, value, source);
            }
        }
        (value, other) => panic!("{value:?} here, {other:?} there, in {source:?}"),
    }
}

/// Checks the content of spans, and that positions are those of their first byte.
fn check_places(source: &str, root: &Node) {
    root.walk(&mut |path, node| {
        let text = &source[node.span.clone()];
        assert_eq!((node.pos.line, node.pos.column), place(source, node.span.start), "{path}");
        let (first, last) = (text.chars().next(), text.chars().next_back());
        let is_right = match &node.value {
            Value::Null => matches!(text, "" | "~" | "null" | "Null" | "NULL"),
            Value::Scalar(scalar) => match scalar.style {
                NodeStyle::Plain => text == scalar.text || text.contains(['\n', '\r']),
                NodeStyle::Single => first == Some('\'') && last == Some('\''),
                NodeStyle::Double => first == Some('"') && last == Some('"'),
                NodeStyle::Literal => first == Some('|'),
                NodeStyle::Folded => first == Some('>'),
            },
            Value::List(items) => match first {
                Some('-') => items.last().is_some_and(|item| item.span.end == node.span.end),
                _ => first == Some('[') && last == Some(']'),
            },
            Value::Map(entries) => match first {
                Some('{') => last == Some('}'),
                _ => entries.last().is_some_and(|it| it.value.span.end == node.span.end),
            },
            Value::Unreadable => false,
        };
        assert!(is_right, "{path} is at {text:?} of {source:?}");
        for entry in node.entries() {
            let at = (entry.key_pos.line, entry.key_pos.column);
            assert_eq!(at, place(source, entry.key_span.start), "key of {path}");
        }
        assert!(root.at(path).is_some(), "{path}");
    });
}

/// Returns line and column of a byte, computed naively.
fn place(source: &str, offset: usize) -> (u32, u32) {
    let before = &source[..offset];
    let before = before.strip_prefix('\u{FEFF}').unwrap_or(before);
    let lines: Vec<&str> = before
        .split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
        .collect();
    let ends_in_cr = u32::from(before.ends_with('\r'));
    let column = if ends_in_cr == 1 { 0 } else { lines.last().unwrap().chars().count() };
    (u32::try_from(lines.len()).unwrap() + ends_in_cr, u32::try_from(column).unwrap() + 1)
}

#[test]
fn an_edit_of_any_layout_does_what_it_says_or_nothing() {
    let sources = prop_oneof![
        mutate::of(SAMPLE[1]),
        mutate::of(SAMPLE[2]),
        mutate::of(SAMPLE[3]),
        mutate::of(SAMPLE[6]),
        mutate::of(RECORD),
    ];
    check_all(250, &sources, |source: String| {
        let read = parse(source.as_bytes(), &Limits::RECORD);
        let Some(root) = read.root.filter(|_| read.faults.is_empty()) else {
            return;
        };
        let mut paths = Vec::new();
        root.walk(&mut |path, _| paths.push(path.to_owned()));
        for path in paths.iter().take(12) {
            let new = format!("{path}.new");
            check_edit(&source, &root, SpliceEdit::Set { path, value: "x: y" });
            check_edit(&source, &root, SpliceEdit::Set { path: &new, value: "z" });
            check_edit(&source, &root, SpliceEdit::Append { path, item: "{k: v}", after: &[] });
            check_edit(
                &source,
                &root,
                SpliceEdit::Append { path: &new, item: "{k: v}", after: &[] },
            );
            check_edit(
                &source,
                &root,
                SpliceEdit::Insert { path: &new, yaml: "k: v\nl: w", after: &[] },
            );
            check_edit(&source, &root, SpliceEdit::Remove { path });
        }
    });
}

/// Checks that an edit, if it succeeds, leaves all other lines unchanged.
fn check_edit(source: &str, root: &Node, edit: SpliceEdit<'_>) {
    let Ok(edited) = splice(source, root, &[edit]) else {
        return;
    };
    let same = |(one, other): &(char, char)| one == other;
    let head = source.chars().zip(edited.chars()).take_while(same).count();
    let tail = source.chars().rev().zip(edited.chars().rev()).take_while(same).count();
    let shorter = source.chars().count().min(edited.chars().count());
    assert!(head + tail <= source.len() + edited.len() && head <= shorter, "{edit:?}");
    let read = parse(edited.as_bytes(), &Limits::RECORD);
    assert!(read.faults.is_empty(), "{edit:?} of {source:?} gives {edited:?}");
}
