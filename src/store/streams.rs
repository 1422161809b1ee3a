//! Files that may be larger than memory: read several times from the start, written completely or not at all.
//!
//! Start at [`open`] and [`Begun::at`]. Input that can't be read twice, such as a pipe, is copied to an unnamed file, which
//! vanishes with the program.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};
use tempfile::TempPath;

use crate::history::digest::Digest;
use crate::store::files::FileError;
use crate::store::real_path::real_path;
use crate::store::target::{self, WriteTarget};
use crate::store::temporary;

const PIECE: usize = 256 * 1024;

/// Input that can be read from the start more than once.
#[derive(Debug)]
pub struct Rereadable {
    file: File,
    path: PathBuf,
    /// Its length and modification time when opened; `None` for a temporary copy.
    mark: Option<FileMark>,
}

type FileMark = (u64, Option<SystemTime>);

fn mark(file: &File) -> io::Result<FileMark> {
    let found = file.metadata()?;
    Ok((found.len(), found.modified().ok()))
}

/// Opens a file given by the user, following links; anything but a regular file is first copied to its end.
///
/// # Errors
/// [`FileError`] if it is absent or can't be read.
pub fn open(path: &Path) -> Result<Rereadable, FileError> {
    let failed = |cause: io::Error| match cause.kind() {
        io::ErrorKind::NotFound => FileError::Absent(path.to_owned()),
        _ => FileError::Failed(path.to_owned(), cause),
    };
    let file = File::open(path).map_err(failed)?;
    let found = file.metadata().map_err(failed)?;
    if found.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    if !found.is_file() {
        return keep(file, path);
    }
    let mark = Some(mark(&file).map_err(failed)?);
    let owned = path.to_owned();
    Ok(Rereadable { file, path: owned, mark })
}

/// Copies input that can be read only once; `path` names it in errors.
///
/// # Errors
/// [`FileError::Failed`] if it can't be read or there is no space for the copy.
pub fn keep(mut from: impl Read, path: &Path) -> Result<Rereadable, FileError> {
    let failed = |cause| FileError::Failed(path.to_owned(), cause);
    let mut file = tempfile::tempfile().map_err(failed)?;
    io::copy(&mut from, &mut file).map_err(failed)?;
    let (path, mark) = (path.to_owned(), None);
    Ok(Rereadable { file, path, mark })
}

impl Rereadable {
    /// Checks that the file has not changed since it was opened.
    ///
    /// # Errors
    /// [`FileError::Changed`] if it has.
    pub fn is_as_opened(&self) -> Result<(), FileError> {
        match self.mark {
            Some(before) if mark(&self.file).ok() != Some(before) => {
                Err(FileError::Changed(self.path.clone()))
            }
            _ => Ok(()),
        }
    }

    /// Tells whether it was no regular file, so that its bytes are a copy.
    pub fn is_copied(&self) -> bool {
        self.mark.is_none()
    }

    /// Returns a reader from the start; only one at a time.
    ///
    /// # Errors
    /// [`FileError::Failed`] if it can't be read any more.
    pub fn reader(&self) -> Result<BufReader<File>, FileError> {
        let failed = |cause| FileError::Failed(self.path.clone(), cause);
        let mut file = self.file.try_clone().map_err(failed)?;
        file.rewind().map_err(failed)?;
        Ok(BufReader::with_capacity(PIECE, file))
    }

    /// Tells whether a path leads to the same file.
    pub fn is_at(&self, path: &Path) -> bool {
        let real = |path: &Path| real_path(path).ok();
        real(path).is_some_and(|at| Some(at) == real(&self.path))
    }
}

/// A reader that digests the bytes that pass through it.
#[derive(Debug)]
pub struct HashedReader<R> {
    from: R,
    hash: Sha256,
}

impl<R: Read> HashedReader<R> {
    /// Returns a buffered reader; what it has not read yet is not digested.
    pub fn buffered(from: R) -> BufReader<HashedReader<R>> {
        BufReader::with_capacity(PIECE, HashedReader { from, hash: Sha256::new() })
    }

    /// Returns the SHA-256 of the bytes that were read.
    pub fn digest(self) -> Digest {
        Digest(self.hash.finalize().into())
    }
}

impl<R: Read> Read for HashedReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(into)?;
        self.hash.update(into.get(..n).unwrap_or_default());
        Ok(n)
    }
}

/// A file that is being written and appears only when complete; anything but a regular file is written into.
#[derive(Debug)]
pub struct Begun {
    out: Out,
    path: PathBuf,
}

#[derive(Debug)]
enum Out {
    /// A temporary file, its path, and its destination.
    Whole(BufWriter<File>, TempPath, PathBuf),
    Stream(BufWriter<File>),
}

impl Begun {
    /// Begins a file at a path given by the user, following links.
    ///
    /// # Errors
    /// [`FileError::Failed`] if nothing can be written there.
    pub fn at(path: &Path) -> Result<Begun, FileError> {
        let begun = || {
            Ok(match target::from_path(path)? {
                WriteTarget::Stream(stream) => Out::Stream(BufWriter::with_capacity(PIECE, stream)),
                WriteTarget::File(place) => {
                    let file = temporary::begin(&place)?;
                    temporary::like(&file, &place)?;
                    let (file, path) = file.into_parts();
                    Out::Whole(BufWriter::with_capacity(PIECE, file), path, place)
                }
            })
        };
        let out = begun().map_err(|cause| FileError::Failed(path.to_owned(), cause))?;
        let owned = path.to_owned();
        Ok(Begun { out, path: owned })
    }

    /// Moves the complete file to its destination, replacing an existing one.
    ///
    /// # Errors
    /// [`FileError::Failed`] if it can't be written; a regular file is then unchanged.
    pub fn finish(self) -> Result<(), FileError> {
        let finished = match self.out {
            Out::Stream(mut stream) => stream.flush(),
            Out::Whole(file, path, place) => {
                let file = file.into_inner().map_err(io::IntoInnerError::into_error);
                file.and_then(|file| file.sync_all())
                    .and_then(|()| temporary::put(path, &place, false))
            }
        };
        finished.map_err(|cause| FileError::Failed(self.path, cause))
    }
}

impl Write for Begun {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.out {
            Out::Whole(file, ..) => file.write(bytes),
            Out::Stream(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.out {
            Out::Whole(file, ..) => file.flush(),
            Out::Stream(stream) => stream.flush(),
        }
    }
}

/// Returns a folder given by the user, creating it if missing.
///
/// # Errors
/// [`FileError::Failed`] if it can't be created.
pub fn folder(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(|cause| FileError::Failed(path.to_owned(), cause))
}

/// Removes a file given by the user; one that is missing is not an error.
///
/// # Errors
/// [`FileError::Failed`] if it can't be removed.
pub fn remove(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            Err(FileError::Failed(path.to_owned(), cause))
        }
        _ => Ok(()),
    }
}

/// Returns where output to a path given by the user ends up, with links followed and real names; it need not exist.
///
/// # Errors
/// [`FileError::Failed`] if the links form a loop.
pub fn destination(path: &Path) -> Result<PathBuf, FileError> {
    target::resolved(path).map_err(|cause| FileError::Failed(path.to_owned(), cause))
}

/// Tells whether a path is a link.
pub fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink())
}

/// Tells whether a path is a regular file.
pub fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file())
}

/// Tells whether a path is a folder.
pub fn is_folder(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_dir())
}
