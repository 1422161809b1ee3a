//! What the paths in a SARIF file are relative to.

/// What the absolute paths of a file are resolved against.
#[derive(Clone, Copy)]
pub struct Roots<'r> {
    /// Absolute folders that correspond to the repository's root.
    pub folders: &'r [String],
    /// Tells whether the repository has a file, by its path from the root.
    pub has_file: &'r dyn Fn(&str) -> bool,
}
