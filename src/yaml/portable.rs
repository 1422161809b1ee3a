//! YAML 1.2 that common YAML 1.1 readers refuse: it is a fault here, so that every tool reads a file the same way.
//!
//! Pure. Start at [`key`]. Follows `docs/libraries.md` (second opinion).

use std::ops::Range;

use memchr::memchr2;

pub(super) type PortabilityFault = (&'static str, &'static str);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    Block,
    /// Between `[` and `]` or `{` and `}`.
    Flow,
}

/// Returns why other readers refuse a key, if they do; `before` is the source between the last token and the key.
pub(super) fn key(
    source: &str,
    before: Range<usize>,
    span: &Range<usize>,
    context: Context,
) -> Option<PortabilityFault> {
    let rest = source.get(span.end..).unwrap_or_default();
    let next = rest.trim_start_matches([' ', '\t']);
    let is_one_line = !has_break(source.get(span.clone()).unwrap_or_default());
    let first = source.as_bytes().get(span.start);
    let is_quoted = matches!(first, Some(b'"' | b'\''));
    let is_block = matches!(first, Some(b'|' | b'>'));
    if let Some(value) = next.strip_prefix(':') {
        let follows = value.as_bytes().first();
        let is_tight = matches!(follows, Some(b',' | b'[' | b']' | b'{' | b'}'));
        if context == Context::Flow && is_tight && !is_quoted {
            return Some((
                "a blank is missing after this key's colon",
                "write `key: value`, also inside brackets",
            ));
        }
        if is_one_line && !is_block {
            return None;
        }
    }
    let is_explicit = source.get(before).is_some_and(|between| between.contains('?'));
    // Computed only when needed: with many explicit keys without a colon, each would search the rest of the file.
    let is_apart = || {
        next.starts_with(['\n', '\r', '#'])
            && super::source::find(source, span.end..source.len(), &[':', ',', '}', ']', '-'])
                .is_some_and(|found| source.as_bytes().get(found) == Some(&b':'))
    };
    (is_block || (!is_explicit && (!is_one_line || is_apart()))).then_some((
        "a key and its colon are on different lines",
        "write the key and its colon on one line",
    ))
}

pub(super) fn plain(text: &str, context: Context) -> Option<PortabilityFault> {
    let is_refused =
        context == Context::Flow && (text.starts_with([':', '?']) || text.contains(":?"));
    is_refused.then_some((
        "other YAML readers take the `:` or `?` of this text inside brackets for a key",
        "quote the text",
    ))
}

pub(super) const TAB: PortabilityFault =
    ("a tab is used for indentation", "indent with spaces, also blank lines");

pub(super) const SHALLOW: PortabilityFault = (
    "this line of a list or map in brackets is indented no deeper than its key",
    "indent it deeper than the key: otherwise, editors take it for the next key",
);

/// Returns the first byte of the text of a line after the first that is indented by `indent` spaces or fewer. Comments
/// and blank lines are exempt, and the closing bracket may be below its key.
pub(super) fn shallow(text: &str, indent: usize) -> Option<usize> {
    let mut offset = memchr2(b'\n', b'\r', text.as_bytes())? + 1;
    for line in text.get(offset..)?.split_inclusive(['\n', '\r']) {
        let bare = line.trim_start_matches(' ');
        let depth = line.len() - bare.len();
        let is_text = !bare.trim().is_empty() && !bare.starts_with('#');
        let is_end = depth == indent && bare.starts_with([']', '}']);
        if is_text && !is_end && depth <= indent {
            return Some(offset + depth);
        }
        offset += line.len();
    }
    None
}

/// Returns the first tab of the range that is in the indentation of its line, or after a dash.
/// The range begins inside a line unless it begins at byte 0, and contains no quoted or block text.
pub(super) fn tab(source: &str, range: Range<usize>) -> Option<usize> {
    let text = source.get(range.clone())?;
    let before = source.get(..range.start).unwrap_or_default().trim_end_matches(' ');
    let mut begins_line = before.is_empty() || before.ends_with(['\n', '\r']);
    let mut offset = range.start;
    for line in text.split_inclusive(['\n', '\r']) {
        let blank = line.len() - line.trim_start_matches([' ', '-', '?']).len();
        let starts_item = line.starts_with(['-', '?']);
        if (begins_line || starts_item) && line.as_bytes().get(blank) == Some(&b'\t') {
            return Some(offset + blank);
        }
        begins_line = line.ends_with(['\n', '\r']);
        offset += line.len();
    }
    None
}

const FIRST_TAB: PortabilityFault = (
    "the first line of this text starts with a tab, which other YAML readers take for indentation",
    "give the indentation of the text, as in `|2`, or start it with another character",
);

/// Returns the first tab in the indentation of a block text, and why it is refused.
/// The range begins before the text's `|` or `>`; its content is indented by `indent` spaces. Readers that
/// take the indentation from the first line refuse a tab right after it, too.
pub(super) fn block_tab(
    source: &str,
    range: Range<usize>,
    indent: usize,
) -> Option<(usize, PortabilityFault)> {
    let text = source.get(range.clone())?;
    let header = super::source::find(source, range.clone(), &['|', '>'])? - range.start;
    let is_stated = text.get(header..)?.chars().take(3).any(|character| character.is_ascii_digit());
    if let Some(tab) = tab(source, range.start..range.start + header) {
        return Some((tab, TAB));
    }
    let mut offset = range.start + header;
    let mut is_known = is_stated;
    for line in text.get(header..)?.split_inclusive(['\n', '\r']) {
        let n_spaces = line.len() - line.trim_start_matches(' ').len();
        let is_header = offset == range.start + header;
        if !is_header {
            let is_tab = line.as_bytes().get(n_spaces) == Some(&b'\t');
            if is_tab && n_spaces < indent {
                return Some((offset + n_spaces, TAB));
            }
            if is_tab && !is_known {
                return Some((offset + n_spaces, FIRST_TAB));
            }
            is_known |= !line.trim().is_empty();
        }
        offset += line.len();
    }
    None
}

fn has_break(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'\n' | b'\r'))
}
