//! The ids of records that a text cites, such as the comment of an alert or of a suppression.
//!
//! Uses record's ids. Pure. Start at [`ids`]. Follows `docs/spec/interop.md`, X5: the first id counts.

use crate::record::id::Id;

/// Returns the ids in a text, in order: those with one of the prefixes.
pub fn ids<'t>(text: &'t str, prefixes: &'t [String]) -> impl Iterator<Item = Id> + 't {
    let parts = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '-');
    let ids = parts.filter_map(|part| Id::new(part.trim_matches('-')));
    ids.filter(|id| prefixes.iter().any(|prefix| prefix == id.prefix()))
}
