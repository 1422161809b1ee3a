//! Where a scan looks: a ledger, a repository without one, or a folder outside git.
//!
//! Start at [`ScanPlace::open`]. Follows `docs/spec/interop.md`, 5.

use std::path::{Path, PathBuf};

use crate::session::Session;
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::options::Options;
use crate::store::folder_files;
use crate::store::git::open::OpenError;
use crate::store::git::{Repository, reach};

/// What a scan looks into.
pub enum ScanPlace {
    Ledger(Box<Session>),
    /// A repository without a ledger.
    Repository(Box<Repository>),
    /// A folder that is in no repository.
    Folder(PathBuf),
}

impl ScanPlace {
    /// Opens what a folder is in.
    ///
    /// # Errors
    /// As [`Session::open`], except that there may be no ledger and no repository.
    pub fn open(folder: &Path, options: Options) -> Result<ScanPlace, Error> {
        match Session::open(folder, options) {
            Ok(session) => return Ok(ScanPlace::Ledger(Box::new(session))),
            Err(Error::Undetermined(Undetermined::NoLedger { .. })) => {}
            Err(error) => return Err(error),
        }
        match Repository::discover(folder) {
            Ok(repository) => Ok(ScanPlace::Repository(Box::new(repository))),
            // A copy of a work tree, as in an image, has what lies in it.
            Err(OpenError::NotFound { .. } | OpenError::Broken { .. }) => {
                Ok(ScanPlace::Folder(folder_files::real(folder)))
            }
            Err(error) => Err(Undetermined::from(error).into()),
        }
    }
}

/// Returns the folder whose place is searched: the one that the user is in, unless a path leads out of it.
///
/// # Errors
/// [`Error::Usage`] if there is nothing at a path.
pub fn folder_of(folder: &Path, paths: &[PathBuf]) -> Result<PathBuf, Error> {
    for path in paths {
        if !folder_files::is_there(&folder.join(path)) && !is_tracked(folder, path) {
            return Err(Usage::refused(
                format!("there is nothing at {}", path.display()),
                "name files or folders that are there",
            )
            .into());
        }
    }
    let is_inside = |path: &PathBuf| below(folder, path).is_some();
    let Some(first) = paths.first().filter(|_| !paths.iter().all(is_inside)) else {
        return Ok(folder.to_owned());
    };
    let there = folder.join(first);
    let is_folder = there.is_dir();
    let above = there.parent().filter(|_| !is_folder).map(Path::to_owned);
    Ok(above.unwrap_or(there))
}

/// Tells whether git tracks something at a path that is not checked out.
fn is_tracked(folder: &Path, path: &Path) -> bool {
    let below = reach::below(folder, &path.to_string_lossy());
    let repository = Repository::discover(folder).ok();
    let tracked = repository.and_then(|repository| repository.tracked().ok());
    below
        .zip(tracked)
        .is_some_and(|(below, tracked)| tracked.iter().any(|file| is_below(&below, &file.path)))
}

/// Returns a path from the top of the repository that a folder is in, or from the folder itself outside git; `None` if it
/// leads elsewhere.
pub(super) fn below(folder: &Path, path: &Path) -> Option<String> {
    if Repository::discover(folder).is_ok() {
        return reach::below(folder, &path.to_string_lossy());
    }
    folder_files::below(folder, path)
}

pub(super) fn is_below(folder: &str, path: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
