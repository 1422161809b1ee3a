//! Adding keys and items.
//!
//! Pure. Start at [`append`]. The end of a block collection is the end of its last leaf; new lines go after that line.

use super::meaning::MeaningStep;
use super::place::SpliceTarget;
use super::{place, quote, set};
use crate::yaml::node::{Node, Value};
use crate::yaml::portable::Context;
use crate::yaml::splice::change::SpliceChange;

/// Adds an item to a list, creating the list if missing; the error says what should be there instead.
pub(super) fn append(
    source: &str,
    root: &Node,
    target: &SpliceTarget<'_>,
    item: &str,
) -> Result<Vec<SpliceChange>, &'static str> {
    let Some(node) = target.node else {
        if target.context == Context::Flow {
            return entry(source, target, &format!("[{item}]"));
        }
        let indent = place::indents(source, root).list;
        return below(source, target, &[format!("{}- {item}", " ".repeat(indent))]);
    };
    match &node.value {
        Value::List(_) if place::is_bracketed(source, node) => {
            Ok(vec![into_brackets(source, node, node.items().last(), item)])
        }
        Value::List(_) => {
            let line = format!("{}- {item}", " ".repeat(place::column(node.pos)));
            Ok(vec![lines_after(source, node.span.end, &[line])])
        }
        Value::Null if node.span.is_empty() && target.context == Context::Block => {
            let indent = place::indents(source, root).list + own_column(target)?;
            let line = format!("{}- {item}", " ".repeat(indent));
            Ok(vec![lines_after(source, node.span.end, &[line])])
        }
        Value::Null => Ok(vec![set::fill(source, node, &format!("[{item}]"))]),
        Value::Scalar(_) | Value::Map(_) | Value::Unreadable => Err("list"),
    }
}

pub(super) fn insert(
    source: &str,
    root: &Node,
    target: &SpliceTarget<'_>,
    yaml: &str,
    value: &Node,
) -> Result<Vec<SpliceChange>, &'static str> {
    let is_below = set::is_below(target.context, yaml, value);
    let trimmed = yaml.trim_matches(['\n', '\r']);
    let is_line = !trimmed.contains(['\n', '\r']);
    let deeper = match value.value {
        Value::List(_) => place::indents(source, root).list,
        _ => place::indents(source, root).map,
    };
    let lines: Vec<String> = crate::yaml::source::lines(trimmed)
        .map(|line| {
            if line.trim_ascii().is_empty() {
                String::new()
            } else {
                format!("{}{line}", " ".repeat(deeper))
            }
        })
        .collect();
    match target.node {
        None if is_below => below(source, target, &lines),
        None if is_line => entry(source, target, trimmed),
        None => {
            // A block text, or brackets over several lines: the first line goes after the key.
            let (first, rest) = lines.split_first().ok_or("value")?;
            entry_and(source, target, first.trim_start(), rest)
        }
        Some(node) if node.value != Value::Null => Err("empty place"),
        Some(node) if is_below && node.span.is_empty() => {
            let indent = " ".repeat(own_column(target)?);
            let lines: Vec<String> = lines.iter().map(|line| format!("{indent}{line}")).collect();
            Ok(vec![lines_after(source, node.span.end, &lines)])
        }
        Some(node) if is_line => Ok(vec![set::fill(source, node, trimmed)]),
        Some(_) => Err("absent key"),
    }
}

/// Adds a key with a value in one line after the last of its map.
pub(super) fn entry(
    source: &str,
    target: &SpliceTarget<'_>,
    written: &str,
) -> Result<Vec<SpliceChange>, &'static str> {
    entry_and(source, target, written, &[])
}

fn entry_and(
    source: &str,
    target: &SpliceTarget<'_>,
    written: &str,
    rest: &[String],
) -> Result<Vec<SpliceChange>, &'static str> {
    let key = new_key(target)?;
    if place::is_bracketed(source, target.parent) {
        let text = format!("{key}: {written}");
        let before = target.after.map(|entry| &entry.value);
        let before = before.or(target.parent.entries().last().map(|entry| &entry.value));
        return Ok(vec![into_brackets(source, target.parent, before, &text)]);
    }
    add_lines(source, target, &format!("{key}: {written}"), rest)
}

fn below(
    source: &str,
    target: &SpliceTarget<'_>,
    lines: &[String],
) -> Result<Vec<SpliceChange>, &'static str> {
    let key = new_key(target)?;
    add_lines(source, target, &format!("{key}:"), lines)
}

fn new_key(target: &SpliceTarget<'_>) -> Result<String, &'static str> {
    match &target.last {
        MeaningStep::Key(key) => Ok(quote::plain_or_quoted(key, Context::Flow)),
        MeaningStep::Index(_) => Err("item"),
    }
}

fn add_lines(
    source: &str,
    target: &SpliceTarget<'_>,
    first: &str,
    rest: &[String],
) -> Result<Vec<SpliceChange>, &'static str> {
    let known = target.parent.entries().first().ok_or("map")?;
    let indent = " ".repeat(place::column(known.key_pos));
    let mut lines = vec![format!("{indent}{first}")];
    for line in rest {
        lines.push(if line.is_empty() { String::new() } else { format!("{indent}{line}") });
    }
    let end = target.after.map_or(target.parent.span.end, |entry| entry.value.span.end);
    Ok(vec![lines_after(source, end, &lines)])
}

/// Returns the column, from 0, of the key that an empty value belongs to.
fn own_column(target: &SpliceTarget<'_>) -> Result<usize, &'static str> {
    match &target.last {
        MeaningStep::Key(key) => {
            let entry = target.parent.entry(key).ok_or("key")?;
            Ok(place::column(entry.key_pos))
        }
        MeaningStep::Index(_) => Err("key"),
    }
}

/// Inserts lines after the line of a byte; a source that ends without a line break still does.
fn lines_after(source: &str, offset: usize, lines: &[String]) -> SpliceChange {
    let own = place::line_break(source, offset);
    let newline = place::newline(source, offset);
    let is_last = own.is_empty();
    let text = lines
        .iter()
        .map(|line| if is_last { format!("{newline}{line}") } else { format!("{line}{newline}") })
        .collect();
    SpliceChange { range: own.end..own.end, text }
}

/// Inserts an item or entry inside brackets, after the one with a value, if there is any.
fn into_brackets(source: &str, node: &Node, before: Option<&Node>, written: &str) -> SpliceChange {
    let Some(before) = before else {
        let begin = node.span.start + 1;
        let inside = source.get(begin..node.span.end.saturating_sub(1)).unwrap_or_default();
        let is_blank = inside.bytes().all(|byte| byte == b' ');
        let end = if is_blank { begin + inside.len() } else { begin };
        return SpliceChange { range: begin..end, text: written.to_owned() };
    };
    let end = before.span.end;
    // A colon without a value needs a blank before the comma.
    let is_open =
        before.span.is_empty() && source.get(..end).is_some_and(|text| text.ends_with(':'));
    let comma = if is_open { " , " } else { ", " };
    SpliceChange { range: end..end, text: format!("{comma}{written}") }
}
