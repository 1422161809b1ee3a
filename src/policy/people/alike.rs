//! Names and addresses that look alike: one form for all spellings that a reader can't distinguish.
//!
//! Uses record's folded texts. Pure. Start at [`alike`] and [`names`]. Follows `docs/spec/approval.md`, I5. It is only
//! used to reject approvals, so it errs towards treating two people as one.

use crate::record::folded::folded;

const MARKS: &[char] = &[
    '\'', '"', '`', '´', '‘', '’', '‚', '‛', '“', '”', '„', '‟', '‹', '›', '«', '»', '′', '″', '‵',
    '‶', 'ʹ', 'ʺ', 'ʻ', 'ʼ', 'ʽ', ',', '、', '.', '。', '·', '…',
];

/// Returns a form that is equal for texts that look alike: folded, without quotes, commas and dots.
pub fn alike(text: &str) -> String {
    let unmarked: String = text.chars().filter(|it| !MARKS.contains(it)).collect();
    // Compatibility forms of some characters are marks, too.
    let plain: String = folded(&unmarked).chars().filter(|it| !MARKS.contains(it)).collect();
    folded(&plain).into_owned()
}

/// Returns the forms of a name, including `Last, First` reversed; empty if nothing of it is visible.
pub fn names(name: &str) -> Vec<String> {
    // Compatibility forms of the comma are commas.
    let name = folded(name);
    let parts: Vec<&str> = name.split(',').collect();
    let turned = match parts.as_slice() {
        [last, first] => Some(alike(&format!("{first} {last}"))),
        _ => None,
    };
    let mut names: Vec<String> = [alike(&name)].into_iter().chain(turned).collect();
    names.retain(|name| !name.is_empty());
    names.dedup();
    names
}
