//! From the parser's events to located nodes.
//!
//! Uses diag. Pure. Start at [`build`]. Follows `docs/spec/rules.md` (shape).
//!
//! The parser's marks are right for quoted and plain scalars, keys, flow collections and aliases. They are not
//! where people look for block scalars (the content, not the `|`), block lists under a key that are not
//! indented (after the first dash) and the end of block collections (the next token): `cursor`, the byte up
//! to which the source is used up, finds those places.

mod key;
mod lines;
mod scalar;

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{Event, Marker, Parser, Span, StrInput, StructureStyle, Tag};

use crate::diag;
use crate::yaml;
use crate::yaml::explain;
use crate::yaml::portable::Context;
use crate::yaml::screen;
use crate::yaml::source;
use crate::yaml::{Document, Entry, Fault, Node, Value};

/// The parser gave up: the fault is noted, nothing more can be read.
struct Stop(Fault);

/// Builds the document of a text, whose hidden characters were replaced, with nesting down to `depth`.
pub(super) fn build(text: &str, hidden: Vec<screen::Hidden>, depth: usize) -> Document {
    let options = granit_parser::options! {
        emit_comments: false,
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
    };
    let (offsets, mut raw): (Vec<usize>, Vec<Fault>) = hidden
        .into_iter()
        .map(|hidden| (hidden.offset, hidden.fault))
        .unzip();
    let mut builder = Builder {
        source: text,
        parser: Parser::new_from_str_with_options(text, options),
        faults: Vec::new(),
        hidden: offsets,
        fields: vec![None; raw.len()],
        path: String::new(),
        cursor: 0,
        room: depth,
        context: Context::Block,
        tabs_from: text.contains('\t').then_some(0),
    };
    let read = builder.document();
    let Builder {
        mut faults, fields, ..
    } = builder;
    for (fault, field) in raw.iter_mut().zip(fields) {
        fault.field = field;
    }
    let root = match read {
        Ok(root) => root,
        Err(Stop(fault)) => {
            faults.clear();
            faults.push(fault);
            None
        }
    };
    faults.append(&mut raw);
    faults.sort_by_key(|fault| fault.pos);
    Document { root, faults }
}

struct Builder<'s> {
    source: &'s str,
    parser: Parser<'s, StrInput<'s>>,
    faults: Vec<Fault>,
    /// Where hidden characters were replaced, ascending.
    hidden: Vec<usize>,
    /// The path of the value or key that each of them is in.
    fields: Vec<Option<String>>,
    /// The dotted path of the node being read.
    path: String,
    /// The byte up to which the source is used up.
    cursor: usize,
    /// How many more collections may be opened inside each other.
    room: usize,
    /// Whether brackets are open around the node being read.
    context: Context,
    /// The byte up to which no tab indents; `None` where the source has no tab.
    tabs_from: Option<usize>,
}

/// What the parser says about a node beside its content.
struct Properties<'s> {
    anchor: usize,
    tag: Option<Cow<'s, Tag>>,
}

