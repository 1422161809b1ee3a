//! A change of some bytes of a file, and why an edit is refused.
//!
//! Pure. Start at [`SpliceError`].

use std::ops::Range;

/// Why an edit is refused. The source is then unchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpliceError {
    #[error("nothing is at `{path}`")]
    NotFound { path: String },
    #[error("`{path}` is not {wanted}")]
    WrongKind { path: String, wanted: &'static str },
    #[error("what is to be written at `{path}` is not one value of YAML")]
    Malformed { path: String },
    /// It holds a hidden character, which the message of a reader names.
    #[error("what is to be written at `{path}` hides something: {message}")]
    Hidden { path: String, message: String },
    #[error("the file has {} that must be fixed first", crate::diag::count(*faults, "fault"))]
    Faulty { faults: usize },
    #[error("the layout of the lines around `{path}` requires editing by hand")]
    Layout { path: String },
}

pub(crate) struct SpliceChange {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}
