//! Keys: which a map can have here, and which it has already.
//!
//! Uses diag. Pure. Start at [`Builder::key`].

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, ScalarStyle, Span};

use super::{Builder, Properties, Stop, end, pos, start};
use crate::diag;
use crate::yaml;
use crate::yaml::explain;
use crate::yaml::portable;
use crate::yaml::{Entry, Value};

/// Maps of more entries than this look keys up instead of comparing all.
const FEW: usize = 16;

/// A key that was read.
pub(super) struct Key {
    pub(super) text: String,
    pub(super) pos: diag::Pos,
    pub(super) span: Range<usize>,
}

impl<'s> Builder<'s> {
    /// Reads a key; `None` where it is none that a map here can have, which is then noted.
    pub(super) fn key(&mut self, event: Event<'s>, span: &Span) -> Result<Option<Key>, Stop> {
        let (text, style, properties) = match event {
            Event::Scalar(text, style, anchor, tag) => (text, style, Properties { anchor, tag }),
            Event::SequenceStart(_, anchor, tag) | Event::MappingStart(_, anchor, tag) => {
                self.properties(span, Properties { anchor, tag })?;
                self.note(explain::key_not_text(pos(&span.start)));
                self.skip()?;
                return Ok(None);
            }
            _ => {
                self.alias(span);
                return Ok(None);
            }
        };
        let is_bare = properties.tag.is_none() && style == ScalarStyle::Plain;
        self.properties(span, properties)?;
        if is_bare && start(span) == end(span) {
            self.note(explain::key_empty(pos(&span.start)));
            return Ok(None);
        }
        if is_bare && text == "<<" {
            self.cursor = end(span);
            self.note(explain::merge(pos(&span.start)));
            return Ok(None);
        }
        let before = self.cursor..start(span);
        let length = self.path.len();
        yaml::push_key(&mut self.path, &text);
        let node = self.scalar(text, style, span);
        let refusal = portable::key(self.source, before, &node.span, self.context);
        self.refuse(node.pos, refusal);
        self.path.truncate(length);
        let text = match node.value {
            Value::Scalar(scalar) => scalar.text,
            _ => self.written(&node.span).to_owned(),
        };
        Ok(Some(Key {
            text,
            pos: node.pos,
            span: node.span,
        }))
    }

    fn written(&self, span: &Range<usize>) -> &str {
        self.source.get(span.clone()).unwrap_or_default()
    }

    /// Notes that a key stands twice: the first value then counts as unreadable.
    pub(super) fn duplicate(&mut self, entries: &mut [Entry], index: usize, at: diag::Pos) {
        let Some(entry) = entries.get_mut(index) else {
            return;
        };
        entry.value.value = Value::Unreadable;
        let fault = explain::duplicate(at, &entry.key, entry.key_pos.line);
        self.note(fault);
    }
}

/// Returns which entry has the key; remembers it in `known` once the map is large.
pub(super) fn position(
    entries: &[Entry],
    known: &mut HashMap<String, usize>,
    key: &str,
) -> Option<usize> {
    if entries.len() < FEW {
        return entries.iter().position(|entry| entry.key == key);
    }
    for (index, entry) in entries.iter().enumerate().skip(known.len()) {
        known.insert(entry.key.clone(), index);
    }
    known.get(key).copied()
}
