//! The comments in which eslint turns rules off, which may have several lines.
//!
//! Pure. Start at [`read`]. Read as eslint does (`linter.js`, `config-comment-parser`): `eslint-disable` and `eslint` only count
//! in block comments, `eslint-disable-line` and `-next-line` in line comments, too; the reason follows two hyphens between
//! blanks; names stand between commas.

use std::borrow::Cow;

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

/// Returns the comment whose first word begins at a byte of a file; `None` if eslint doesn't obey it, or if it turns
/// nothing off.
pub(super) fn read(file: &[u8], at: usize) -> Option<EslintComment> {
    let (before, rest) = file.split_at_checked(at)?;
    let before = before.trim_ascii_end();
    let is_block = before.ends_with(b"/*");
    let gap = file.get(before.len()..at)?;
    if !is_block && (!before.ends_with(b"//") || gap.contains(&b'\n')) {
        return None;
    }
    let rest = rest.get(..LONGEST).unwrap_or(rest);
    let end = if is_block { memmem::find(rest, b"*/") } else { memchr(b'\n', rest) };
    let comment = rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest);
    let comment: Cow<'_, str> = String::from_utf8_lossy(comment);
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

fn turned_off(settings: &str) -> String {
    let of_part = |part: &str| {
        let (name, severity) = part.rsplit_once(':')?;
        let is_off = matches!(severity.trim_matches([' ', '[', ']', '"', '\'', '}']), "off" | "0");
        let name = name.trim().trim_matches(['"', '\'', '{', ' ']);
        is_off.then(|| name.to_owned())
    };
    let one_line = one_line(settings);
    one_line.split(',').filter_map(of_part).collect::<Vec<_>>().join(",")
}
