//! What the parser says, in the few words that the tree needs.
//!
//! Uses diag. Pure. Start at [`Token`]. The parser's event and span together are 256 bytes, which to move
//! around costs more than to read.

use std::borrow::Cow;

use granit_parser::{Event, Marker, ScalarStyle, Span, StructureStyle};

use crate::diag;
use crate::yaml::node::Style;
use crate::yaml::portable::Context;

/// An event of the parser and its place.
pub(super) struct Token<'s> {
    /// What it is.
    pub(super) kind: Kind<'s>,
    /// Where it begins.
    pub(super) pos: diag::Pos,
    /// Its first byte.
    pub(super) start: usize,
    /// The byte after it.
    pub(super) end: usize,
    /// How many spaces indent a block text.
    pub(super) indent: usize,
    /// Where the node's tag is.
    pub(super) tag: Option<diag::Pos>,
    /// Whether the next token is the node's anchor.
    pub(super) has_anchor: bool,
}

/// What a token is.
pub(super) enum Kind<'s> {
    Scalar(Cow<'s, str>, Style),
    List(Context),
    ListEnd,
    Map(Context),
    MapEnd,
    Alias,
    /// The start of a document that a `---` marks.
    MarkedDocument,
    Document,
    End,
    Other,
}

impl<'s> Token<'s> {
    /// Returns what the parser said.
    pub(super) fn of(event: Event<'s>, span: &Span) -> Token<'s> {
        let mut token = Token {
            kind: Kind::Other,
            pos: pos(&span.start),
            start: span.start.byte_offset().unwrap_or(0),
            end: span.end.byte_offset().unwrap_or(0),
            indent: span.indent.unwrap_or(0),
            tag: None,
            has_anchor: false,
        };
        let (anchor, is_tagged) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                token.kind = Kind::Scalar(text, of_scalar(style));
                (anchor, tag.is_some())
            }
            Event::SequenceStart(style, anchor, tag) => {
                token.kind = Kind::List(of_structure(style));
                (anchor, tag.is_some())
            }
            Event::MappingStart(style, anchor, tag) => {
                token.kind = Kind::Map(of_structure(style));
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

    /// Returns what stands after the last token.
    pub(super) fn end() -> Token<'s> {
        Token::of(Event::StreamEnd, &Span::default())
    }
}

fn bare<'s>(event: &Event<'_>) -> Kind<'s> {
    match event {
        Event::SequenceEnd => Kind::ListEnd,
        Event::MappingEnd => Kind::MapEnd,
        Event::Alias(_) | Event::UnresolvedAlias(_) => Kind::Alias,
        Event::DocumentStart(true, _) => Kind::MarkedDocument,
        Event::DocumentStart(false, _) => Kind::Document,
        Event::StreamEnd => Kind::End,
        _ => Kind::Other,
    }
}

fn of_scalar(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

fn of_structure(style: StructureStyle) -> Context {
    match style {
        StructureStyle::Block => Context::Block,
        StructureStyle::Flow => Context::Flow,
    }
}

/// Returns the place of a mark, which counts columns from 0.
pub(super) fn pos(mark: &Marker) -> diag::Pos {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    diag::Pos {
        line: number(mark.line()),
        column: number(mark.col()).saturating_add(1),
    }
}
