//! The work tree: reads it as a `Tree`, and writes files completely or not at all.
//!
//! Start at [`WorkTree`]. No link is ever followed, and [`create`] never overwrites anything.

mod seen;

use crate::diag::remedy::Remedy;
use crate::diag::sorting::StableSort as _;
use std::ffi::OsString;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::{Component, Path, PathBuf};

use crate::history::folder::{DEEPEST, MOST_ENTRIES};
use crate::history::paths::LedgerPrefix;
use crate::ledger::tree::{EntryKind, Tree, TreeError, TreeItem};
use crate::store::files::seen::SeenFolders;
use crate::store::git::Repository;
use crate::store::real_path::real_path;
use crate::store::target::{self, WriteTarget};
use crate::store::temporary;

/// The files below one folder, as they are now.
#[derive(Clone, Debug)]
pub struct WorkTree {
    /// The folder that no path may leave: the top of the repository, else the ledger's folder itself.
    top: PathBuf,
    prefix: LedgerPrefix,
    root: PathBuf,
    /// Folders found not to be links while reading; writing checks again.
    folders: SeenFolders,
}

impl WorkTree {
    /// Returns the tree of the files below a folder that is in no repository.
    pub fn new(root: impl Into<PathBuf>) -> WorkTree {
        let root = root.into();
        WorkTree {
            top: root.clone(),
            prefix: LedgerPrefix::default(),
            root,
            folders: SeenFolders::default(),
        }
    }

    /// Returns the tree of the files below a folder of a repository; `prefix` is the folder's path from the top.
    pub fn within(top: impl Into<PathBuf>, prefix: &str) -> WorkTree {
        let top = top.into();
        let root = prefix
            .split('/')
            .filter(|part| !part.is_empty())
            .fold(top.clone(), |at, part| at.join(part));
        WorkTree { top, prefix: LedgerPrefix::new(prefix), root, folders: SeenFolders::default() }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the path on disk of a path of the ledger; `None` if it leaves the repository or passes a link.
    pub(super) fn place(&self, path: &str) -> Option<PathBuf> {
        self.folders.forget();
        self.seen(path)
    }

    /// Returns the same, without checking folders again.
    fn seen(&self, path: &str) -> Option<PathBuf> {
        self.folders.place(&self.top, &self.prefix.outward(path)?)
    }

    fn found(&self, path: &str) -> Result<Option<(PathBuf, fs::Metadata)>, TreeError> {
        let Some(place) = self.seen(path) else {
            return Ok(None);
        };
        match fs::symlink_metadata(&place) {
            Ok(found) => Ok(Some((place, found))),
            Err(cause) if is_absent(&cause) => Ok(None),
            Err(cause) => Err(unreadable(path, &cause)),
        }
    }

    // Returns everything below a folder, also below the top of another repository.
    pub(super) fn below(&self, folder: &str) -> Result<Vec<TreeItem>, TreeError> {
        let mut items = Vec::new();
        self.fill(folder, 0, &mut items).map_err(|error| match error {
            TreeError::TooLarge { .. } => TreeError::TooLarge { folder: folder.to_owned() },
            other => other,
        })?;
        Ok(items)
    }

    // Tells whether a folder looks like the top of another repository, a submodule or not: git takes nothing below it for a part
    // of this one, unless it tracks it.
    pub(super) fn is_of_another(&self, folder: &str) -> bool {
        let place = self.seen(folder).filter(|place| *place != self.top);
        place.is_some_and(|place| has_git(&place))
    }

    fn fill(&self, folder: &str, depth: usize, items: &mut Vec<TreeItem>) -> Result<(), TreeError> {
        let too_large = || TreeError::TooLarge { folder: folder.to_owned() };
        let Some(place) = self.seen(folder) else {
            return Ok(());
        };
        if depth > DEEPEST {
            return Err(too_large());
        }
        for entry in fs::read_dir(&place).map_err(|cause| unreadable(folder, &cause))? {
            let entry = entry.map_err(|cause| unreadable(folder, &cause))?;
            let name = self.folders.written(&place, &entry.file_name());
            // Git never tracks a folder of this name.
            if name == ".git" {
                continue;
            }
            let path = joined(folder, &name);
            let file_type = entry.file_type().map_err(|cause| unreadable(&path, &cause))?;
            let kind = match kind_of(file_type) {
                EntryKind::Folder if has_git(&entry.path()) => EntryKind::Submodule,
                kind => kind,
            };
            if kind == EntryKind::File && temporary::is_left(&name) {
                continue;
            }
            items.push(TreeItem { path: path.clone(), kind });
            if items.len() > MOST_ENTRIES {
                return Err(too_large());
            }
            if kind == EntryKind::Folder {
                self.fill(&path, depth + 1, items)?;
            }
        }
        Ok(())
    }
}

impl Tree for WorkTree {
    fn list(&self, folder: &str) -> Result<Vec<TreeItem>, TreeError> {
        let is_folder = self.kind(folder)? == Some(EntryKind::Folder);
        let mut items = if is_folder { self.below(folder)? } else { Vec::new() };
        items.order_by(|one, other| one.path.cmp(&other.path));
        Ok(items)
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, TreeError> {
        let found = self.found(path)?;
        Ok(found.map(|(_, found)| kind_of(found.file_type())))
    }

    fn size(&self, path: &str) -> Result<Option<u64>, TreeError> {
        let found = self.found(path)?;
        Ok(found.and_then(|(_, found)| if found.is_file() { Some(found.len()) } else { None }))
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        match self.found(path)? {
            Some((place, found)) if found.is_file() => match fs::read(&place) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(cause) if is_absent(&cause) => Ok(None),
                Err(cause) => Err(unreadable(path, &cause)),
            },
            _ => Ok(None),
        }
    }

