//! Which files of the work tree match git's index, judged by their timestamps and sizes alone.
//!
//! Start at [`Repository::stamps`]. If the timestamps are inconclusive, there is no answer, and the caller has to read the
//! file. The rules are git's own, including those for racily clean files.

use std::fs;
use std::path::PathBuf;

use crate::history::objects::Oid;
use crate::history::paths::LedgerPrefix;
use crate::store::git::{Repository, ours};

/// The index of a work tree, and when it was written.
pub struct Stamps {
    index: git2::Index,
    /// Seconds and nanoseconds.
    written: (i64, i64),
    work_dir: PathBuf,
    prefix: LedgerPrefix,
}

impl Repository {
    /// Returns the index, for paths of a ledger; `None` if there is no readable index.
    pub fn stamps(&self, prefix: &LedgerPrefix) -> Option<Stamps> {
        let file = fs::metadata(self.own_dir.join("index")).ok()?;
        Some(Stamps {
            index: self.git.index().ok()?,
            written: modified_at(&file)?,
            work_dir: self.work_dir.clone()?,
            prefix: prefix.clone(),
        })
    }
}

impl Stamps {
    /// Returns the object id of a file, if its timestamps show that it matches the index.
    pub fn id(&self, path: &str) -> Option<Oid> {
        let path = self.prefix.outward(path)?.join("/");
        let entry = self.index.get_path(path.as_ref(), 0)?;
        let file = fs::symlink_metadata(self.work_dir.join(&path)).ok()?;
        let modified = modified_at(&file)?;
        let known = (i64::from(entry.mtime.seconds()), i64::from(entry.mtime.nanoseconds()));
        let changed = (i64::from(entry.ctime.seconds()), i64::from(entry.ctime.nanoseconds()));
        let is_same = file.is_file()
            && modified == known
            && self::changed(&file) == Some(changed)
            && file.len() == u64::from(entry.file_size);
        // A file written at the same time as the index or later may have changed since without a trace.
        (is_same && modified < self.written).then(|| ours(entry.id))?
    }
}

#[cfg(unix)]
fn modified_at(file: &fs::Metadata) -> Option<(i64, i64)> {
    use std::os::unix::fs::MetadataExt;
    Some((file.mtime(), file.mtime_nsec()))
}

#[cfg(unix)]
fn changed(file: &fs::Metadata) -> Option<(i64, i64)> {
    use std::os::unix::fs::MetadataExt;
    Some((file.ctime(), file.ctime_nsec()))
}

#[cfg(not(unix))]
fn modified_at(_: &fs::Metadata) -> Option<(i64, i64)> {
    None
}

#[cfg(not(unix))]
fn changed(_: &fs::Metadata) -> Option<(i64, i64)> {
    None
}
