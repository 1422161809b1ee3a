//! Temporary files that are going to be moved into place.
//!
//! Start at [`begin`] and [`put`]. A file of a work tree begins in git's folder ([`waiting`]), so that nothing is committed
//! that a killed process leaves; where that can't be, it begins beside its place.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::{NamedTempFile, TempPath};

use crate::store::git::open::named_by;
use crate::store::real_path::real_path;
use crate::store::target;

pub(super) const PREFIX: &str = ".exledger-";

/// The prefix of those that will replace a file of the ledger.
pub(super) const EDIT: &str = ".exledger-edit-";

const DRAWN: usize = 6;

/// How long a file may wait for the process that writes it.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns the folder below git's own in which files of the work tree begin; what a killed process left there a day ago is
/// removed.
pub(super) fn waiting(git_dir: &Path) -> io::Result<PathBuf> {
    let own = git_dir.join("exledger");
    let folder = own.join("tmp");
    fs::create_dir_all(&folder)?;
    // Whoever leads them elsewhere would choose what is removed.
    if own.is_symlink() || folder.is_symlink() {
        return Err(io::Error::other(format!(
            "{} is a link, or lies behind one",
            folder.display()
        )));
    }
    for entry in fs::read_dir(&folder)?.flatten() {
        let Ok(found) = entry.metadata() else { continue };
        let age = found.modified().ok().and_then(|time| time.elapsed().ok());
        let is_ours = entry.file_name().to_str().is_some_and(is_left);
        if is_ours && age.is_some_and(|age| age > LONGEST_WAIT) {
            let _ = match found.is_dir() {
                true => fs::remove_dir_all(entry.path()),
                false => fs::remove_file(entry.path()),
            };
        }
    }
    Ok(folder)
}

// Returns the folder in which begins what will be moved to a place; `None` if it is in no work tree.
pub(super) fn waiting_for(place: &Path) -> Option<PathBuf> {
    let folder = real_path(target::folder(place)).ok()?;
    let is_top = |above: &&Path| fs::symlink_metadata(above.join(".git")).is_ok();
    let git_dir = named_by(&folder.ancestors().find(is_top)?.join(".git"))?;
    // What only has the name of a git folder is somebody's.
    if !git_dir.join("HEAD").is_file() || !is_of_one_owner(&git_dir, &folder) {
        return None;
    }
    waiting(&git_dir).ok()
}

// Somebody may put a `.git` into a folder where all may write, to replace there what others begin; what another user begins would
// lock the owner out; and a folder may give its group to what begins in it.
#[cfg(unix)]
fn is_of_one_owner(git_dir: &Path, folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    const SET_GROUP: u32 = 0o2000;
    let here = fs::metadata(folder).ok().filter(|found| found.mode() & SET_GROUP == 0);
    let own = |found: fs::Metadata| (found.uid(), found.gid());
    let process = tempfile::tempfile().and_then(|file| file.metadata()).ok().map(|file| file.uid());
    let both = fs::metadata(git_dir).ok().map(own).zip(here.map(own));
    both.is_some_and(|(git, here)| git == here && process == Some(git.0))
}

#[cfg(not(unix))]
fn is_of_one_owner(_: &Path, _: &Path) -> bool {
    true
}

// Creates the temporary file of what will be moved to a place.
pub(super) fn begin(place: &Path) -> io::Result<NamedTempFile> {
    let begun_in_git = waiting_for(place).and_then(|folder| begun(&folder, PREFIX).ok());
    begun_in_git.map_or_else(|| begun(target::folder(place), PREFIX), Ok)
}

// Moves a complete file to its place in one step. One that exists there is replaced, unless the file is new.
pub(super) fn put(file: TempPath, place: &Path, is_new: bool) -> io::Result<()> {
    let moved = |file: TempPath| match is_new {
        true => file.persist_noclobber(place),
        false => file.persist(place),
    };
    let Err(refused) = moved(file) else {
        return Ok(());
    };
    if refused.error.kind() != ErrorKind::CrossesDevices {
        return Err(without_name(refused.error));
    }
    // Git's folder is on another disk.
    let is_edit =
        refused.path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(EDIT));
    let mut beside = begun(target::folder(place), if is_edit { EDIT } else { PREFIX })?;
    let mut from = fs::File::open(&refused.path)?;
    io::copy(&mut from, beside.as_file_mut())?;
    beside.as_file().set_permissions(from.metadata()?.permissions())?;
    beside.as_file().sync_all()?;
    moved(beside.into_temp_path()).map_err(|refused| without_name(refused.error))
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

// Fills a temporary file, so that its content is on the disk, and closes it.
pub(super) fn filled(mut file: NamedTempFile, bytes: &[u8]) -> io::Result<TempPath> {
    file.as_file_mut().write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file.into_temp_path())
}

/// Creates a temporary file with this content, which may not be on the disk yet.
pub(super) fn written(folder: &Path, prefix: &str, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = begun(folder, prefix)?;
    file.as_file_mut().write_all(bytes)?;
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
