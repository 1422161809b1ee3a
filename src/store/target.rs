//! Where something goes that is written to a path which the user named: links are followed, and what is no regular file
//! is written into.
//!
//! Uses no other module. Start at [`from_path`]. Moving a file over a device, a pipe or a link would replace that.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// How many links may stand on the way, as in the kernel.
const MOST_LINKS: usize = 40;

#[derive(Debug)]
pub(super) enum WriteTarget {
    /// To a regular file, or where nothing is yet: it is put there whole.
    File(PathBuf),
    /// Into a device, a pipe, or what a process has open.
    Stream(File),
}

/// Returns where something goes that is written to a path.
///
/// # Errors
/// Where a folder stands there, where the links form a loop, or where the system refuses.
pub(super) fn from_path(path: &Path) -> io::Result<WriteTarget> {
    let mut place = path.to_owned();
    for _ in 0..MOST_LINKS {
        let found = match fs::symlink_metadata(&place) {
            Ok(found) => found.file_type(),
            Err(cause) if cause.kind() == ErrorKind::NotFound => {
                return Ok(WriteTarget::File(place));
            }
            Err(cause) => return Err(cause),
        };
        if found.is_file() {
            return Ok(WriteTarget::File(place));
        }
        if found.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        if !found.is_symlink() || is_open(&place) {
            let file = OpenOptions::new().append(true).open(&place)?;
            return Ok(WriteTarget::Stream(file));
        }
        let to = fs::read_link(&place)?;
        place = folder(&place).join(to);
    }
    Err(io::Error::other("the links form a loop"))
}

/// Returns the folder that a path is in.
pub(super) fn folder(path: &Path) -> &Path {
    let folder = path.parent();
    folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Tells whether a link stands for what a process has open, as `/dev/stdout` does in the end: its text is no path.
fn is_open(link: &Path) -> bool {
    let Ok(folder) = fs::canonicalize(folder(link)) else {
        return false;
    };
    folder.starts_with("/proc") && folder.ends_with("fd")
}
