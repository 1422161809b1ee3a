//! An answer as a JSON value, which every format reads.
//!
//! Uses no other module of the sequence. Pure. Start at [`value`].

use serde::Serialize;
use serde_json::Value;

/// Returns an answer, or a part of one, as JSON.
pub fn value(answer: &impl Serialize) -> Value {
    // Serializing to a value fails only for a key that is not a text, and no answer has such a key.
    serde_json::to_value(answer).unwrap_or_default()
}
