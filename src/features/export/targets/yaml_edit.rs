//! Edits of a YAML file of another tool: read, compare, change one place, with every refusal as one of exports.
//!
//! Pure. Start at [`applied`].

use crate::features::export::targets::merge::MergeRefusal;
use crate::yaml;
use crate::yaml::node::{Limits, Node, Value};
use crate::yaml::splice::{self, SpliceEdit};

const LIMITS: Limits = Limits { bytes: 64 << 20, depth: 64 };

pub(crate) fn read(text: &str) -> Result<Node, MergeRefusal> {
    let document = yaml::parse(text.as_bytes(), &LIMITS);
    if let Some(fault) = document.faults.first() {
        let line = fault.pos.map(|pos| format!("line {}: ", pos.line)).unwrap_or_default();
        return Err(MergeRefusal::Unparsed(format!("{line}{}", fault.message)));
    }
    document.root.ok_or_else(|| MergeRefusal::Unparsed("it has no value".to_owned()))
}

pub(crate) fn applied(text: &str, edit: SpliceEdit<'_>) -> Result<String, MergeRefusal> {
    let root = read(text)?;
    let key = match edit {
        SpliceEdit::Set { path, .. }
        | SpliceEdit::Append { path, .. }
        | SpliceEdit::Insert { path, .. }
        | SpliceEdit::Remove { path } => path.to_owned(),
    };
    splice::splice(text, &root, &[edit])
        .map_err(|error| MergeRefusal::Layout { key, why: error.to_string() })
}

/// Tells whether a node says what a text in YAML says, whatever its quotes and the order of its keys.
pub(crate) fn is_same(node: &Node, text: &str) -> bool {
    read(text).is_ok_and(|other| same(node, &other))
}

fn same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Null, Value::Null) => true,
        (Value::Scalar(one), Value::Scalar(other)) => one.text == other.text,
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Map(one), Value::Map(others)) => {
            let has = |key: &str, value: &Node| {
                others.iter().any(|other| other.key == key && same(value, &other.value))
            };
            one.len() == others.len() && one.iter().all(|entry| has(&entry.key, &entry.value))
        }
        _ => false,
    }
}

pub(crate) fn emptied(text: &str, root: &Node, path: &str) -> Result<String, MergeRefusal> {
    let why = || "it is not written as {}".to_owned();
    let refused = || MergeRefusal::Layout { key: path.to_owned(), why: why() };
    let span = root.at(path).map(|node| node.span.clone()).ok_or_else(refused)?;
    let (before, after) = (text.get(..span.start), text.get(span.end..));
    let (before, after) = before.zip(after).ok_or_else(refused)?;
    let is_brackets =
        text.get(span).is_some_and(|text| text.starts_with('{') && text.ends_with('}'));
    if is_brackets {
        Ok(format!("{}{after}", before.trim_end_matches(' ')))
    } else {
        Err(refused())
    }
}
