//! A change of some bytes of a file, and why an edit is refused.
//!
//! Uses nothing else. Pure. Start at [`SpliceError`].

use std::ops::Range;

/// Why an edit is refused. The source is then unchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpliceError {
    /// The path leads to no map or list, or nothing can be removed.
    #[error("nothing is at `{path}`")]
    NotFound { path: String },
    /// The existing value is of another kind.
    #[error("`{path}` is not {wanted}")]
    WrongKind { path: String, wanted: &'static str },
    /// The new value is not YAML of one value, or not in one line where it must be.
    #[error("what is to be written at `{path}` is not one value of YAML")]
    Malformed { path: String },
    /// The file itself has faults.
    #[error("the file has {} that must be fixed first", crate::diag::count(*faults, "fault"))]
    Faulty { faults: usize },
    /// The layout of the file is such that the edit would change something else.
    #[error("the layout of the lines around `{path}` requires editing by hand")]
    Layout { path: String },
}

pub(crate) struct SpliceChange {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}
