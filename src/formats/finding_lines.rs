//! Lines of an input: where a byte stands, and the lists of entries that are written one a line.
//!
//! Uses plan's entries. Pure. Start at [`LineIndex`] and [`each`].

/// Counts the line breaks of some bytes.
pub fn count(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

/// The lines of a text, for positions that only grow.
#[derive(Debug)]
pub struct LineIndex<'t> {
    bytes: &'t [u8],
    at: usize,
    line: u64,
}

impl<'t> LineIndex<'t> {
    /// Starts at the first line.
    pub fn new(bytes: &'t [u8]) -> LineIndex<'t> {
        LineIndex { bytes, at: 0, line: 1 }
    }

    /// Returns the line of a byte, from 1. A byte before the last one that was asked for is counted from the start.
    pub fn line(&mut self, byte: usize) -> u64 {
        if byte < self.at {
            self.at = 0;
            self.line = 1;
        }
        self.line += count(self.bytes.get(self.at..byte).unwrap_or_default());
        self.at = byte.min(self.bytes.len());
        self.line
    }
}

/// An entry of a file with one entry a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineEntry<'t> {
    /// The number of the line, from 1.
    pub line: u64,
    /// The text of the line, without blanks at its ends.
    pub text: &'t str,
    /// The comment lines directly above it, without `#`.
    pub comment: Option<String>,
}

/// Returns the entries of a file with one entry a line and comments that begin with `#`.
///
/// A comment belongs to the entry on the next line; after a blank line it belongs to none.
pub fn each(text: &str) -> Vec<LineEntry<'_>> {
    let mut entries = Vec::new();
    let mut above: Vec<&str> = Vec::new();
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if let Some(comment) = line.strip_prefix('#') {
            above.push(comment.trim_start_matches('#').trim());
        } else if line.is_empty() {
            above.clear();
        } else {
            entries.push(LineEntry { line: number, text: line, comment: joined(&above) });
            above.clear();
        }
    }
    entries
}

fn joined(lines: &[&str]) -> Option<String> {
    let text = lines.join("\n").trim().to_owned();
    if text.is_empty() { None } else { Some(text) }
}
