//! The paths of a finding, as far as they can match a path of the repository.
//!
//! Pure. Start at [`limits`]; `formats::glob` writes them. Follows `docs/spec/interop.md`, 2: patterns have `*`, `**` and
//! `?`, and everything else in them is literal.

use crate::record::subject::FindingKey;

/// The files that a finding is limited to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathLimits<'a> {
    /// It is not limited.
    Anywhere,
    /// The patterns that can match a path; without any, it covers nothing.
    Only(Vec<&'a str>),
}

/// Returns the files that a finding is limited to. A pattern that no path from the root of the repository can match
/// (`/etc/x`, `./x`, `a//b`) is left out, because another tool may read it as one that does.
pub fn limits(key: &FindingKey) -> PathLimits<'_> {
    let Some(paths) = key.paths.as_deref() else {
        return PathLimits::Anywhere;
    };
    let is_possible = |path: &&str| path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    PathLimits::Only(paths.iter().map(String::as_str).filter(is_possible).collect())
}

/// Tells whether a finding covers nothing at all: a list of it is empty.
pub fn covers_nothing(key: &FindingKey) -> bool {
    let is_empty = |list: &Option<Vec<String>>| list.as_ref().is_some_and(Vec::is_empty);
    is_empty(&key.resources)
        || is_empty(&key.content)
        || matches!(limits(key), PathLimits::Only(paths) if paths.is_empty())
}

/// Tells whether a pattern is the path of one file.
pub fn is_exact(pattern: &str) -> bool {
    !pattern.contains(['*', '?'])
}
