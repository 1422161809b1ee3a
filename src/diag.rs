//! Findings: their position, their level, and how to fix them.
//!
//! Pure. Start at [`Finding`]. Follows `docs/spec/cli.md` (a finding) and `docs/spec/rules.md` (codes and levels).

pub mod code;
pub mod remedy;
pub mod renamed;
pub mod shell;
pub mod sorting;

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use std::fmt;

/// A position in a text: line and column, both counted from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pos {
    /// The line of the file, counted from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl Pos {
    /// The position of the first character.
    pub const START: Pos = Pos { line: 1, column: 1 };
}

/// The level of a finding; the worst sorts first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The command exits with 1.
    Error,
    /// The command exits with 0, with `--strict` with 1.
    Warning,
    /// Information; does not affect the exit code.
    Note,
}

impl Level {
    /// Returns the name that findings, policies and formats use.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// A single problem: what, where, and how to fix it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The code of the rule that found it.
    pub rule: Code,
    /// The level, after the policy's overrides.
    pub level: Level,
    /// The file, relative to the ledger's root, with `/`.
    pub path: String,
    /// The position in the file; `None` if there is none.
    #[serde(flatten, serialize_with = "write_place")]
    pub pos: Option<Pos>,
    /// The dotted path of the field, list indices from 0; `None` for a whole file.
    pub field: Option<String>,
    /// The record's id: the file stem if it has the form of an id.
    pub id: Option<String>,
    /// What is wrong; never repeats a secret.
    pub message: String,
    /// What ends it; never empty.
    #[serde(flatten, serialize_with = "write_help")]
    pub remedy: Remedy,
}

/// Writes `line` and `column`, which are null without a position.
fn write_place<S: Serializer>(pos: &Option<Pos>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map([("line", pos.map(|pos| pos.line)), ("column", pos.map(|pos| pos.column))])
}

/// Writes `help`, which is the remedy in words, and `remedy`.
fn write_help<S: Serializer>(remedy: &Remedy, to: S) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(Some(2))?;
    map.serialize_entry("help", &remedy.words())?;
    map.serialize_entry("remedy", remedy)?;
    map.end()
}

impl Finding {
    /// Returns the sort key: path, line, column, rule, then field and message for a total order.
    pub fn sort_key(&self) -> impl Ord + '_ {
        (&self.path, self.pos, self.rule, &self.field, &self.message)
    }

    /// Returns its file, with line and column if they are known: `exceptions/EXC-2026-7F3KQ.yaml:3:1`.
    pub fn place(&self) -> String {
        let pos = self.pos.map(|pos| format!(":{}:{}", pos.line, pos.column));
        format!("{}{}", self.path, pos.unwrap_or_default())
    }
}

/// The maximum number of names listed in full.
pub const MOST_NAMED: usize = 5;

/// Returns names as a list in words; of more than [`MOST_NAMED`], two and the number of the rest.
pub fn names<T: AsRef<str>>(names: &[T]) -> String {
    some(names, names.len())
}

/// Returns the first of `n` names as a list in words: all of a few, otherwise two and the number of the rest.
pub fn some<T: AsRef<str>>(first: &[T], n: usize) -> String {
    let names = first.iter().map(AsRef::as_ref);
    match first {
        [one, two, ..] if n > MOST_NAMED => {
            format!("{}, {} and {} more", one.as_ref(), two.as_ref(), n - 2)
        }
        _ => names.collect::<Vec<&str>>().join(", "),
    }
}

/// Returns names as the start of a line: up to three of them, otherwise their number and the first three.
pub fn first_of<T: AsRef<str>>(names: &[T], noun: &str) -> String {
    let first: Vec<&str> = names.iter().take(3).map(AsRef::as_ref).collect();
    let first = first.join(", ");
    match names.len() {
        0..=3 => first,
        n => format!("{}, first {first}", count(n, noun)),
    }
}

/// Writes a text for a URL: each byte that is neither a letter, a digit nor among `plain` as `%` and two digits.
pub fn percent_encoded(text: &str, plain: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Returns a count with its noun, in the plural unless it is one: `1 record`, `3 records`.
pub fn count(n: usize, noun: &str) -> String {
    let many = match noun.strip_suffix('y') {
        _ if n == 1 => noun.to_owned(),
        Some(stem) if !noun.ends_with("ay") && !noun.ends_with("ey") => format!("{stem}ies"),
        _ if noun.ends_with('s') => format!("{noun}es"),
        _ => format!("{noun}s"),
    };
    format!("{n} {many}")
}
