//! Where a repository's parts lie, and whether two repositories share any of them.
//!
//! Start at [`overlap`] and [`below`]. Asks nothing of git's configuration or environment: a repository that belongs to
//! another user has parts, too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::store::git::open::{common, linked_work_dir};
use crate::store::real_path::real_path;

/// What is read of the git folder besides objects.
const READ: &[&str] = &["refs", "refs/heads", "refs/remotes", "packed-refs", "config", "shallow"];

struct RepositoryParts {
    /// The work tree and the git folders; the folder itself outside git.
    places: Vec<PathBuf>,
    sources: Vec<PathBuf>,
    work_tree: Option<PathBuf>,
}

impl RepositoryParts {
    fn of(folder: &Path) -> RepositoryParts {
        let ceilings = std::iter::empty::<PathBuf>();
        let Ok(own) = git2::Repository::discover_path(folder, ceilings) else {
            return RepositoryParts {
                places: vec![real(folder)],
                sources: Vec::new(),
                work_tree: None,
            };
        };
        let shared = real(&common(&own));
        let work_tree = work_tree(&own).map(|top| real(&top));
        let objects = lenders(real(&shared.join("objects")));
        let mut sources: Vec<PathBuf> =
            objects.iter().map(|folder| real(&folder.join("pack"))).collect();
        sources.extend(objects);
        sources.extend(READ.iter().map(|name| real(&shared.join(name))));
        sources.push(real(&own.join("HEAD")));
        let mut places = vec![real(folder), real(&own), shared];
        places.extend(work_tree.clone());
        RepositoryParts { places, sources, work_tree }
    }
}

/// Returns a part of the first folder's repository that the second folder's repository also has, is in, or contains.
pub fn overlap(ledger: &Path, other: &Path) -> Option<PathBuf> {
    let (mine, other_parts) = (RepositoryParts::of(ledger), RepositoryParts::of(other));
    let is_repository = !other_parts.sources.is_empty();
    let meets = |part: &&PathBuf| {
        other_parts
            .places
            .iter()
            .any(|place| place.starts_with(part) || is_repository && part.starts_with(place))
    };
    mine.places.iter().chain(&mine.sources).find(meets).cloned()
}

/// Tells whether a file lies in the work tree or the git folder of the repository that a folder is in.
pub fn contains(folder: &Path, file: &Path) -> bool {
    let file = real(file);
    RepositoryParts::of(folder).places.iter().any(|place| file.starts_with(place))
}

/// Returns a path, absolute or from a folder, as one below the work tree that the folder is in, as the system would
/// follow it; `None` if it leads elsewhere.
pub fn below(folder: &Path, path: &str) -> Option<String> {
    let top = RepositoryParts::of(folder).work_tree?;
    let mut at = real(folder);
    // A file `.git` can name the git folder of another work tree.
    if !at.starts_with(&top) {
        return None;
    }
    for component in Path::new(path).components() {
        match component {
            Component::Prefix(_) | Component::RootDir => at = PathBuf::from(component.as_os_str()),
            Component::CurDir => {}
            Component::ParentDir => {
                at.pop();
            }
            Component::Normal(name) => {
                let next = at.join(name);
                if is_of_process(&next) || fs::read_link(&next).is_ok_and(|to| is_of_process(&to)) {
                    return None;
                }
                match real_path(&next) {
                    Ok(found) => at = found,
                    // A link to something that doesn't exist leads to an unknown place.
                    Err(_) if fs::symlink_metadata(&next).is_ok() => return None,
                    Err(_) => at = next,
                }
            }
        }
    }
    let parts = at.strip_prefix(&top).ok()?.components();
    let parts: Option<Vec<&str>> = parts.map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/"))
}

/// Like [`below`], for a path that a tool was given; `None` also if the tool may take it for another place than the system does: a
/// home, or an address.
pub fn below_for_tool(folder: &Path, path: &str) -> Option<String> {
    let is_scheme = |scheme: &str| {
        let may_be = |byte: u8| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte);
        !scheme.is_empty() && scheme.bytes().all(may_be)
    };
    let is_address = path.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme));
    let is_elsewhere = path.starts_with('~') || is_address || path.starts_with("file:");
    if is_elsewhere { None } else { below(folder, path) }
}

fn is_of_process(path: &Path) -> bool {
    // Another process finds something else there.
    path.starts_with("/proc") || path.starts_with("/dev/fd")
}

/// Returns a path without links, as far as it exists.
fn real(path: &Path) -> PathBuf {
    if let Ok(found) = real_path(path) {
        return found;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) if !parent.as_os_str().is_empty() => real(parent).join(name),
        _ => path.to_path_buf(),
    }
}

/// Returns the work tree of a git folder: the folder of a `.git`, whatever is written in it, or a linked work tree.
fn work_tree(own: &Path) -> Option<PathBuf> {
    if own.file_name().is_some_and(|name| name == ".git") {
        return own.parent().map(Path::to_path_buf);
    }
    linked_work_dir(own)
}

/// Returns a folder of objects, and all that it borrows from, however many lie between.
fn lenders(objects: PathBuf) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut left = vec![objects];
    while let Some(folder) = left.pop() {
        if !found.contains(&folder) {
            left.extend(alternates(&folder));
            found.insert(folder);
        }
    }
    found
}

fn alternates(objects: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(objects.join("info/alternates")).unwrap_or_default();
    let named =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    named.map(|line| real(&objects.join(line))).collect()
}
