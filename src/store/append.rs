//! A file that several processes append to: it is locked, new lines are read, lines are appended, synced.
//!
//! Start at [`AppendFile::open`] and [`AppendFile::lock`]. Follows `docs/spec/cli.md`, check, `--receipts`, and triage,
//! `--observations`: a file that was truncated, replaced or rewritten is refused.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// How many of the last bytes that were read are compared when reading continues.
const TAIL: usize = 256;

/// The longest pause between two attempts to lock.
const PAUSE: Duration = Duration::from_millis(20);

/// An open file, with the position up to which it was read.
#[derive(Debug)]
pub struct AppendFile {
    path: PathBuf,
    file: File,
    /// The maximum number of bytes that are read at once.
    most: u64,
    read_to: u64,
    tail: Vec<u8>,
}

/// Why the lines of a file can't be read, or a line can't be appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendFileError {
    #[error("it is not a regular file")]
    NotRegular,
    #[error("it is a link")]
    Link,
    #[error("another process held its lock for {} seconds", .0.as_secs())]
    Busy(Duration),
    #[error("it was replaced by another file")]
    Replaced,
    #[error("it was truncated or rewritten")]
    Rewritten,
    #[error("it has more than {0} bytes")]
    TooLarge(u64),
    #[error("it is not UTF-8")]
    NoText,
    #[error("{0}")]
    Failed(io::Error),
}

impl From<io::Error> for AppendFileError {
    fn from(cause: io::Error) -> AppendFileError {
        AppendFileError::Failed(cause)
    }
}

impl AppendFile {
    /// Opens a file, following links, creating it if missing; `most` bytes are read at once.
    ///
    /// # Errors
    /// [`AppendFileError::NotRegular`], or any I/O error.
    pub fn open(path: &Path, most: u64) -> Result<AppendFile, AppendFileError> {
        let regular = |found: &Metadata| {
            if found.is_file() { Ok(()) } else { Err(AppendFileError::NotRegular) }
        };
        // Opening a device or a pipe can already have effects.
        match fs::metadata(path) {
            Ok(found) => regular(&found)?,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
            Err(cause) => return Err(cause.into()),
        }
        let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        regular(&file.metadata()?)?;
        Ok(AppendFile { path: path.to_owned(), file, most, read_to: 0, tail: Vec::new() })
    }

    /// Opens a file like [`AppendFile::open`], but creates none; `None` if it is missing.
    ///
    /// # Errors
    /// As [`AppendFile::open`].
    pub fn open_present(path: &Path, most: u64) -> Result<Option<AppendFile>, AppendFileError> {
        match fs::metadata(path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(cause.into()),
            Ok(_) => AppendFile::open(path, most).map(Some),
        }
    }

    /// Tells whether the file is empty now.
    pub fn is_empty(&self) -> bool {
        self.file.metadata().is_ok_and(|found| found.len() == 0)
    }

    /// Opens a file like [`AppendFile::open`], but not through a link.
    ///
    /// # Errors
    /// [`AppendFileError::Link`] too.
    pub fn open_unlinked(path: &Path, most: u64) -> Result<AppendFile, AppendFileError> {
        let refused = |found: &Metadata| {
            if found.is_symlink() { Err(AppendFileError::Link) } else { Ok(()) }
        };
        match fs::symlink_metadata(path) {
            Ok(found) => refused(&found)?,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
            Err(cause) => return Err(cause.into()),
        }
        let opened = AppendFile::open(path, most)?;
        // The path may have become a link in between.
        let found = fs::symlink_metadata(path)?;
        refused(&found)?;
        if is_same(&found, &opened.file.metadata()?) {
            Ok(opened)
        } else {
            Err(AppendFileError::Replaced)
        }
    }

