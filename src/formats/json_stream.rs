//! Streaming JSON: walks a document of any size piece by piece, with the position of each piece.
//!
//! Pure: the caller supplies the bytes. Start at [`JsonScanner`]. Only single pieces are kept in memory, up to a limit;
//! `serde_json` parses them, so a malformed piece doesn't hide the next one.

use std::io::BufRead;

use serde::de::IgnoredAny;

/// Why a document can't be read any further.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("the document ends too early")]
    Ends,
    #[error("{0} is missing at byte {1}")]
    Expected(&'static str, u64),
    #[error("the text at byte {0} is not JSON")]
    NoJson(u64),
    /// The same, with its line and column from 1.
    #[error("line {line}, column {column}: {what}")]
    At { line: u64, column: u64, what: String },
    #[error("can't be read: {0}")]
    Unread(String),
    #[error("this is SARIF {0}; only 2.1.0 is supported")]
    Version(String),
}

impl Broken {
    /// Returns the line from 1, where it is known, and what is wrong there.
    pub fn placed(self) -> (Option<u64>, String) {
        match self {
            Broken::At { line, column, what } => (Some(line), format!("column {column}: {what}")),
            other => (None, other.to_string()),
        }
    }
}

/// The position of a piece in the document, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByteSpan {
    /// The first byte.
    pub start: u64,
    /// The position after the last byte.
    pub end: u64,
}

/// Whether a piece was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptPiece {
    Whole,
    /// The piece is larger than the limit, so its bytes can't be used.
    TooLarge,
}

/// The maximum size of a skipped piece that is still checked to be JSON.
const LOOKED_AT: usize = 1 << 20;

/// A document being read.
#[derive(Debug)]
pub struct JsonScanner<R> {
    reader: R,
    at: u64,
}

impl<R: BufRead> JsonScanner<R> {
    /// Starts at the first byte of the reader; `at` is its position.
    pub fn new(reader: R, at: u64) -> JsonScanner<R> {
        JsonScanner { reader, at }
    }

    /// Returns the position of the next byte.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// Moves the reader to another position, which `go` returns.
    ///
    /// # Errors
    /// [`Broken::Unread`] if the position can't be reached.
    pub fn moved(&mut self, go: impl FnOnce(&mut R) -> std::io::Result<u64>) -> Result<(), Broken> {
        self.at = go(&mut self.reader).map_err(|cause| Broken::Unread(cause.to_string()))?;
        Ok(())
    }

    /// Skips a byte order mark.
    ///
    /// # Errors
    /// [`Broken::Unread`] if reading fails.
    pub fn pass_mark(&mut self) -> Result<(), Broken> {
        if self.buffer()?.starts_with(b"\xef\xbb\xbf") {
            self.pass(3);
        }
        Ok(())
    }

    fn buffer(&mut self) -> Result<&[u8], Broken> {
        loop {
            match self.reader.fill_buf() {
                Ok(_) => break,
                Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(Broken::Unread(cause.to_string())),
            }
        }
        self.reader.fill_buf().map_err(|cause| Broken::Unread(cause.to_string()))
    }

    fn pass(&mut self, bytes: usize) {
        self.reader.consume(bytes);
        self.at += bytes as u64;
    }

    /// Passes on all bytes before a position, piece by piece.
    ///
    /// # Errors
    /// [`Broken::Unread`] if reading fails.
    pub fn each_until(&mut self, end: u64, take: &mut dyn FnMut(&[u8])) -> Result<(), Broken> {
        while self.at < end {
            let left = usize::try_from(end - self.at).unwrap_or(usize::MAX);
            let buffer = self.buffer()?;
            let piece = buffer.get(..left).unwrap_or(buffer);
            let n_bytes = piece.len();
            if n_bytes == 0 {
                return Ok(());
            }
            take(piece);
            self.pass(n_bytes);
        }
        Ok(())
    }

    /// Skips white space and returns the next byte without consuming it; `None` at the end.
    ///
    /// # Errors
    /// [`Broken::Unread`] if reading fails.
    pub fn peek(&mut self) -> Result<Option<u8>, Broken> {
        loop {
            let buffer = self.buffer()?;
            let Some(blank) = buffer.iter().position(|byte| !is_blank(*byte)) else {
                let all = buffer.len();
                if all == 0 {
                    return Ok(None);
                }
                self.pass(all);
                continue;
            };
            let found = buffer.get(blank).copied();
            self.pass(blank);
            return Ok(found);
        }
    }

    /// Consumes one byte, which must be the given one.
    ///
    /// # Errors
    /// [`Broken`] if it is another byte, or the end.
    pub fn expect(&mut self, byte: u8, what: &'static str) -> Result<(), Broken> {
        match self.peek()? {
            Some(found) if found == byte => {
                self.pass(1);
                Ok(())
            }
            Some(_) => Err(Broken::Expected(what, self.at)),
            None => Err(Broken::Ends),
        }
    }

    /// Consumes the separator between two entries of a list or object, or its end; `is_first` before any entry.
    /// Returns whether another entry follows.
    ///
    /// # Errors
    /// [`Broken`] if there is neither a comma nor the end.
    pub fn more(&mut self, end: u8, is_first: bool) -> Result<bool, Broken> {
        match self.peek()? {
            None => Err(Broken::Ends),
            Some(byte) if byte == end => {
                self.pass(1);
                Ok(false)
            }
            Some(_) if is_first => Ok(true),
            Some(b',') => {
                self.pass(1);
                match self.peek()? {
                    Some(byte) if byte == end => Err(Broken::Expected("an entry", self.at)),
                    _ => Ok(true),
                }
            }
            Some(_) => Err(Broken::Expected("a comma", self.at)),
        }
    }

