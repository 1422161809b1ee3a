//! What a question at the terminal shows, and how it can end.
//!
//! Uses nothing else. Start at [`Prompt`].

use std::fmt;
use std::io;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prompt<'p> {
    /// What names the answer once it is given; empty where nothing of the prompt is to stay.
    pub label: &'p str,
    pub question: &'p str,
    /// What helps to answer; may be empty.
    pub hint: &'p str,
    /// What becomes of what was typed before it appeared.
    pub forgets_ahead: bool,
}

/// Why a prompt has no answer.
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
