//! What is wrong with a value, and how to fix it.
//!
//! Pure. Start at [`ParseError`]. Follows `docs/spec/record.md`, values.

use crate::diag::code::Code;

/// What is wrong with a value, and how to fix it. The caller that reports it names the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The rule's code, of the shape group.
    pub code: Code,
    /// What is wrong, as a fragment.
    pub message: String,
    /// What to write instead.
    pub help: String,
    /// The value or key that has to be written, where that is known.
    pub write: Option<String>,
}

impl ParseError {
    /// Returns a `bad-value` error from message and help.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> ParseError {
        ParseError::coded(Code::BadValue, message, help)
    }

    /// Returns an error with any code of the shape group.
    pub fn coded(code: Code, message: impl Into<String>, help: impl Into<String>) -> ParseError {
        ParseError { code, message: message.into(), help: help.into(), write: None }
    }

    /// Returns the error with what has to be written instead.
    #[must_use]
    pub fn writing(self, text: impl Into<String>) -> ParseError {
        ParseError { write: Some(text.into()), ..self }
    }
}

/// Returns why a field has no word for a technical fault, in any spelling; `None` for any other text.
pub fn technical_error(text: &str, field: &str) -> Option<String> {
    let spaced = text.to_lowercase().replace(['-', '_'], " ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let is_fault =
        matches!(words[..], ["technical", "error" | "fault" | "failure"] | ["technicalerror"]);
    is_fault.then(|| format!("a technical error is not an exception: there is no {field} for it"))
}
