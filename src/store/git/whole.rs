//! Finds truncated loose objects before libgit2 reads them: version 1.9 would never end. To be removed with the first
//! libgit2 that mends this (its issue 7342).
//!
//! Start at [`LooseFolders`].

use std::cell::RefCell;

use flate2::{Decompress, FlushDecompress, Status};

use crate::history::folder::{self, Mode};
use crate::history::objects::Objects;
use crate::history::objects::{ObjectKind, Obstacle, Oid};
use crate::history::paths::LedgerPrefix;
use crate::store::git::{GitError, Repository, ours};

/// How much is inflated at once, in bytes, and discarded.
const CHUNK: usize = 32 * 1024;

thread_local! {
    /// What inflates, and what it writes to: most objects are smaller than both.
    static INFLATING: RefCell<(Decompress, Vec<u8>)> =
        RefCell::new((Decompress::new(true), vec![0; CHUNK]));
}

/// Tells whether bytes begin with a complete zlib stream, its checksum included.
fn is_whole(bytes: &[u8]) -> bool {
    INFLATING.with_borrow_mut(|(stream, discarded)| {
        stream.reset(true);
        loop {
            let taken = usize::try_from(stream.total_in()).unwrap_or(usize::MAX);
            let before = (stream.total_in(), stream.total_out());
            let rest = bytes.get(taken..).unwrap_or_default();
            match stream.decompress(rest, discarded, FlushDecompress::None) {
                Ok(Status::StreamEnd) => return true,
                Ok(_) if before != (stream.total_in(), stream.total_out()) => {}
                Ok(_) | Err(_) => return false,
            }
        }
    })
}

impl Repository {
    /// Makes sure that libgit2 can read an object without looping.
    pub(super) fn ends(&self, oid: Oid) -> Result<(), Obstacle> {
        match self.loose_folders.file(oid) {
            Some(bytes) if !is_whole(&bytes) => Err(Obstacle::Unreadable {
                object: oid,
                cause: "its file is truncated or damaged".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Reads, and so verifies, a commit and the folders of its tree: those on the way to some paths, and all below.
    pub(super) fn tree_ends(
        &self,
        commit: Oid,
        prefix: &LedgerPrefix,
        paths: &[String],
    ) -> Result<(), GitError> {
        let refused = |obstacle: Obstacle| GitError {
            cause: obstacle.to_string(),
            remedy: obstacle.remedy(),
        };
        let tree = crate::history::chain::read(self, commit).map_err(refused)?.tree;
        let split_paths: Vec<Vec<String>> =
            paths.iter().filter_map(|path| prefix.outward(path)).collect();
        let split_paths: Vec<&[String]> = split_paths.iter().map(Vec::as_slice).collect();
        self.folder_ends(tree, &split_paths, 0).map_err(refused)
    }

    /// Checks the same for the attributes in the index, which libgit2 reads for each file.
    pub(super) fn attributes_end(&self, index: &git2::Index) -> Result<(), GitError> {
        if !self.loose_folders.any() {
            return Ok(());
        }
        let is_attributes = |path: &[u8]| {
            path.strip_suffix(b".gitattributes")
                .is_some_and(|folder| folder.is_empty() || folder.ends_with(b"/"))
        };
        for entry in index.iter().filter(|entry| is_attributes(&entry.path)) {
            let Some(oid) = ours(entry.id) else { continue };
            self.ends(oid)
                .map_err(|obstacle| GitError::of_object(&folder::text(&entry.path), &obstacle))?;
        }
        Ok(())
    }

    fn folder_ends(
        &self,
        tree: Oid,
        split_paths: &[&[String]],
        depth: usize,
    ) -> Result<(), Obstacle> {
        let (ObjectKind::Tree, raw) = self.read(tree)? else {
            return Err(Obstacle::malformed(tree, "it is not a folder"));
        };
        for entry in folder::entries(&raw).flatten() {
            if entry.mode != Mode::Folder || depth > folder::DEEPEST {
                continue;
            }
            let is_below = split_paths.iter().any(|split_path| split_path.is_empty());
            let name = folder::text(entry.name);
            let on: Vec<&[String]> = if is_below {
                vec![&[]]
            } else {
                split_paths
                    .iter()
                    .filter_map(|split_path| split_path.split_first())
                    .filter(|(first, _)| **first == name)
                    .map(|(_, rest)| rest)
                    .collect()
            };
            if !on.is_empty() {
                self.folder_ends(entry.oid, &on, depth + 1)?;
            }
        }
        Ok(())
    }
}
