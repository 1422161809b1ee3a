//! Block texts without `-` in their header: whether they end with a line break depends on whether a line follows.
//!
//! Pure. Start at [`open_header`].

use std::ops::Range;

use super::place;
use crate::yaml::node::{Node, NodeStyle, Value};
use crate::yaml::source;
use crate::yaml::splice::change::SpliceChange;

/// Returns the indicators of the block text that ends a node, unless they say that it ends without a line break.
pub(super) fn open_header(text: &str, node: &Node) -> Option<Range<usize>> {
    let last = last_leaf(node);
    let Value::Scalar(scalar) = &last.value else {
        return None;
    };
    if !matches!(scalar.style, NodeStyle::Literal | NodeStyle::Folded) {
        return None;
    }
    let begin = source::find(text, last.span.clone(), &['|', '>'])? + 1;
    let rest = text.get(begin..)?;
    let end = begin + rest.find([' ', '\t', '\n', '\r']).unwrap_or(rest.len());
    let is_open = !text.get(begin..end)?.contains('-');
    is_open.then_some(begin..end)
}

/// Returns the change without which lines after the end of a source would add a line break to its last value.
pub(super) fn closed(text: &str, root: &Node, changes: &[SpliceChange]) -> Option<SpliceChange> {
    let is_added = |change: &SpliceChange| change.range == (text.len()..text.len());
    if !place::line_break(text, root.span.end).is_empty() || !changes.iter().any(is_added) {
        return None;
    }
    let range = open_header(text, root)?;
    let indent = text.get(range.clone())?.trim_matches('+');
    Some(SpliceChange { text: format!("{indent}-"), range })
}

fn last_leaf(node: &Node) -> &Node {
    let below = match &node.value {
        Value::Map(entries) => entries.last().map(|entry| &entry.value),
        Value::List(items) => items.last(),
        _ => None,
    };
    below.map_or(node, last_leaf)
}
