//! A YAML document as a tree of values, each with its place.
//!
//! Pure. Start at [`Document`].

use crate::diag;
use crate::diag::code::Code;
use crate::yaml::splice;
use std::fmt::Write;
use std::ops::Range;

/// How much of a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest size that is accepted, in bytes.
    pub bytes: usize,
    /// The deepest nesting that is accepted; the root map is depth 1.
    pub depth: usize,
}

impl Limits {
    /// The limits of a record: 64 KiB, depth 16.
    pub const RECORD: Limits = Limits { bytes: 65_536, depth: 16 };
    /// The limits of a policy: 1 MiB, depth 16.
    pub const POLICY: Limits = Limits { bytes: 1_048_576, depth: 16 };
    /// The limits of a roster: 8 MiB, enough for a whole company; depth 16.
    pub const ROSTER: Limits = Limits { bytes: 8_388_608, depth: 16 };
}

/// A comment, or what may be one if the file can't be read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The place of its `#`.
    pub pos: diag::Pos,
    /// The text after the `#`, to the end of the line.
    pub text: String,
}

/// The parsed document, and everything that is wrong with it as YAML.
#[derive(Clone, Debug)]
pub struct Document {
    /// The root node; `None` if the file has none or can't be read to its end.
    pub root: Option<Node>,
    /// What is wrong, in file order.
    pub faults: Vec<SyntaxError>,
    /// The comments, in file order.
    pub comments: Vec<Comment>,
}

/// One error of a file as YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// One of `diag::shape`.
    pub code: Code,
    /// The place; `None` for the whole file.
    pub pos: Option<diag::Pos>,
    /// The dotted path of the value, if known.
    pub field: Option<String>,
    pub message: String,
    /// How to fix it; never empty.
    pub help: String,
    /// The edit that ends it.
    pub repair: Repair,
}

/// The edit that ends a fault, as far as the reader of the value knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Repair {
    /// Only the words say it.
    #[default]
    Unknown,
    /// Another name for the key.
    Rename(String),
    /// A key that is added to the map, with an example.
    Add(String),
    /// Another value, written in YAML.
    Write(String),
    /// The same, where only a person knows the value; this one passes.
    Example(String),
    /// The field or item goes: it means nothing where it stands.
    Remove,
}

impl Repair {
    /// Returns the repair by the value that was probably meant, else by an example, if there is any.
    pub fn nearest_or(near: Option<&str>, example: Option<&str>) -> Repair {
        match (near, example) {
            (Some(near), _) => Repair::Write(splice::quote(near)),
            (None, Some(example)) => Repair::Example(splice::quote(example)),
            (None, None) => Repair::Unknown,
        }
    }
}

impl SyntaxError {
    /// Returns the fault with the edit that ends it.
    #[must_use]
    pub fn ended_by(self, repair: Repair) -> SyntaxError {
        SyntaxError { repair, ..self }
    }
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where the value begins. For a block scalar this is its `|` or `>`, for a block list its first dash; for an empty
    /// value, the place right after the colon or dash.
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
    /// A fault was reported here (the value of a duplicate key, an alias, a tagged node and the like): the field
    /// is neither missing nor readable.
    Unreadable,
}

/// A text and how it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScalarNode {
    /// The text as YAML defines it; a plain one is exactly as written: `no`, `1e3`, `010`.
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
    /// Returns the value of a key; `None` if this is not a map or has no such key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Returns the entry of a key; `None` if this is not a map or has no such key.
    pub fn entry(&self, key: &str) -> Option<&MapEntry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// Tells whether two values differ in layout alone: quotes, the order of keys and that of texts in a list.
    pub(crate) fn says_the_same(&self, other: &Node) -> bool {
        match (&self.value, &other.value) {
            (Value::Null, Value::Null) => true,
            (Value::Scalar(one), Value::Scalar(other)) => one.text == other.text,
            (Value::List(one), Value::List(other)) => {
                let sorted = |items: &[Node]| {
                    let mut texts: Vec<String> = Vec::new();
                    for item in items {
                        texts.push(item.text()?.to_owned());
                    }
                    texts.sort();
                    Some(texts)
                };
                let both = sorted(one).zip(sorted(other));
                let mut pairs = one.iter().zip(other);
                one.len() == other.len()
                    && both.map_or_else(
                        || pairs.all(|(one, other)| one.says_the_same(other)),
                        |(one, other)| one == other,
                    )
            }
            (Value::Map(one), Value::Map(entries)) => {
                let is_same = |entry: &MapEntry| {
                    other.get(&entry.key).is_some_and(|other| entry.value.says_the_same(other))
                };
                one.len() == entries.len() && one.iter().all(is_same)
            }
            _ => false,
        }
    }

    /// Returns the node at a dotted path with list indices from 0: `compensating_controls[0].status`.
    ///
    /// The empty path is the node itself. If keys contain a dot or bracket, the longest matching key is taken.
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
                // The character after the key is compared first: that rules out most keys without comparing texts.
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

    /// Returns the text of a scalar; `None` for anything else.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// Returns the items of a list; empty for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// Returns the entries of a map; empty for anything else.
    pub fn entries(&self) -> &[MapEntry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Visits this node and all below it, parents first, each with its path in the form of [`Node::at`].
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

pub(crate) fn push_key(path: &mut String, key: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
}

pub(crate) fn push_index(path: &mut String, index: usize) {
    // Writing to a string can't fail, and allocates no temporary string.
    let _ = write!(path, "[{index}]");
}
