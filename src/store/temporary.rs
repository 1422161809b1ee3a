//! Files that are not in their place yet.
//!
//! Start at [`begun`] and [`filled`]; the caller moves it to its place in one step.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// How the names of such files begin.
pub(super) const PREFIX: &str = ".exledger-";

/// How the names of those begin that will replace a file of the ledger.
pub(super) const EDIT: &str = ".exledger-edit-";

/// How many characters are drawn for the rest of a name.
const DRAWN: usize = 6;

/// Begins an ordinary file that has no name of its own yet, with the permissions that the umask of the process leaves.
pub(super) fn begun(folder: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix).rand_bytes(DRAWN);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Writes such a file, and waits until the disk has it.
pub(super) fn filled(folder: &Path, prefix: &str, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = begun(folder, prefix)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Gives a file the permissions of the one that it will replace, where there is one.
pub(super) fn like(file: &NamedTempFile, replaced: &Path) -> io::Result<()> {
    match fs::symlink_metadata(replaced) {
        Ok(found) => file.as_file().set_permissions(found.permissions()),
        Err(_) => Ok(()),
    }
}

/// Tells whether a name is one of these, as a process that was killed leaves them; no record has such a name.
pub(super) fn is_left(name: &str) -> bool {
    let rest = name.strip_prefix(EDIT).or(name.strip_prefix(PREFIX));
    let is_drawn = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    rest.is_some_and(|rest| rest.len() == DRAWN && is_drawn(rest))
}
