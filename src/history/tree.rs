//! The files of a commit as a ledger's tree.
//!
//! Pure. Start at [`CommitTree`]. Follows `docs/spec/approval.md`, V4.

use crate::diag::sorting::StableSort as _;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::history::chain;
use crate::history::content;
use crate::history::folder::{self, DEEPEST, MOST_ENTRIES, Mode};
use crate::history::objects::{Extent, Objects, Obstacle, Oid, OidMap};
use crate::history::paths::{self, LedgerPrefix};
use crate::ledger::tree::{self, Tree, TreeError, TreeItem};

type FolderEntries = Rc<BTreeMap<String, (Mode, Oid)>>;

/// The files of one commit, below the folder of the ledger.
pub struct CommitTree<'o> {
    objects: &'o dyn Objects,
    root: Oid,
    prefix: LedgerPrefix,
    folders: RefCell<OidMap<FolderEntries>>,
}

impl<'o> CommitTree<'o> {
    pub fn of_commit(
        objects: &'o dyn Objects,
        commit: Oid,
        prefix: &LedgerPrefix,
    ) -> Result<CommitTree<'o>, Obstacle> {
        let commit = chain::read(objects, commit)?;
        Ok(CommitTree::new(objects, commit.tree, prefix))
    }

    pub fn new(objects: &'o dyn Objects, root: Oid, prefix: &LedgerPrefix) -> CommitTree<'o> {
        CommitTree { objects, root, prefix: prefix.clone(), folders: RefCell::default() }
    }

    pub fn entry(&self, path: &str) -> Result<Option<(Mode, Oid)>, TreeError> {
        let Some(segments) = self.prefix.outward(path) else {
            return Ok(None);
        };
        let mut at = (Mode::Folder, self.root);
        for segment in segments {
            if at.0 != Mode::Folder {
                return Ok(None);
            }
            match self.folder(at.1)?.get(&segment) {
                Some(entry) => at = *entry,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    fn folder(&self, oid: Oid) -> Result<FolderEntries, TreeError> {
        if let Some(folder) = self.folders.borrow().get(&oid) {
            return Ok(Rc::clone(folder));
        }
        let raw = folder::read(self.objects, oid)?;
        let mut inside = BTreeMap::new();
        for entry in folder::entries(&raw) {
            let entry = entry.map_err(|cause| Obstacle::malformed(oid, cause))?;
            inside.insert(folder::text(entry.name), (entry.mode, entry.oid));
        }
        let folder = Rc::new(inside);
        self.folders.borrow_mut().insert(oid, Rc::clone(&folder));
        Ok(folder)
    }

    fn fill(
        &self,
        path: &str,
        folder: Oid,
        depth: usize,
        items: &mut Vec<TreeItem>,
    ) -> Result<(), TreeError> {
        let too_large = || TreeError::TooLarge { folder: path.to_owned() };
        if depth > DEEPEST {
            return Err(too_large());
        }
        for (name, (mode, oid)) in self.folder(folder)?.iter() {
            let path = paths::join(path, name);
            let kind = entry_kind(*mode);
            items.push(TreeItem { path: path.clone(), kind });
            if items.len() > MOST_ENTRIES {
                return Err(too_large());
            }
            if kind == tree::EntryKind::Folder {
                self.fill(&path, *oid, depth + 1, items)?;
            }
        }
        Ok(())
    }
}

impl Tree for CommitTree<'_> {
    fn list(&self, folder: &str) -> Result<Vec<TreeItem>, TreeError> {
        let mut items = Vec::new();
        let folder = folder.trim_end_matches('/');
        if let Some((Mode::Folder, oid)) = self.entry(folder)? {
            let folder = if folder == "." { "" } else { folder };
            self.fill(folder, oid, 1, &mut items)?;
        }
        items.order_by(|left, right| left.path.cmp(&right.path));
        Ok(items)
    }

    fn kind(&self, path: &str) -> Result<Option<tree::EntryKind>, TreeError> {
        Ok(self.entry(path)?.map(|(mode, _)| entry_kind(mode)))
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        match self.entry(path)? {
            Some((Mode::File, oid)) => Ok(Some(content::bytes(self.objects, oid)?)),
            _ => Ok(None),
        }
    }

    fn size(&self, path: &str) -> Result<Option<u64>, TreeError> {
        match self.entry(path)? {
            Some((Mode::File, oid)) => Ok(Some(self.objects.size(oid)?)),
            _ => Ok(None),
        }
    }

    fn target(&self, path: &str) -> Result<Option<String>, TreeError> {
        match self.entry(path)? {
            Some((Mode::Link, oid)) => {
                Ok(String::from_utf8(content::bytes(self.objects, oid)?).ok())
            }
            _ => Ok(None),
        }
    }
}

/// The files of a tree, of which one has other bytes.
pub struct TreeWithFile<'t> {
    tree: &'t dyn Tree,
    prefix: &'t LedgerPrefix,
    path: &'t str,
    /// `None` if the file is not there.
    bytes: Option<&'t [u8]>,
}

impl<'t> TreeWithFile<'t> {
    pub fn new(
        tree: &'t dyn Tree,
        prefix: &'t LedgerPrefix,
        path: &'t str,
        bytes: Option<&'t [u8]>,
    ) -> TreeWithFile<'t> {
        TreeWithFile { tree, prefix, path, bytes }
    }

    fn is_changed(&self, path: &str) -> bool {
        self.prefix.plain(path) == self.path
    }
}

