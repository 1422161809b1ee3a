//! The files that git tracks, by its index, and their contents in the work tree.
//!
//! Start at `tracked` and [`WorkFiles`]. No link is followed.

use crate::diag::sorting::StableSort as _;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::history::folder;
use crate::history::objects::Oid;
use crate::store::git::{GitError, Repository, ours};

// The flag of an index entry whose file a sparse checkout leaves out.
pub(super) const SKIP_WORKTREE: u16 = 1 << 14;

// The flag of an index entry whose file is said to be unchanged.
pub(super) const ASSUME_UNCHANGED: u16 = 1 << 15;

/// A tracked file or link, or one below a folder outside git; no submodule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackedFile {
    /// Its path from the root of the repository, with `/`.
    pub path: String,
    /// Its path as git has it, if that is not UTF-8.
    raw: Option<Vec<u8>>,
    /// Its staged content.
    pub blob: Oid,
    /// Whether it is a link, and no regular file.
    pub is_link: bool,
    /// Whether it is not checked out because the checkout is sparse.
    pub is_sparse: bool,
    /// Whether git is told to assume that it is unchanged, whatever lies there.
    pub is_assumed: bool,
}

impl TrackedFile {
    /// Returns a file of a folder that is in no repository.
    pub fn of_folder(path: &Path, is_link: bool) -> TrackedFile {
        #[cfg(unix)]
        let (path, raw) = {
            use std::os::unix::ffi::OsStrExt;
            let raw = path.as_os_str().as_bytes();
            let text = folder::text(raw);
            let raw = if text.as_bytes() == raw { None } else { Some(raw.to_vec()) };
            (text, raw)
        };
        #[cfg(not(unix))]
        let (path, raw) = (path.to_string_lossy().replace('\\', "/"), None);
        TrackedFile { path, raw, blob: Oid::NULL, is_link, is_sparse: false, is_assumed: false }
    }

    // None for a submodule.
    pub(super) fn of_entry(entry: git2::IndexEntry) -> Option<TrackedFile> {
        // The type of the entry, whatever its permissions.
        let is_link = match entry.mode & 0o170_000 {
            0o100_000 => false,
            0o120_000 => true,
            _ => return None,
        };
        let blob = ours(entry.id)?;
        let path = folder::text(&entry.path);
        let raw = if path.as_bytes() == entry.path { None } else { Some(entry.path) };
        let is_sparse = entry.flags_extended & SKIP_WORKTREE != 0;
        let is_assumed = entry.flags & ASSUME_UNCHANGED != 0;
        Some(TrackedFile { path, raw, blob, is_link, is_sparse, is_assumed })
    }
}

impl Repository {
    /// Returns the tracked files and links, by path.
    ///
    /// # Errors
    /// [`GitError`] if the index can't be read.
    pub fn tracked(&self) -> Result<Vec<TrackedFile>, GitError> {
        let index = self.index()?;
        let mut files: Vec<TrackedFile> = index.iter().filter_map(TrackedFile::of_entry).collect();
        // A file in conflict has an entry for each side.
        files.order_by(|one, other| (&one.path, &one.raw).cmp(&(&other.path, &other.raw)));
        files.dedup_by(|one, other| one.path == other.path && one.raw == other.raw);
        Ok(files)
    }

    /// Tells whether a path is a submodule, in the index or at HEAD.
    pub fn has_submodule(&self, path: &str) -> bool {
        const GITLINK: u32 = 0o160_000;
        let path = Path::new(path);
        let index = self.index().ok();
        let indexed = index.and_then(|index| Some(index.get_path(path, 0)?.mode));
        let head = || {
            let tree = self.git.head().ok()?.peel_to_tree().ok()?;
            u32::try_from(tree.get_path(path).ok()?.filemode()).ok()
        };
        indexed == Some(GITLINK) || head() == Some(GITLINK)
    }
}

/// What is at the place of a tracked file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkContent<B> {
    /// The content of a regular file.
    Bytes(B),
    /// Nothing, or a folder.
    Absent,
    /// A regular file that is too large to be read.
    TooLarge,
    /// A link, what a link leads to, or another thing that is not a regular file.
    Special,
}

/// Reads files of a work tree one after the other, each once.
pub struct WorkFiles {
    top: PathBuf,
    largest: u64,
    folders: HashMap<OsString, bool>,
    buffer: Vec<u8>,
}

impl WorkFiles {
    /// Reads from the top of a work tree; files larger than `largest` bytes are not read.
    pub fn new(top: &Path, largest: u64) -> WorkFiles {
        let (folders, buffer) = (HashMap::new(), Vec::new());
        WorkFiles { top: top.to_owned(), largest, folders, buffer }
    }

    /// Returns the content of a file.
    ///
    /// # Errors
    /// Why it can't be read.
    pub fn read(&mut self, file: &TrackedFile) -> std::io::Result<WorkContent<&[u8]>> {
        let place = self.place(file);
        let is_direct = place.parent().is_none_or(|folder| self.is_folder(folder));
        let found = match fs::symlink_metadata(&place) {
            Ok(found) if found.is_dir() => return Ok(WorkContent::Absent),
            Ok(found) if !found.is_file() || !is_direct => return Ok(WorkContent::Special),
            Ok(found) if found.len() > self.largest => return Ok(WorkContent::TooLarge),
            Ok(found) => found,
            Err(cause) if is_absent(&cause) => return Ok(WorkContent::Absent),
            Err(cause) => return Err(cause),
        };
        self.buffer.clear();
        let mut opened = match File::open(&place) {
            Ok(opened) => opened,
            Err(cause) if is_absent(&cause) => return Ok(WorkContent::Absent),
            Err(cause) => return Err(cause),
        };
        let size = usize::try_from(found.len()).unwrap_or_default();
        self.buffer.resize(size, 0);
        let mut n_read = 0;
        while let Some(rest) = self.buffer.get_mut(n_read..).filter(|rest| !rest.is_empty()) {
            match opened.read(rest) {
                Ok(0) => break,
                Ok(n) => n_read += n,
                Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
                Err(cause) => return Err(cause),
            }
        }
        self.buffer.truncate(n_read);
        Ok(WorkContent::Bytes(&self.buffer))
    }

    #[cfg(unix)]
    fn place(&self, file: &TrackedFile) -> PathBuf {
        use std::os::unix::ffi::OsStrExt;
        let raw = file.raw.as_deref().unwrap_or(file.path.as_bytes());
        self.top.join(std::ffi::OsStr::from_bytes(raw))
    }

    #[cfg(not(unix))]
    fn place(&self, file: &TrackedFile) -> PathBuf {
        self.top.join(&file.path)
    }

    /// Tells whether a folder below the top, and each above it, is a folder and no link.
    fn is_folder(&mut self, folder: &Path) -> bool {
        if folder == self.top {
            return true;
        }
        if let Some(known) = self.folders.get(folder.as_os_str()) {
            return *known;
        }
        let is_folder = folder.parent().is_some_and(|above| self.is_folder(above))
            && fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir());
        self.folders.insert(folder.into(), is_folder);
        is_folder
    }
}

fn is_absent(cause: &std::io::Error) -> bool {
    matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}
