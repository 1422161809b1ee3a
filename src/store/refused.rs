//! A folder of refused questions: one file for each, named by the digest of its bytes, readable by its owner alone.
//!
//! Start at [`keep`].

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::history::digest::Digest;

/// The maximum number of files in the folder.
pub const MOST_FILES: usize = 1_000;

/// Why nothing was kept.
#[derive(Debug, thiserror::Error)]
pub enum RefusedFolderError {
    #[error("{} has {MOST_FILES} files already: remove old ones", .0.display())]
    Full(PathBuf),
    #[error("can't write to {}: {}", .0.display(), .1)]
    Failed(PathBuf, io::Error),
}

/// Keeps a receipt in a folder, and returns the file's path; the same receipt is kept once.
///
/// # Errors
/// [`RefusedFolderError`] if the folder is full or can't be written.
pub fn keep(folder: &Path, receipt: &[u8]) -> Result<PathBuf, RefusedFolderError> {
    let failed = |cause| RefusedFolderError::Failed(folder.to_owned(), cause);
    let path = folder.join(format!("{}.json", Digest::of(receipt)));
    if path.is_file() {
        return Ok(path);
    }
    if fs::read_dir(folder).map_err(failed)?.take(MOST_FILES).count() >= MOST_FILES {
        return Err(RefusedFolderError::Full(folder.to_owned()));
    }
    // The files of `tempfile` are readable by their owner alone.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(receipt).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
    file.persist(&path).map_err(|error| failed(error.error))?;
    Ok(path)
}
