//! Where the files of a ledger are: a work folder, the tree of a commit, or a map in a test.
//!
//! Uses no other module. Start at [`Tree`]. Implementations follow no links and never leave the root.

use std::collections::BTreeMap;

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    File,
    Folder,
    /// A symbolic link, which is never followed.
    Link,
    Submodule,
    /// A fifo, socket or device.
    Other,
}

/// One thing below a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeItem {
    /// Its path from the tree's root, with `/`.
    pub path: String,
    pub kind: EntryKind,
}

/// The files of one ledger at one moment. Paths are relative to the directory of `exledger.yaml`, with `/`.
pub trait Tree {
    /// Returns everything below a folder, at any depth, sorted by path; nothing where the folder is absent.
    ///
    /// # Errors
    /// [`TreeError`] when the folder can't be read, or holds more than a ledger may.
    fn list(&self, folder: &str) -> Result<Vec<TreeItem>, TreeError>;

    /// Returns what stands at a path, `None` where nothing does.
    ///
    /// # Errors
    /// [`TreeError`] when that can't be told.
    fn kind(&self, path: &str) -> Result<Option<EntryKind>, TreeError>;

    /// Returns the bytes of a regular file, `None` where there is none at that path.
    ///
    /// # Errors
    /// [`TreeError`] when the file can't be read.
    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError>;

    /// Returns how many bytes a regular file has, `None` where there is none at that path; they are not read where that
    /// can be told without.
    ///
    /// # Errors
    /// [`TreeError`] when the file can't be looked at.
    fn size(&self, path: &str) -> Result<Option<u64>, TreeError> {
        let bytes = self.bytes(path)?;
        Ok(bytes.map(|bytes| u64::try_from(bytes.len()).unwrap_or(u64::MAX)))
    }

    /// Returns the bytes of a regular file that has at most so many; of a longer one, which is not read, one blank more:
    /// whoever reads them refuses them for their number.
    ///
    /// # Errors
    /// [`TreeError`] when the file can't be read.
    fn bytes_within(&self, path: &str, most: usize) -> Result<Option<Vec<u8>>, TreeError> {
        let is_longer = |size: u64| usize::try_from(size).map_or(true, |size| size > most);
        match self.size(path)? {
            Some(size) if is_longer(size) => Ok(Some(vec![b' '; most + 1])),
            _ => self.bytes(path),
        }
    }

    /// Returns the path that a symbolic link says, from the link's own folder; `None` where there is no link.
    ///
    /// # Errors
    /// [`TreeError`] when the link can't be read.
    fn target(&self, _path: &str) -> Result<Option<String>, TreeError> {
        Ok(None)
    }
}

/// A tree that is held in memory: the files by their paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MapTree(pub BTreeMap<String, Vec<u8>>);

impl MapTree {
    /// Returns the tree of some files.
    pub fn of<P: Into<String>, B: Into<Vec<u8>>>(
        files: impl IntoIterator<Item = (P, B)>,
    ) -> MapTree {
        let files = files.into_iter();
        MapTree(files.map(|(path, bytes)| (path.into(), bytes.into())).collect())
    }

    /// Returns the paths below a folder, which is not among them.
    fn below(&self, folder: &str) -> impl Iterator<Item = &String> {
        let inside = match folder.trim_end_matches('/') {
            "" | "." => String::new(),
            folder => format!("{folder}/"),
        };
        self.0.keys().filter(move |path| path.starts_with(&inside))
    }
}

impl Tree for MapTree {
    fn list(&self, folder: &str) -> Result<Vec<TreeItem>, TreeError> {
        let mut items = BTreeMap::new();
        for path in self.below(folder) {
            items.insert(path.clone(), EntryKind::File);
            let outer = path.match_indices('/').map(|(end, _)| path.get(..end));
            for outer in outer.flatten() {
                if outer.len() > folder.len() {
                    items.insert(outer.to_owned(), EntryKind::Folder);
                }
            }
        }
        let items = items.into_iter();
        Ok(items.map(|(path, kind)| TreeItem { path, kind }).collect())
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, TreeError> {
        if self.0.contains_key(path) {
            return Ok(Some(EntryKind::File));
        }
        Ok(self.below(path).next().map(|_| EntryKind::Folder))
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        Ok(self.0.get(path).cloned())
    }
}

/// Why a tree can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// An object is not there, as in a shallow or partial clone.
    #[error("object {object} is not in this repository")]
    Missing { object: String },
    /// More entries than a ledger may hold, or deeper folders.
    #[error("{folder} has more than 200,000 entries, or folders 100 levels deep")]
    TooLarge { folder: String },
    /// The system or git refused.
    #[error("can't read {path}: {cause}")]
    Unreadable { path: String, cause: String },
}
