//! What every view is lowered to: blocks for people, one JSON value for scripts.
//!
//! Uses diag. Pure. Start at [`Doc`]. No terminal, no colour and no width is known here; a [`Tone`]
//! says what a word means, and each format decides what to make of it.

use crate::diag;

/// An answer, ready to be rendered in any format.
#[derive(Clone, Debug)]
pub struct Doc {
    /// What people read, in order.
    pub blocks: Vec<Block>,
    /// The promised object: `schema` first, then the keys of `docs/spec/cli.md` in their order.
    pub json: serde_json::Value,
    /// The key of [`Doc::json`] whose array is one object a line in `jsonl` and one row in `csv`;
    /// `None` where the object itself is the only one.
    pub rows: Option<&'static str>,
    /// The last line in `table`: instant and commit. Left out with `--quiet`.
    pub footer: Option<String>,
}

/// One piece of an answer.
#[derive(Clone, Debug)]
pub enum Block {
    /// A title over what follows.
    Heading(Text),
    /// Running text, wrapped to the width.
    Paragraph(Text),
    /// Labels and their texts, one pair a line, the texts aligned and wrapped.
    Pairs(Vec<(String, Text)>),
    /// Columns and rows.
    Table(Table),
    /// Findings, worst first where the format limits them.
    Findings(Vec<diag::Finding>),
    /// Text that keeps its lines and is never wrapped: commands to run, a file's content.
    Verbatim(String),
}

/// A table that is fitted to the width it is shown in.
#[derive(Clone, Debug)]
pub struct Table {
    /// The columns, left to right.
    pub columns: Vec<Column>,
    /// The rows; each has a cell for every column.
    pub rows: Vec<Vec<Text>>,
}

/// One column of a [`Table`].
#[derive(Clone, Debug)]
pub struct Column {
    /// The word above it, in lower case.
    pub title: &'static str,
    /// How it gives way when the terminal is narrow.
    pub fit: Fit,
}

/// How a column gives way when the terminal is narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Never shortened: ids, dates, states.
    Whole,
    /// Wrapped or cut with `…` to what is left: titles, names, reasons.
    Flexible,
    /// Left out first when the rest does not fit.
    Optional,
}

/// Text in which each piece says what it means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub Vec<(Tone, String)>);

/// What a piece of text means; colour only repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    Plain,
    /// In force, allowed, clean.
    Good,
    /// Due soon, a warning.
    Warn,
    /// Expired, denied, an error.
    Bad,
    /// Background: instants, commits, hints.
    Muted,
    /// A heading or a name to find again.
    Strong,
    /// The id of a record.
    Id,
}

impl Text {
    /// Returns a text of one piece.
    pub fn of(tone: Tone, text: impl Into<String>) -> Text {
        Text(vec![(tone, text.into())])
    }

    /// Returns a plain text.
    pub fn plain(text: impl Into<String>) -> Text {
        Text::of(Tone::Plain, text)
    }

    /// Returns the text followed by another piece.
    #[must_use]
    pub fn and(mut self, tone: Tone, text: impl Into<String>) -> Text {
        self.0.push((tone, text.into()));
        self
    }

    /// Returns the words alone.
    pub fn bare(&self) -> String {
        self.0.iter().map(|(_, text)| text.as_str()).collect()
    }
}
