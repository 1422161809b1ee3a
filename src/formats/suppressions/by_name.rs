//! Which files a tool reads by their names, whether or not they can be read here.
//!
//! Uses the readers of this folder, survey's suppressions. Pure. Start at [`unread`]. Follows `docs/spec/interop.md`, 5.

use crate::formats::suppressions::options::DriftOptions;
use crate::formats::suppressions::readers::format::ImportError;
use crate::formats::suppressions::{comment_table, files, imported};
use crate::rules::scan::suppression::{CitingAdvice, FoundSuppression};

/// Returns the suppression of everything by a file whose content is not known, and why; `None` if no tool reads it by its
/// name.
pub(super) fn unread(path: &str, why: &str, options: &DriftOptions) -> Option<FoundSuppression> {
    let (tool, citing) = known(path, options)?;
    Some(files::unread(path, tool, citing, &ImportError::at(1, why)))
}

/// Tells whether a tool reads both paths by their names, and the same content says the same at both.
pub(super) fn is_alike(path: &str, other: &str, options: &DriftOptions) -> bool {
    let tool = |path: &str| known(path, options).map(|(tool, _)| tool);
    // osv-scanner.toml rules the lock files of its own folder.
    tool(path).is_some_and(|tool| tool != "osv-scanner")
        && tool(path) == tool(other)
        && comment_table::ending(path) == comment_table::ending(other)
}

/// Returns the tool of a file, and what to do to cite a record in it.
fn known(path: &str, options: &DriftOptions) -> Option<(&'static str, CitingAdvice)> {
    files::known(path, options).or_else(|| imported::known(path, options))
}
