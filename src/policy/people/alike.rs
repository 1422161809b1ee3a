//! Names and addresses that look alike: one form for all spellings that a reader can't distinguish.
//!
//! Pure. Start at [`alike`] and [`names`]. Follows `docs/spec/approval.md`, I5. It is only used to reject approvals, so it
//! errs towards treating two people as one.

use unicode_security::skeleton;

use crate::record::folded::folded;

/// What the skeletons of quotes, commas and dots consist of.
const MARKS: &[char] = &['\'', '<', '>', '«', '»', '„', ',', '、', '.', '˳', '·'];

/// Returns a form that is equal for texts that look alike: folded, of letters replaced by those that look like them,
/// without quotes, commas and dots.
pub fn alike(text: &str) -> String {
    unmarked(&folded_skeleton(text))
}

/// Returns the forms of a name, two names being alike if they have one in common; empty if nothing of it is visible.
///
/// Letters can look alike as they are written and differ in lower case, so the skeleton is taken before and after.
pub fn names(name: &str) -> Vec<String> {
    let written: String = skeleton(name).collect();
    let mut names: Vec<String> = [name, &written].into_iter().map(sorted_words).collect();
    names.retain(|name| !name.is_empty());
    names.dedup();
    names
}

/// Returns the words of a name in the order of their forms: `Last, First` is `First Last`.
fn sorted_words(name: &str) -> String {
    let whole = folded_skeleton(name);
    let mut words: Vec<String> = whole.split([' ', ',', '、']).map(unmarked).collect();
    words.retain(|word| !word.is_empty());
    words.sort();
    words.join(" ")
}

/// Returns the skeleton (UTS 39) of a folded text, folded: the skeleton of a digit may be a capital.
fn folded_skeleton(text: &str) -> String {
    // Its compatibility form would be a blank with an accent.
    let text = text.replace('´', "'");
    let skeleton: String = skeleton(&folded(&text)).collect();
    folded(&skeleton).into_owned()
}

fn unmarked(text: &str) -> String {
    text.chars().filter(|ch| !MARKS.contains(ch)).collect()
}
