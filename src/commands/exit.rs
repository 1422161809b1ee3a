//! How a run ends: the exit codes, decided once.
//!
//! Start at [`Outcome`]. Follows `docs/spec/cli.md`, exit codes.

pub(crate) const USAGE_ERROR: u8 = 2;

pub(crate) const UNDETERMINED: u8 = 3;

/// The exit code of a run interrupted at a prompt, the same as shells use for Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Nothing is wrong.
    Fine,
    /// Problems were found.
    ProblemsFound,
    /// The answer is incomplete and does not settle the question.
    Undetermined,
}

impl Outcome {
    pub(crate) fn code(self) -> u8 {
        match self {
            Outcome::Fine => 0,
            Outcome::ProblemsFound => 1,
            Outcome::Undetermined => UNDETERMINED,
        }
    }
}
