//! Edits of a record's file: the text after them, and what each field said before and says now.
//!
//! Uses yaml, record. Pure. Start at [`apply`]. Follows `docs/spec/record.md`, schema and edits. Only the lines of the
//! decision change; what can't be edited like that is refused.

use crate::record::file::{self, RecordFile};
use crate::yaml;
use crate::yaml::node::{Limits, Node};
use crate::yaml::splice;
use crate::yaml::splice::change::SpliceError;
use serde::Serialize;
use serde_json::{Map, Value};

/// One change of a file; paths are those of [`Node::at`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileEdit {
    /// Writes a text at a key that is there, or as a new key of a map that is there.
    Set {
        path: String,
        value: String,
    },
    /// Adds an entry to the end of a list, which is made where there is none.
    Append {
        path: String,
        /// The entry as YAML in one line.
        item: String,
    },
    /// Adds a key that is absent.
    Insert {
        path: String,
        /// The value as lines of a map, for files that are written in lines.
        lines: String,
        /// The value as YAML in one line, for files that are written in brackets.
        line: String,
    },
    Remove {
        path: String,
    },
}

/// A file after edits.
#[derive(Clone, Debug)]
pub struct Edited {
    pub text: String,
    /// The text as the reader of records reads it.
    pub source: RecordFile,
    /// The fields that say something else now, in the order of the file.
    pub changes: Vec<FieldChange>,
}

/// A field that says something else than before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldChange {
    /// The dotted path, with list indices from 0.
    pub field: String,
    /// What it said; null where it was absent.
    pub from: Value,
    /// What it says; null where it is gone.
    pub to: Value,
}

/// Why a file can't be edited. It is then as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It is no UTF-8 text, or no YAML.
    #[error("the file can't be read as YAML")]
    Unreadable,
    /// An edit has no place in it, or would change something else.
    #[error(transparent)]
    Splice(SpliceError),
}

/// Applies edits to the bytes of a record's file, one after the other, all or none.
///
/// # Errors
/// [`EditError`] where an edit has no place, or would change anything but what it says.
pub fn apply(path: &str, bytes: &[u8], edits: &[FileEdit]) -> Result<Edited, EditError> {
    let text = std::str::from_utf8(bytes).map_err(|_| EditError::Unreadable)?;
    let before = parsed(bytes).ok_or(EditError::Unreadable)?;
    let is_bracketed = text.get(before.span.clone()).is_some_and(in_brackets);
    let spliced: Vec<splice::SpliceEdit<'_>> =
        edits.iter().map(|it| it.splice(is_bracketed)).collect();
    let edited = splice::splice(text, &before, &spliced).map_err(EditError::Splice)?;
    let after = parsed(edited.as_bytes()).ok_or(EditError::Unreadable)?;
    let mut changes = Vec::new();
    compare("", Some(&before), Some(&after), &mut changes);
    Ok(Edited { source: file::read(path, edited.as_bytes()), text: edited, changes })
}

fn parsed(bytes: &[u8]) -> Option<Node> {
    yaml::parse(bytes, &Limits::RECORD).root
}

fn in_brackets(text: &str) -> bool {
    text.starts_with('{')
}

impl FileEdit {
    /// Returns the edit that writes a text.
    pub fn set(path: impl Into<String>, value: impl Into<String>) -> FileEdit {
        FileEdit::Set { path: path.into(), value: value.into() }
    }

    /// Returns the edit that adds an entry to a list.
    pub fn append(path: impl Into<String>, item: impl Into<String>) -> FileEdit {
        FileEdit::Append { path: path.into(), item: item.into() }
    }

    fn splice(&self, is_bracketed: bool) -> splice::SpliceEdit<'_> {
        match self {
            FileEdit::Set { path, value } => splice::SpliceEdit::Set { path, value },
            FileEdit::Append { path, item } => splice::SpliceEdit::Append { path, item },
            FileEdit::Insert { path, lines, line } => {
                splice::SpliceEdit::Insert { path, yaml: if is_bracketed { line } else { lines } }
            }
            FileEdit::Remove { path } => splice::SpliceEdit::Remove { path },
        }
    }
}

/// Compares two nodes field by field; a list that was absent is compared as an empty one.
fn compare(
    field: &str,
    before: Option<&Node>,
    after: Option<&Node>,
    changes: &mut Vec<FieldChange>,
) {
    let (old, new) = (before.map(value), after.map(value));
    if old == new {
        return;
    }
    let is_list = |value: &Option<Value>| matches!(value, Some(Value::Array(_)));
    let is_map = |value: &Option<Value>| matches!(value, Some(Value::Object(_)));
    if is_list(&new) && (is_list(&old) || old.is_none()) {
        let (old, new) = (items(before), items(after));
        for index in 0..old.len().max(new.len()) {
            let field = format!("{field}[{index}]");
            compare(&field, old.get(index), new.get(index), changes);
        }
        return;
    }
    if let (Some(old), Some(new)) = (before, after)
        && is_map(&Some(value(old)))
        && is_map(&Some(value(new)))
    {
        let gone = old.entries().iter().filter(|it| new.get(&it.key).is_none());
        for entry in new.entries().iter().chain(gone) {
            let field = match field {
                "" => entry.key.clone(),
                field => format!("{field}.{}", entry.key),
            };
            compare(&field, old.get(&entry.key), new.get(&entry.key), changes);
        }
        return;
    }
    changes.push(FieldChange {
        field: field.to_owned(),
        from: old.unwrap_or(Value::Null),
        to: new.unwrap_or(Value::Null),
    });
}

fn items(node: Option<&Node>) -> &[Node] {
    node.map(Node::items).unwrap_or_default()
}

/// Returns what a node says; every scalar of a record is a text.
fn value(node: &Node) -> Value {
    match &node.value {
        yaml::node::Value::Null | yaml::node::Value::Unreadable => Value::Null,
        yaml::node::Value::Scalar(scalar) => Value::from(scalar.text.as_str()),
        yaml::node::Value::List(items) => items.iter().map(value).collect(),
        yaml::node::Value::Map(entries) => {
            let pairs = entries.iter().map(|it| (it.key.clone(), value(&it.value)));
            Value::Object(pairs.collect::<Map<String, Value>>())
        }
    }
}
