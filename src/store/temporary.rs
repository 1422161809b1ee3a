//! Files that are not in their place yet.
//!
//! Start at [`filled`]; whoever made one moves it to its place in one step.

use std::fs;
use std::io::Write as _;
use std::path::Path;

/// Writes an ordinary file that has no name of its own yet, and waits until the disk has it.
pub(super) fn filled(
    folder: &Path,
    prefix: &str,
    bytes: &[u8],
) -> std::io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix(prefix)
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    share(file.as_file())?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Gives a temporary file the permissions of an ordinary one: it is made for its owner alone.
#[cfg(unix)]
pub(super) fn share(file: &fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
pub(super) fn share(_: &fs::File) -> std::io::Result<()> {
    Ok(())
}
