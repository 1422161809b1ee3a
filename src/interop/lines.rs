//! Lines of a stream, each bounded: a line without end takes no more memory than a long one.
//!
//! Uses no other module. Pure but for the reader that it is given. Start at [`next`].

use std::io::BufRead;

/// Whether a line was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptLine {
    Whole,
    /// It is longer than what may be kept; it was read to its end.
    TooLong,
}

/// Reads the next line without its end, of at most so many bytes; `None` where there is none.
///
/// # Errors
/// What the reader says, but for being interrupted.
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
