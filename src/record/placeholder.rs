//! Placeholder texts: `tbd`, `n/a`, `lorem ipsum`.
//!
//! Uses no other module. Pure. Start at [`holds_a_place`]. Follows `docs/spec/rules.md` (placeholders).

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
const BEGINNINGS: &[&str] = &["todo(", "tbd:", "lorem ipsum"];

/// Tells whether a text is only a placeholder, ignoring case and final punctuation.
pub fn holds_a_place(text: &str) -> bool {
    let trimmed = text.trim();
    let is_end = |character: char| !character.is_alphanumeric() && !matches!(character, '(' | ')');
    let bare = trimmed.trim_end_matches(is_end);
    let is_run = bare.len() >= 3 && bare.bytes().all(|byte| matches!(byte, b'x' | b'X'));
    let begins = |beginning: &&str| {
        let head = trimmed.get(..beginning.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(beginning))
    };
    (bare.is_empty() && !trimmed.is_empty())
        || is_run
        || WORDS.iter().any(|word| bare.eq_ignore_ascii_case(word))
        || BEGINNINGS.iter().any(begins)
}
