//! Where in a file an edit belongs, and what surrounds it.
//!
//! Pure. Start at [`SpliceTarget`].

use crate::yaml::node::{MapEntry, Node, Value};
use crate::yaml::portable::Context;
use crate::yaml::splice::change::SpliceError;
use crate::yaml::splice::meaning::MeaningStep;
use std::ops::Range;

/// The place that a path names, which may still be empty.
pub(super) struct SpliceTarget<'n> {
    pub(super) steps: Vec<MeaningStep>,
    /// The map or list that contains the value, or will.
    pub(super) parent: &'n Node,
    /// The entry whose value is the parent; `None` at the root and in lists.
    pub(super) holder: Option<&'n MapEntry>,
    pub(super) last: MeaningStep,
    pub(super) node: Option<&'n Node>,
    /// The entry of the parent behind which a new one goes; `None` for the last.
    pub(super) after: Option<&'n MapEntry>,
    pub(super) context: Context,
}

/// Finds the place of a path; a new entry goes behind the first of some keys of its map that is there.
pub(super) fn target<'n>(
    source: &str,
    root: &'n Node,
    path: &str,
    after: &[&str],
) -> Result<SpliceTarget<'n>, SpliceError> {
    let lost = || SpliceError::NotFound { path: path.to_owned() };
    let mut target = SpliceTarget {
        steps: Vec::new(),
        parent: root,
        holder: None,
        last: MeaningStep::Key(String::new()),
        node: None,
        after: None,
        context: Context::Block,
    };
    let mut rest = path;
    loop {
        if is_bracketed(source, target.parent) {
            target.context = Context::Flow;
        }
        let (step, below) = step(target.parent, rest).ok_or_else(lost)?;
        let entry = match &step {
            MeaningStep::Key(key) => target.parent.entry(key),
            MeaningStep::Index(_) => None,
        };
        let node = match &step {
            MeaningStep::Key(_) => entry.map(|entry| &entry.value),
            MeaningStep::Index(index) => Some(target.parent.items().get(*index).ok_or_else(lost)?),
        };
        if below.is_empty() {
            target.last = step;
            target.node = node;
            target.after = after.iter().find_map(|key| target.parent.entry(key));
            return Ok(target);
        }
        target.parent = node.ok_or_else(lost)?;
        target.holder = entry;
        target.steps.push(step);
        rest = below;
    }
}

fn step<'p>(node: &Node, path: &'p str) -> Option<(MeaningStep, &'p str)> {
    match &node.value {
        Value::List(_) => {
            let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
            let step = MeaningStep::Index(index.parse().ok()?);
            Some((step, rest.strip_prefix('.').unwrap_or(rest)))
        }
        Value::Map(entries) => {
            let fits = |key: &str| {
                path.strip_prefix(key)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            };
            let known = entries.iter().map(|entry| entry.key.as_str());
            let key = match known.filter(|key| fits(key)).max_by_key(|key| key.len()) {
                Some(key) => path.get(..key.len())?,
                None => path,
            };
            let is_new = node.entry(key).is_none();
            if key.is_empty() || (is_new && key.contains(['.', '['])) {
                return None;
            }
            let rest = path.get(key.len()..)?;
            let step = MeaningStep::Key(key.to_owned());
            Some((step, rest.strip_prefix('.').unwrap_or(rest)))
        }
        Value::Null | Value::Scalar(_) | Value::Unreadable => None,
    }
}

pub(super) fn is_bracketed(source: &str, node: &Node) -> bool {
    let is_collection = matches!(node.value, Value::List(_) | Value::Map(_));
    let first = source.as_bytes().get(node.span.start);
    is_collection && matches!(first, Some(b'[' | b'{'))
}

pub(super) fn column(pos: crate::diag::Pos) -> usize {
    usize::try_from(pos.column).unwrap_or(1).saturating_sub(1)
}

pub(super) fn line_start(source: &str, offset: usize) -> usize {
    let before = source.get(..offset).unwrap_or_default();
    let begin = before.rfind(['\n', '\r']).map_or(0, |found| found + 1);
    match begin {
        0 if source.starts_with('\u{FEFF}') => '\u{FEFF}'.len_utf8().min(offset),
        begin => begin,
    }
}

/// Returns the line break that ends the line of a byte; an empty range where the source ends.
pub(super) fn line_break(source: &str, offset: usize) -> Range<usize> {
    let rest = source.get(offset..).unwrap_or_default();
    let Some(found) = rest.find(['\n', '\r']) else {
        return source.len()..source.len();
    };
    let begin = offset + found;
    let is_pair = source.get(begin..).is_some_and(|rest| rest.starts_with("\r\n"));
    begin..begin + if is_pair { 2 } else { 1 }
}

/// Returns the line ending used around a byte: that of its own line, else of the line before.
pub(super) fn newline(source: &str, offset: usize) -> &str {
    let own = line_break(source, offset);
    if !own.is_empty() {
        return source.get(own).unwrap_or("\n");
    }
    let before = source.get(..line_start(source, offset)).unwrap_or_default();
    match before {
        before if before.ends_with("\r\n") => "\r\n",
        before if before.ends_with('\r') => "\r",
        _ => "\n",
    }
}

/// How far a file indents below a key, in blanks.
pub(super) struct Indents {
    pub(super) map: usize,
    pub(super) list: usize,
}

/// Returns the file's indentation, from the first map and list below keys; two blanks by default.
pub(super) fn indents(source: &str, root: &Node) -> Indents {
    let (mut map, mut list) = (None, None);
    root.walk(&mut |_, node| {
        for entry in node.entries() {
            let value = &entry.value;
            let is_below = value.pos.line > entry.key_pos.line && !is_bracketed(source, value);
            let deeper = column(value.pos).saturating_sub(column(entry.key_pos));
            match &value.value {
                Value::Map(_) if is_below => map = map.or(Some(deeper).filter(|it| *it > 0)),
                Value::List(_) if is_below => list = list.or(Some(deeper)),
                _ => {}
            }
        }
    });
    Indents { map: map.unwrap_or(2), list: list.unwrap_or(map.unwrap_or(2)) }
}