    fn stored(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        let bytes = self.bytes(path)?;
        // Without a program, line ends are all that git converts.
        if !bytes.as_ref().is_some_and(|bytes| bytes.contains(&b'\r')) {
            return Ok(bytes);
        }
        let from_top = self.prefix.outward(path).unwrap_or_default().join("/");
        let repository = Repository::discover(&self.top).ok();
        let stored = repository.and_then(|repository| repository.filtered(&from_top).ok());
        Ok(stored.or(bytes))
    }

    fn target(&self, path: &str) -> Result<Option<String>, TreeError> {
        let Some(place) = self.seen(path) else {
            return Ok(None);
        };
        match fs::read_link(&place) {
            Ok(target) => Ok(target.to_str().map(str::to_owned)),
            // This call returns "invalid argument" for anything but a link.
            Err(cause) if is_absent(&cause) || cause.kind() == ErrorKind::InvalidInput => Ok(None),
            Err(cause) => Err(unreadable(path, &cause)),
        }
    }
}

fn kind_of(file_type: fs::FileType) -> EntryKind {
    if file_type.is_symlink() {
        EntryKind::Link
    } else if file_type.is_file() {
        EntryKind::File
    } else if file_type.is_dir() {
        EntryKind::Folder
    } else {
        EntryKind::Other
    }
}

fn has_git(folder: &Path) -> bool {
    fs::symlink_metadata(folder.join(".git")).is_ok()
}

fn joined(folder: &str, name: &str) -> String {
    match folder.trim_end_matches('/') {
        "" | "." => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

fn is_absent(cause: &std::io::Error) -> bool {
    matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn unreadable(path: &str, cause: &std::io::Error) -> TreeError {
    TreeError::Unreadable { path: path.to_owned(), cause: cause.to_string() }
}

/// Why a file can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{} already exists", .0.display())]
    Exists(PathBuf),
    #[error("there is no file {}", .0.display())]
    Absent(PathBuf),
    #[error("{} has more than {} bytes", .0.display(), .1)]
    TooLarge(PathBuf, u64),
    #[error("{} is outside the ledger, or follows a link", .0.display())]
    Outside(PathBuf),
    #[error("{} was changed by another process in the meantime", .0.display())]
    Changed(PathBuf),
    #[error("{}: {}", .0.display(), cause_in_words(.1))]
    Failed(PathBuf, std::io::Error),
}

impl FileError {
    /// Returns how to fix it, as far as its cause says.
    pub fn remedy(&self) -> Remedy {
        let FileError::Failed(_, cause) = self else {
            return Remedy::default();
        };
        let words = match cause.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                "free some space on that disk, then run the command again"
            }
            ErrorKind::ReadOnlyFilesystem => "use a clone on a file system that can be written",
            ErrorKind::PermissionDenied => "check the permissions of the folder",
            _ => return Remedy::default(),
        };
        words.into()
    }
}

fn cause_in_words(cause: &std::io::Error) -> String {
    match cause.kind() {
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        ErrorKind::QuotaExceeded => "the quota of the disk is used up".to_owned(),
        _ => cause.to_string(),
    }
}

/// Reads a file given by the user, following links, up to a number of bytes.
///
/// # Errors
/// [`FileError`] if it is absent, larger, or can't be read.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, FileError> {
    let failed = |cause: std::io::Error| match cause.kind() {
        ErrorKind::NotFound => FileError::Absent(path.to_owned()),
        _ => FileError::Failed(path.to_owned(), cause),
    };
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(failed)?;
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > most {
        return Err(FileError::TooLarge(path.to_owned(), most));
    }
    Ok(bytes)
}

/// Writes a new file below a root, with its folders, completely or not at all; an existing file stays.
///
/// # Errors
/// [`FileError::Exists`] if the path exists, [`FileError::Outside`] if the path leaves the root.
pub fn create(tree: &WorkTree, path: &str, bytes: &[u8]) -> Result<PathBuf, FileError> {
    let full_path = tree.root.join(path);
    let place = tree.place(path).ok_or(FileError::Outside(full_path))?;
    if fs::symlink_metadata(&place).is_ok() {
        return Err(FileError::Exists(place));
    }
    let failed = |cause| FileError::Failed(place.clone(), cause);
    fs::create_dir_all(target::folder(&place)).map_err(failed)?;
    let put = temporary::begin(&place)
        .and_then(|file| temporary::filled(file, bytes))
        .and_then(|file| temporary::put(file, &place, true));
    put.map_err(|cause| match cause.kind() {
        ErrorKind::AlreadyExists => FileError::Exists(place.clone()),
        _ => FileError::Failed(place.clone(), cause),
    })?;
    Ok(place)
}

