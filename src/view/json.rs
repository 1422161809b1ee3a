//! An answer as a JSON value, which every format reads.
//!
//! Uses nothing else of the line. Pure. Start at [`value`].

use serde::Serialize;
use serde_json::Value;

/// Returns an answer, or a part of one, as it stands in JSON.
pub fn value(answer: &impl Serialize) -> Value {
    // Serializing to a value fails for a key that is no text, and no answer has such a key.
    serde_json::to_value(answer).unwrap_or_default()
}
