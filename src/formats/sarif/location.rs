//! What a location of a SARIF file names, before its URI is resolved.

use crate::formats::sarif::lenient::Lenient;

#[derive(Clone, Copy, Debug)]
pub(super) struct NamedLocation<'l> {
    pub(super) uri: &'l Lenient<'l>,
    pub(super) base: Option<&'l str>,
    pub(super) index: Option<i64>,
}

/// What the absolute paths of a file are resolved against.
#[derive(Clone, Copy)]
pub struct Roots<'r> {
    /// Absolute folders that correspond to the repository's root.
    pub folders: &'r [String],
    /// The folder that is asked, from the repository's root.
    pub asked: &'r str,
    /// The folder from the repository's root in which a tool ran that does not say, if the user says it.
    pub ran_in: Option<&'r str>,
    /// Tells whether the repository has a file, by its path from the root: in the work tree, or in a commit.
    pub has_file: &'r dyn Fn(&str, Option<&str>) -> bool,
}
