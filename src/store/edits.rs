//! Writes several files atomically: each completely or not at all, all or none, by one process at a time.
//!
//! Start at [`WriteLock::open`] and [`WriteLock::write`].

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;

use tempfile::{NamedTempFile, TempPath};

use crate::ledger::tree::{EntryKind, Tree};
use crate::store::files::{self, FileError, WorkTree};
use crate::store::{target, temporary};

/// The name of the lock file, in the git folder that all work trees share.
const LOCK: &str = "exledger.lock";

/// How many files are open at the same time; some systems allow a process 256.
const OPEN: usize = 64;

/// How many of them are synced at the same time.
const AT_ONCE: usize = 32;

/// The lock for editing the files of a repository; held until the value is dropped.
#[derive(Debug)]
pub struct WriteLock {
    _lock: Locked,
    /// Where files are prepared before they are moved into place. Files left by a killed process are removed by the next one.
    waiting: PathBuf,
}

/// Released with the value, also if the process dies.
#[derive(Debug)]
struct Locked {
    _file: File,
}

impl Locked {
    fn open(path: &Path) -> io::Result<Locked> {
        let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        file.lock()?;
        Ok(Locked { _file: file })
    }
}

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Its path in the tree.
    pub path: String,
    /// Its content when it was read; `None` if it did not exist.
    pub before: Option<Vec<u8>>,
    pub after: Vec<u8>,
}

struct Ready<'w> {
    write: &'w Write,
    place: PathBuf,
    /// Where it waits; it is closed, because a process may have few open files.
    file: TempPath,
}

impl WriteLock {
    /// Waits for the lock.
    ///
    /// # Errors
    /// [`FileError::Failed`] if the lock can't be acquired.
    pub fn open(common_dir: &Path) -> Result<WriteLock, FileError> {
        let path = common_dir.join(LOCK);
        let failed = |cause| FileError::Failed(path.clone(), cause);
        let lock = Locked::open(&path).map_err(failed)?;
        let waiting = temporary::waiting(common_dir).map_err(failed)?;
        Ok(WriteLock { _lock: lock, waiting })
    }

    /// Writes files, all or none; each is replaced atomically, so that nobody reads a partial file.
    ///
    /// # Errors
    /// [`FileError::Changed`] if a file no longer has the content that was read, [`FileError::Exists`] if a
    /// new file already exists, [`FileError::Outside`] if a path leaves the tree or passes a link. All files
    /// are then as they were.
    pub fn write(&self, tree: &WorkTree, writes: &[Write]) -> Result<(), FileError> {
        clear(&self.waiting);
        let places = writes.iter().filter_map(|write| tree.place(&write.path));
        let folders: BTreeSet<PathBuf> =
            places.filter_map(|place| place.parent().map(Path::to_owned)).collect();
        folders.iter().for_each(|folder| clear(folder));
        let mut ready: Vec<Ready<'_>> = Vec::new();
        for some in writes.chunks(OPEN) {
            let begun = some.iter().map(|write| self.begun(tree, write));
            ready.extend(synced(begun.collect::<Result<_, _>>()?)?);
        }
        for one in &ready {
            unchanged(tree, one)?;
        }
        let mut done: Vec<(&Write, PathBuf)> = Vec::new();
        for one in ready {
            let (write, place) = (one.write, one.place.clone());
            if let Err(error) = self.put(one) {
                for (write, place) in done.iter().rev() {
                    self.undo(write, place);
                }
                return Err(error);
            }
            done.push((write, place));
        }
        Ok(())
    }

