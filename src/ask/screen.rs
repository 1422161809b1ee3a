//! The display of a prompt: rows that are redrawn after each key, and the rows that remain once it is answered.
//!
//! Start at [`Screen::draw`]. Rows are always narrower than the terminal, so that its line wrapping does not matter.

use std::fmt::Write;

use dialoguer::console::{Key, Style, Term, measure_text_width};

use crate::ask::prompting::AskError;
use crate::ask::raw::RawMode;
use exledger::diag::shell;

pub(crate) struct Screen {
    term: Term,
    above: usize,
    raw: RawMode,
}

#[derive(Debug)]
pub(crate) enum TerminalInput {
    Key(Key),
    /// A pasted text, in which a line break is an ordinary character.
    Paste(String),
}

/// The maximum number of characters kept of a paste: more than any record may have.
const MOST: usize = 65_536;

/// The control sequences that turn bracketed paste on and off.
const MARK_PASTES: &str = "\u{1b}[?2004h";
const MARK_NO_PASTES: &str = "\u{1b}[?2004l";

#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<String>,
    /// The row of the cursor, from 0.
    pub(crate) row: usize,
    pub(crate) column: usize,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum RowStyle {
    Plain,
    /// The question, or the selected offer.
    Strong,
    Faint,
    Wrong,
}

impl Screen {
    pub(crate) fn open() -> Result<Screen, AskError> {
        let term = Term::stderr();
        if !term.is_term() {
            return Err(AskError::Terminal("stderr is not a terminal".to_owned()));
        }
        term.write_str(MARK_PASTES)?;
        Ok(Screen { term, above: 0, raw: RawMode::begin() })
    }

    pub(crate) fn forget_typed(&self) {
        self.raw.forget();
    }

    pub(crate) fn width(&self) -> usize {
        columns(&self.term)
    }

    pub(crate) fn height(&self) -> usize {
        let rows = self.term.size_checked().map_or(24, |(rows, _)| rows);
        usize::from(rows).max(8)
    }

    pub(crate) fn input(&self) -> Result<TerminalInput, AskError> {
        let key = self.term.read_key_raw()?;
        match self.mark(&key)? {
            Some(PasteMark::Begin) => Ok(TerminalInput::Paste(self.pasted()?)),
            Some(PasteMark::End) => Ok(TerminalInput::Paste(String::new())),
            None => Ok(TerminalInput::Key(key)),
        }
    }

    /// Returns the paste mark that a key begins: `ESC [ 2 0 0 ~` before pasted text, `ESC [ 2 0 1 ~` after it.
    fn mark(&self, key: &Key) -> Result<Option<PasteMark>, AskError> {
        if *key != Key::UnknownEscSeq(vec!['[', '2', '0']) {
            return Ok(None);
        }
        let which = self.term.read_key_raw()?;
        let _tilde = self.term.read_key_raw()?;
        Ok(Some(match which {
            Key::Char('1') => PasteMark::End,
            _ => PasteMark::Begin,
        }))
    }

    fn pasted(&self) -> Result<String, AskError> {
        let mut text = String::new();
        let mut n_kept = 0;
        loop {
            let key = self.term.read_key_raw()?;
            let character = match key {
                Key::CtrlC => return Err(AskError::Interrupted),
                Key::Char(character) if !character.is_control() => character,
                Key::Enter => '\n',
                Key::Tab => ' ',
                key => match self.mark(&key)? {
                    Some(PasteMark::End) => return Ok(text),
                    _ => continue,
                },
            };
            if n_kept < MOST {
                text.push(character);
                n_kept += 1;
            }
        }
    }

    /// Replaces the rows drawn last, once no more input is waiting.
    pub(crate) fn draw(&mut self, rows: &Rows) -> Result<(), AskError> {
        if self.raw.has_more() {
            return Ok(());
        }
        let mut out = self.back();
        out.push_str(&rows.rows.join("\r\n"));
        let below = rows.rows.len().saturating_sub(1).saturating_sub(rows.row);
        if below > 0 {
            let _ = write!(out, "\u{1b}[{below}A");
        }
        out.push('\r');
        if rows.column > 0 {
            let _ = write!(out, "\u{1b}[{}C", rows.column);
        }
        self.above = rows.row;
        Ok(self.term.write_str(&out)?)
    }

    pub(crate) fn leave(&mut self, rows: &[String]) -> Result<(), AskError> {
        let mut out = self.back();
        for row in rows {
            out.push_str(row);
            out.push_str("\r\n");
        }
        out.push_str(MARK_NO_PASTES);
        self.above = 0;
        Ok(self.term.write_str(&out)?)
    }

