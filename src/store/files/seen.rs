//! The folders on the way to a file, each looked at once while a command reads.
//!
//! Uses nothing else of the line. Start at [`Seen::place`]. A link on the way is never followed.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that are no links, as reading found them.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen(RefCell<HashSet<PathBuf>>);

impl Seen {
    /// Forgets what was found: whoever writes looks again.
    pub(super) fn forget(&self) {
        self.0.borrow_mut().clear();
    }

    /// Returns where a path below a folder is; `None` where it passes a link.
    pub(super) fn place(&self, top: &Path, parts: &[String]) -> Option<PathBuf> {
        let mut seen = self.0.borrow_mut();
        let mut place = top.to_path_buf();
        let mut parts = parts.iter().peekable();
        while let Some(part) = parts.next() {
            if part.contains(std::path::is_separator) {
                return None;
            }
            place.push(part);
            if parts.peek().is_none() || seen.contains(&place) {
                continue;
            }
            match fs::symlink_metadata(&place) {
                Ok(found) if found.is_symlink() => return None,
                Ok(_) => drop(seen.insert(place.clone())),
                Err(_) => {}
            }
        }
        Some(place)
    }
}
