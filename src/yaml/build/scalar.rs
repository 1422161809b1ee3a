//! Scalars: their value, their position, and hidden characters in them.
//!
//! Pure. Start at [`Builder::scalar`].

use std::borrow::Cow;
use std::ops::Range;

use super::Builder;
use super::token::Token;
use crate::diag;
use crate::yaml::node::{Node, NodeStyle, ScalarNode, Value};
use crate::yaml::{explain, portable, screen, source};

impl<'s> Builder<'s> {
    pub(super) fn scalar(
        &mut self,
        text: Cow<'s, str>,
        style: NodeStyle,
        token: &Token<'s>,
    ) -> Node {
        let (at, range) = self.scalar_place(style, token);
        self.cursor = range.end;
        let is_readable = self.is_open(at, &range, &text, style);
        if style == NodeStyle::Plain {
            self.refuse(at, portable::plain(&text, self.context));
        }
        let is_null = style == NodeStyle::Plain && (range.is_empty() || is_null(&text));
        let value = if is_null {
            Value::Null
        } else if is_readable {
            let mut text = text.into_owned();
            let is_block = matches!(style, NodeStyle::Literal | NodeStyle::Folded);
            if is_block && token.end == self.source.len() && !self.ends_with_break() {
                source::trim_unended(self.source, &range, token.indent, &mut text);
            }
            Value::Scalar(ScalarNode { text, style })
        } else {
            Value::Unreadable
        };
        Node { pos: at, span: range, value }
    }

    fn scalar_place(&self, style: NodeStyle, token: &Token<'s>) -> (diag::Pos, Range<usize>) {
        let range = token.start..token.end;
        match style {
            NodeStyle::Literal | NodeStyle::Folded => {
                let header = source::find(self.source, self.cursor..range.start, &['|', '>'])
                    .unwrap_or(range.start);
                let stop = source::block_scalar_end(self.source, header, range);
                (self.place(token, header), header..stop)
            }
            NodeStyle::Plain if range.is_empty() => {
                let after = source::value_place(self.source, self.cursor, range.start);
                (self.place(token, after), after..after)
            }
            _ => (token.pos, range),
        }
    }

    /// Tells whether a scalar contains no hidden character; notes those that it contains.
    fn is_open(
        &mut self,
        at: diag::Pos,
        range: &Range<usize>,
        text: &str,
        style: NodeStyle,
    ) -> bool {
        let first = self.hidden.partition_point(|offset| *offset < range.start);
        let beyond = self.hidden.partition_point(|offset| *offset < range.end);
        for field in self.fields.iter_mut().take(beyond).skip(first) {
            *field = Some(self.path.clone()).filter(|path| !path.is_empty());
        }
        let escaped = match style {
            NodeStyle::Double if self.is_escaped(range) => screen::first_in(text),
            _ => None,
        };
        if let Some((character, what)) = escaped {
            self.note(explain::escaped(at, character, what));
        }
        escaped.is_none() && first == beyond
    }

    fn ends_with_break(&self) -> bool {
        self.source.ends_with(['\n', '\r'])
    }

    fn is_escaped(&self, range: &Range<usize>) -> bool {
        let bytes = self.source.as_bytes().get(range.clone());
        bytes.is_some_and(|bytes| bytes.contains(&b'\\'))
    }

    pub(super) fn place(&self, token: &Token<'s>, offset: usize) -> diag::Pos {
        source::pos(self.source, token.pos, token.start, offset)
    }
}

/// Tells whether a plain text is null in the core schema of YAML 1.2.
fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}