impl Tree for TreeWithFile<'_> {
    fn list(&self, folder: &str) -> Result<Vec<TreeItem>, TreeError> {
        self.tree.list(folder)
    }

    fn kind(&self, path: &str) -> Result<Option<tree::EntryKind>, TreeError> {
        if self.is_changed(path) {
            return Ok(self.bytes.map(|_| tree::EntryKind::File));
        }
        self.tree.kind(path)
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        if self.is_changed(path) {
            return Ok(self.bytes.map(<[u8]>::to_vec));
        }
        self.tree.bytes(path)
    }
}

fn entry_kind(mode: Mode) -> tree::EntryKind {
    match mode {
        Mode::File => tree::EntryKind::File,
        Mode::Folder => tree::EntryKind::Folder,
        Mode::Link => tree::EntryKind::Link,
        Mode::Submodule => tree::EntryKind::Submodule,
        Mode::Other => tree::EntryKind::Other,
    }
}

impl From<TreeError> for Obstacle {
    fn from(error: TreeError) -> Obstacle {
        match error {
            TreeError::Missing { object, remedy } => Obstacle::Missing {
                object: Oid::from_hex(&object).unwrap_or(Oid::NULL),
                extent: match remedy.command().map(Arc::<str>::from) {
                    None => Extent::Full,
                    Some(fetch) if fetch.contains("--unshallow") => {
                        Extent::Shallow { fetch: Some(fetch) }
                    }
                    Some(fetch) => Extent::Partial { fetch },
                },
            },
            TreeError::TooLarge { folder } => Obstacle::TooLarge { folder },
            TreeError::Unreadable { path, cause } => {
                Obstacle::Unreadable { object: Oid::from_hex(&path).unwrap_or(Oid::NULL), cause }
            }
        }
    }
}

impl From<Obstacle> for TreeError {
    fn from(obstacle: Obstacle) -> TreeError {
        let (cause, remedy) = (obstacle.to_string(), obstacle.remedy());
        match obstacle {
            Obstacle::Missing { object, .. } => {
                TreeError::Missing { object: object.to_string(), remedy }
            }
            Obstacle::TooLarge { folder } => TreeError::TooLarge { folder },
            Obstacle::Shallow { commit: object, .. }
            | Obstacle::UnreadParent { commit: object }
            | Obstacle::TrustedElsewhere { commit: object, .. }
            | Obstacle::LeftOut { commit: object, .. }
            | Obstacle::LostTip { tip: object, .. }
            | Obstacle::Malformed { object, .. }
            | Obstacle::Unreadable { object, .. } => {
                TreeError::Unreadable { path: object.to_string(), cause }
            }
        }
    }
}
