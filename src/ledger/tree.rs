//! Access to the files of a ledger: a work folder, the tree of a commit, or a map in a test.
//!
//! Start at [`Tree`]. Implementations follow no links and never leave the root.

use std::collections::BTreeMap;

use crate::diag::remedy::Remedy;

/// The type of an entry.
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

impl EntryKind {
    /// Returns the kind with its article, for a message.
    pub fn describe(self) -> &'static str {
        match self {
            EntryKind::File => "a file",
            EntryKind::Folder => "a folder",
            EntryKind::Link => "a symbolic link",
            EntryKind::Submodule => "a submodule",
            EntryKind::Other => "a fifo, socket or device",
        }
    }
}

/// An entry below a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeItem {
    /// Its path from the tree's root, with `/`.
    pub path: String,
    pub kind: EntryKind,
}

/// The files of one ledger at one time. Paths are relative to the directory of `exledger.yaml`, with `/`.
pub trait Tree {
    /// Returns everything below a folder, at any depth, sorted by path; empty if the folder is absent.
    fn list(&self, folder: &str) -> Result<Vec<TreeItem>, TreeError>;

    /// Returns the type of the entry at a path; `None` without one.
    fn kind(&self, path: &str) -> Result<Option<EntryKind>, TreeError>;

    /// Returns the bytes of a regular file; `None` without one at that path.
    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError>;

    /// Returns the bytes of a regular file as git stores them, which may have other line ends than in a work tree.
    fn stored(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        self.bytes(path)
    }

    /// Returns a file's size in bytes, without reading it if possible; `None` if there is no regular file at that path.
    fn size(&self, path: &str) -> Result<Option<u64>, TreeError> {
        let bytes = self.bytes(path)?;
        Ok(bytes.map(|bytes| u64::try_from(bytes.len()).unwrap_or(u64::MAX)))
    }

    /// Returns the bytes of a regular file that has at most `most` bytes. For a longer one, which is not read, returns
    /// one more blank than that, so that the caller rejects it for its length.
    fn bytes_within(&self, path: &str, most: usize) -> Result<Option<Vec<u8>>, TreeError> {
        let is_longer = |size: u64| usize::try_from(size).map_or(true, |size| size > most);
        match self.size(path)? {
            Some(size) if is_longer(size) => Ok(Some(vec![b' '; most + 1])),
            _ => self.bytes(path),
        }
    }

    /// Returns the target of a symbolic link, relative to the link's folder; `None` if there is no link.
    fn target(&self, _path: &str) -> Result<Option<String>, TreeError> {
        Ok(None)
    }
}

impl<T: Tree + ?Sized> Tree for &T {
    fn list(&self, folder: &str) -> Result<Vec<TreeItem>, TreeError> {
        (**self).list(folder)
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, TreeError> {
        (**self).kind(path)
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        (**self).bytes(path)
    }

    fn stored(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        (**self).stored(path)
    }

    fn size(&self, path: &str) -> Result<Option<u64>, TreeError> {
        (**self).size(path)
    }

    fn bytes_within(&self, path: &str, most: usize) -> Result<Option<Vec<u8>>, TreeError> {
        (**self).bytes_within(path, most)
    }

    fn target(&self, path: &str) -> Result<Option<String>, TreeError> {
        (**self).target(path)
    }
}

/// A tree in memory: the files by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MapTree(pub BTreeMap<String, Vec<u8>>);

impl MapTree {
    /// Creates a tree from files.
    pub fn of<P: Into<String>, B: Into<Vec<u8>>>(
        files: impl IntoIterator<Item = (P, B)>,
    ) -> MapTree {
        let files = files.into_iter();
        MapTree(files.map(|(path, bytes)| (path.into(), bytes.into())).collect())
    }

    /// Returns the paths below a folder, without the folder itself.
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
    #[error("object {object} is not in this repository")]
    Missing {
        object: String,
        /// How to get it.
        remedy: Remedy,
    },
    #[error("{folder} has more than 200,000 entries, or folders 100 levels deep")]
    TooLarge { folder: String },
    #[error("can't read {path}: {cause}")]
    Unreadable { path: String, cause: String },
}

impl TreeError {
    pub fn remedy(&self) -> Remedy {
        match self {
            TreeError::Missing { remedy, .. } => remedy.clone(),
            TreeError::TooLarge { .. } => "split it into folders by year or team".into(),
            TreeError::Unreadable { .. } => "check that it exists and can be read".into(),
        }
    }
}
