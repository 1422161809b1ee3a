//! The files of the work tree that differ from the checked-out commit.
//!
//! The head of `store::git` says what libgit2 gets wrong here.

use crate::diag::sorting::StableSort as _;
use std::fs;

use crate::history::folder;
use crate::history::objects::{Objects, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::proposal::Loose;
use crate::store::git::judged::{delta_path, differing_files, is_read_from_index, native};
use crate::store::git::{GitError, Repository, ours};
use crate::yaml::node::Limits;

impl Repository {
    /// Returns the files below some folders of the ledger that differ from a commit, sorted by path; untracked files
    /// are included, ignored ones are not. Anything but a regular file counts as removed. A file of which git reads the
    /// index has the content that the index holds.
    ///
    /// # Errors
    /// [`GitError`] if git or the system refuses.
    pub fn loose(
        &self,
        head: Option<Oid>,
        prefix: &LedgerPrefix,
        folders: &[String],
    ) -> Result<Vec<Loose>, GitError> {
        let Some(work_dir) = &self.work_dir else {
            return Ok(Vec::new());
        };
        let mut options = differing_files(prefix, folders);
        options.include_untracked(true).recurse_untracked_dirs(true).show_untracked_content(true);
        if let Some(head) = head {
            self.tree_ends(head, prefix, folders)?;
        }
        let tree = head.map(|head| self.tree_of(head)).transpose()?;
        let index = self.index()?;
        self.attributes_end(&index)?;
        let mut diff = self.diff_to_index(tree.as_ref(), &index, &mut options)?;
        let indexed = |path: &[u8]| {
            let entry = index.get_path(&native(path), 0);
            entry.filter(is_read_from_index).and_then(|entry| ours(entry.id))
        };
        let mut loose = Vec::new();
        for path in diff.deltas().filter_map(delta_path) {
            if let Some(blob) = indexed(&path) {
                let path = folder::text(&path);
                let (_, bytes) =
                    self.read(blob).map_err(|obstacle| GitError::of_object(&path, &obstacle))?;
                loose.push(Loose { path: prefix.inward(&path), file: Some((blob, bytes)) });
            }
        }
        diff.merge(&self.git.diff_index_to_workdir(Some(&index), Some(&mut options))?)?;
        for delta in diff.deltas() {
            let (new, old) = (delta.new_file(), delta.old_file());
            let file = new.path().zip(new.path_bytes());
            let Some((path, bytes)) = file.or(old.path().zip(old.path_bytes())) else {
                continue;
            };
            if indexed(bytes).is_some() {
                continue;
            }
            // A name that is not UTF-8 is written in the notation of `history`.
            let shown = folder::text(bytes);
            let place = work_dir.join(path);
            let found = fs::symlink_metadata(&place);
            let is_file = found.as_ref().is_ok_and(fs::Metadata::is_file);
            let file = if is_file {
                let is_long = found.is_ok_and(|found| found.len() > MOST_BYTES);
                if is_long {
                    let oid = git2::Oid::hash_file(git2::ObjectType::Blob, &place)?;
                    let blanks = vec![b' '; Limits::RECORD.bytes + 1];
                    loose.push(Loose {
                        path: prefix.inward(&shown),
                        file: ours(oid).map(|oid| (oid, blanks)),
                    });
                    continue;
                }
                let bytes = fs::read(&place)
                    .map_err(|cause| GitError::new(format!("can't read {shown}: {cause}")))?;
                if differs_in_line_ends(&bytes, delta.old_file().id())? {
                    continue;
                }
                let oid = git2::Oid::hash_object(git2::ObjectType::Blob, &bytes)?;
                ours(oid).map(|oid| (oid, bytes))
            } else {
                None
            };
            loose.push(Loose { path: prefix.inward(&shown), file });
        }
        loose.order_by(|left, right| left.path.cmp(&right.path));
        Ok(loose)
    }
}

impl Repository {
    /// Tells whether something below some folders of the ledger has to be added to the index before it can be committed.
    ///
    /// # Errors
    /// [`GitError`] if git refuses.
    pub fn has_unstaged(
        &self,
        prefix: &LedgerPrefix,
        folders: &[String],
    ) -> Result<bool, GitError> {
        let mut options = differing_files(prefix, folders);
        options.include_untracked(true).recurse_untracked_dirs(true);
        let unstaged = self.git.diff_index_to_workdir(Some(&self.index()?), Some(&mut options))?;
        Ok(unstaged.deltas().len() > 0)
    }

    /// Returns the tracked files of the whole repository that differ between a commit and the work tree or the index, as
    /// ledger paths, sorted; their bytes are not read.
    ///
    /// # Errors
    /// [`GitError`] if git refuses.
    pub fn differing(&self, from: Oid, prefix: &LedgerPrefix) -> Result<Vec<String>, GitError> {
        let mut options = differing_files(prefix, &[]);
        self.tree_ends(from, &LedgerPrefix::default(), &[String::new()])?;
        let tree = self.tree_of(from)?;
        let index = self.index()?;
        self.attributes_end(&index)?;
        let staged = self.diff_to_index(Some(&tree), &index, &mut options)?;
        let unstaged = self.git.diff_index_to_workdir(Some(&index), Some(&mut options))?;
        let mut paths = Vec::new();
        for delta in staged.deltas().chain(unstaged.deltas()) {
            let files = [delta.old_file(), delta.new_file()];
            let named = files.iter().filter_map(|file| file.path_bytes());
            paths.extend(named.map(|path| prefix.inward(&folder::text(path))));
        }
        paths.sort();
        paths.dedup();
        Ok(paths)
    }
}

/// Tells whether a file differs from an object only in its line ends, which git may convert.
fn differs_in_line_ends(bytes: &[u8], object: git2::Oid) -> Result<bool, GitError> {
    if !bytes.contains(&b'\r') {
        return Ok(false);
    }
    let mut bare = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(line) => bare.extend(line.iter().chain(b"\n")),
            None => bare.extend(line),
        }
    }
    Ok(git2::Oid::hash_object(git2::ObjectType::Blob, &bare)? == object)
}

/// The size limit for reading a file of the work tree; a longer one is replaced by blanks, which no record is made of.
const MOST_BYTES: u64 = 1_048_576;
