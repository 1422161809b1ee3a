//! The team's own map `x`: the only part of a record where values have the types of YAML 1.2's core schema.
//!
//! Pure. Start at `map`. Follows `docs/spec/record.md`, values.

use serde_json::{Number, Value as Json};
use std::collections::BTreeMap;

use crate::record::reader::NodeReader;
use crate::yaml::node::{Node, NodeStyle, Value};

/// Reads a free-form map; its values may be anything, including null.
pub(super) fn map<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<BTreeMap<String, Json>> {
    let Value::Map(entries) = &node.value else {
        return at.refuse(node, "a map", "write it as keys with values, `key: value`");
    };
    let values = entries.iter().map(|entry| (entry.key.clone(), json(&entry.value)));
    Some(values.collect())
}

/// Returns the value of a node as JSON; plain texts get their type from the core schema.
///
/// An unreadable value becomes `null`, and is noted as a fault.
pub fn json(node: &Node) -> Json {
    match &node.value {
        Value::Null | Value::Unreadable => Json::Null,
        Value::Scalar(scalar) if scalar.style == NodeStyle::Plain => typed(&scalar.text),
        Value::Scalar(scalar) => Json::String(scalar.text.clone()),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(entries) => {
            let values = entries.iter().map(|entry| (entry.key.clone(), json(&entry.value)));
            Json::Object(values.collect())
        }
    }
}

/// Returns the core schema value of a plain text. JSON has no infinities: they stay text.
fn typed(text: &str) -> Json {
    match text {
        "true" | "True" | "TRUE" => Json::Bool(true),
        "false" | "False" | "FALSE" => Json::Bool(false),
        _ => number(text).map_or_else(|| Json::String(text.to_owned()), Json::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    let digits = |rest: &str, radix| {
        let is_bare = !rest.starts_with(['+', '-']);
        is_bare.then(|| u64::from_str_radix(rest, radix).ok()).flatten()
    };
    if let Some(rest) = text.strip_prefix("0o") {
        return digits(rest, 8).map(Number::from);
    }
    if let Some(rest) = text.strip_prefix("0x") {
        return digits(rest, 16).map(Number::from);
    }
    let begins = text
        .trim_start_matches(['+', '-'])
        .starts_with(|first: char| first.is_ascii_digit() || first == '.');
    let is_numeric = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    if !begins || !is_numeric {
        return None;
    }
    let whole = text.parse::<i64>().ok().map(Number::from);
    whole
        .or_else(|| text.parse::<u64>().ok().map(Number::from))
        .or_else(|| text.parse::<f64>().ok().and_then(Number::from_f64))
}
