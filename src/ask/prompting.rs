//! The parts of a prompt, and how it can end without an answer.
//!
//! Start at [`Prompt`].

use std::{fmt, io};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prompt<'p> {
    /// The label of the answer once it is given; if empty, nothing remains of the prompt.
    pub label: &'p str,
    pub question: &'p str,
    /// A hint for answering; may be empty.
    pub hint: &'p str,
    /// Whether input typed before the prompt appeared is discarded.
    pub forgets_ahead: bool,
}

#[derive(Debug)]
pub(crate) enum AskError {
    Interrupted,
    Terminal(String),
}

impl fmt::Display for AskError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AskError::Interrupted => out.write_str("the prompt was interrupted"),
            AskError::Terminal(cause) => write!(out, "the terminal failed: {cause}"),
        }
    }
}

impl std::error::Error for AskError {}

impl From<io::Error> for AskError {
    fn from(cause: io::Error) -> AskError {
        match cause.kind() {
            io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof => AskError::Interrupted,
            _ => AskError::Terminal(cause.to_string()),
        }
    }
}
