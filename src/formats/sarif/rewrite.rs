//! Rewrites a file without some results, or with suppressions, leaving everything else byte for byte unchanged.
//!
//! Pure: the caller supplies and takes the bytes. Start at [`write()`]. Follows `docs/spec/interop.md`, 3, row 2, and SARIF
//! 2.1.0, 3.27.23.

use std::io;
use std::io::{BufRead, Write};

use crate::formats::json_stream::ByteSpan;
use crate::formats::sarif::{SarifLayout, SarifRun, entry};

/// What happens to a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResultAction {
    /// It is copied unchanged.
    Keep,
    Drop,
    /// Suppressions written by this program are removed; others stay.
    Open,
    /// It gets this suppression, replacing those that this program wrote before.
    Suppress(String),
}

/// Rewrites a file: `act` returns what happens to the result with an index, `note` the
/// value of each run's `properties.exledger`.
///
/// # Errors
/// Read and write errors.
pub fn write(
    reader: impl BufRead,
    out: &mut dyn Write,
    layout: &SarifLayout,
    act: &mut dyn FnMut(u64) -> ResultAction,
    note: &dyn Fn(usize) -> Option<String>,
) -> io::Result<()> {
    let mut copy = Copy { reader, out, at: 0 };
    let mut index = 0;
    for (place, run) in layout.runs.iter().enumerate() {
        let note = if run.tool.is_some() { note(place) } else { None };
        let first = run.results.first().map_or(u64::MAX, |span| span.start);
        let is_before = run.properties.is_some_and(|span| span.start < first);
        if let (Some(note), true) = (&note, is_before) {
            copy.note(run, note)?;
        }
        copy.results(&run.results, &mut || {
            index += 1;
            act(index - 1)
        })?;
        if let (Some(note), false) = (&note, is_before) {
            copy.note(run, note)?;
        }
    }
    copy.until(u64::MAX)
}

struct Copy<'o, R> {
    reader: R,
    out: &'o mut dyn Write,
    at: u64,
}

impl<R: BufRead> Copy<'_, R> {
    fn results(
        &mut self,
        results: &[ByteSpan],
        act: &mut dyn FnMut() -> ResultAction,
    ) -> io::Result<()> {
        let mut is_first = true;
        let mut has_kept = false;
        for span in results {
            let act = act();
            // A dropped result takes the comma before it along; if no result before it is kept, the next one loses its
            // comma.
            if is_first || (has_kept && act != ResultAction::Drop) {
                self.until(span.start)?;
            } else {
                self.pass(span.start)?;
            }
            is_first = false;
            has_kept |= act != ResultAction::Drop;
            match act {
                ResultAction::Drop => self.pass(span.end)?,
                ResultAction::Keep => self.until(span.end)?,
                ResultAction::Open => self.edit(*span, |bytes| entry::suppressed(bytes, None))?,
                ResultAction::Suppress(text) => {
                    self.edit(*span, |bytes| entry::suppressed(bytes, Some(&text)))?;
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, run: &SarifRun, note: &str) -> io::Result<()> {
        match run.properties {
            Some(span) => self.edit(span, |bytes| entry::with(bytes, "exledger", note)),
            None => {
                self.until(run.end)?;
                let entry = format!(",\"properties\":{{\"exledger\":{note}}}");
                self.out.write_all(entry.as_bytes())
            }
        }
    }

    /// Writes an edited piece; a piece that can't be edited is copied unchanged.
    fn edit(&mut self, span: ByteSpan, made: impl Fn(&[u8]) -> Option<Vec<u8>>) -> io::Result<()> {
        self.until(span.start)?;
        let mut piece = Vec::new();
        self.each(span.end, &mut |bytes| {
            piece.extend_from_slice(bytes);
            Ok(())
        })?;
        let made = made(&piece);
        self.out.write_all(made.as_deref().unwrap_or(&piece))
    }

    fn until(&mut self, end: u64) -> io::Result<()> {
        let mut at = self.at;
        loop {
            let bytes = self.reader.fill_buf()?;
            let left = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX);
            let piece = bytes.get(..left).unwrap_or(bytes);
            let used = piece.len();
            self.out.write_all(piece)?;
            self.reader.consume(used);
            at += used as u64;
            self.at = at;
            if used == 0 {
                return Ok(());
            }
        }
    }

    fn pass(&mut self, end: u64) -> io::Result<()> {
        self.each(end, &mut |_| Ok(()))
    }

    fn each(&mut self, end: u64, take: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        loop {
            let bytes = self.reader.fill_buf()?;
            let left = usize::try_from(end.saturating_sub(self.at)).unwrap_or(usize::MAX);
            let piece = bytes.get(..left).unwrap_or(bytes);
            let used = piece.len();
            take(piece)?;
            self.reader.consume(used);
            self.at += used as u64;
            if used == 0 {
                return Ok(());
            }
        }
    }
}