impl<'s> Builder<'s> {
    fn document(&mut self) -> Result<Option<Node>, Stop> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::DocumentStart(..) if root.is_some() => {
                    self.faults.push(explain::several(pos(&span.start)));
                    return Ok(root);
                }
                Event::DocumentStart(explicit, _) => {
                    self.early_end(start(&span));
                    if explicit {
                        self.directives(start(&span));
                        self.cursor = end(&span);
                    }
                }
                Event::StreamEnd => break,
                Event::StreamStart | Event::DocumentEnd => {}
                event => root = Some(self.node(event, &span)?),
            }
        }
        match root {
            Some(node) if node.value == Value::Null && node.span.is_empty() => {
                Err(Stop(explain::empty()))
            }
            Some(node) => Ok(Some(node)),
            None => Err(Stop(explain::empty())),
        }
    }

    fn next(&mut self) -> Result<(Event<'s>, Span), Stop> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                if let Some(checked) = self.tabs_from {
                    self.tabs(checked, &event, &span);
                }
                Ok((event, span))
            }
            Some(Err(error)) => Err(Stop(explain::syntax(pos(error.marker()), error.kind()))),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'s>, span: &Span) -> Result<Node, Stop> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_unreadable = self.properties(span, Properties { anchor, tag })?;
                let mut node = self.scalar(text, style, span);
                if is_unreadable {
                    node.value = Value::Unreadable;
                }
                Ok(node)
            }
            Event::SequenceStart(style, anchor, tag) => {
                let properties = Properties { anchor, tag };
                self.collection(span, properties, style, Self::list)
            }
            Event::MappingStart(style, anchor, tag) => {
                let properties = Properties { anchor, tag };
                self.collection(span, properties, style, Self::map)
            }
            _ => Ok(self.alias(span)),
        }
    }

    /// Notes anchor and tag; says whether the tag makes the node unreadable.
    fn properties(&mut self, span: &Span, properties: Properties<'s>) -> Result<bool, Stop> {
        if properties.anchor != 0 {
            let (_, anchor) = self.next()?;
            let fault = explain::anchor(pos(&anchor.start));
            self.note(fault);
        }
        let is_tagged = properties.tag.is_some();
        if is_tagged {
            let at = span.tag_start().unwrap_or(span.start);
            self.note(explain::tag(pos(&at)));
        }
        Ok(is_tagged)
    }

    fn alias(&mut self, span: &Span) -> Node {
        self.note(explain::alias(pos(&span.start)));
        self.cursor = end(span);
        Node {
            pos: pos(&span.start),
            span: start(span)..end(span),
            value: Value::Unreadable,
        }
    }

    /// Notes a fault of the node being read.
    fn note(&mut self, mut fault: Fault) {
        if !self.path.is_empty() {
            fault.field = Some(self.path.clone());
        }
        self.faults.push(fault);
    }

    fn collection(
        &mut self,
        span: &Span,
        properties: Properties<'s>,
        style: StructureStyle,
        read: fn(&mut Self, &mut usize, StructureStyle) -> Result<Value, Stop>,
    ) -> Result<Node, Stop> {
        let is_unreadable = self.properties(span, properties)?;
        let mut begin = start(span);
        let mut at = pos(&span.start);
        if self.room == 0 {
            self.note(explain::too_deep(at));
            self.skip()?;
            return Ok(Node {
                pos: at,
                span: begin..self.cursor.max(begin),
                value: Value::Unreadable,
            });
        }
        let outer = self.context;
        if style == StructureStyle::Flow {
            self.context = Context::Flow;
        }
        self.room -= 1;
        let value = read(self, &mut begin, style)?;
        self.room += 1;
        self.context = outer;
        if begin != start(span) {
            at = self.before(&span.start, begin);
        }
        Ok(Node {
            pos: at,
            span: begin..self.cursor.max(begin),
            value: if is_unreadable {
                Value::Unreadable
            } else {
                value
            },
        })
    }

    /// Reads past a collection that has just begun.
    fn skip(&mut self) -> Result<(), Stop> {
        let mut open = 1_usize;
        while open > 0 {
            let (event, span) = self.next()?;
            match event {
                Event::SequenceStart(..) | Event::MappingStart(..) => open += 1,
                Event::SequenceEnd | Event::MappingEnd => {
                    open -= 1;
                    if start(&span) < end(&span) {
                        self.cursor = end(&span);
                    }
                }
                Event::StreamEnd => break,
                _ => self.cursor = self.cursor.max(end(&span)),
            }
        }
        Ok(())
    }

    fn list(&mut self, begin: &mut usize, style: StructureStyle) -> Result<Value, Stop> {
        let mut items = Vec::new();
        let length = self.path.len();
        if style == StructureStyle::Flow {
            self.cursor = *begin + 1;
        }
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                if style == StructureStyle::Flow {
                    self.cursor = end(&span);
                }
                return Ok(Value::List(items));
            }
            if style == StructureStyle::Block {
                let dash = source::find(self.source, self.cursor..end(&span), &['-']);
                if let Some(dash) = dash {
                    self.cursor = dash + 1;
                    if items.is_empty() {
                        *begin = dash;
                    }
                }
            }
            yaml::push_index(&mut self.path, items.len());
            let item = self.node(event, &span)?;
            self.path.truncate(length);
            items.push(item);
        }
    }

    fn map(&mut self, begin: &mut usize, style: StructureStyle) -> Result<Value, Stop> {
        let mut entries = Vec::new();
        let mut known = HashMap::new();
        let length = self.path.len();
        // A single pair in a flow list is a flow map without braces.
        let has_brace = self.source.as_bytes().get(*begin) == Some(&b'{');
        if style == StructureStyle::Flow && has_brace {
            self.cursor = *begin + 1;
        }
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                if start(&span) < end(&span) {
                    self.cursor = end(&span);
                }
                return Ok(Value::Map(entries));
            }
            let key = self.key(event, &span)?;
            let (event, span) = self.next()?;
            if let Some(key) = &key {
                yaml::push_key(&mut self.path, &key.text);
            }
            let repeated = key.as_ref().and_then(|key| {
                let found = key::position(&entries, &mut known, &key.text);
                found.map(|index| (index, key.pos))
            });
            if let Some((index, at)) = repeated {
                self.duplicate(&mut entries, index, at);
            }
            let value = self.node(event, &span)?;
            self.path.truncate(length);
            if let Some(key) = key.filter(|_| repeated.is_none()) {
                entries.push(Entry {
                    key: key.text,
                    key_pos: key.pos,
                    key_span: key.span,
                    value,
                });
            }
        }
    }
}

fn start(span: &Span) -> usize {
    span.start.byte_offset().unwrap_or(0)
}

fn end(span: &Span) -> usize {
    span.end.byte_offset().unwrap_or(0)
}

fn pos(mark: &Marker) -> diag::Pos {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    diag::Pos {
        line: number(mark.line()),
        column: number(mark.col()).saturating_add(1),
    }
}
