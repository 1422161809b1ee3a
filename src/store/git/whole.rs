//! Reads loose objects: libgit2 1.9 would never end on a truncated one. To be removed with the first libgit2 that mends
//! this (its issue 7342).
//!
//! Start at `Repository::unpacked`.

use std::cell::RefCell;
use std::ops::Range;

use flate2::{Decompress, FlushDecompress, Status};
use git2::ObjectType;

use crate::history::folder::{self, Mode};
use crate::history::objects::Objects;
use crate::history::objects::{ObjectKind, Obstacle, Oid};
use crate::history::paths::LedgerPrefix;
use crate::store::git::{GitError, Repository, ours};

thread_local! {
    static INFLATING: RefCell<Decompress> = RefCell::new(Decompress::new(true));
}

/// Reads an object from its own file, a zlib stream with a checksum; `None` if that is truncated or damaged, or longer than
/// it says.
fn unpacked(file: &[u8]) -> Option<(ObjectType, Vec<u8>)> {
    let mut bytes = INFLATING.with_borrow_mut(|stream| {
        stream.reset(true);
        let mut bytes = Vec::with_capacity(file.len().saturating_mul(4));
        loop {
            bytes.reserve(file.len() + 64);
            let before = (stream.total_in(), stream.total_out());
            let rest = file.get(usize::try_from(before.0).ok()?..)?;
            match stream.decompress_vec(rest, &mut bytes, FlushDecompress::None) {
                Ok(Status::StreamEnd) => return Some(bytes),
                Ok(_) if before == (stream.total_in(), stream.total_out()) => return None,
                Ok(_) if bytes.len() > head(&bytes)?.1.end => return None,
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    })?;
    let (kind, content) = head(&bytes)?;
    if bytes.len() != content.end {
        return None;
    }
    bytes.drain(..content.start);
    Some((kind, bytes))
}

/// Reads the head of an object: the kind, a blank, the length, a zero byte. Returns where the content stands.
fn head(bytes: &[u8]) -> Option<(ObjectType, Range<usize>)> {
    let end = memchr::memchr(0, bytes)?;
    let (kind, length) = std::str::from_utf8(bytes.get(..end)?).ok()?.split_once(' ')?;
    let length: usize = length.parse().ok()?;
    Some((ObjectType::from_str(kind)?, end + 1..(end + 1).checked_add(length)?))
}

impl Repository {
    /// Makes sure that libgit2 can read an object without looping.
    pub(super) fn ends(&self, oid: Oid) -> Result<(), Obstacle> {
        self.unpacked(oid).map(drop)
    }

    /// Returns an object that has a file of its own; `None` if it has none.
    pub(super) fn unpacked(&self, oid: Oid) -> Result<Option<(ObjectType, Vec<u8>)>, Obstacle> {
        let Some(file) = self.loose_folders.file(oid) else {
            return Ok(None);
        };
        let damaged = || Obstacle::Unreadable {
            object: oid,
            cause: "its file is truncated or damaged".to_owned(),
        };
        unpacked(&file).map(Some).ok_or_else(damaged)
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
