//! A YAML document as a tree of values, each with its place.
//!
//! Uses diag. Pure. Start at [`Document`].

use crate::diag;
use crate::diag::code::Code;
use std::fmt::Write;
use std::ops::Range;

/// How much of a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The size in bytes that still passes.
    pub bytes: usize,
    /// The nesting that still passes; the root map is depth 1.
    pub depth: usize,
}

impl Limits {
    /// What a record may be: 64 KiB, depth 16.
    pub const RECORD: Limits = Limits { bytes: 65_536, depth: 16 };
    /// What a policy may be: 1 MiB, depth 16.
    pub const POLICY: Limits = Limits { bytes: 1_048_576, depth: 16 };
    /// What a roster may be: 8 MiB, so that a whole company fits.
    pub const ROSTER: Limits = Limits { bytes: 8_388_608, depth: 16 };
}

/// A comment, or what may be one in a file that can't be read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where its `#` stands.
    pub pos: diag::Pos,
    /// What follows the `#`, to the end of the line.
    pub text: String,
}

/// What was read, and all that is wrong with it as YAML.
#[derive(Clone, Debug)]
pub struct Document {
    /// The document's node; `None` where the file has none that can be read to its end.
    pub root: Option<Node>,
    /// What is wrong, in the order of the file.
    pub faults: Vec<SyntaxError>,
    /// The comments, in the order of the file.
    pub comments: Vec<Comment>,
}

/// One thing that is wrong with a file as YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// One of `diag::shape`.
    pub code: Code,
    /// Where; `None` where the whole file is meant.
    pub pos: Option<diag::Pos>,
    /// The dotted path of the value, where it is known.
    pub field: Option<String>,
    pub message: String,
    /// What to do about it; never empty.
    pub help: String,
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where the value begins. For a block scalar this is its `|` or `>`, for a block list its first dash;
    /// where nothing stands after a colon or dash, it is the place right after it.
    pub pos: diag::Pos,
    /// The value's bytes in the source, quotes and brackets included, comments and line break after it not.
    pub span: Range<usize>,
    pub value: Value,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing after the colon or dash, or a plain `~`, `null`, `Null` or `NULL`.
    Null,
    Scalar(ScalarNode),
    /// Items in order.
    List(Vec<Node>),
    /// Entries in order, each key once.
    Map(Vec<MapEntry>),
    /// A fault was raised here (a duplicate key's value, an alias, a tagged node and the like): the field
    /// is neither missing nor readable.
    Unreadable,
}

/// A text and how it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScalarNode {
    /// What YAML says the text is; a plain one arrives exactly as written: `no`, `1e3`, `010`.
    pub text: String,
    /// How it was written.
    pub style: NodeStyle,
}

/// How a text was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeStyle {
    /// Without quotes.
    Plain,
    Single,
    Double,
    /// A block after `|`.
    Literal,
    /// A block after `>`.
    Folded,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapEntry {
    pub key: String,
    pub key_pos: diag::Pos,
    /// The key's bytes in the source, quotes included.
    pub key_span: Range<usize>,
    pub value: Node,
}

impl Node {
    /// Returns the value of a key; `None` where this is no map or has no such key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Returns the entry of a key; `None` where this is no map or has no such key.
    pub fn entry(&self, key: &str) -> Option<&MapEntry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// Returns the node at a dotted path with list indices from 0: `compensating_controls[0].status`.
    ///
    /// The empty path is the node itself. Of keys that contain a dot or bracket, the longest that fits is taken.
    pub fn at(&self, path: &str) -> Option<&Node> {
        if path.is_empty() {
            return Some(self);
        }
        match &self.value {
            Value::List(items) => {
                let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
                let item = items.get(index.parse::<usize>().ok()?)?;
                item.at(rest.strip_prefix('.').unwrap_or(rest))
            }
            Value::Map(entries) => {
                // What follows the key is looked at first: that tells most of them apart without comparing texts.
                let fits = |entry: &&MapEntry| {
                    let after = path.as_bytes().get(entry.key.len());
                    let is_end = matches!(after, None | Some(b'.' | b'['));
                    is_end && path.starts_with(entry.key.as_str())
                };
                let entry = entries.iter().filter(fits).max_by_key(|entry| entry.key.len())?;
                let rest = path.get(entry.key.len()..)?;
                entry.value.at(rest.strip_prefix('.').unwrap_or(rest))
            }
            Value::Null | Value::Scalar(_) | Value::Unreadable => None,
        }
    }

    /// Returns the text of a scalar; `None` of anything else.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// Returns the items of a list; none of anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// Returns the entries of a map; none of anything else.
    pub fn entries(&self) -> &[MapEntry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Visits this node and all below it, parents first, each with its path as [`Node::at`] takes it.
    pub fn walk(&self, visit: &mut dyn FnMut(&str, &Node)) {
        self.walk_from(&mut String::new(), visit);
    }

    fn walk_from(&self, path: &mut String, visit: &mut dyn FnMut(&str, &Node)) {
        visit(path, self);
        let length = path.len();
        for (index, item) in self.items().iter().enumerate() {
            push_index(path, index);
            item.walk_from(path, visit);
            path.truncate(length);
        }
        for entry in self.entries() {
            push_key(path, &entry.key);
            entry.value.walk_from(path, visit);
            path.truncate(length);
        }
    }
}

/// Appends a key to a dotted path.
pub(crate) fn push_key(path: &mut String, key: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
}

/// Appends a list index to a dotted path.
pub(crate) fn push_index(path: &mut String, index: usize) {
    // Writing to a text cannot fail, and makes no text of its own.
    let _ = write!(path, "[{index}]");
}