    /// Consumes a key and its colon.
    ///
    /// # Errors
    /// [`Broken`] if there is none.
    pub fn key(&mut self) -> Result<String, Broken> {
        if self.peek()? != Some(b'"') {
            return Err(Broken::Expected("a key", self.at));
        }
        let start = self.at;
        let mut bytes = Vec::new();
        self.capture(&mut bytes, LOOKED_AT)?;
        let key = serde_json::from_slice(&bytes).map_err(|_| Broken::NoJson(start))?;
        self.expect(b':', "a colon")?;
        Ok(key)
    }

    /// Skips a value.
    ///
    /// # Errors
    /// [`Broken`] if it is not JSON; in a large value, only brackets and strings are checked.
    pub fn skip(&mut self) -> Result<ByteSpan, Broken> {
        let mut bytes = Vec::new();
        let (span, kept) = self.capture(&mut bytes, LOOKED_AT)?;
        if kept == KeptPiece::Whole && serde_json::from_slice::<IgnoredAny>(&bytes).is_err() {
            return Err(Broken::NoJson(span.start));
        }
        Ok(span)
    }

    /// Skips a value, checking only brackets and strings.
    ///
    /// # Errors
    /// [`Broken`] if it does not end.
    pub fn leap(&mut self) -> Result<ByteSpan, Broken> {
        let (span, _) = self.capture(&mut Vec::new(), 0)?;
        Ok(span)
    }

    /// Reads a value and keeps its bytes up to a limit, replacing those kept before.
    ///
    /// # Errors
    /// [`Broken`] if it does not begin or end properly; its inside is not checked.
    pub fn capture(
        &mut self,
        kept: &mut Vec<u8>,
        most: usize,
    ) -> Result<(ByteSpan, KeptPiece), Broken> {
        kept.clear();
        match self.peek()? {
            None => return Err(Broken::Ends),
            Some(b',' | b':' | b'}' | b']') => return Err(Broken::Expected("a value", self.at)),
            Some(_) => {}
        }
        let start = self.at;
        let mut walker = Walker::default();
        let mut whole = KeptPiece::Whole;
        loop {
            let buffer = self.buffer()?;
            if buffer.is_empty() {
                // A number or literal may end with the document; strings and brackets may not.
                return match walker.inside {
                    ScanState::Bare if walker.depth == 0 => Ok((self.span(start), whole)),
                    _ => Err(Broken::Ends),
                };
            }
            let (used, is_done) = walker.walk(buffer);
            if whole == KeptPiece::Whole && kept.len() + used <= most {
                kept.extend_from_slice(buffer.get(..used).unwrap_or_default());
            } else if used > 0 {
                kept.clear();
                whole = KeptPiece::TooLarge;
            }
            self.pass(used);
            if is_done {
                return Ok((self.span(start), whole));
            }
        }
    }

    fn span(&self, start: u64) -> ByteSpan {
        ByteSpan { start, end: self.at }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b'"' | b'{' | b'[' | b'}' | b']')
}

#[derive(Debug, Default)]
struct Walker {
    inside: ScanState,
    depth: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ScanState {
    /// Before the value, or between its parts.
    #[default]
    Between,
    /// In a number or literal.
    Bare,
    Text,
    /// In a string, after a backslash.
    Escape,
}

impl Walker {
    /// Processes a piece of the value; returns how many bytes belong to it, and whether it ends there.
    fn walk(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut rest = bytes;
        let used = |rest: &[u8]| bytes.len() - rest.len();
        loop {
            let Some((byte, after)) = rest.split_first() else {
                return (bytes.len(), false);
            };
            match self.inside {
                ScanState::Text => {
                    let Some(stop) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))
                    else {
                        return (bytes.len(), false);
                    };
                    let escaped = rest.get(stop) == Some(&b'\\');
                    rest = rest.get(stop + 1..).unwrap_or_default();
                    self.inside = if escaped { ScanState::Escape } else { ScanState::Between };
                    if !escaped && self.depth == 0 {
                        return (used(rest), true);
                    }
                    continue;
                }
                ScanState::Escape => self.inside = ScanState::Text,
                // Within brackets, only strings and further brackets matter.
                ScanState::Between if self.depth > 0 && !is_mark(*byte) => {
                    let Some(stop) = rest.iter().position(|byte| is_mark(*byte)) else {
                        return (bytes.len(), false);
                    };
                    rest = rest.get(stop..).unwrap_or_default();
                    continue;
                }
                ScanState::Between | ScanState::Bare => match byte {
                    b'"' if self.inside == ScanState::Bare && self.depth == 0 => {
                        return (used(rest), true);
                    }
                    b'"' => self.inside = ScanState::Text,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => {
                        if self.depth == 0 {
                            return (used(rest), true);
                        }
                        self.depth -= 1;
                        self.inside = ScanState::Between;
                        if self.depth == 0 {
                            return (used(after), true);
                        }
                    }
                    b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' if self.depth == 0 => {
                        return (used(rest), true);
                    }
                    _ if self.depth == 0 => self.inside = ScanState::Bare,
                    _ => {}
                },
            }
            rest = after;
        }
    }
}
