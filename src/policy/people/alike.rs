//! Names and addresses that look alike: one form for all spellings that a reader can't distinguish.
//!
//! Pure. Start at [`alike`] and [`names`]. Follows `docs/spec/approval.md`, I5. It is only used to reject approvals, so
//! it errs towards treating two people as one.

use unicode_normalization::UnicodeNormalization;

/// Characters that are not displayed (Unicode 16, `Default_Ignorable_Code_Point`).
const INVISIBLE: &[(char, char)] = &[
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

const MARKS: &[char] = &[
    '\'', '"', '`', '´', '‘', '’', '‚', '‛', '“', '”', '„', '‟', '‹', '›', '«', '»', '′', '″', '‵',
    '‶', 'ʹ', 'ʺ', 'ʻ', 'ʼ', 'ʽ', ',', '、', '.', '。', '·', '…',
];

/// Returns a form that is equal for texts that look alike: compatibility forms composed, case folded, white
/// space collapsed; without invisible and control characters, quotes, commas and dots.
pub fn alike(text: &str) -> String {
    let unmarked = text.chars().filter(|it| !MARKS.contains(it));
    let plain: String = if text.is_ascii() {
        unmarked.map(|it| it.to_ascii_lowercase()).collect()
    } else {
        // Upper case first: `ß` and `SS` become equal, and so do the two small sigmas.
        unmarked.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc().collect()
    };
    let shown: String = plain
        .chars()
        .filter(|it| !MARKS.contains(it) && !is_invisible(*it))
        .filter(|it| it.is_whitespace() || !it.is_control())
        .collect();
    let words: Vec<&str> = shown.split_whitespace().collect();
    words.join(" ")
}

/// Returns the forms of a name, including `Last, First` reversed; empty if nothing of it is visible.
pub fn names(name: &str) -> Vec<String> {
    let composed: String = name.nfkc().collect();
    let parts: Vec<&str> = composed.split(',').collect();
    let turned = match parts.as_slice() {
        [last, first] => Some(alike(&format!("{first} {last}"))),
        _ => None,
    };
    let mut names: Vec<String> = [alike(name)].into_iter().chain(turned).collect();
    names.retain(|name| !name.is_empty());
    names.dedup();
    names
}

fn is_invisible(character: char) -> bool {
    INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&character))
}
