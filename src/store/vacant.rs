//! Empty folders, for output that is created from scratch.
//!
//! Start at [`at`].

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::store::real_path::real_path;

/// Why there is no empty folder.
#[derive(Debug, thiserror::Error)]
pub enum VacantError {
    #[error("{} is not an empty folder", .0.display())]
    Occupied(PathBuf),
    #[error("can't create {}: {}", .0.display(), .1)]
    Refused(PathBuf, io::Error),
}

/// Creates a folder, or accepts an existing empty one.
///
/// # Errors
/// [`VacantError::Occupied`] if the path is a file, a link or a folder that is not empty; nothing is changed then.
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
    real_path(path).map_err(refused)
}

/// Creates a new folder in the system's temporary folder; it is not removed.
///
/// # Errors
/// [`VacantError::Refused`] if the system refuses.
pub fn fresh(prefix: &str) -> Result<PathBuf, VacantError> {
    let made = tempfile::Builder::new().prefix(prefix).tempdir();
    made.map(tempfile::TempDir::keep)
        .map_err(|cause| VacantError::Refused(PathBuf::from(prefix), cause))
}