/// Writes a file given by the user, completely or not at all; an existing file is replaced. A link is followed, and
/// anything but a regular file is written into.
///
/// # Errors
/// [`FileError::Failed`] if it can't be written.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let failed = |cause| FileError::Failed(path.to_owned(), cause);
    let place = match target::from_path(path).map_err(failed)? {
        WriteTarget::File(place) => place,
        WriteTarget::Stream(mut stream) => {
            let written = stream.write_all(bytes).and_then(|()| stream.flush());
            return written.map_err(failed);
        }
    };
    let file = temporary::begin(&place).map_err(failed)?;
    temporary::like(&file, &place).map_err(failed)?;
    let file = temporary::filled(file, bytes).map_err(failed)?;
    temporary::put(file, &place, false).map_err(failed)
}

/// Returns the nearest folder, searching upwards, that has an entry of this name.
///
/// # Errors
/// [`FileError`] if the folder where the search begins does not exist.
pub fn upwards(from: &Path, name: &str) -> Result<Option<PathBuf>, FileError> {
    let begin = folder(from)?;
    let holds = |folder: &&Path| fs::symlink_metadata(folder.join(name)).is_ok();
    Ok(begin.ancestors().find(holds).map(Path::to_owned))
}

/// Returns a folder's absolute path with its links resolved.
///
/// # Errors
/// [`FileError`] if it does not exist or is not a folder.
pub fn folder(path: &Path) -> Result<PathBuf, FileError> {
    let failed = |cause: std::io::Error| match cause.kind() {
        ErrorKind::NotFound => FileError::Absent(path.to_owned()),
        _ => FileError::Failed(path.to_owned(), cause),
    };
    let place = real_path(path).map_err(failed)?;
    if !place.is_dir() {
        return Err(FileError::Failed(place, ErrorKind::NotADirectory.into()));
    }
    Ok(place)
}

/// Returns a path given by the user in the ledger's form, with `/`; `None` if it lies outside.
///
/// Links on the way are resolved, but not the last part, which need not exist.
pub fn inside(root: &Path, from: &Path, path: &Path) -> Option<String> {
    let whole = plain(&from.join(path));
    let (mut known, mut rest) = (whole.clone(), Vec::new());
    if !fs::symlink_metadata(&known).is_ok_and(|found| found.is_dir()) {
        rest.push(known.file_name()?.to_owned());
        known.pop();
    }
    let known = loop {
        match real_path(&known) {
            Ok(real) => break real,
            Err(_) => {
                rest.push(known.file_name()?.to_owned());
                known.pop();
            }
        }
    };
    let whole: PathBuf =
        std::iter::once(known.into_os_string()).chain(rest.into_iter().rev()).collect();
    let parts = whole.strip_prefix(root).ok()?.iter().map(|part| part.to_str());
    Some(parts.collect::<Option<Vec<&str>>>()?.join("/"))
}

/// Returns a path with all links resolved.
///
/// # Errors
/// [`FileError`] if the path does not exist.
pub fn real(path: &Path) -> Result<PathBuf, FileError> {
    real_path(path).map_err(|cause| FileError::Failed(path.to_owned(), cause))
}

/// Returns a path as it leads to a file: first as it is given, then behind each link on the way.
///
/// # Errors
/// [`FileError`] if there are more links than an operating system follows.
pub fn behind_links(path: &Path) -> Result<Vec<PathBuf>, FileError> {
    const MOST_LINKS: usize = 40;
    let failed = |cause| FileError::Failed(path.to_owned(), cause);
    let steps = |path: &Path| -> Vec<OsString> {
        path.components().rev().map(|part| part.as_os_str().to_owned()).collect()
    };
    let mut rest = steps(&std::path::absolute(path).map_err(failed)?);
    let (mut known, mut ways) = (PathBuf::new(), Vec::new());
    while let Some(step) = rest.pop() {
        if step == ".." {
            known.pop();
            continue;
        }
        known.push(step);
        let Ok(target) = fs::read_link(&known) else { continue };
        if ways.len() == MOST_LINKS {
            return Err(failed(std::io::Error::other("too many links")));
        }
        ways.push(plain(
            &known.iter().chain(rest.iter().rev().map(AsRef::as_ref)).collect::<PathBuf>(),
        ));
        known.pop();
        rest.extend(steps(&target));
    }
    ways.push(known);
    Ok(ways)
}

/// Removes `.` and `..` from a path, without looking at the disk.
pub fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            _ => plain.push(part),
        }
    }
    plain
}
