//! What is linted, as somebody asks for it.
//!
//! Start at [`LintRequest`].

use std::path::{Path, PathBuf};

/// What is linted.
#[derive(Clone, Copy, Debug)]
pub struct LintRequest<'r> {
    /// The folder that paths are named from.
    pub folder: &'r Path,
    /// Files or folders of the ledger; empty for everything.
    pub paths: &'r [PathBuf],
    /// One record that is linted alone: where it will stand, and its bytes.
    pub record: Option<(&'r Path, &'r [u8])>,
    /// Only what changed since the branch parted from this commit, and the changes themselves.
    pub base: Option<&'r str>,
}
