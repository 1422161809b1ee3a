//! How a run ends: the exit codes, decided once.
//!
//! Start at [`Outcome`]. Follows `docs/spec/cli.md`, exit codes.

/// How a question was answered; what could not be answered is a [`crate::commands::context::fault::Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Nothing is wrong.
    Fine,
    /// The answer is bad news.
    BadNews,
    /// All that could be shown was shown, and it does not settle the question.
    CannotSay,
}

impl Outcome {
    /// Returns the exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Outcome::Fine => 0,
            Outcome::BadNews => 1,
            Outcome::CannotSay => 3,
        }
    }
}
