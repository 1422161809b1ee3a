//! Folders with nothing in them, for what is made whole and from scratch.
//!
//! Uses no other module. Start at [`at`].

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why a folder can't be had.
#[derive(Debug, thiserror::Error)]
pub enum VacantError {
    #[error("{} is not an empty folder", .0.display())]
    Occupied(PathBuf),
    #[error("can't create {}: {}", .0.display(), .1)]
    Refused(PathBuf, io::Error),
}

/// Makes a folder where nothing is, or takes an empty one.
///
/// # Errors
/// [`VacantError::Occupied`] when a file or link is there, or a folder that is not empty; then nothing is changed.
pub fn at(path: &Path) -> Result<PathBuf, VacantError> {
    let refused = |cause| VacantError::Refused(path.to_path_buf(), cause);
    match fs::symlink_metadata(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(path).map_err(refused)?;
        }
        Err(cause) => return Err(refused(cause)),
        Ok(found) if !found.is_dir() => return Err(VacantError::Occupied(path.to_path_buf())),
        Ok(_) => {
            if fs::read_dir(path).map_err(refused)?.next().is_some() {
                return Err(VacantError::Occupied(path.to_path_buf()));
            }
        }
    }
    fs::canonicalize(path).map_err(refused)
}

/// Makes a fresh folder among the system's temporary ones; it stays.
///
/// # Errors
/// [`VacantError::Refused`] when the system refuses.
pub fn fresh(prefix: &str) -> Result<PathBuf, VacantError> {
    let made = tempfile::Builder::new().prefix(prefix).tempdir();
    made.map(tempfile::TempDir::keep)
        .map_err(|cause| VacantError::Refused(PathBuf::from(prefix), cause))
}
