//! The files below a folder that is in no repository.
//!
//! Start at [`FolderFiles::list`]. `.gitignore` and `.ignore` are respected; no link is followed.

use crate::diag::sorting::StableSort as _;
use std::fs;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use crate::store::git::tracked::TrackedFile;
use crate::store::real_path::real_path;

/// What is below a folder.
#[derive(Debug, Default)]
pub struct FolderFiles {
    /// The files and links, by path from the folder.
    pub files: Vec<TrackedFile>,
    /// The folders that were passed over, by path from the folder.
    pub passed_over: Vec<String>,
    /// What can't be read, and why.
    pub unread: Vec<String>,
}

impl FolderFiles {
    /// Lists what is below a folder, or at some paths below it; a folder that `passes` names is not entered.
    pub fn list(top: &Path, paths: &[String], passes: fn(&str) -> bool) -> FolderFiles {
        let mut found = FolderFiles::default();
        let is_entered = move |entry: &DirEntry| {
            let name = entry.file_name().to_string_lossy();
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            // The folder above tells of one that is passed over.
            let above = entry.path().parent().and_then(Path::file_name);
            let is_inside = above.is_some_and(|above| passes(&above.to_string_lossy()));
            !(is_folder && name == ".git") && (entry.depth() < 2 || !is_inside)
        };
        let mut starts = paths.iter().map(|path| top.join(path));
        let mut walk = WalkBuilder::new(starts.next().unwrap_or_else(|| top.to_owned()));
        for start in starts {
            walk.add(start);
        }
        walk.hidden(false).require_git(false).git_global(false).git_exclude(false);
        for entry in walk.filter_entry(is_entered).build() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    found.unread.push(error.to_string());
                    continue;
                }
            };
            let Some(kind) = entry.file_type() else {
                continue;
            };
            let Ok(below) = entry.path().strip_prefix(top) else {
                continue;
            };
            if kind.is_dir() {
                if entry.depth() > 0 && passes(&entry.file_name().to_string_lossy()) {
                    found.passed_over.push(below.to_string_lossy().replace('\\', "/"));
                }
            } else {
                found.files.push(TrackedFile::of_folder(below, kind.is_symlink()));
            }
        }
        found.files.order_by(|one, other| one.path.cmp(&other.path));
        found.files.dedup_by(|one, other| one == other);
        found.passed_over.sort();
        found
    }
}

/// Tells whether there is anything at a path, also a link that leads nowhere.
pub fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Returns a path without links, if it exists.
pub fn real(path: &Path) -> PathBuf {
    real_path(path).unwrap_or_else(|_| path.to_owned())
}

/// Returns a path, absolute or from a folder, as one below the folder; `None` if it leads elsewhere or isn't there.
pub fn below(folder: &Path, path: &Path) -> Option<String> {
    let there = real_path(folder.join(path)).ok()?;
    let parts = there.strip_prefix(real(folder)).ok()?.components();
    let parts: Option<Vec<&str>> = parts.map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/"))
}
