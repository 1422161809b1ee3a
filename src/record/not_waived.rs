//! What an entry of `not_waived` takes away: what it names in any spelling, and what lies below that.
//!
//! Pure. Start at [`forbids`] and [`may_forbid`]. Follows `docs/spec/record.md`, scope.

use crate::record::folded::folded;
use crate::record::pattern::{self, Pattern, SEPARATORS};

/// Tells whether an entry takes away a resource, an action or a control: it names that, or something above it. Wildcards
/// of the value are text.
pub fn forbids(entry: &str, value: &str) -> bool {
    let text = folded(value);
    names_it(entry, value, |patterns| patterns.iter().any(|pattern| pattern.matches(&text)))
}

/// Tells whether an entry takes away something that a granted resource or action, which may be a wildcard, may reach.
pub fn may_forbid(entry: &str, granted: &str) -> bool {
    if !granted.contains(['*', '?']) && !pattern::is_everything(&folded(granted)) {
        return forbids(entry, granted);
    }
    let reached = widest(granted);
    pattern::reaches(granted, entry)
        || names_it(entry, granted, |patterns| patterns.iter().any(|it| it.overlaps(&reached)))
}

/// Tells the same as [`may_forbid`] of something that is granted with all that lies below it.
pub fn may_forbid_below(entry: &str, granted: &str) -> bool {
    let below = widest(granted).below();
    may_forbid(entry, granted)
        || names_it(entry, granted, |patterns| patterns.iter().any(|it| it.overlaps(&below)))
}

/// Returns patterns that match every folded text that an entry takes away, for those who can't compare as we do: all
/// wildcards are `**`, and what lies below is a pattern for each separator.
pub fn widest_patterns(entry: &str) -> Vec<String> {
    let text = folded(entry);
    if pattern::is_everything(&text) {
        return vec!["**".to_owned()];
    }
    let mut wide = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '*' | '?' if wide.ends_with("**") => {}
            '*' | '?' => wide.push_str("**"),
            literal => wide.push(literal),
        }
    }
    if wide.ends_with(SEPARATORS) {
        return vec![format!("{wide}**"), wide];
    }
    let below = SEPARATORS.map(|separator| format!("{wide}{separator}**"));
    std::iter::once(wide).chain(below).collect()
}

/// Compares a value with an entry as it is written, then with the patterns of what the entry names and of what is below.
fn names_it(entry: &str, value: &str, matches: impl Fn(&[Pattern]) -> bool) -> bool {
    if entry == value || pattern::is_everything(&folded(entry)) {
        return true;
    }
    let named = Pattern::folded(entry);
    let below = named.below();
    pattern::matches(entry, value) || matches(&[named, below])
}

/// Returns the folded pattern of all that a granted wildcard may mean, which the system that grants it decides.
fn widest(granted: &str) -> Pattern {
    if pattern::is_everything(&folded(granted)) {
        Pattern::folded("**")
    } else {
        Pattern::folded(&granted.replace('*', "**"))
    }
}