    /// Returns the control sequence that moves the cursor to the first row and clears everything from there.
    fn back(&self) -> String {
        match self.above {
            0 => "\r\u{1b}[J".to_owned(),
            above => format!("\r\u{1b}[{above}A\u{1b}[J"),
        }
    }
}

enum PasteMark {
    Begin,
    End,
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Turn bracketed paste off even after a failed prompt.
        let _ = self.term.write_str(MARK_NO_PASTES);
    }
}

impl Rows {
    pub(crate) fn text(&mut self, text: &str, width: usize, row_style: RowStyle) {
        let rows = wrap_rows(text, width);
        self.rows.extend(rows.iter().map(|row| dressed(row, row_style)));
    }

    /// Adds the line being edited, with the cursor after the text before it; of a long line the rows around the cursor.
    pub(crate) fn edited(&mut self, text: &str, before: &str, width: usize, most: usize) {
        let shown = |text: &str| format!("> {}", text.replace('\n', "⏎"));
        let mut rows = cells(&shown(text), width);
        let until = cells(&shown(before), width);
        let mut row = until.len().saturating_sub(1);
        self.column = until.last().map_or(0, |row| measure_text_width(row));
        if self.column >= width {
            row += 1;
            self.column = 0;
        }
        while rows.len() <= row {
            rows.push(String::new());
        }
        let n_above = (row + 1).saturating_sub(most.max(1));
        rows.drain(..n_above);
        rows.truncate(most.max(1));
        self.row = self.rows.len() + row - n_above;
        self.rows.extend(rows);
    }

    pub(crate) fn one(&mut self, text: &str, width: usize, row_style: RowStyle) {
        self.rows.push(dressed(&cut(text, width), row_style));
    }
}

pub(crate) fn dressed(text: &str, row_style: RowStyle) -> String {
    let style = Style::new().for_stderr();
    let style = match row_style {
        RowStyle::Plain => return text.to_owned(),
        RowStyle::Strong => style.bold(),
        RowStyle::Faint => style.dim(),
        RowStyle::Wrong => style.red(),
    };
    style.apply_to(text).to_string()
}

pub(crate) fn cut(text: &str, width: usize) -> String {
    let text: String = text.chars().map(|ch| if ch.is_control() { ' ' } else { ch }).collect();
    if measure_text_width(&text) <= width {
        return text;
    }
    let first = cells(&text, width.saturating_sub(1)).into_iter().next();
    format!("{}…", first.unwrap_or_default())
}

fn cells(text: &str, width: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut column = 0;
    for character in text.chars() {
        let mut bytes = [0; 4];
        let wide = measure_text_width(character.encode_utf8(&mut bytes));
        if column + wide > width {
            rows.push(String::new());
            column = 0;
        }
        column += wide;
        if let Some(row) = rows.last_mut() {
            row.push(character);
        }
    }
    rows
}

pub(crate) fn columns(term: &Term) -> usize {
    let columns = term.size_checked().map_or(80, |(_, columns)| columns);
    usize::from(columns).max(24) - 1
}

// Wraps a text between words; line breaks are kept, and continuation rows are indented like their line.
pub(crate) fn wrap_rows(text: &str, width: usize) -> Vec<String> {
    let rows = join_words(text, width, str::split_whitespace);
    rows.iter().flat_map(|row| cells(row, width)).collect()
}

fn join_words<'t, W: Iterator<Item = &'t str>>(
    text: &'t str,
    width: usize,
    words: fn(&'t str) -> W,
) -> Vec<String> {
    let mut rows = Vec::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let mut row = " ".repeat(indent);
        for word in words(line) {
            let begins = row.trim().is_empty();
            let wide = measure_text_width(&row) + measure_text_width(word) + usize::from(!begins);
            if wide > width && !begins {
                rows.push(std::mem::replace(&mut row, " ".repeat(indent)));
            } else if !begins {
                row.push(' ');
            }
            row.push_str(word);
        }
        rows.push(row);
    }
    rows
}

// Wraps the long lines of a text between words, keeping a final line break. A command in backticks stays on one line, which the
// terminal may wrap, so that it can be copied.
pub(crate) fn wrapped(text: &str, width: usize) -> String {
    let mut rows = Vec::new();
    for line in text.split('\n') {
        if measure_text_width(line) <= width {
            rows.push(line.to_owned());
        } else {
            rows.extend(join_words(line, width, shell::words));
        }
    }
    rows.join("\n")
}
