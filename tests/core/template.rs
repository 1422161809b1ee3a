//! The text of a new record: every value is read back as it was entered.

use exledger::record::template;
use exledger::yaml::node::{Limits, Node};
use exledger::yaml::{self};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn back(node: &Node) -> Value {
    match &node.value {
        yaml::node::Value::Null | yaml::node::Value::Unreadable => Value::Null,
        yaml::node::Value::Scalar(scalar) => Value::from(scalar.text.as_str()),
        yaml::node::Value::List(items) => items.iter().map(back).collect(),
        yaml::node::Value::Map(entries) => {
            entries.iter().map(|entry| (entry.key.clone(), back(&entry.value))).collect()
        }
    }
}

/// Writes fields, and reads them back with our reader and with another one.
fn survives(fields: Value) {
    let map: &Map<String, Value> = fields.as_object().unwrap();
    let text = template::write(map, Some("../schemas/exception.schema.json"));
    let document = yaml::parse(text.as_bytes(), &Limits::RECORD);
    assert!(document.faults.is_empty(), "{:?}\n{text}", document.faults);
    assert_eq!(back(document.root.as_ref().unwrap()), fields, "{text}");
    let other: Value =
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(other, fields, "{text}");
}

/// Texts that YAML easily reads as something else.
const AWKWARD: &[&str] = &[
    "no",
    "Yes",
    "~",
    "null",
    "1e3",
    "0x10",
    "0o7",
    "1_000",
    "1:30",
    ".5",
    "- a",
    "? a",
    "a: b",
    "a #b",
    "#a",
    "@a",
    "`a`",
    "%a",
    "!a",
    "&a",
    "*a",
    "|",
    ">",
    "'a'",
    "\"a\"",
    "[a",
    "{a",
    "a,b",
    "a]",
    "---",
    "...",
    " a",
    "a ",
    "a:",
    "2026-12-20",
    "2026-12-20T10:00:00Z",
    "30d",
    "\\",
    "a\\nb",
    "\u{e9}\u{1f600}",
    "=",
    "<<",
    "true",
    "1.",
    "+1",
];

#[test]
fn awkward_texts_arrive_in_every_place() {
    for text in AWKWARD {
        survives(json!({
            "title": text,
            "deviates_from": {"controls": [text, text], "rule": text},
            "scope": {"findings": [{"tool": text, "id": text, "paths": [text]}]},
            "justification": text,
            "compensating_controls": [{"id": "CC1", "description": text}],
            "triggers": [{"id": "T1", "when": text}],
        }));
    }
}

#[test]
fn texts_of_several_lines_arrive() {
    for text in [
        "a\nb",
        "a\n",
        "a\n\nb\n",
        "\na",
        "a\n\n",
        " a\nb",
        "a\n b",
        "a \nb",
        "- a\n- b\n",
        "a\tb\nc",
        "\n",
    ] {
        survives(json!({"title": text, "justification": text, "rollback": {"plan": text}}));
    }
}

proptest! {
    #[test]
    fn any_text_without_hidden_characters_arrives(text in "[ -~\u{a1}-\u{ac}\u{ae}-\u{17f}\n]{1,60}") {
        survives(json!({"title": text, "scope": {"actions": [text]}, "triggers": [{"id": "T1", "when": text}]}));
    }
}
