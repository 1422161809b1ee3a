//! A request to lint.
//!
//! Start at [`LintRequest`].

use std::path::{Path, PathBuf};

/// What is linted.
#[derive(Clone, Copy, Debug)]
pub struct LintRequest<'r> {
    /// The folder that paths are relative to.
    pub folder: &'r Path,
    /// Files or folders of the ledger; empty for everything.
    pub paths: &'r [PathBuf],
    /// A single record to lint: its future path, and its bytes.
    pub record: Option<(&'r Path, &'r [u8])>,
    /// Lints only what changed since the branch left this commit, and the changes themselves.
    pub base: Option<&'r str>,
}
