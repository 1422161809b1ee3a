//! Edits of a record's file: the resulting text, and the old and new value of each field.
//!
//! Pure. Start at [`apply`]. Follows `docs/spec/record.md`, schema and edits. Only the lines of the decision change; a file
//! that can't be edited this way is refused.

use crate::diag::remedy::Remedy;
use crate::diag::shell;
use crate::history::change::differ::ValueDifference;
use crate::record::file::{self, RecordFile};
use crate::record::places;
use crate::yaml;
use crate::yaml::node::{Limits, Node};
use crate::yaml::splice;
use crate::yaml::splice::change::SpliceError;
use serde_json::{Map, Value};

/// One change of a file; paths are those of [`Node::at`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileEdit {
    /// Writes a text at an existing key, or as a new key of an existing map.
    Set {
        path: String,
        value: String,
    },
    /// Adds an entry to the end of a list, which is created if missing.
    Append {
        path: String,
        /// The entry as YAML on one line.
        item: String,
    },
    /// Adds a key that is absent.
    Insert {
        path: String,
        /// The value as lines of a map, for files in block style.
        lines: String,
        /// The value as YAML on one line, for files in flow style.
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
    /// The parsed text.
    pub source: RecordFile,
    /// The fields whose values changed, in the order of the file.
    pub changes: Vec<ValueDifference>,
}

/// Why a file can't be edited. It is then unchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("the file can't be read as YAML")]
    Unreadable,
    /// The place of an edit does not exist, or the edit would change something else.
    #[error(transparent)]
    Splice(SpliceError),
}

impl EditError {
    /// Returns what whoever wanted the edit of a file does instead.
    pub fn remedy(&self, path: &str) -> Remedy {
        match self {
            EditError::Splice(SpliceError::Hidden { .. }) => {
                "type it without this character".into()
            }
            _ => {
                let check = shell::command("exledger lint", &[path]);
                Remedy::run([check]).after("write the decision by hand, and have it checked")
            }
        }
    }
}

/// Applies edits to the bytes of a record's file, one after another, all or none.
///
/// # Errors
/// [`EditError`] if the place of an edit does not exist, or the edit would change anything else.
pub fn apply(path: &str, bytes: &[u8], edits: &[FileEdit]) -> Result<Edited, EditError> {
    apply_as(path, bytes, edits, file::read)
}

/// Applies edits to the bytes of a file that is read by another function.
///
/// # Errors
/// As [`apply`].
pub fn apply_as(
    path: &str,
    bytes: &[u8],
    edits: &[FileEdit],
    read: fn(&str, &[u8]) -> RecordFile,
) -> Result<Edited, EditError> {
    let text = std::str::from_utf8(bytes).map_err(|_| EditError::Unreadable)?;
    let before = parsed(bytes).ok_or(EditError::Unreadable)?;
    let is_bracketed = text.get(before.span.clone()).is_some_and(in_brackets);
    let spliced: Vec<splice::SpliceEdit<'_>> =
        edits.iter().map(|edit| edit.splice(is_bracketed)).collect();
    let edited = splice::splice(text, &before, &spliced).map_err(EditError::Splice)?;
    let after = parsed(edited.as_bytes()).ok_or(EditError::Unreadable)?;
    let mut changes = Vec::new();
    compare("", Some(&before), Some(&after), &mut changes);
    Ok(Edited { source: read(path, edited.as_bytes()), text: edited, changes })
}

/// Returns a new file as the result of an edit: every field of its text is a change.
pub fn created(path: &str, text: String, read: fn(&str, &[u8]) -> RecordFile) -> Edited {
    let mut changes = Vec::new();
    for entry in parsed(text.as_bytes()).iter().flat_map(Node::entries) {
        compare(&entry.key, None, Some(&entry.value), &mut changes);
    }
    Edited { source: read(path, text.as_bytes()), text, changes }
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
            FileEdit::Append { path, item } => {
                splice::SpliceEdit::Append { path, item, after: places::before(path) }
            }
            FileEdit::Insert { path, lines, line } => {
                let yaml = if is_bracketed { line } else { lines };
                splice::SpliceEdit::Insert { path, yaml, after: places::before(path) }
            }
            FileEdit::Remove { path } => splice::SpliceEdit::Remove { path },
        }
    }
}

/// Compares two nodes field by field; an absent list is compared as an empty one.
fn compare(
    field: &str,
    before: Option<&Node>,
    after: Option<&Node>,
    changes: &mut Vec<ValueDifference>,
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
        let gone = old.entries().iter().filter(|entry| new.get(&entry.key).is_none());
        for entry in new.entries().iter().chain(gone) {
            let field = match field {
                "" => entry.key.clone(),
                field => format!("{field}.{}", entry.key),
            };
            compare(&field, old.get(&entry.key), new.get(&entry.key), changes);
        }
        return;
    }
    changes.push(ValueDifference {
        field: field.to_owned(),
        from: old.unwrap_or(Value::Null),
        to: new.unwrap_or(Value::Null),
    });
}

fn items(node: Option<&Node>) -> &[Node] {
    node.map(Node::items).unwrap_or_default()
}

fn value(node: &Node) -> Value {
    match &node.value {
        yaml::node::Value::Null | yaml::node::Value::Unreadable => Value::Null,
        yaml::node::Value::Scalar(scalar) => Value::from(scalar.text.as_str()),
        yaml::node::Value::List(items) => items.iter().map(value).collect(),
        yaml::node::Value::Map(entries) => {
            let pairs = entries.iter().map(|entry| (entry.key.clone(), value(&entry.value)));
            Value::Object(pairs.collect::<Map<String, Value>>())
        }
    }
}
