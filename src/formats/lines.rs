//! Reads lines of a stream with a length limit, so that an endless line does not exhaust memory.
//!
//! Pure except for the given reader. Start at [`next`] and [`each`].

use std::io::BufRead;

use memchr::memchr;

/// Whether a line was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptLine {
    Whole,
    /// It exceeds the limit; it was read to its end.
    TooLong,
}

/// Passes on each line that is not blank, trimmed, with its number from 1; `None` for one that exceeds the limit.
///
/// # Errors
/// Read errors, except interrupts.
pub fn each(
    mut lines: impl BufRead,
    longest: usize,
    take: &mut dyn FnMut(u64, Option<&[u8]>),
) -> std::io::Result<()> {
    let mut line = Vec::new();
    for number in 1.. {
        let Some(kept) = next(&mut lines, &mut line, longest)? else {
            return Ok(());
        };
        let text = match (number, line.strip_prefix(b"\xef\xbb\xbf")) {
            (1, Some(text)) => text,
            _ => &line,
        };
        let trimmed = text.trim_ascii();
        match kept {
            KeptLine::Whole if trimmed.is_empty() => {}
            KeptLine::Whole => take(number, Some(trimmed)),
            KeptLine::TooLong => take(number, None),
        }
    }
    Ok(())
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
        let end = memchr(b'\n', buffer);
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
