//! How a run ends: the exit codes, decided once.
//!
//! Start at [`Outcome`]. Follows `docs/spec/cli.md`, exit codes.

/// The exit code of a usage error.
pub(crate) const USAGE_ERROR: u8 = 2;

/// The exit code where the answer could not be determined.
pub(crate) const UNDETERMINED: u8 = 3;

/// The exit code of a run that was interrupted at a prompt, as shells have it for Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;

/// How a question was answered; what could not be answered is a [`crate::commands::context::fault::Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Nothing is wrong.
    Fine,
    /// Problems were found.
    ProblemsFound,
    /// All that could be shown was shown, and it does not settle the question.
    Undetermined,
}

impl Outcome {
    /// Returns the exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Outcome::Fine => 0,
            Outcome::ProblemsFound => 1,
            Outcome::Undetermined => UNDETERMINED,
        }
    }
}
