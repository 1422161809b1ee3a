//! Reads back which record an entry of another tool's file cites: the first id in its text.
//!
//! Uses record's ids. Pure. Start at [`first_id`]. Follows `docs/spec/interop.md`, X5.

use crate::record::id::Id;

/// Returns the first id of a record in a text; one that continues as a word, as in `XEXC-2026-7F3KQ1`, is none.
pub fn first_id(text: &str) -> Option<Id> {
    let is_word = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_');
    text.split(|character| !is_word(character)).find_map(Id::new)
}
