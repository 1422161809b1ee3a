//! Reads lines of a stream with a length limit, so that an endless line does not exhaust memory.
//!
//! Uses no other module. Pure except for the given reader. Start at [`next`].

use std::io::BufRead;

/// Whether a line was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptLine {
    Whole,
    /// It exceeds the limit; it was read to its end.
    TooLong,
}

/// Reads the next line without its line ending, up to a number of bytes; `None` at the end.
///
/// # Errors
/// Read errors, except interrupts.
pub fn next(
    lines: &mut impl BufRead,
    line: &mut Vec<u8>,
    longest: usize,
) -> std::io::Result<Option<KeptLine>> {
    line.clear();
    let mut kept = None;
    loop {
        let buffer = match lines.fill_buf() {
            Ok(buffer) => buffer,
            Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(cause) => return Err(cause),
        };
        if buffer.is_empty() {
            return Ok(kept);
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let piece = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
        let used = piece.len() + usize::from(end.is_some());
        if kept != Some(KeptLine::TooLong) && line.len() + piece.len() <= longest {
            line.extend_from_slice(piece);
            kept = Some(KeptLine::Whole);
        } else {
            line.clear();
            kept = Some(KeptLine::TooLong);
        }
        lines.consume(used);
        if end.is_some() {
            return Ok(kept);
        }
    }
}
