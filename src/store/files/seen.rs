//! The folders on the way to files, each checked once while a command reads.
//!
//! Start at [`SeenFolders::place`]. No link on the way is ever followed.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

#[cfg(unix)]
use crate::history::folder;

#[derive(Clone, Debug, Default)]
pub(super) struct SeenFolders {
    folders: RefCell<HashSet<PathBuf>>,
    /// The names that are not their own notation, by their folder and notation.
    odd_names: RefCell<HashMap<(PathBuf, String), OsString>>,
}

impl SeenFolders {
    pub(super) fn forget(&self) {
        self.folders.borrow_mut().clear();
    }

    // Returns the notation of a name in a folder: that of `history`.
    pub(super) fn written(&self, folder: &Path, name: &OsStr) -> String {
        let text = notation(name);
        if name == text.as_str() {
            return text;
        }
        let mut names = self.odd_names.borrow_mut();
        names.insert((folder.to_owned(), text.clone()), name.to_owned());
        text
    }

    pub(super) fn place(&self, top: &Path, parts: &[String]) -> Option<PathBuf> {
        let mut seen = self.folders.borrow_mut();
        let names = self.odd_names.borrow();
        let mut place = top.to_path_buf();
        let mut parts = parts.iter().peekable();
        while let Some(part) = parts.next() {
            if part.contains(std::path::is_separator) {
                return None;
            }
            let name =
                if names.is_empty() { None } else { names.get(&(place.clone(), part.clone())) };
            place.push(name.map_or(OsStr::new(part), OsString::as_os_str));
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

#[cfg(unix)]
fn notation(name: &OsStr) -> String {
    use std::os::unix::ffi::OsStrExt;
    folder::text(name.as_bytes())
}

#[cfg(not(unix))]
fn notation(name: &OsStr) -> String {
    name.to_string_lossy().into_owned()
}
