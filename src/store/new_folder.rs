//! A folder of files that appears only when it is complete.
//!
//! Start at [`write()`].

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::store::files::FileError;
use crate::store::{target, temporary};

/// Writes files, by their paths with `/`, into a folder that does not exist yet or is empty.
///
/// # Errors
/// [`FileError::Exists`] if there is something at that path; [`FileError::Failed`] if a file can't be written.
pub fn write<'f>(
    folder: &Path,
    files: impl IntoIterator<Item = (&'f str, &'f [u8])>,
) -> Result<(), FileError> {
    let failed = |cause| FileError::Failed(folder.to_owned(), cause);
    let is_there = is_empty_folder(folder)?;
    let above = target::folder(folder);
    fs::create_dir_all(above).map_err(failed)?;
    let files: Vec<(&str, &[u8])> = files.into_iter().collect();
    let put = |begin_in: &Path| -> io::Result<()> {
        let begun = begin(begin_in, &files)?;
        if is_there {
            // Where it is no longer empty, the move fails.
            let _ = fs::remove_dir(folder);
        }
        fs::rename(begun.path(), folder)?;
        // It has another name now, so there is nothing to remove.
        let _: PathBuf = begun.keep();
        Ok(())
    };
    let waiting = temporary::waiting_for(folder);
    let put = match waiting.as_deref().map(put) {
        // Git's folder is on another disk.
        Some(Err(cause)) if cause.kind() == ErrorKind::CrossesDevices => put(above),
        Some(done) => done,
        None => put(above),
    };
    put.map_err(failed)
}

fn begin(folder: &Path, files: &[(&str, &[u8])]) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(temporary::PREFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o777));
    }
    let begun = builder.tempdir_in(folder)?;
    for (name, bytes) in files {
        let place = name.split('/').fold(begun.path().to_owned(), |at, part| at.join(part));
        write_one(&place, bytes)?;
    }
    Ok(begun)
}

fn write_one(place: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(above) = place.parent() {
        fs::create_dir_all(above)?;
    }
    fs::write(place, bytes)
}

fn is_empty_folder(path: &Path) -> Result<bool, FileError> {
    let failed = |cause| FileError::Failed(path.to_owned(), cause);
    match fs::symlink_metadata(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(cause) => Err(failed(cause)),
        Ok(found) if !found.is_dir() => Err(FileError::Exists(path.to_owned())),
        Ok(_) => match fs::read_dir(path).map_err(failed)?.next() {
            None => Ok(true),
            Some(_) => Err(FileError::Exists(path.to_owned())),
        },
    }
}
