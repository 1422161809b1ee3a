//! Placeholder texts: `tbd`, `n/a`, `lorem ipsum`.
//!
//! Pure. Start at [`holds_a_place`]. Follows `docs/spec/rules.md` (placeholders).

use crate::record::folded::folded;

/// Words that are placeholders if they are the whole text.
const WORDS: &[&str] = &[
    "tbd",
    "tba",
    "todo",
    "fixme",
    "wip",
    "n/a",
    "na",
    "none",
    "nil",
    "null",
    "unknown",
    "pending",
    "later",
    "test",
    "asdf",
    "placeholder",
];

/// Prefixes of placeholders, whatever follows.
const BEGINNINGS: &[&str] = &[TO_DO, "tbd:", "lorem ipsum"];

const TO_DO: &str = "todo(";

/// The text in place of a value that a person must fill in.
pub const MARK: &str = "TODO(import): ";

/// Tells whether a text says what is left to do, as drafts write it.
pub fn is_to_do(text: &str) -> bool {
    text.contains(['(', '\u{ff08}']) && folded(text).starts_with(TO_DO)
}

/// Tells whether a text is only a placeholder, in any spelling, ignoring final punctuation.
pub fn holds_a_place(text: &str) -> bool {
    // What folds to nothing shows nothing.
    let trimmed = &*folded(text);
    let is_end = |character: char| !character.is_alphanumeric() && !matches!(character, '(' | ')');
    let bare = trimmed.trim_end_matches(is_end);
    let is_run = bare.len() >= 3 && bare.bytes().all(|byte| byte == b'x');
    (bare.is_empty() && !text.trim().is_empty())
        || is_run
        || WORDS.contains(&bare)
        || BEGINNINGS.iter().any(|beginning| trimmed.starts_with(beginning))
}
