//! Setting a text.
//!
//! Pure. Start at [`set`].

use super::meaning::MeaningStep;
use super::place::SpliceTarget;
use super::{add, place, quote};
use crate::yaml::node::{Node, NodeStyle, Value};
use crate::yaml::portable::Context;
use crate::yaml::splice::change::SpliceChange;

/// Replaces a text, or adds it with a new key.
pub(super) fn set(
    source: &str,
    root: &Node,
    target: &SpliceTarget<'_>,
    value: &str,
) -> Result<Vec<SpliceChange>, &'static str> {
    let Some(node) = target.node else {
        let written = quote::plain_or_quoted(value, target.context);
        return add::entry(source, target, &written);
    };
    let change = match &node.value {
        Value::Scalar(scalar) => match scalar.style {
            NodeStyle::Literal | NodeStyle::Folded => block(source, root, target, node, value),
            style => SpliceChange {
                range: node.span.clone(),
                text: quote::like(value, style, target.context),
            },
        },
        Value::Null => fill(source, node, &quote::plain_or_quoted(value, target.context)),
        Value::List(_) | Value::Map(_) | Value::Unreadable => return Err("text"),
    };
    Ok(vec![change])
}

/// Writes a value after a colon or dash without a value, or in place of a null.
pub(super) fn fill(source: &str, node: &Node, written: &str) -> SpliceChange {
    let before = node.span.start.checked_sub(1);
    let before = before.and_then(|before| source.as_bytes().get(before));
    let text = match before {
        _ if !node.span.is_empty() => written.to_owned(),
        Some(b':' | b'-' | b'?') => format!(" {written}"),
        _ => format!(": {written}"),
    };
    SpliceChange { range: node.span.clone(), text }
}

/// Replaces a block text, keeping the block style if possible.
fn block(
    source: &str,
    root: &Node,
    target: &SpliceTarget<'_>,
    node: &Node,
    value: &str,
) -> SpliceChange {
    let range = node.span.clone();
    let body = value.strip_suffix('\n').unwrap_or(value);
    let is_blank = |line: &str| line.trim_matches([' ', '\t']).is_empty();
    let first = body.split('\n').next().unwrap_or_default();
    let last = body.split('\n').next_back().unwrap_or_default();
    let is_block = !is_blank(first)
        && !is_blank(last)
        && !first.starts_with([' ', '\t'])
        && !body.contains('\r')
        && !body.chars().any(crate::yaml::screen::is_unseen);
    let Some(written) = source.get(range.clone()).filter(|_| is_block) else {
        let text = quote::plain_or_quoted(value, target.context);
        return SpliceChange { range, text };
    };
    let header_end = written.find(['\n', '\r']).unwrap_or(written.len());
    let header = written.get(..header_end).unwrap_or_default();
    let (indicators, comment) = match header.find([' ', '\t']) {
        Some(blank) => header.split_at(blank),
        None => (header, ""),
    };
    let strips = indicators.contains('-') && !value.ends_with('\n');
    let mut text = String::from(if strips { "|-" } else { "|" });
    text.push_str(comment);
    let newline = place::newline(source, range.start);
    let indent = " ".repeat(indent(source, root, target, written));
    for line in body.split('\n') {
        text.push_str(newline);
        if !line.is_empty() {
            text.push_str(&indent);
            text.push_str(line);
        }
    }
    SpliceChange { range, text }
}

fn indent(source: &str, root: &Node, target: &SpliceTarget<'_>, written: &str) -> usize {
    let lines = crate::yaml::source::lines(written).skip(1);
    let filled = lines.filter(|line| !line.trim_ascii().is_empty());
    let known = filled.map(|line| line.len() - line.trim_start_matches(' ').len());
    let below = || {
        let outer = match &target.last {
            MeaningStep::Key(key) => target.parent.entry(key).map(|entry| entry.key_pos),
            MeaningStep::Index(_) => Some(target.parent.pos),
        };
        outer.map_or(0, place::column) + place::indents(source, root).map
    };
    known.min().unwrap_or_else(below)
}

pub(super) fn is_below(context: Context, source: &str, value: &Node) -> bool {
    let is_collection = matches!(value.value, Value::List(_) | Value::Map(_));
    context == Context::Block && is_collection && !place::is_bracketed(source, value)
}
