//! Removing keys and items.
//!
//! Pure. Start at [`remove`].

use std::ops::Range;

use super::block_text;
use super::meaning::MeaningStep;
use super::place::{self, SpliceTarget};
use crate::yaml::node::{Node, Value};
use crate::yaml::source::find;
use crate::yaml::splice::change::SpliceChange;

pub(super) fn remove(source: &str, target: &SpliceTarget<'_>) -> Option<Vec<SpliceChange>> {
    target.node?;
    let parent = target.parent;
    let pieces = pieces(source, parent);
    let index = match &target.last {
        MeaningStep::Key(key) => parent.entries().iter().position(|entry| entry.key == *key)?,
        MeaningStep::Index(index) => *index,
    };
    let piece = pieces.get(index)?.clone();
    if pieces.len() == 1 {
        return Some(emptied(source, target));
    }
    let range = if place::is_bracketed(source, parent) {
        match pieces.get(index + 1) {
            Some(next) => piece.start..next.start,
            None => pieces.get(index.checked_sub(1)?)?.end..piece.end,
        }
    } else {
        let before = index.checked_sub(1).and_then(|before| child(parent, before));
        let is_open = before.is_some_and(|node| block_text::open_header(source, node).is_some());
        let end = if is_open { Unended::AfterBreak } else { Unended::AsBefore };
        lines(source, &piece, pieces.get(index + 1), end)
    };
    Some(vec![SpliceChange { range, text: String::new() }])
}

fn child(parent: &Node, index: usize) -> Option<&Node> {
    match &parent.value {
        Value::Map(entries) => entries.get(index).map(|entry| &entry.value),
        _ => parent.items().get(index),
    }
}

/// How a source ends whose last line had no line break, and is removed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unended {
    /// Without a line break.
    AsBefore,
    /// With that of the line before, which belongs to a text.
    AfterBreak,
}

/// Returns the bytes of each entry, starting at its key, or of each item, starting at its dash.
fn pieces(source: &str, parent: &Node) -> Vec<Range<usize>> {
    let is_bracketed = place::is_bracketed(source, parent);
    let mut cursor = parent.span.start;
    let items = parent.items().iter().map(|item| {
        let dash = if !is_bracketed { find(source, cursor..item.span.end, &['-']) } else { None };
        cursor = item.span.end;
        dash.unwrap_or(item.span.start)..item.span.end
    });
    match &parent.value {
        Value::Map(entries) => entries
            .iter()
            .map(|entry| entry.key_span.start..entry.value.span.end.max(entry.key_span.end))
            .collect(),
        _ => items.collect(),
    }
}

/// Returns the bytes to remove: whole lines, or, if something precedes it in its line, the bytes up to the next piece.
fn lines(
    source: &str,
    piece: &Range<usize>,
    next: Option<&Range<usize>>,
    end: Unended,
) -> Range<usize> {
    let begin = place::line_start(source, piece.start);
    let before = source.get(begin..piece.start).unwrap_or_default();
    let own = place::line_break(source, piece.end);
    if !before.trim_ascii().is_empty() {
        let gap = |next: &&Range<usize>| {
            let between = source.get(piece.end..next.start).unwrap_or_default();
            between.trim_ascii().is_empty()
        };
        return match next.filter(gap) {
            Some(next) => piece.start..next.start,
            None => begin + before.trim_ascii_end().len()..own.start,
        };
    }
    if own.is_empty() && end == Unended::AfterBreak {
        return begin..source.len();
    }
    if own.is_empty() {
        let kept = source.get(..begin).unwrap_or_default();
        let kept = kept.strip_suffix('\n').unwrap_or(kept);
        let bare = kept.strip_suffix('\r').unwrap_or(kept);
        return bare.len()..source.len();
    }
    begin..own.end
}

fn emptied(source: &str, target: &SpliceTarget<'_>) -> Vec<SpliceChange> {
    let parent = target.parent;
    let brackets = match parent.value {
        Value::List(_) => "[]",
        _ => "{}",
    };
    let colon = target
        .holder
        .filter(|_| !place::is_bracketed(source, parent))
        .and_then(|holder| find(source, holder.key_span.end..parent.span.start, &[':']));
    let Some(colon) = colon else {
        return vec![SpliceChange { range: parent.span.clone(), text: brackets.to_owned() }];
    };
    vec![
        SpliceChange { range: colon + 1..colon + 1, text: format!(" {brackets}") },
        SpliceChange {
            range: lines(source, &parent.span, None, Unended::AsBefore),
            text: String::new(),
        },
    ]
}
