//! YAML inputs: documents with the lines of their nodes.
//!
//! Pure. Start at [`documents`].

use crate::formats::suppressions::readers::format::{ImportError, text};
use crate::yaml::node::{Limits, MapEntry, Node, NodeStyle, Value};

/// The limits of one document: the size of the input is checked before.
const LIMITS: Limits = Limits { bytes: usize::MAX, depth: 64 };

/// Returns the only document; `None` if the input has no content.
///
/// # Errors
/// [`ImportError`] if it can't be read to its end, or has several documents.
pub fn document(bytes: &[u8]) -> Result<Option<Node>, ImportError> {
    parsed(text(bytes)?, 0)
}

/// Returns the documents, each with the number of lines before it.
///
/// # Errors
/// [`ImportError`] if one of them can't be read to its end.
pub fn documents(bytes: &[u8]) -> Result<Vec<(u64, Node)>, ImportError> {
    let mut found = Vec::new();
    let mut piece = String::new();
    let (mut before, mut here) = (0, 0);
    for line in text(bytes)?.split_inclusive('\n') {
        let rest = line.strip_prefix("---");
        if rest.is_some_and(|rest| rest.trim().is_empty() || rest.starts_with([' ', '\t'])) {
            found.extend(parsed(&piece, before)?.map(|node| (before, node)));
            piece.clear();
            before = here;
        }
        piece.push_str(line);
        here += 1;
    }
    found.extend(parsed(&piece, before)?.map(|node| (before, node)));
    Ok(found)
}

fn parsed(text: &str, before: u64) -> Result<Option<Node>, ImportError> {
    let is_content = |line: &str| {
        let bare = line.trim();
        !bare.is_empty() && !bare.starts_with('#') && bare != "---" && bare != "..."
    };
    if !text.lines().any(is_content) {
        return Ok(None);
    }
    let read = crate::yaml::parse(text.as_bytes(), &LIMITS);
    // An alias, or a key that stands twice, would be read as nothing, which limits nothing.
    let fault = read.faults.first();
    if let (None, Some(root)) = (fault, read.root) {
        return Ok(Some(root));
    }
    let line = fault.and_then(|fault| fault.pos).map_or(1, |pos| u64::from(pos.line));
    let why = fault.map_or_else(
        || "it can't be read as YAML to its end".to_owned(),
        |fault| format!("it can't be read as YAML: {}", fault.message),
    );
    Err(ImportError::at(line + before, why))
}

/// A key of a block, by its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineKey<'t> {
    pub key: &'t str,
    /// The position of the key that it is below.
    pub parent: Option<usize>,
}

/// Returns the keys at the beginnings of lines, which tell whose a file is that can't be read to its end.
pub fn line_keys(text: &str) -> Vec<LineKey<'_>> {
    let mut keys: Vec<LineKey<'_>> = Vec::new();
    let mut open: Vec<(usize, usize)> = Vec::new();
    for line in text.lines() {
        let bare = line.trim_start_matches([' ', '-']);
        let indent = line.len() - bare.len();
        let Some((key, _)) = bare.split_once(':').filter(|_| !bare.starts_with('#')) else {
            continue;
        };
        while open.last().is_some_and(|(known, _)| *known >= indent) {
            open.pop();
        }
        let parent = open.last().map(|(_, place)| *place);
        open.push((indent, keys.len()));
        keys.push(LineKey { key: key.trim().trim_matches(['"', '\'']), parent });
    }
    keys
}

/// Returns the line of a node.
pub fn line(node: &Node) -> u64 {
    u64::from(node.pos.line)
}

/// Returns the line of a key.
pub fn key_line(entry: &MapEntry) -> u64 {
    u64::from(entry.key_pos.line)
}

/// Tells whether a node is empty or missing.
pub fn is_empty(node: Option<&Node>) -> bool {
    match node.map(|node| &node.value) {
        None | Some(Value::Null) => true,
        Some(Value::List(items)) => items.is_empty(),
        Some(Value::Map(entries)) => entries.is_empty(),
        Some(Value::Scalar(_) | Value::Unreadable) => false,
    }
}

/// Returns the text of a key's scalar.
pub fn text_at<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key)?.text().map(str::trim).filter(|text| !text.is_empty())
}

/// Returns the texts of a list, or the only text.
///
/// `None` if it is anything else, or has an item that is not text.
pub fn texts(node: &Node) -> Option<Vec<String>> {
    if let Some(text) = node.text() {
        return Some(vec![text.to_owned()]);
    }
    match &node.value {
        Value::List(items) => items.iter().map(|item| item.text().map(str::to_owned)).collect(),
        _ => None,
    }
}

/// Tells whether a scalar is written without quotes.
pub fn is_bare(node: &Node) -> bool {
    matches!(&node.value, Value::Scalar(scalar) if scalar.style == NodeStyle::Plain)
}
