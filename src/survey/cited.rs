//! The ids of records that a text cites, such as the comment of an alert or of a suppression.
//!
//! Pure. Start at [`ids`]. Follows `docs/spec/interop.md`, X5: the first id counts.

use crate::record::id::Id;

/// Returns the ids in a text, in order: those with one of the prefixes.
pub fn ids<'t>(text: &'t str, prefixes: &'t [String]) -> impl Iterator<Item = Id> + 't {
    all(text).filter(|id| prefixes.iter().any(|prefix| prefix == id.prefix()))
}

/// Returns the ids in a text, in order, whatever their prefixes.
pub fn all(text: &str) -> impl Iterator<Item = Id> + '_ {
    let parts = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '-');
    parts.filter_map(|part| Id::new(part.trim_matches('-')))
}

/// Returns the ids in a line of a file, with the position of each: those with one of the prefixes.
pub fn places(line: &[u8], prefixes: &[String]) -> Vec<(usize, Id)> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let mut found = Vec::new();
    let mut start = 0;
    for part in line.split(|byte| !is_part(byte)) {
        let text = std::str::from_utf8(part).unwrap_or_default();
        found.extend(ids(text, prefixes).map(|id| (start, id)));
        start += part.len() + 1;
    }
    found
}
