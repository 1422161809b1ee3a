//! What is wrong with a value, and how to fix it.
//!
//! Pure. Start at [`ParseError`]. Follows `docs/spec/record.md`, values.

use crate::diag::code::Code;
use crate::yaml::node::Repair;

/// What is wrong with a value, and how to fix it. The caller that reports it names the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The rule's code, of the shape group.
    pub code: Code,
    /// What is wrong, as a fragment.
    pub message: String,
    /// What to write instead.
    pub help: String,
    /// The edit that ends it.
    pub repair: Repair,
}

impl ParseError {
    /// Returns a `bad-value` error from message and help.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> ParseError {
        ParseError::coded(Code::BadValue, message, help)
    }

    /// Returns an error with any code of the shape group.
    pub fn coded(code: Code, message: impl Into<String>, help: impl Into<String>) -> ParseError {
        ParseError { code, message: message.into(), help: help.into(), repair: Repair::Unknown }
    }

    /// Returns the error with the edit that ends it.
    #[must_use]
    pub fn ended_by(self, repair: Repair) -> ParseError {
        ParseError { repair, ..self }
    }

    /// Returns the error with a value that passes, written in YAML.
    #[must_use]
    pub fn such_as(self, yaml: impl Into<String>) -> ParseError {
        self.ended_by(Repair::Example(yaml.into()))
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
