//! Finds places in a source that the parser does not mark.
//!
//! Pure. Start at [`find`]. Each function scans no more than the bytes between two tokens, or one line.

use std::ops::Range;

use crate::diag;

/// Returns the first byte of the range that is one of the wanted indicators, skipping blanks, line breaks,
/// comments, node properties and the indicators of keys and values.
pub(super) fn find(source: &str, range: Range<usize>, wanted: &[char]) -> Option<usize> {
    let mut offset = range.start;
    while offset < range.end {
        let rest = source.get(offset..range.end)?;
        let character = rest.chars().next()?;
        if wanted.contains(&character) {
            return Some(offset);
        }
        offset += match character {
            '#' => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            '&' | '!' => rest.find([' ', '\t', '\n', '\r']).unwrap_or(rest.len()),
            _ => character.len_utf8(),
        };
    }
    None
}

/// Returns the place of a missing value, which the parser marks at `mark`: right after the colon if there is one, else
/// right after its key or dash, which end at `cursor`.
pub(super) fn value_place(source: &str, cursor: usize, mark: usize) -> usize {
    let between = source.get(cursor..mark).unwrap_or_default();
    if source.as_bytes().get(mark) == Some(&b':') && between.trim_ascii().is_empty() {
        return mark + 1;
    }
    match find(source, cursor..mark, &[':']) {
        Some(colon) => colon + 1,
        None if between.contains(['\n', '\r']) => cursor,
        None => mark,
    }
}

/// Returns the end of a block scalar's last line, without its line break.
/// `content` is the parser's range, which ends at the next token. Trailing blank lines belong to the scalar only
/// if the header says `+`.
pub(super) fn block_scalar_end(source: &str, header: usize, content: Range<usize>) -> usize {
    let whole = source.get(header..content.end).unwrap_or_default();
    let header_end = whole.find(['\n', '\r']).unwrap_or(whole.len());
    let head = whole.get(..header_end).unwrap_or_default();
    let indicators = head.split([' ', '\t']).next().unwrap_or_default();
    let text = source.get(content.clone()).unwrap_or_default();
    if indicators.contains('+') {
        let text = text.trim_end_matches([' ', '\t']);
        let text = text.strip_suffix('\n').unwrap_or(text);
        let bare = text.strip_suffix('\r').unwrap_or(text);
        return (content.start + bare.len()).max(header + head.trim_ascii_end().len());
    }
    let filled = text.trim_end_matches([' ', '\t', '\n', '\r']);
    if filled.is_empty() {
        return header + indicators.len();
    }
    let rest = text.get(filled.len()..).unwrap_or_default();
    content.start + filled.len() + rest.find(['\n', '\r']).unwrap_or(rest.len())
}

/// Removes the line break that the parser adds to a block text whose last line ends with the source.
/// By the YAML specification, and for other readers, there is none. The text is indented by `indent` spaces.
pub(super) fn trim_unended(source: &str, span: &Range<usize>, indent: usize, text: &mut String) {
    let Some(body) = text.strip_suffix('\n') else {
        return;
    };
    let is_blank = |text: &str| text.bytes().all(|byte| byte.is_ascii_whitespace());
    let whole = source.get(span.start..).unwrap_or_default();
    let written = whole.rsplit(['\n', '\r']).next().unwrap_or_default();
    let is_unended = if is_blank(text) {
        text.len() >= breaks(whole).max(1)
    } else {
        // A blank line counts if it is indented deeper than the text.
        !is_blank(written) || written.len() > indent
    };
    if is_unended {
        text.truncate(body.len());
    }
}

pub(super) fn pos(source: &str, known: diag::Pos, at: usize, offset: usize) -> diag::Pos {
    if at == offset {
        return known;
    }
    let between = source.get(at.min(offset)..at.max(offset)).unwrap_or_default();
    let number = |count: usize| u32::try_from(count).unwrap_or(0);
    let (n_lines, n_characters) = (number(breaks(between)), number(between.chars().count()));
    let (line, column) = if offset < at {
        (
            known.line.saturating_sub(n_lines).max(1),
            known.column.saturating_sub(n_characters).max(1),
        )
    } else {
        (known.line + n_lines, known.column + n_characters)
    };
    if n_lines == 0 {
        return diag::Pos { line, column };
    }
    let before = source.get(..offset).unwrap_or_default();
    let begin = before.rfind(['\n', '\r']).map_or(0, |found| found + 1);
    let text = before.get(begin..).unwrap_or_default();
    let bare = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    diag::Pos { line, column: number(bare.chars().count()) + 1 }
}

/// Returns the column of a byte, counted in characters from 0.
pub(super) fn column(source: &str, offset: usize) -> Option<usize> {
    let before = source.get(..offset)?;
    let line = before.rsplit(['\n', '\r']).next()?;
    let bare = line.strip_prefix('\u{FEFF}').unwrap_or(line);
    Some(bare.chars().count())
}

pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n').flat_map(|line| {
        let bare = line.strip_suffix('\n').unwrap_or(line);
        bare.strip_suffix('\r').unwrap_or(bare).split('\r')
    })
}

fn breaks(text: &str) -> usize {
    let bytes = text.as_bytes();
    let ends = |(index, byte): (usize, &u8)| match byte {
        b'\n' => true,
        b'\r' => bytes.get(index + 1) != Some(&b'\n'),
        _ => false,
    };
    bytes.iter().enumerate().filter(|pair| ends(*pair)).count()
}