    /// Locks the file until the guard is dropped or the process ends.
    ///
    /// # Errors
    /// [`AppendFileError::Busy`] if another process holds the lock for that long.
    pub fn lock(&mut self, patience: Duration) -> Result<LockedFile<'_>, AppendFileError> {
        let begun = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            match self.file.try_lock() {
                Ok(()) => return Ok(LockedFile(self)),
                Err(TryLockError::Error(cause)) => return Err(cause.into()),
                Err(TryLockError::WouldBlock) if begun.elapsed() >= patience => {
                    return Err(AppendFileError::Busy(patience));
                }
                Err(TryLockError::WouldBlock) => thread::sleep(pause),
            }
            pause = (pause * 2).min(PAUSE);
        }
    }

    fn remember(&mut self, bytes: &[u8]) {
        self.read_to += bytes.len() as u64;
        self.tail.extend(bytes.iter().skip(bytes.len().saturating_sub(TAIL)));
        let older = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..older);
    }
}

/// A locked file: no other process that uses the lock reads or writes it meanwhile.
#[derive(Debug)]
pub struct LockedFile<'a>(&'a mut AppendFile);

impl Drop for LockedFile<'_> {
    fn drop(&mut self) {
        // If this fails, the lock ends with the process.
        let _ = self.0.file.unlock();
    }
}

impl LockedFile<'_> {
    /// Returns the text appended since the last call of `take`; at first, the whole file.
    ///
    /// # Errors
    /// [`AppendFileError`] if what was read before has changed, or the rest can't be read.
    pub fn added(&mut self) -> Result<String, AppendFileError> {
        let found = self.0.file.metadata()?;
        match fs::metadata(&self.0.path) {
            Ok(there) if is_same(&there, &found) => {}
            Ok(_) => return Err(AppendFileError::Replaced),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                return Err(AppendFileError::Replaced);
            }
            Err(cause) => return Err(cause.into()),
        }
        let more = found.len().checked_sub(self.0.read_to).ok_or(AppendFileError::Rewritten)?;
        if more > self.0.most {
            return Err(AppendFileError::TooLarge(self.0.most));
        }
        let from = self.0.read_to - self.0.tail.len() as u64;
        self.0.file.seek(SeekFrom::Start(from))?;
        let mut tail = vec![0; self.0.tail.len()];
        self.0.file.read_exact(&mut tail)?;
        if tail != self.0.tail {
            return Err(AppendFileError::Rewritten);
        }
        let mut bytes = Vec::new();
        (&self.0.file).take(more).read_to_end(&mut bytes)?;
        String::from_utf8(bytes).map_err(|_| AppendFileError::NoText)
    }

    /// Returns the whole text, whatever was read before.
    ///
    /// # Errors
    /// [`AppendFileError`] if it can't be read.
    pub fn whole(&mut self) -> Result<String, AppendFileError> {
        let length = self.0.file.metadata()?.len();
        if length > self.0.most {
            return Err(AppendFileError::TooLarge(self.0.most));
        }
        self.0.file.seek(SeekFrom::Start(0))?;
        let mut bytes = Vec::new();
        (&self.0.file).take(length).read_to_end(&mut bytes)?;
        String::from_utf8(bytes).map_err(|_| AppendFileError::NoText)
    }

    /// Returns up to where it was read and written, in bytes.
    pub fn length(&self) -> u64 {
        self.0.read_to
    }

    /// Marks appended text as read: it is not read again, and must not change.
    pub fn take(&mut self, added: &str) {
        self.0.remember(added.as_bytes());
    }

    /// Appends a line, or several with line breaks in between, and waits until they are on the disk. If that fails, the
    /// file is truncated to its previous length.
    ///
    /// # Errors
    /// Any I/O error.
    pub fn append(&mut self, line: &str) -> Result<(), AppendFileError> {
        let bytes = format!("{line}\n").into_bytes();
        let written = (&self.0.file).write_all(&bytes).and_then(|()| self.0.file.sync_all());
        if let Err(cause) = written {
            // Half a line would make the whole file unreadable for everybody.
            let _ = self.0.file.set_len(self.0.read_to);
            return Err(cause.into());
        }
        self.0.remember(&bytes);
        Ok(())
    }
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.len(), one.created().ok()) == (other.len(), other.created().ok())
}
