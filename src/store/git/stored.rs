//! The bytes of a file as git stores them: as committed, or as a commit of the work tree would store them.
//!
//! Start at [`Repository::stored`]. Follows `docs/spec/approval.md`, S7.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::history::objects::{ObjectKind, Objects, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::store::git::judged::is_read_from_index;
use crate::store::git::{GitError, Repository, ours};

/// A file of the work tree as git stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// The checked-out commit has the file, with these bytes.
    Committed(Vec<u8>),
    /// A commit would store these bytes.
    Loose(Vec<u8>),
    /// It is not there.
    Absent,
}

impl Repository {
    /// Returns the bytes that git stores, or would store, for a file of the ledger: line ends are converted
    /// by git's attributes and configuration.
    ///
    /// # Errors
    /// [`GitError`] if git refuses, or a filter program decides what is stored.
    pub fn stored(
        &self,
        head: Option<Oid>,
        prefix: &LedgerPrefix,
        path: &str,
    ) -> Result<Stored, GitError> {
        let refused = GitError::new;
        let outside = || refused(format!("{path} leaves the repository"));
        let from_top = prefix.outward(path).ok_or_else(outside)?.join("/");
        let loose = self.loose(head, prefix, &[path.to_owned()])?;
        let is_loose = loose.iter().any(|file| prefix.plain(&file.path) == prefix.plain(path));
        if let (Some(head), false) = (head, is_loose) {
            let tree = CommitTree::of_commit(self, head, prefix)
                .map_err(|obstacle| refused(obstacle.to_string()))?;
            let entry = tree.entry(path).map_err(|error| refused(error.to_string()))?;
            if let Some((_, blob)) = entry
                && let Ok((ObjectKind::Blob, bytes)) = self.read(blob)
            {
                return Ok(Stored::Committed(bytes));
            }
        }
        let entry = self.index()?.get_path(Path::new(&from_top), 0);
        if let Some(blob) = entry.filter(is_read_from_index).and_then(|entry| ours(entry.id)) {
            let (_, bytes) =
                self.read(blob).map_err(|obstacle| GitError::of_object(path, &obstacle))?;
            return Ok(Stored::Loose(bytes));
        }
        let work_dir = self.work_dir.as_ref().ok_or_else(outside)?;
        let place = work_dir.join(&from_top);
        if !fs::symlink_metadata(&place).is_ok_and(|found| found.is_file()) {
            return Ok(Stored::Absent);
        }
        self.filtered(&from_top).map(Stored::Loose)
    }

    /// Returns the bytes that `git add` would store, without storing them.
    pub(in crate::store) fn filtered(&self, from_top: &str) -> Result<Vec<u8>, GitError> {
        let place = self.work_dir.clone().unwrap_or_default().join(from_top);
        self.written_apart(from_top, &|apart| apart.blob_path(&place))
    }

    /// Returns the bytes that git would store for a new file of the ledger that holds some bytes.
    ///
    /// # Errors
    /// As [`Repository::stored`].
    pub fn stored_as(
        &self,
        prefix: &LedgerPrefix,
        path: &str,
        bytes: &[u8],
    ) -> Result<Vec<u8>, GitError> {
        let from_top = prefix.outward(path).unwrap_or_default().join("/");
        self.written_apart(&from_top, &|apart| {
            let mut writer = apart.blob_writer(Some(Path::new(&from_top)))?;
            let written = writer.write_all(bytes);
            written.map_err(|cause| git2::Error::from_str(&cause.to_string()))?;
            writer.commit()
        })
    }

    fn written_apart(
        &self,
        from_top: &str,
        write: &dyn Fn(&git2::Repository) -> Result<git2::Oid, git2::Error>,
    ) -> Result<Vec<u8>, GitError> {
        self.refuse_attribute_source()?;
        if let Some(attribute) = self.unknown_conversion(from_top) {
            return Err(GitError::new(format!(
                "{from_top} has the attribute {attribute}, so its stored content is known only once it is committed"
            )));
        }
        // Written objects go to memory, and vanish with this handle.
        let apart = git2::Repository::open(&self.own_dir)?;
        let odb = apart.odb()?;
        let _memory = odb.add_new_mempack_backend(1_000)?;
        let blob = write(&apart)?;
        Ok(apart.find_blob(blob)?.content().to_vec())
    }
}
