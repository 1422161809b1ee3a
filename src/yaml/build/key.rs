//! Keys: whether a map may have a key, and whether it already has it.
//!
//! Pure. Start at [`Builder::key`].

use std::collections::BTreeMap;
use std::ops::Range;

use super::token::{Token, TokenKind};
use super::{BuildStop, Builder};
use crate::yaml::node::{MapEntry, NodeStyle, Value};
use crate::yaml::{explain, portable};
use crate::{diag, yaml};

/// Larger maps look keys up instead of comparing all.
const FEW: usize = 48;

pub(super) const MERGE: &str = "<<";

pub(super) struct MapKey {
    pub(super) text: String,
    pub(super) pos: diag::Pos,
    pub(super) span: Range<usize>,
    pub(super) is_merge: bool,
}

impl<'s> Builder<'s> {
    /// Reads a key; `None` if a map here can't have it, which is then noted.
    pub(super) fn key(&mut self, mut token: Token<'s>) -> Result<Option<MapKey>, BuildStop> {
        if token.has_anchor {
            let anchor = self.next()?;
            self.note(explain::anchor(anchor.pos));
        }
        if let Some(at) = token.tag {
            self.note(explain::tag(at));
        }
        let (text, style) = match std::mem::replace(&mut token.kind, TokenKind::Other) {
            TokenKind::Scalar(text, style) => (text, style),
            TokenKind::Alias => {
                self.alias(&token);
                return Ok(None);
            }
            _ => {
                self.note(explain::key_not_text(token.pos));
                self.skip()?;
                return Ok(None);
            }
        };
        let is_bare = token.tag.is_none() && style == NodeStyle::Plain;
        if is_bare && token.start == token.end {
            self.note(explain::key_empty(token.pos));
            return Ok(None);
        }
        if is_bare && text == MERGE {
            self.cursor = token.end;
            self.note(explain::merge(token.pos));
            return Ok(Some(MapKey {
                text: MERGE.to_owned(),
                pos: token.pos,
                span: token.start..token.end,
                is_merge: true,
            }));
        }
        let before = self.cursor..token.start;
        let length = self.path.len();
        let is_open = |at: &usize| *at < token.start || *at >= token.end;
        if self.hidden.iter().all(is_open) {
            yaml::node::push_key(&mut self.path, &text);
        } else {
            let shown = self.shown(&(token.start..token.end));
            yaml::node::push_key(&mut self.path, &shown);
        }
        let node = self.scalar(text, style, &token);
        let refusal = portable::key(self.source, before, &node.span, self.context);
        self.refuse(node.pos, refusal);
        self.path.truncate(length);
        let text = match node.value {
            Value::Scalar(scalar) => scalar.text,
            _ => self.shown(&node.span),
        };
        Ok(Some(MapKey { text, pos: node.pos, span: node.span, is_merge: false }))
    }

    /// Returns a key with hidden characters as it is displayed: without them, and without its quotes.
    fn shown(&self, span: &Range<usize>) -> String {
        let written = self.source.get(span.clone()).unwrap_or_default();
        let is_open =
            |(at, _): &(usize, char)| self.hidden.binary_search(&(span.start + at)).is_err();
        let open: String =
            written.char_indices().filter(is_open).map(|(_, character)| character).collect();
        open.trim_matches(['"', '\'']).to_owned()
    }

    /// Notes a duplicate key: the first value then counts as unreadable.
    pub(super) fn duplicate(&mut self, entries: &mut [MapEntry], index: usize, at: diag::Pos) {
        let Some(entry) = entries.get_mut(index) else {
            return;
        };
        entry.value.value = Value::Unreadable;
        let fault = explain::duplicate(at, &entry.key, entry.key_pos.line);
        self.note(fault);
    }
}

pub(super) fn position(
    entries: &[MapEntry],
    known: &mut BTreeMap<String, usize>,
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
