//! Folded texts: one form for all spellings of a name. A comparison that takes something away uses it; one that gives
//! something compares bytes.
//!
//! Pure. Start at [`folded`]. Follows `docs/spec/policy.md`, spelling.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// Characters that are not displayed: `Default_Ignorable_Code_Point` of Unicode 16's `DerivedCoreProperties.txt`.
const IGNORABLE: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fff8}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Returns a text in the form for comparison: compatibility forms composed (NFKC), upper then lower case, without control
/// and default-ignorable characters; tabs and line ends are blanks, blanks are collapsed, and none is at either end.
pub fn folded(text: &str) -> Cow<'_, str> {
    if is_folded(text) {
        return Cow::Borrowed(text);
    }
    let kept = fold_characters(text);
    let words: Vec<&str> = kept.split(' ').filter(|word| !word.is_empty()).collect();
    Cow::Owned(words.join(" "))
}

/// Tells whether two texts are the same name in spite of their spelling.
pub fn is_same(one: &str, other: &str) -> bool {
    one == other || folded(one) == folded(other)
}

/// How two spellings of a name are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// They must be equal: a match gives.
    Exact,
    /// They are folded: a match takes away.
    Folded,
}

impl Spelling {
    /// Tells whether two texts are the same name.
    pub fn is_same(self, one: &str, other: &str) -> bool {
        match self {
            Spelling::Exact => one == other,
            Spelling::Folded => is_same(one, other),
        }
    }
}

/// Folds a text between two wildcards of a pattern: a blank at its ends stands beside other characters, and is kept.
pub(super) fn fold_part(text: &str) -> String {
    let mut part = String::with_capacity(text.len());
    for character in fold_characters(text).chars() {
        if character != ' ' || !part.ends_with(' ') {
            part.push(character);
        }
    }
    part
}

/// Tells cheaply whether an ASCII text is folded already, as most names are; `false` for any other text.
pub fn is_folded(text: &str) -> bool {
    let mut before = b' ';
    for byte in text.bytes() {
        let is_other = !matches!(byte, b' '..=b'~') || byte.is_ascii_uppercase();
        if is_other || (byte == b' ' && before == b' ') {
            return false;
        }
        before = byte;
    }
    text.is_empty() || before != b' '
}

/// Folds each character, with one blank for each white space.
fn fold_characters(text: &str) -> String {
    let visible = |it: &char| !is_ignorable(*it) && (it.is_whitespace() || !it.is_control());
    let blank = |character: char| if character.is_whitespace() { ' ' } else { character };
    if text.is_ascii() {
        return text.chars().filter(visible).map(|ch| blank(ch.to_ascii_lowercase())).collect();
    }
    // What is not displayed goes first: it may stand between a letter and its accent. Upper case comes before lower
    // case: `ß` and `SS` become equal, and so do the two small sigmas.
    let composed = text.chars().filter(visible).nfkc();
    let lower = composed.flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc();
    lower.filter(visible).map(blank).collect()
}

fn is_ignorable(character: char) -> bool {
    !character.is_ascii()
        && IGNORABLE.iter().any(|(first, last)| (*first..=*last).contains(&character))
}
