//! Temporary files that are going to be moved into place.
//!
//! Start at [`begun`] and [`filled`]; the caller moves the file into place in one step. A file of a work tree begins in
//! git's folder ([`waiting`]), so that nothing is committed that a killed process leaves.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;

pub(super) const PREFIX: &str = ".exledger-";

/// The prefix of those that will replace a file of the ledger.
pub(super) const EDIT: &str = ".exledger-edit-";

const DRAWN: usize = 6;

/// How long a file may wait for the process that writes it.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns the folder below git's own in which files of the work tree begin; what a killed process left there a day ago is
/// removed.
pub(super) fn waiting(git_dir: &Path) -> io::Result<PathBuf> {
    let folder = git_dir.join("exledger").join("tmp");
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(&folder)?.flatten() {
        let written = entry.metadata().and_then(|found| found.modified());
        let age = written.ok().and_then(|time| time.elapsed().ok());
        if age.is_some_and(|age| age > LONGEST_WAIT) {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(folder)
}

pub(super) fn git_dir(top: &Path) -> Option<PathBuf> {
    let git = top.join(".git");
    match fs::symlink_metadata(&git).ok()? {
        found if found.is_dir() => Some(git),
        _ => {
            let text = fs::read_to_string(&git).ok()?;
            Some(top.join(text.trim().strip_prefix("gitdir: ")?))
        }
    }
}

/// Creates a temporary file with the permissions that the umask of the process leaves.
pub(super) fn begun(folder: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix).rand_bytes(DRAWN);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).map_err(without_name)
}

/// Returns an error without the name of a temporary file, and in words alone.
pub(super) fn without_name(error: io::Error) -> io::Error {
    match error.kind() {
        kind @ (ErrorKind::NotFound
        | ErrorKind::NotADirectory
        | ErrorKind::PermissionDenied
        | ErrorKind::ReadOnlyFilesystem
        | ErrorKind::StorageFull) => kind.into(),
        _ => error,
    }
}

pub(super) fn filled(folder: &Path, prefix: &str, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let file = written(folder, prefix, bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Creates a temporary file with this content, which may not be on the disk yet.
pub(super) fn written(folder: &Path, prefix: &str, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = begun(folder, prefix)?;
    file.write_all(bytes)?;
    Ok(file)
}

pub(super) fn like(file: &NamedTempFile, replaced: &Path) -> io::Result<()> {
    match fs::symlink_metadata(replaced) {
        Ok(found) => file.as_file().set_permissions(found.permissions()),
        Err(_) => Ok(()),
    }
}

/// Tells whether a name is that of a temporary file, which a killed process may leave; no record has such a name.
pub(super) fn is_left(name: &str) -> bool {
    let rest = name.strip_prefix(EDIT).or(name.strip_prefix(PREFIX));
    let is_drawn = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    rest.is_some_and(|rest| rest.len() == DRAWN && is_drawn(rest))
}
