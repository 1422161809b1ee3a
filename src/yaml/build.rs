//! Builds located nodes from the parser's events.
//!
//! Pure. Start at [`build`]. Follows `docs/spec/rules.md` (shape).
//!
//! The parser's marks are right for quoted and plain scalars, keys, flow collections and aliases. They are not
//! where people look for block scalars (the content, not the `|`), block lists under a key that are not
//! indented (after the first dash) and the end of block collections (the next token): `cursor`, the end of the consumed
//! source, is used to find those places.

mod key;
mod lines;
mod scalar;
mod stop;
mod token;

use crate::diag::sorting::StableSort as _;
use std::collections::BTreeMap;

use granit_parser::{Parser, StrInput};

use self::token::{Token, TokenKind};
use crate::yaml;
use crate::yaml::node::{Document, MapEntry, Node, SyntaxError, Value};
use crate::yaml::portable::Context;
use crate::yaml::{around, comment, explain, screen, source};

struct BuildStop(Box<SyntaxError>);

pub(super) fn build(text: &str, hidden: Vec<screen::Hidden>, depth: usize) -> Document {
    let options = granit_parser::options! {
        emit_comments: false,
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
    };
    let (offsets, mut raw): (Vec<usize>, Vec<SyntaxError>) =
        hidden.into_iter().map(|hidden| (hidden.offset, hidden.fault)).unzip();
    let mut builder = Builder {
        source: text,
        parser: Parser::new_from_str_with_options(text, options),
        faults: Vec::new(),
        hidden: offsets,
        fields: vec![None; raw.len()],
        path: String::new(),
        cursor: 0,
        depth,
        room: depth,
        context: Context::Block,
        brackets: Vec::new(),
        indent: None,
        tabs_from: if text.contains('\t') { Some(0) } else { None },
    };
    let read = builder.document();
    let Builder { mut faults, fields, .. } = builder;
    for (fault, field) in raw.iter_mut().zip(fields) {
        fault.field = field;
    }
    let conflicts = around::conflicts(text);
    let root = match read {
        _ if !conflicts.is_empty() => {
            faults.clear();
            faults.extend(conflicts.into_iter().map(explain::conflict));
            None
        }
        Ok(root) => Some(root),
        Err(BuildStop(fault)) => {
            // Earlier faults are doubtful: the mistake may have begun there.
            faults.clear();
            faults.push(*fault);
            None
        }
    };
    faults.append(&mut raw);
    faults.order_by_key(|fault| fault.pos);
    let comments = comment::comments(text, root.as_ref());
    Document { root, faults, comments }
}

struct Builder<'s> {
    source: &'s str,
    parser: Parser<'s, StrInput<'s>>,
    faults: Vec<SyntaxError>,
    /// Where hidden characters were replaced, ascending.
    hidden: Vec<usize>,
    fields: Vec<Option<String>>,
    path: String,
    /// The byte up to which the source is consumed.
    cursor: usize,
    depth: usize,
    /// How many more collections may be nested.
    room: usize,
    context: Context,
    brackets: Vec<usize>,
    /// The column, from 0, of the key or dash of the value being read; `None` for the root.
    indent: Option<usize>,
    /// The byte up to which indentation was checked for tabs; `None` if the source has no tab.
    tabs_from: Option<usize>,
}

impl<'s> Builder<'s> {
    fn document(&mut self) -> Result<Node, BuildStop> {
        let mut root = None;
        loop {
            let token = self.next()?;
            match (token.kind, root) {
                (TokenKind::Document | TokenKind::MarkedDocument, Some(root)) => {
                    self.faults.push(explain::several(token.pos));
                    return Ok(root);
                }
                (TokenKind::Document, none) => {
                    self.early_end(token.start);
                    root = none;
                }
                (TokenKind::MarkedDocument, none) => {
                    self.early_end(token.start);
                    self.directives(token.start);
                    self.cursor = token.end;
                    root = none;
                }
                (TokenKind::End, Some(root))
                    if root.value != Value::Null || !root.span.is_empty() =>
                {
                    return Ok(root);
                }
                (TokenKind::End, _) => return Err(BuildStop(Box::new(explain::empty()))),
                (TokenKind::Other, known) => root = known,
                (kind, _) => root = Some(self.node(Token { kind, ..token })?),
            }
        }
    }

