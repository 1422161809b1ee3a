//! The comments in which eslint turns rules off, which may have several lines.
//!
//! Pure. Start at [`read`]. Read as eslint does (`linter.js`, `config-comment-parser`): `eslint-disable` and `eslint` only count
//! in block comments, `eslint-disable-line` and `-next-line` in line comments, too; the reason follows two hyphens between
//! blanks; names stand between commas.

use memchr::{memchr, memmem};

use crate::rules::scan::suppression::CommentReach;

#[derive(Debug)]
pub(super) struct EslintComment {
    /// The names between commas; empty for all rules.
    pub(super) rules: String,
    /// What follows the hyphens.
    pub(super) why: String,
    pub(super) reach: CommentReach,
}

/// How many bytes of a comment are read.
const LONGEST: usize = 2000;

// A blank to JavaScript, and not to Rust.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Returns the comment whose first word begins at a byte of a file; `None` if eslint doesn't obey it, or if it turns
/// nothing off.
pub(super) fn read(file: &[u8], at: usize) -> Option<EslintComment> {
    let (before, rest) = file.split_at_checked(at)?;
    let before = trim_end(before);
    let is_block = before.ends_with(b"/*");
    let gap = file.get(before.len()..at)?;
    if !is_block && (!before.ends_with(b"//") || gap.contains(&b'\n')) {
        return None;
    }
    let rest = rest.get(..LONGEST).unwrap_or(rest);
    let end = if is_block { memmem::find(rest, b"*/") } else { memchr(b'\n', rest) };
    let comment = rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest);
    let comment = String::from_utf8_lossy(comment).replace(BYTE_ORDER_MARK, " ");
    let word = comment.split(char::is_whitespace).next()?;
    let (stated, why) = split_at_hyphens(comment.get(word.len()..)?);
    let (reach, rules) = match word {
        "eslint-disable" if is_block => (CommentReach::Block, one_line(stated)),
        "eslint-disable-next-line" => (CommentReach::Line, one_line(stated)),
        "eslint-disable-line" if !comment.contains('\n') => (CommentReach::Line, one_line(stated)),
        "eslint" if is_block => {
            (CommentReach::File, Some(turned_off(stated)).filter(|rules| !rules.is_empty())?)
        }
        _ => return None,
    };
    Some(EslintComment { rules, why: one_line(why), reach })
}

// Returns bytes without the blanks at their end, of which some have up to three bytes.
fn trim_end(bytes: &[u8]) -> &[u8] {
    let is_blank = |character: char| character.is_whitespace() || character == BYTE_ORDER_MARK;
    let without_one = |bytes: &'_ [u8]| {
        (1..=3).find(|n_bytes| {
            let last = bytes.len().checked_sub(*n_bytes).and_then(|at| bytes.get(at..));
            last.and_then(|last| str::from_utf8(last).ok())
                .is_some_and(|text| text.chars().all(is_blank))
        })
    };
    let mut rest = bytes;
    while let Some(n_bytes) = without_one(rest) {
        rest = rest.get(..rest.len() - n_bytes).unwrap_or_default();
    }
    rest
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn split_at_hyphens(text: &str) -> (&str, &str) {
    for (at, _) in text.match_indices("--") {
        let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
        let why = after.trim_start_matches('-');
        let is_end = why.is_empty() || why.starts_with(char::is_whitespace);
        if before.ends_with(char::is_whitespace) && is_end {
            return (before, why);
        }
    }
    (text, "")
}

// Eslint reads its settings as levn, else as JSON in which keys need no quotes, nor settings commas between them.
fn turned_off(settings: &str) -> String {
    let plain = unescaped(settings).replace(['[', ']', '{', '}', '"', '\'', ','], " ");
    let spaced = plain.replace(':', " : ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let names = words.windows(3).filter_map(|words| match words {
        [name, ":", severity] if *severity == "off" || is_zero(severity) => Some(*name),
        _ => None,
    });
    names.collect::<Vec<_>>().join(",")
}

fn is_zero(number: &str) -> bool {
    let digits = ["0x", "0o", "0b"].iter().find_map(|base| number.strip_prefix(base));
    digits.unwrap_or(number).parse::<f64>() == Ok(0.0)
}

// Returns a text with characters in place of their escapes, as in strings of JSON.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let n_bytes = if part.starts_with('u') { 5 } else { 3 };
        let digits = part.get(1..n_bytes).filter(|_| part.starts_with(['u', 'x']));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match code.and_then(char::from_u32) {
            Some(character) => {
                plain.push(character);
                plain.push_str(part.get(n_bytes..).unwrap_or_default());
            }
            None => plain.push_str(part),
        }
    }
    plain
}
