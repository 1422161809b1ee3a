//! Lines of an input: where a byte stands, and the lists of entries that are written one a line.
//!
//! Pure. Start at [`LineIndex`] and [`entries`].

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

/// Returns the entries of a file with one entry a line and comments that begin with `#`, each with the number of its line, from 1.
pub fn entries(text: &str) -> impl Iterator<Item = (u64, &str)> {
    let lines = (1..).zip(text.lines().map(str::trim));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}