    fn next(&mut self) -> Result<Token<'s>, BuildStop> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                let token = Token::of(event, &span);
                if let Some(checked) = self.tabs_from {
                    self.tabs(checked, &token);
                }
                Ok(token)
            }
            Some(Err(error)) => Err(self.stopped(&error)),
            None => Ok(Token::end()),
        }
    }

    fn node(&mut self, mut token: Token<'s>) -> Result<Node, BuildStop> {
        if token.has_anchor {
            let anchor = self.next()?;
            self.note(explain::anchor(anchor.pos));
        }
        if let Some(at) = token.tag {
            self.note(explain::tag(at));
        }
        let is_tagged = token.tag.is_some();
        let mut node = match std::mem::replace(&mut token.kind, TokenKind::Other) {
            TokenKind::Scalar(text, style) => self.scalar(text, style, &token),
            TokenKind::List(style) => self.collection(&token, style, Self::list)?,
            TokenKind::Map(style) => self.collection(&token, style, Self::map)?,
            _ => self.alias(&token),
        };
        if is_tagged {
            node.value = Value::Unreadable;
        }
        Ok(node)
    }

    fn alias(&mut self, token: &Token<'s>) -> Node {
        self.note(explain::alias(token.pos));
        self.cursor = token.end;
        Node { pos: token.pos, span: token.start..token.end, value: Value::Unreadable }
    }

    fn note(&mut self, mut fault: SyntaxError) {
        let shown = |c: char| {
            if c.is_control() || screen::is_unseen(c) { '\u{FFFD}' } else { c }
        };
        if !self.path.is_empty() {
            fault.field = Some(self.path.chars().map(shown).collect());
        }
        self.faults.push(fault);
    }

    fn collection(
        &mut self,
        token: &Token<'s>,
        style: Context,
        read: fn(&mut Self, &mut usize, Context) -> Result<Value, BuildStop>,
    ) -> Result<Node, BuildStop> {
        let mut begin = token.start;
        let value = if self.room == 0 {
            self.note(explain::too_deep(token.pos, self.depth));
            self.skip()?;
            Value::Unreadable
        } else {
            let outer = self.context;
            let indent = self.indent;
            if style == Context::Flow {
                self.context = Context::Flow;
                self.brackets.push(begin);
            }
            self.room -= 1;
            let value = read(self, &mut begin, style)?;
            self.room += 1;
            self.indent = indent;
            self.context = outer;
            if style == Context::Flow {
                self.brackets.pop();
                if outer == Context::Block {
                    self.flow_indent(token, begin);
                }
            }
            value
        };
        Ok(Node { pos: self.place(token, begin), span: begin..self.cursor.max(begin), value })
    }

    fn skip(&mut self) -> Result<(), BuildStop> {
        let mut open = 1_usize;
        while open > 0 {
            let token = self.next()?;
            match token.kind {
                TokenKind::List(_) | TokenKind::Map(_) => open += 1,
                TokenKind::ListEnd | TokenKind::MapEnd => open -= 1,
                TokenKind::End => break,
                _ => {}
            }
            let is_implied = token.start == token.end;
            if !is_implied {
                self.cursor = self.cursor.max(token.end);
            }
        }
        Ok(())
    }

    fn list(&mut self, begin: &mut usize, style: Context) -> Result<Value, BuildStop> {
        let mut items = Vec::new();
        let length = self.path.len();
        if style == Context::Flow {
            self.cursor = *begin + 1;
        }
        loop {
            let token = self.next()?;
            if matches!(token.kind, TokenKind::ListEnd) {
                if style == Context::Flow {
                    self.cursor = token.end;
                }
                return Ok(Value::List(items));
            }
            if style == Context::Block
                && let Some(dash) = source::find(self.source, self.cursor..token.end, &['-'])
            {
                self.cursor = dash + 1;
                self.indent = source::column(self.source, dash);
                if items.is_empty() {
                    *begin = dash;
                }
            }
            yaml::node::push_index(&mut self.path, items.len());
            let item = self.node(token)?;
            self.path.truncate(length);
            items.push(item);
        }
    }

    fn map(&mut self, begin: &mut usize, style: Context) -> Result<Value, BuildStop> {
        let mut entries = Vec::new();
        let mut known = BTreeMap::new();
        let length = self.path.len();
        // A single pair in a flow list is a flow map without braces.
        let has_brace = self.source.as_bytes().get(*begin) == Some(&b'{');
        if style == Context::Flow && has_brace {
            self.cursor = *begin + 1;
        }
        loop {
            let token = self.next()?;
            if matches!(token.kind, TokenKind::MapEnd) {
                let is_implied = token.start == token.end;
                if !is_implied {
                    self.cursor = token.end;
                }
                return Ok(Value::Map(entries));
            }
            let key = self.key(token)?;
            let token = self.next()?;
            let n_faults = self.faults.len();
            let is_merge = key.as_ref().is_some_and(|key| key.is_merge);
            let mut repeated = None;
            if !is_merge && let Some(key) = key.as_ref() {
                if style == Context::Block {
                    self.indent = source::column(self.source, key.span.start);
                }
                yaml::node::push_key(&mut self.path, &key.text);
                repeated = key::position(&entries, &mut known, &key.text);
                if let Some(index) = repeated {
                    self.duplicate(&mut entries, index, key.pos);
                }
            }
            let mut value = self.node(token)?;
            self.path.truncate(length);
            if is_merge {
                // The merge is reported; faults in the merged value are not.
                self.faults.truncate(n_faults);
                value.value = Value::Unreadable;
            }
            if let Some(key) = key.filter(|_| repeated.is_none()) {
                entries.push(MapEntry {
                    key: key.text,
                    key_pos: key.pos,
                    key_span: key.span,
                    value,
                });
            }
        }
    }
}
