//! Files of settings as trees of values: YAML, JSON with comments, TOML; and the dates in them.
//!
//! Uses yaml, toml_edit. Pure. Start at [`Parsed::get`], which reads a file once for each syntax.

use chrono::{NaiveDate, NaiveDateTime};
use std::ops::Range;
use toml_edit::{Document, Item, TableLike, Value as TomlValue};

use crate::diag::Pos;
use crate::formats::suppressions::readers::format::{ImportError, text};
use crate::formats::suppressions::readers::toml::not_toml;
use crate::formats::suppressions::readers::yaml;
use crate::record::time::{Day, Instant};
use crate::yaml::node::{MapEntry, Node, NodeStyle, ScalarNode, Value};

/// A file and its trees.
pub(super) struct Parsed<'b> {
    bytes: &'b [u8],
    trees: Vec<(String, Node)>,
}

impl<'b> Parsed<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Parsed<'b> {
        Parsed { bytes, trees: Vec::new() }
    }

    pub(super) fn text(&self) -> Result<&'b str, ImportError> {
        text(self.bytes)
    }

    /// Returns the values of the file; an empty one is a map without keys.
    pub(super) fn get(&mut self, syntax: &str) -> Result<&Node, ImportError> {
        if !self.trees.iter().any(|(known, _)| known == syntax) {
            let root = match syntax {
                "yaml" => yaml::document(self.bytes)?.unwrap_or_else(empty),
                "json" => json(self.text()?)?,
                "toml" => toml(self.text()?)?,
                _ => lines(self.text()?),
            };
            self.trees.push((syntax.to_owned(), root));
        }
        let found = self.trees.iter().find(|(known, _)| known == syntax);
        found.map(|(_, root)| root).ok_or_else(|| ImportError::at(1, "it can't be read"))
    }
}

fn empty() -> Node {
    node(Pos { line: 1, column: 1 }, Value::Map(Vec::new()))
}

fn node(pos: Pos, value: Value) -> Node {
    Node { pos, span: 0..0, value }
}

fn scalar(pos: Pos, text: String) -> Node {
    node(pos, Value::Scalar(ScalarNode { text, style: NodeStyle::Plain }))
}

/// Returns the lines of a text as the items of a list.
fn lines(text: &str) -> Node {
    let items = (1..).zip(text.lines());
    let items = items.map(|(line, text)| scalar(Pos { line, column: 1 }, text.to_owned()));
    node(Pos { line: 1, column: 1 }, Value::List(items.collect()))
}

/// Reads JSON, also with comments, trailing commas, and keys and texts in other quotes or none.
fn json(text: &str) -> Result<Node, ImportError> {
    let plain = without_comments(text);
    let read = yaml::document(plain.as_bytes());
    read.map(|root| root.unwrap_or_else(empty))
        .map_err(|error| ImportError::at(error.line, error.what.replace("as YAML", "as JSON")))
}

/// Returns JSON with blanks in place of comments and tabs; a blank follows each colon, as YAML wants it.
fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    let mut quote = None;
    while let Some(character) = rest.chars().next() {
        let next = rest.get(character.len_utf8()..).unwrap_or_default();
        if let Some(open) = quote {
            plain.push(character);
            rest = next;
            if character == '\\' {
                plain.extend(next.chars().next());
                rest =
                    next.get(next.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
            } else if character == open {
                quote = None;
            }
            continue;
        }
        if rest.starts_with("//") {
            let end = rest.find('\n').unwrap_or(rest.len());
            rest = rest.get(end..).unwrap_or_default();
        } else if rest.starts_with("/*") {
            let end = rest.find("*/").map_or(rest.len(), |end| end + 2);
            let breaks = rest.get(..end).unwrap_or_default().matches('\n').count();
            plain.extend(std::iter::repeat_n('\n', breaks));
            rest = rest.get(end..).unwrap_or_default();
        } else {
            match character {
                '\t' => plain.push(' '),
                ':' => plain.push_str(": "),
                other => plain.push(other),
            }
            quote = matches!(character, '"' | '\'').then_some(character);
            rest = next;
        }
    }
    plain
}

/// Reads TOML.
fn toml(text: &str) -> Result<Node, ImportError> {
    let document = Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        ImportError::at(u64::from(LineStarts::of(text).pos(at).line), not_toml(&error))
    })?;
    Ok(of_table(document.as_table(), None, &LineStarts::of(text)))
}

/// Where the lines of a text begin.
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
    node(lines.of_span(span), Value::Map(entries))
}

fn of_item(item: &Item, lines: &LineStarts) -> Node {
    match item {
        Item::Table(table) => of_table(table, table.span(), lines),
        Item::ArrayOfTables(tables) => {
            let items = tables.iter().map(|table| of_table(table, table.span(), lines));
            node(lines.of_span(tables.span()), Value::List(items.collect()))
        }
        Item::Value(value) => of_value(value, lines),
        Item::None => node(Pos { line: 1, column: 1 }, Value::Null),
    }
}

fn of_value(value: &TomlValue, lines: &LineStarts) -> Node {
    let pos = lines.of_span(value.span());
    match value {
        TomlValue::String(text) => scalar(pos, text.value().clone()),
        TomlValue::Integer(number) => scalar(pos, number.value().to_string()),
        TomlValue::Float(number) => scalar(pos, number.value().to_string()),
        TomlValue::Boolean(is) => scalar(pos, is.value().to_string()),
        TomlValue::Datetime(at) => scalar(pos, at.value().to_string()),
        TomlValue::Array(items) => {
            node(pos, Value::List(items.iter().map(|item| of_value(item, lines)).collect()))
        }
        TomlValue::InlineTable(table) => of_table(table, value.span(), lines),
    }
}

/// How many seconds after midnight in UTC a day begins in the last zone of the earth.
const LAST_ZONE: i64 = 12 * 3600;

/// Dates that programs of JavaScript read besides those of ISO 8601, in the zone of the machine.
const DATES: &[&str] = &["%d %B %Y", "%B %d, %Y", "%B %d %Y", "%Y/%m/%d", "%m/%d/%Y"];

/// Returns the instant that a text names: a day's first one in UTC, an instant, milliseconds since 1970, or a date in words.
/// What is read in the zone of the machine is the latest that it can be. `None` if it is not one of them.
pub(super) fn date(text: &str) -> Option<Instant> {
    let text = text.trim();
    let known = Day::new(text).map(Day::start).or_else(|| Instant::parse(text));
    let millis = || {
        text.parse::<i64>()
            .ok()
            .filter(|n| *n > 99_999_999)
            .and_then(|n| Instant::from_unix(n / 1000))
    };
    let known = known.or_else(millis).or_else(|| Instant::parse(&text.replacen(' ', "T", 1)));
    known.or_else(|| local(text).map(|instant| instant.plus_seconds(LAST_ZONE)))
}

fn local(text: &str) -> Option<Instant> {
    let iso = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let words = DATES
        .iter()
        .flat_map(|date| ["", " %H:%M", " %H:%M:%S"].map(|time| format!("{date}{time}")));
    let formats: Vec<String> = iso.iter().map(|it| (*it).to_owned()).chain(words).collect();
    let at = formats.iter().find_map(|format| {
        let at = NaiveDateTime::parse_from_str(text, format).ok();
        let day = || NaiveDate::parse_from_str(text, format).ok()?.and_hms_opt(0, 0, 0);
        at.or_else(day)
    })?;
    Instant::from_unix(at.and_utc().timestamp())
}
