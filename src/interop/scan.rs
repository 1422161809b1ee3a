//! Streaming JSON: walks a document of any size piece by piece, with the position of each piece.
//!
//! Uses no other module. Pure: the caller supplies the bytes. Start at [`Scan`]. Only pieces are kept in memory, up to
//! a limit; what a piece says is for `serde_json`, so a broken piece doesn't hide the next one.

use std::io::BufRead;

use serde::de::IgnoredAny;

/// Why a document can't be walked on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("the document ends too early")]
    Ends,
    /// Something else stands where this should.
    #[error("{0} is missing at byte {1}")]
    Expected(&'static str, u64),
    /// A piece is no JSON.
    #[error("the text at byte {0} is not JSON")]
    NoJson(u64),
    /// The bytes can't be had.
    #[error("can't be read: {0}")]
    Unread(String),
    /// It is of a version of SARIF that is not read.
    #[error("this is SARIF {0}; only 2.1.0 is supported")]
    Version(String),
}

/// Where a piece stands, in bytes from the start: from the first to behind the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByteSpan {
    /// The first byte.
    pub start: u64,
    /// Behind the last.
    pub end: u64,
}

/// Whether a piece was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptPiece {
    Whole,
    /// Nothing that can be used: it is larger than the limit.
    TooLarge,
}

/// The largest piece of which it is seen whether it is JSON although nobody wants it.
const LOOKED_AT: usize = 1 << 20;

/// A document that is being walked.
#[derive(Debug)]
pub struct Scan<R> {
    reader: R,
    at: u64,
}

impl<R: BufRead> Scan<R> {
    /// Begins where the bytes begin; `at` is the place of their first one.
    pub fn new(reader: R, at: u64) -> Scan<R> {
        Scan { reader, at }
    }

    /// Returns the place of the next byte.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// Lets the bytes go on at another place, which is returned.
    ///
    /// # Errors
    /// [`Broken::Unread`] where that place can't be reached.
    pub fn moved(&mut self, go: impl FnOnce(&mut R) -> std::io::Result<u64>) -> Result<(), Broken> {
        self.at = go(&mut self.reader).map_err(|cause| Broken::Unread(cause.to_string()))?;
        Ok(())
    }

    /// Passes a byte order mark.
    ///
    /// # Errors
    /// [`Broken::Unread`] where the bytes can't be had.
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

    /// Passes blanks and returns the next byte without passing it; `None` at the end.
    ///
    /// # Errors
    /// [`Broken::Unread`] where the bytes can't be had.
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

    /// Passes one byte, which must be this one.
    ///
    /// # Errors
    /// [`Broken`] where another stands there, or none.
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

    /// Passes what stands between two entries of a list or map, or behind the last one; `is_first` before any. Tells
    /// whether another entry follows.
    ///
    /// # Errors
    /// [`Broken`] where neither a comma nor the end stands there.
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

    /// Passes a key and its colon.
    ///
    /// # Errors
    /// [`Broken`] where there is none.
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

    /// Passes a value that nobody wants.
    ///
    /// # Errors
    /// [`Broken`] where it is no JSON; of a large one only its brackets and texts are looked at.
    pub fn skip(&mut self) -> Result<ByteSpan, Broken> {
        let mut bytes = Vec::new();
        let (span, kept) = self.capture(&mut bytes, LOOKED_AT)?;
        if kept == KeptPiece::Whole && serde_json::from_slice::<IgnoredAny>(&bytes).is_err() {
            return Err(Broken::NoJson(span.start));
        }
        Ok(span)
    }

    /// Passes a value by its brackets and texts alone.
    ///
    /// # Errors
    /// [`Broken`] where it does not end.
    pub fn leap(&mut self) -> Result<ByteSpan, Broken> {
        let (span, _) = self.capture(&mut Vec::new(), 0)?;
        Ok(span)
    }

    /// Passes a value and keeps its bytes up to a limit; what was kept before is gone.
    ///
    /// # Errors
    /// [`Broken`] where it does not begin or end; what is between is not judged.
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
                // A number or word may end with the document; text and brackets may not.
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

/// Tells whether a byte begins a text, or begins or ends a list or map.
fn is_mark(byte: u8) -> bool {
    matches!(byte, b'"' | b'{' | b'[' | b'}' | b']')
}

/// Where in a value the walk is.
#[derive(Debug, Default)]
struct Walker {
    inside: ScanState,
    depth: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ScanState {
    /// Before it, or between its parts.
    #[default]
    Between,
    /// In a number or word.
    Bare,
    Text,
    /// In a text, behind a backslash.
    Escape,
}

impl Walker {
    /// Walks on in a piece of the value; returns how many bytes belong to it, and whether it ends there.
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
                // Within brackets only texts and further brackets matter.
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
