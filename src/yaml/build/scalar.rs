//! Scalars: what they say, where they stand, and whether they hide something.
//!
//! Uses diag. Pure. Start at [`Builder::scalar`].

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{Marker, ScalarStyle, Span};

use super::{Builder, end, pos, start};
use crate::diag;
use crate::yaml::explain;
use crate::yaml::portable;
use crate::yaml::screen;
use crate::yaml::source;
use crate::yaml::{Node, Scalar, Style, Value};

impl<'s> Builder<'s> {
    /// Reads a scalar whose properties are noted.
    pub(super) fn scalar(&mut self, text: Cow<'s, str>, style: ScalarStyle, span: &Span) -> Node {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        let (at, range) = self.scalar_place(style, span);
        self.cursor = range.end;
        let is_readable = self.is_open(at, &range, &text, style);
        if style == Style::Plain {
            self.refuse(at, portable::plain(&text, self.context));
        }
        let is_null = style == Style::Plain && (range.is_empty() || is_null(&text));
        let value = match is_null {
            true => Value::Null,
            false if is_readable => {
                let mut text = text.into_owned();
                let is_block = matches!(style, Style::Literal | Style::Folded);
                if is_block && end(span) == self.source.len() && !self.ends_with_break() {
                    let indent = span.indent.unwrap_or(0);
                    source::trim_unended(self.source, &range, indent, &mut text);
                }
                Value::Scalar(Scalar { text, style })
            }
            false => Value::Unreadable,
        };
        Node {
            pos: at,
            span: range,
            value,
        }
    }

    fn scalar_place(&self, style: Style, span: &Span) -> (diag::Pos, Range<usize>) {
        let range = start(span)..end(span);
        match style {
            Style::Literal | Style::Folded => {
                let header = source::find(self.source, self.cursor..range.start, &['|', '>']);
                let header = header.unwrap_or(range.start);
                let stop = source::block_scalar_end(self.source, header, range);
                (self.before(&span.start, header), header..stop)
            }
            Style::Plain if range.is_empty() => {
                let after = source::value_place(self.source, self.cursor, range.start);
                (self.around(&span.start, after), after..after)
            }
            _ => (pos(&span.start), range),
        }
    }

    /// Says whether no hidden character is in a scalar; notes those that are.
    fn is_open(&mut self, at: diag::Pos, range: &Range<usize>, text: &str, style: Style) -> bool {
        let first = self.hidden.partition_point(|offset| *offset < range.start);
        let beyond = self.hidden.partition_point(|offset| *offset < range.end);
        for field in self.fields.iter_mut().take(beyond).skip(first) {
            *field = Some(self.path.clone()).filter(|path| !path.is_empty());
        }
        let is_escaped = style == Style::Double && self.is_escaped(range);
        let escaped = text
            .chars()
            .filter(|_| is_escaped)
            .find_map(|character| Some((character, screen::in_text(character)?)));
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

    /// Returns the place of a byte that is not after the mark.
    pub(super) fn before(&self, mark: &Marker, offset: usize) -> diag::Pos {
        source::pos_before(
            self.source,
            pos(mark),
            mark.byte_offset().unwrap_or(0),
            offset,
        )
    }

    /// Returns the place of a byte on the mark's line, or before the mark.
    pub(super) fn around(&self, mark: &Marker, offset: usize) -> diag::Pos {
        let known = mark.byte_offset().unwrap_or(0);
        let at = pos(mark);
        match offset.checked_sub(known) {
            Some(past) => diag::Pos {
                line: at.line,
                column: at.column + u32::try_from(past).unwrap_or(0),
            },
            None => self.before(mark, offset),
        }
    }
}

/// Says whether a plain text is null in the core schema of YAML 1.2.
fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}
