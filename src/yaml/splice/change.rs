//! A change of some bytes of a file, and why one can not be made.
//!
//! Uses nothing else. Pure. Start at [`SpliceError`].

use std::fmt;
use std::ops::Range;

/// Why an edit is refused. The source is then as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpliceError {
    /// No map or list is where the path leads, or nothing that could be removed.
    NotFound {
        /// The path of the edit.
        path: String,
    },
    /// What is there is of another kind.
    WrongKind {
        /// The path of the edit.
        path: String,
        /// What is wanted there.
        wanted: &'static str,
    },
    /// What is to be added is not YAML of one value, or not in one line where it must be.
    Malformed {
        /// The path of the edit.
        path: String,
    },
    /// The file itself has faults.
    Faulty {
        /// How many.
        faults: usize,
    },
    /// The file is laid out so that the edit would change something else.
    Layout {
        /// The path of the edit.
        path: String,
    },
}

impl fmt::Display for SpliceError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SpliceError::NotFound { path } => write!(out, "nothing is at `{path}`"),
            SpliceError::WrongKind { path, wanted } => write!(out, "`{path}` is no {wanted}"),
            SpliceError::Malformed { path } => {
                write!(
                    out,
                    "what is to be written at `{path}` is not one value of YAML"
                )
            }
            SpliceError::Faulty { faults } => {
                let faults = crate::diag::count(*faults, "fault");
                write!(out, "the file has {faults} that must be mended first")
            }
            SpliceError::Layout { path } => write!(
                out,
                "the lines around `{path}` are laid out so that it must be edited by hand"
            ),
        }
    }
}

impl std::error::Error for SpliceError {}

/// Bytes of a source and what stands there instead.
pub(crate) struct Change {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}
