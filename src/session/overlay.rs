//! The files of a ledger with some that are not written yet.
//!
//! Start at [`Overlay::of`].

use crate::diag::sorting::StableSort as _;
use std::collections::{BTreeMap, BTreeSet};

use crate::ledger::tree::{EntryKind, Tree, TreeError, TreeItem};
use crate::store::files::WorkTree;

/// A tree in which some files hold other bytes.
#[derive(Clone, Debug)]
pub struct Overlay<T = WorkTree> {
    tree: T,
    /// The files by their paths.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Overlay {
    /// Returns the work tree with these files, by their paths.
    pub fn of(tree: &WorkTree, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Overlay {
        Overlay::over(tree.clone(), files)
    }
}

impl<T> Overlay<T> {
    /// Returns a tree with these files, by their paths.
    pub fn over(tree: T, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Overlay<T> {
        Overlay { tree, files: files.into_iter().collect() }
    }
}

impl<T: Tree> Tree for Overlay<T> {
    fn list(&self, folder: &str) -> Result<Vec<TreeItem>, TreeError> {
        let mut items = self.tree.list(folder)?;
        let inside = format!("{}/", folder.trim_end_matches('/'));
        let known: BTreeSet<String> = items.iter().map(|item| item.path.clone()).collect();
        let below = self.files.keys().filter(|path| path.starts_with(&inside));
        let added = below.filter(|path| !known.contains(*path));
        items.extend(added.map(|path| TreeItem { path: path.clone(), kind: EntryKind::File }));
        items.order_by(|one, other| one.path.cmp(&other.path));
        Ok(items)
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, TreeError> {
        if self.files.contains_key(path) { Ok(Some(EntryKind::File)) } else { self.tree.kind(path) }
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        match self.files.get(path) {
            Some(bytes) => Ok(Some(bytes.clone())),
            None => self.tree.bytes(path),
        }
    }

    fn stored(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        match self.files.get(path) {
            Some(bytes) => Ok(Some(bytes.clone())),
            None => self.tree.stored(path),
        }
    }

    fn size(&self, path: &str) -> Result<Option<u64>, TreeError> {
        match self.files.get(path) {
            Some(bytes) => Ok(Some(u64::try_from(bytes.len()).unwrap_or(u64::MAX))),
            None => self.tree.size(path),
        }
    }

    fn target(&self, path: &str) -> Result<Option<String>, TreeError> {
        self.tree.target(path)
    }
}