    fn begun<'w>(&self, tree: &WorkTree, write: &'w Write) -> Result<UnsyncedWrite<'w>, FileError> {
        let place = tree
            .place(&write.path)
            .ok_or_else(|| FileError::Outside(tree.root().join(&write.path)))?;
        let failed = |cause| FileError::Failed(place.clone(), cause);
        fs::create_dir_all(target::folder(&place)).map_err(failed)?;
        let file =
            self.waiting_file(&place, &write.after, write.before.is_some()).map_err(failed)?;
        Ok((write, place, file))
    }

    fn waiting_file(&self, place: &Path, bytes: &[u8], is_edit: bool) -> io::Result<NamedTempFile> {
        let file = temporary::written(&self.waiting, temporary::EDIT, bytes)?;
        if is_edit {
            temporary::like(&file, place)?;
        }
        Ok(file)
    }

    fn put(&self, one: Ready<'_>) -> Result<(), FileError> {
        let (place, write) = (one.place, one.write);
        temporary::put(one.file, &place, write.before.is_none())
            .map_err(|cause| FileError::Failed(place, cause))
    }

    /// Restores a file; if that fails too, nothing more can be done here.
    fn undo(&self, write: &Write, place: &Path) {
        let _ = match &write.before {
            None => fs::remove_file(place),
            Some(before) => self
                .waiting_file(place, before, true)
                .and_then(|file| temporary::put(file.into_temp_path(), place, false)),
        };
    }
}

/// A file that is written and may not be on the disk yet: with its place.
type UnsyncedWrite<'w> = (&'w Write, PathBuf, NamedTempFile);

/// Waits until all files are on the disk, which does many at once in little more time than one, and closes them.
fn synced(begun: Vec<UnsyncedWrite<'_>>) -> Result<Vec<Ready<'_>>, FileError> {
    let sync = |some: &[UnsyncedWrite<'_>]| {
        some.iter().try_for_each(|(_, place, file)| {
            file.as_file().sync_all().map_err(|cause| FileError::Failed(place.clone(), cause))
        })
    };
    let share = begun.len().div_ceil(AT_ONCE).max(1);
    thread::scope(|scope| {
        let (first, others) = begun.split_at(share.min(begun.len()));
        let mut threads = Vec::new();
        let mut own = Ok(());
        for some in others.chunks(share) {
            // Where no thread can be started, this one waits.
            match thread::Builder::new().spawn_scoped(scope, move || sync(some)) {
                Ok(started) => threads.push(started),
                Err(_) => own = own.and_then(|()| sync(some)),
            }
        }
        own = own.and_then(|()| sync(first));
        let failed = |_| {
            let cause = io::Error::other("a thread that waits for the disk failed");
            Err(FileError::Failed(PathBuf::new(), cause))
        };
        let done = threads.into_iter().map(|thread| thread.join().unwrap_or_else(failed));
        // Every thread is waited for before an error is returned.
        let results: Vec<Result<(), FileError>> = done.collect();
        own.and_then(|()| results.into_iter().collect::<Result<(), FileError>>())
    })?;
    let ready = begun.into_iter().map(|(write, place, file)| Ready {
        write,
        place,
        file: file.into_temp_path(),
    });
    Ok(ready.collect())
}

/// Writes a file at a path given by the user, with its folders, completely or not at all. An existing file is replaced,
/// a link is followed, and anything but a regular file is written into.
///
/// # Errors
/// [`FileError`] if the path is a folder, or the system refuses.
pub fn put_at(place: &Path, bytes: &[u8]) -> Result<(), FileError> {
    if fs::metadata(place).is_ok_and(|found| found.is_dir()) {
        return Err(FileError::Exists(place.to_owned()));
    }
    let failed = |cause| FileError::Failed(place.to_owned(), cause);
    fs::create_dir_all(target::folder(place)).map_err(failed)?;
    files::replace(place, bytes)
}

fn unchanged(tree: &WorkTree, one: &Ready<'_>) -> Result<(), FileError> {
    let path = &one.write.path;
    let found = tree.kind(path).ok().flatten();
    match (&one.write.before, found) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(FileError::Exists(one.place.clone())),
        (Some(before), Some(EntryKind::File)) => match tree.bytes(path) {
            Ok(Some(now)) if now == *before => Ok(()),
            _ => Err(FileError::Changed(one.place.clone())),
        },
        (Some(_), _) => Err(FileError::Changed(one.place.clone())),
    }
}

/// Removes files that a killed process left in a folder; only the holder of the lock writes such files.
fn clear(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(temporary::EDIT) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
