//! TOML inputs: tables with the lines of their values, and the same as a tree.
//!
//! Pure. Start at [`TomlInput::parse`] or [`tree`].

use std::ops::Range;

use toml_edit::{Document, Item, Table, TableLike, Value};

use crate::diag::Pos;
use crate::formats::finding_lines::LineIndex;
use crate::formats::suppressions::readers::format::{ImportError, text};
use crate::yaml::node::{MapEntry, Node, NodeStyle, ScalarNode, Value as NodeValue};

/// A parsed input, with the text that its positions are about.
pub struct TomlInput<'t> {
    pub source: &'t str,
    document: Document<&'t str>,
}

impl<'t> TomlInput<'t> {
    /// Parses an input.
    ///
    /// # Errors
    /// [`ImportError`] at the line where it is no TOML.
    pub fn parse(bytes: &'t [u8]) -> Result<TomlInput<'t>, ImportError> {
        let source = text(bytes)?;
        let document = Document::parse(source).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = LineIndex::new(source.as_bytes()).line(at);
            ImportError::at(line, not_toml(&error))
        })?;
        Ok(TomlInput { source, document })
    }

    pub fn root(&self) -> &Table {
        self.document.as_table()
    }
}

/// Says on one line why a text is not TOML, without repeating it.
pub fn not_toml(error: &toml_edit::TomlError) -> String {
    let why: Vec<&str> = error.message().lines().map(str::trim).collect();
    format!("it can't be read as TOML: {}", why.join("; "))
}

/// Returns the items of `key` in a table: values of an array, or tables, each with its position.
pub fn items<'i>(table: &'i dyn TableLike, key: &str) -> Vec<TomlItem<'i>> {
    table.get(key).map(of_list).unwrap_or_default()
}

/// Returns the items of `key` in a table, whatever the case of its letters; Go's TOML reads it so.
pub fn items_in_any_case<'i>(table: &'i dyn TableLike, key: &str) -> Vec<TomlItem<'i>> {
    let same = table.iter().filter(|(name, _)| name.eq_ignore_ascii_case(key));
    same.flat_map(|(_, item)| of_list(item)).collect()
}

/// Returns the value of `key` in a table, whatever the case of its letters; in the same case first.
pub fn get_in_any_case<'i>(table: &'i dyn TableLike, key: &str) -> Option<&'i Item> {
    let any = || table.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
    table.get(key).or_else(|| any().map(|(_, item)| item))
}

fn of_list(list: &Item) -> Vec<TomlItem<'_>> {
    match list {
        Item::ArrayOfTables(tables) => tables
            .iter()
            .map(|table| TomlItem {
                span: table.span(),
                text: None,
                table: Some(table as &dyn TableLike),
            })
            .collect(),
        Item::Value(Value::Array(values)) => values
            .iter()
            .map(|value| TomlItem {
                span: value.span(),
                text: value.as_str(),
                table: value.as_inline_table().map(|table| table as &dyn TableLike),
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// An item of a list.
pub struct TomlItem<'i> {
    /// Its bytes in the source.
    pub span: Option<std::ops::Range<usize>>,
    pub text: Option<&'i str>,
    pub table: Option<&'i dyn TableLike>,
}

impl TomlItem<'_> {
    /// Returns the line on which it begins.
    pub fn line(&self, index: &mut LineIndex<'_>) -> u64 {
        index.line(self.span.as_ref().map_or(0, |span| span.start))
    }

    /// Returns a text in its table.
    pub fn text_at(&self, key: &str) -> Option<&str> {
        stated(self.table?.get(key)?)
    }

    /// Returns a text in its table, whatever the case of the key.
    pub fn text_in_any_case(&self, key: &str) -> Option<&str> {
        stated(get_in_any_case(self.table?, key)?)
    }
}

fn stated(item: &Item) -> Option<&str> {
    let text = item.as_str()?.trim();
    if text.is_empty() { None } else { Some(text) }
}

/// Returns the values of a text as a tree.
///
/// # Errors
/// [`ImportError`] at the line where it is no TOML.
pub fn tree(text: &str) -> Result<Node, ImportError> {
    let document = Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        ImportError::at(u64::from(LineStarts::of(text).pos(at).line), not_toml(&error))
    })?;
    Ok(of_table(document.as_table(), None, &LineStarts::of(text)))
}

struct LineStarts(Vec<usize>);

impl LineStarts {
    fn of(text: &str) -> LineStarts {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        LineStarts(std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect())
    }

    fn pos(&self, byte: usize) -> Pos {
        let line = self.0.partition_point(|begin| *begin <= byte);
        Pos { line: u32::try_from(line.max(1)).unwrap_or(u32::MAX), column: 1 }
    }

    fn of_span(&self, span: Option<Range<usize>>) -> Pos {
        self.pos(span.map_or(0, |span| span.start))
    }
}

fn of_table(table: &dyn TableLike, span: Option<Range<usize>>, lines: &LineStarts) -> Node {
    let mut entries = Vec::new();
    for (key, item) in table.iter() {
        let key_span = table.key(key).and_then(toml_edit::Key::span);
        let value = of_item(item, lines);
        let key_pos = key_span.map_or(value.pos, |span| lines.pos(span.start));
        entries.push(MapEntry { key: key.to_owned(), key_pos, key_span: 0..0, value });
    }
    node(lines.of_span(span), NodeValue::Map(entries))
}

fn of_item(item: &Item, lines: &LineStarts) -> Node {
    match item {
        Item::Table(table) => of_table(table, table.span(), lines),
        Item::ArrayOfTables(tables) => {
            let items = tables.iter().map(|table| of_table(table, table.span(), lines));
            node(lines.of_span(tables.span()), NodeValue::List(items.collect()))
        }
        Item::Value(value) => of_value(value, lines),
        Item::None => node(Pos { line: 1, column: 1 }, NodeValue::Null),
    }
}

fn of_value(value: &Value, lines: &LineStarts) -> Node {
    let pos = lines.of_span(value.span());
    match value {
        Value::String(text) => scalar(pos, text.value().clone()),
        Value::Integer(number) => scalar(pos, number.value().to_string()),
        Value::Float(number) => scalar(pos, number.value().to_string()),
        Value::Boolean(is) => scalar(pos, is.value().to_string()),
        Value::Datetime(at) => scalar(pos, at.value().to_string()),
        Value::Array(items) => {
            node(pos, NodeValue::List(items.iter().map(|item| of_value(item, lines)).collect()))
        }
        Value::InlineTable(table) => of_table(table, value.span(), lines),
    }
}

/// Returns a node of a tree that was not read from YAML.
pub fn node(pos: Pos, value: NodeValue) -> Node {
    Node { pos, span: 0..0, value }
}

/// Returns a text of such a tree.
pub fn scalar(pos: Pos, text: String) -> Node {
    node(pos, NodeValue::Scalar(ScalarNode { text, style: NodeStyle::Plain }))
}
