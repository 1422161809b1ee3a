//! Files of settings as trees of values: YAML, JSON with comments, TOML; and the dates in them.
//!
//! Pure. Start at [`Parsed::get`], which reads a file once for each syntax.

use chrono::{NaiveDate, NaiveDateTime};

use crate::diag::Pos;
use crate::formats::suppressions::keys::{self, Spelling};
use crate::formats::suppressions::readers::format::{ImportError, text};
use crate::formats::suppressions::readers::toml;
use crate::formats::suppressions::readers::toml::{node, scalar};
use crate::formats::suppressions::readers::yaml;
use crate::record::time::{Day, Instant};
use crate::yaml::node::{Node, Value};

pub(super) struct Parsed<'b> {
    bytes: &'b [u8],
    spelling: Option<Spelling>,
    trees: Vec<(String, Node)>,
}

impl<'b> Parsed<'b> {
    pub(super) fn new(bytes: &'b [u8], spelling: Option<Spelling>) -> Parsed<'b> {
        Parsed { bytes, spelling, trees: Vec::new() }
    }

    pub(super) fn text(&self) -> Result<&'b str, ImportError> {
        text(self.bytes)
    }

    /// Returns the values of the file; an empty one is a map without keys.
    pub(super) fn get(&mut self, syntax: &str) -> Result<&Node, ImportError> {
        if !self.trees.iter().any(|(known, _)| known == syntax) {
            let mut root = match syntax {
                "yaml" => yaml::document(self.bytes)?.unwrap_or_else(empty),
                "json" => json(self.text()?)?,
                "toml" => toml::tree(self.text()?)?,
                _ => lines(self.text()?),
            };
            if let Some(spelling) = self.spelling {
                keys::respell(&mut root, spelling);
            }
            self.trees.push((syntax.to_owned(), root));
        }
        let found = self.trees.iter().find(|(known, _)| known == syntax);
        found.map(|(_, root)| root).ok_or_else(|| ImportError::at(1, "it can't be read"))
    }
}

fn empty() -> Node {
    node(Pos { line: 1, column: 1 }, Value::Map(Vec::new()))
}

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
            quote = if matches!(character, '"' | '\'') { Some(character) } else { None };
            rest = next;
        }
    }
    plain
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
    let formats: Vec<String> =
        iso.iter().map(|pattern| (*pattern).to_owned()).chain(words).collect();
    let at = formats.iter().find_map(|format| {
        let at = NaiveDateTime::parse_from_str(text, format).ok();
        let day = || NaiveDate::parse_from_str(text, format).ok()?.and_hms_opt(0, 0, 0);
        at.or_else(day)
    })?;
    Instant::from_unix(at.and_utc().timestamp())
}
