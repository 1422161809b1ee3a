//! The parser's events, reduced to what the tree needs.
//!
//! Pure. Start at [`Token`]. The parser's event and span together are 256 bytes; moving them around costs more than reading
//! them.

use std::borrow::Cow;

use granit_parser::{Event, Marker, ScalarStyle, Span, StructureStyle};

use crate::diag;
use crate::yaml::node::NodeStyle;
use crate::yaml::portable::Context;

pub(super) struct Token<'s> {
    pub(super) kind: TokenKind<'s>,
    pub(super) pos: diag::Pos,
    pub(super) start: usize,
    pub(super) end: usize,
    /// How many spaces indent a block text.
    pub(super) indent: usize,
    pub(super) tag: Option<diag::Pos>,
    pub(super) has_anchor: bool,
}

pub(super) enum TokenKind<'s> {
    Scalar(Cow<'s, str>, NodeStyle),
    List(Context),
    ListEnd,
    Map(Context),
    MapEnd,
    Alias,
    /// The start of a document marked by `---`.
    MarkedDocument,
    Document,
    End,
    Other,
}

impl<'s> Token<'s> {
    pub(super) fn of(event: Event<'s>, span: &Span) -> Token<'s> {
        let mut token = Token {
            kind: TokenKind::Other,
            pos: pos(&span.start),
            start: span.start.byte_offset().unwrap_or(0),
            end: span.end.byte_offset().unwrap_or(0),
            indent: span.indent.unwrap_or(0),
            tag: None,
            has_anchor: false,
        };
        let (anchor, is_tagged) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                token.kind = TokenKind::Scalar(text, of_scalar(style));
                (anchor, tag.is_some())
            }
            Event::SequenceStart(style, anchor, tag) => {
                token.kind = TokenKind::List(of_structure(style));
                (anchor, tag.is_some())
            }
            Event::MappingStart(style, anchor, tag) => {
                token.kind = TokenKind::Map(of_structure(style));
                (anchor, tag.is_some())
            }
            event => {
                token.kind = bare(&event);
                (0, false)
            }
        };
        if is_tagged {
            token.tag = Some(pos(&span.tag_start().unwrap_or(span.start)));
        }
        token.has_anchor = anchor != 0;
        token
    }

    pub(super) fn end() -> Token<'s> {
        Token::of(Event::StreamEnd, &Span::default())
    }
}

fn bare<'s>(event: &Event<'_>) -> TokenKind<'s> {
    match event {
        Event::SequenceEnd => TokenKind::ListEnd,
        Event::MappingEnd => TokenKind::MapEnd,
        Event::Alias(_) | Event::UnresolvedAlias(_) => TokenKind::Alias,
        Event::DocumentStart(true, _) => TokenKind::MarkedDocument,
        Event::DocumentStart(false, _) => TokenKind::Document,
        Event::StreamEnd => TokenKind::End,
        _ => TokenKind::Other,
    }
}

fn of_scalar(style: ScalarStyle) -> NodeStyle {
    match style {
        ScalarStyle::Plain => NodeStyle::Plain,
        ScalarStyle::SingleQuoted => NodeStyle::Single,
        ScalarStyle::DoubleQuoted => NodeStyle::Double,
        ScalarStyle::Literal => NodeStyle::Literal,
        ScalarStyle::Folded => NodeStyle::Folded,
    }
}

fn of_structure(style: StructureStyle) -> Context {
    match style {
        StructureStyle::Block => Context::Block,
        StructureStyle::Flow => Context::Flow,
    }
}

/// Converts a parser mark, which counts columns from 0.
pub(super) fn pos(mark: &Marker) -> diag::Pos {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    diag::Pos { line: number(mark.line()), column: number(mark.col()).saturating_add(1) }
}
