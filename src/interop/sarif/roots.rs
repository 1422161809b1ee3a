//! Where relative addresses of a SARIF file count from.

/// What absolute addresses of a file count from.
#[derive(Clone, Copy)]
pub struct Roots<'r> {
    /// Absolute folders that stand for the repository's root.
    pub folders: &'r [String],
    /// Tells whether the repository has a file, by its path from the root.
    pub has_file: &'r dyn Fn(&str) -> bool,
}
