//! Why an answer of an issue form can't be used.
//!
//! Pure. Start at [`IssueProblem`].

use std::fmt;

/// Why the text of an issue is rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssueProblem {
    /// It contains no heading of the form.
    NoForm,
    /// A heading that is not part of the form.
    Unknown {
        /// Its line, from 1.
        line: usize,
        heading: String,
    },
    /// A repeated heading.
    Repeated { line: usize, heading: String, first: usize },
    /// An unclosed fence, which would include everything after it.
    Unclosed { line: usize },
    /// An answer that can't be read.
    Unreadable { line: usize, label: &'static str, what: String },
    /// A required checkbox that is not checked.
    Unticked { line: usize, text: &'static str },
}

impl fmt::Display for IssueProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IssueProblem::NoForm => write!(out, "it contains no heading of the form"),
            IssueProblem::Unknown { line, heading } => write!(
                out,
                "line {line}: `{heading}` is not a field of the form; write headings inside an answer with four #"
            ),
            IssueProblem::Repeated { line, heading, first } => write!(
                out,
                "line {line}: `{heading}` already appears on line {first}; write headings inside an answer with four #"
            ),
            IssueProblem::Unclosed { line } => {
                write!(out, "line {line}: the code fence is not closed")
            }
            IssueProblem::Unreadable { line, label, what } => {
                write!(out, "line {line}: {label}: {what}")
            }
            IssueProblem::Unticked { line, text } => {
                write!(out, "line {line}: `{text}` is not ticked")
            }
        }
    }
}
