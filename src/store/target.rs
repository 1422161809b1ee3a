//! Where output to a path given by the user goes: links are followed, and anything but a regular file is written into.
//!
//! Start at [`from_path`]. Moving a file over a device, a pipe or a link would replace it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use crate::store::real_path::real_path;

/// The maximum number of links to follow, as in the kernel.
const MOST_LINKS: usize = 40;

#[derive(Debug)]
pub(super) enum WriteTarget {
    /// A regular file, or a path where nothing exists yet: moved into place when complete.
    File(PathBuf),
    /// A device, a pipe, or a file that a process has open.
    Stream(File),
}

pub(super) fn from_path(path: &Path) -> io::Result<WriteTarget> {
    let place = end_of_links(path.to_owned())?;
    match fs::symlink_metadata(&place) {
        Ok(found) if found.is_dir() => Err(ErrorKind::IsADirectory.into()),
        Ok(found) if !found.is_file() => {
            let file = OpenOptions::new().append(true).open(&place)?;
            Ok(WriteTarget::Stream(file))
        }
        Ok(_) => Ok(WriteTarget::File(place)),
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(WriteTarget::File(place)),
        Err(cause) => Err(cause),
    }
}

/// Follows links up to what is not a link, to nothing, or to an open file of a process.
fn end_of_links(mut place: PathBuf) -> io::Result<PathBuf> {
    for _ in 0..MOST_LINKS {
        match fs::symlink_metadata(&place) {
            Ok(found) if found.is_symlink() && !is_open(&place) => {}
            Ok(_) => return Ok(place),
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(place),
            Err(cause) => return Err(cause),
        }
        let to = fs::read_link(&place)?;
        place = folder(&place).join(to);
    }
    Err(io::Error::other("the links form a loop"))
}

/// Returns where output to a path ends up: links are followed, also one that leads nowhere yet, and what exists has its
/// real name. Of what is missing, `..` is taken away.
pub(super) fn resolved(path: &Path) -> io::Result<PathBuf> {
    Ok(with_real_folders(&end_of_links(std::path::absolute(path)?)?))
}

fn with_real_folders(place: &Path) -> PathBuf {
    let known = place.ancestors().find_map(|above| Some((above, real_path(above).ok()?)));
    let Some((above, mut real)) = known else {
        return place.to_owned();
    };
    for part in place.strip_prefix(above).into_iter().flat_map(Path::components) {
        match part {
            Component::ParentDir => {
                real.pop();
            }
            Component::Normal(name) => {
                real.push(name);
                real = real_path(&real).unwrap_or(real);
            }
            _ => {}
        }
    }
    real
}

pub(super) fn folder(path: &Path) -> &Path {
    let folder = path.parent();
    folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Tells whether a link leads to an open file of a process, as `/dev/stdout` does; its text is not a path.
fn is_open(link: &Path) -> bool {
    let Ok(folder) = real_path(folder(link)) else {
        return false;
    };
    folder.starts_with("/proc") && folder.ends_with("fd")
}
