//! Files that are replaced, each whole or not at all, all of them or none, by one process at a time.
//!
//! Uses ledger (the tree's kinds), store's files and lock. Start at [`Desk::open`] and [`Desk::write`].

use std::fs;
use std::path::{Path, PathBuf};

use crate::ledger::tree::{Kind, Tree};
use crate::store::files::{self, FileError, WorkTree};
use crate::store::locked::Locked;
use crate::store::temporary;

/// The name of the lock, in the folder of the repository that all work trees share.
const LOCK: &str = "exledger.lock";

/// How names of files begin that are not in place yet; what a killed process left is cleared away by the next.
const TEMPORARY: &str = ".exledger-edit-";

/// The right to edit the files of a repository; nobody else has it until this value goes.
#[derive(Debug)]
pub struct Desk {
    _lock: Locked,
}

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Its path in the tree.
    pub path: String,
    /// What it held when it was read; `None` where nothing is there.
    pub before: Option<Vec<u8>>,
    /// What it will hold.
    pub after: Vec<u8>,
}

/// A file that stands ready beside its place.
struct Ready<'w> {
    write: &'w Write,
    place: PathBuf,
    file: tempfile::NamedTempFile,
}

impl Desk {
    /// Waits for the right to edit.
    ///
    /// # Errors
    /// [`FileError::Failed`] where the lock can't be had.
    pub fn open(common_dir: &Path) -> Result<Desk, FileError> {
        let path = common_dir.join(LOCK);
        let lock = Locked::open(&path).map_err(|cause| FileError::Failed(path, cause))?;
        Ok(Desk { _lock: lock })
    }

    /// Writes files, all or none; each is replaced at once, so that nobody ever reads half of one.
    ///
    /// # Errors
    /// [`FileError::Changed`] where a file no longer holds what was read, [`FileError::Exists`] where one is there that
    /// should be new, [`FileError::Outside`] where a path leaves the tree or passes a link. All files are then as they
    /// were.
    pub fn write(&self, tree: &WorkTree, writes: &[Write]) -> Result<(), FileError> {
        for write in writes {
            if let Some(folder) = tree.place(&write.path).as_deref().and_then(Path::parent) {
                clear(folder);
            }
        }
        let ready: Vec<Ready<'_>> = writes
            .iter()
            .map(|write| ready(tree, write))
            .collect::<Result<_, _>>()?;
        for one in &ready {
            unchanged(tree, one)?;
        }
        let mut done: Vec<(&Write, PathBuf)> = Vec::new();
        for one in ready {
            let (write, place) = (one.write, one.place.clone());
            if let Err(error) = put(one) {
                for (write, place) in done.iter().rev() {
                    undo(write, place);
                }
                return Err(error);
            }
            done.push((write, place));
        }
        Ok(())
    }
}

/// Writes a file at a place that the user named, with its folders, whole or not at all; a file that is there is
/// replaced.
///
/// # Errors
/// [`FileError`] when something other than a file stands there, or the system refuses.
pub fn put_at(place: &Path, bytes: &[u8]) -> Result<(), FileError> {
    if fs::symlink_metadata(place).is_ok_and(|found| !found.is_file()) {
        return Err(FileError::Exists(place.to_owned()));
    }
    let failed = |cause| FileError::Failed(place.to_owned(), cause);
    let folder = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    files::replace(place, bytes)
}

/// Writes a file beside its place, with the permissions of the one that it replaces.
fn ready<'w>(tree: &WorkTree, write: &'w Write) -> Result<Ready<'w>, FileError> {
    let place = tree
        .place(&write.path)
        .ok_or_else(|| FileError::Outside(tree.root().join(&write.path)))?;
    let failed = |cause| FileError::Failed(place.clone(), cause);
    let folder = place.parent().unwrap_or(tree.root());
    fs::create_dir_all(folder).map_err(failed)?;
    let file = temporary::filled(folder, TEMPORARY, &write.after).map_err(failed)?;
    if let (Ok(found), true) = (fs::symlink_metadata(&place), write.before.is_some()) {
        let same = file.as_file().set_permissions(found.permissions());
        same.map_err(failed)?;
    }
    Ok(Ready { write, place, file })
}

fn unchanged(tree: &WorkTree, one: &Ready<'_>) -> Result<(), FileError> {
    let path = &one.write.path;
    let found = tree.kind(path).ok().flatten();
    match (&one.write.before, found) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(FileError::Exists(one.place.clone())),
        (Some(before), Some(Kind::File)) => match tree.bytes(path) {
            Ok(Some(now)) if now == *before => Ok(()),
            _ => Err(FileError::Changed(one.place.clone())),
        },
        (Some(_), _) => Err(FileError::Changed(one.place.clone())),
    }
}

fn put(one: Ready<'_>) -> Result<(), FileError> {
    let place = one.place;
    let put = match one.write.before {
        Some(_) => one.file.persist(&place),
        None => one.file.persist_noclobber(&place),
    };
    put.map(drop)
        .map_err(|refused| FileError::Failed(place, refused.error))
}

/// Puts a file back as it was; where even that fails, nothing more can be done here.
fn undo(write: &Write, place: &Path) {
    let _ = match &write.before {
        None => fs::remove_file(place),
        Some(before) => {
            let folder = place.parent().unwrap_or(Path::new("."));
            temporary::filled(folder, TEMPORARY, before).and_then(|file| {
                let mode = fs::metadata(place)?.permissions();
                file.as_file().set_permissions(mode)?;
                file.persist(place).map(drop).map_err(|it| it.error)
            })
        }
    };
}

/// Removes what a killed process left in a folder; whoever holds the lock is the only one who writes such files.
fn clear(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
