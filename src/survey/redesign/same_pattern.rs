//! The words of redesigns' patterns, compared with each other.
//!
//! Uses policy's redesigns, survey's causes. Pure. Start at [`is_within`].

use crate::policy::governance::Governance;
use crate::policy::redesign::RedesignPattern;
use crate::policy::settings::PatternKey;
use crate::record::vocabulary::Vocabulary;
use crate::survey::cause;

/// Tells whether all records of a pattern are also of another one: it states every word of that one, with the same value.
pub(super) fn is_within(
    pattern: &RedesignPattern,
    wider: &RedesignPattern,
    governance: &Governance,
) -> bool {
    wider.stated().all(|(key, value)| {
        let mut own = pattern.stated();
        let same =
            |text: &str| comparable(key, text, governance) == comparable(key, value, governance);
        own.any(|(name, text)| name == key && same(text))
    })
}

/// Returns the value of a word, normalized for comparison with groups.
pub(super) fn comparable(key: &str, value: &str, governance: &Governance) -> String {
    match PatternKey::from_word(key) {
        Some(key) => cause::comparable(key, value, governance),
        None => cause::comparable_finding(value),
    }
}
