//! The comments of a file: each `#` outside keys and values, and the rest of its line.
//!
//! Uses diag. Pure. Start at [`comments`].

use crate::diag::sorting::StableSort as _;
use std::ops::Range;

use crate::diag;
use crate::yaml::node::{Comment, Node, Value};
use crate::yaml::source;

/// Returns the comments of a text with the document `root`; without a root, everything that may be a comment.
pub(super) fn comments(text: &str, root: Option<&Node>) -> Vec<Comment> {
    if !text.contains('#') {
        return Vec::new();
    }
    let mut leaves = Vec::new();
    if let Some(root) = root {
        collect(root, &mut leaves);
    }
    leaves.order_by_key(|span| span.start);
    let mut leaves = leaves.into_iter().peekable();
    let mut comments = Vec::new();
    let mut offset = 0;
    for (line, content) in (1..).zip(text.split_inclusive('\n')) {
        let mut from = 0;
        while let Some(found) = content.get(from..).and_then(|rest| rest.find('#')) {
            let at = from + found;
            from = at + 1;
            while leaves.next_if(|leaf| leaf.end <= offset + at).is_some() {}
            let is_inside = leaves.peek().is_some_and(|leaf| leaf.start <= offset + at);
            let before = content.get(..at).unwrap_or_default();
            if is_inside || !(before.is_empty() || before.ends_with([' ', '\t', '\u{FEFF}'])) {
                continue;
            }
            let column = source::column(text, offset + at).unwrap_or_default();
            comments.push(Comment {
                pos: diag::Pos { line, column: u32::try_from(column + 1).unwrap_or(u32::MAX) },
                text: content.get(from..).unwrap_or_default().trim().to_owned(),
            });
            break;
        }
        offset += content.len();
    }
    comments
}

/// Collects the bytes of keys and scalar values.
fn collect(node: &Node, leaves: &mut Vec<Range<usize>>) {
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| collect(item, leaves)),
        Value::Map(entries) => {
            for entry in entries {
                leaves.push(entry.key_span.clone());
                collect(&entry.value, leaves);
            }
        }
        Value::Null | Value::Scalar(_) | Value::Unreadable => leaves.push(node.span.clone()),
    }
}
