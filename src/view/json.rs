//! An answer as a JSON value, which every format reads.
//!
//! Pure. Start at [`value`].

use serde::Serialize;
use serde_json::{Map, Value};

use crate::record::vocabulary::Vocabulary;

/// Returns an answer, or a part of one, as JSON.
pub fn value(answer: &impl Serialize) -> Value {
    // Serializing to a value fails only for a key that is not a text, and no answer has such a key.
    serde_json::to_value(answer).unwrap_or_default()
}

/// Returns how many there are in each of some states.
pub fn counts<S: Vocabulary>(states: &[S], n: impl Fn(S) -> usize) -> Map<String, Value> {
    states.iter().map(|state| (state.as_str().to_owned(), n(*state).into())).collect()
}
