//! The files that scanners read, with which accepted texts are compared, and the blobs that records refer to.
//!
//! Start at [`RepositoryFiles`]. Follows `docs/spec/record.md`, `findings[]`: the work tree's bytes where the file is there, else
//! the index's; those of a commit for a past state, and for what a scanner found in the history.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::gate::accepted_text::{FileLines, ScannedFiles};
use crate::history::objects::{Extent, ObjectKind, Objects, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::ledger::tree::Tree;
use crate::store::files::WorkTree;
use crate::store::git::{Repository, blob_id};

/// The largest file that is compared, in bytes.
const LARGEST: usize = 64 << 20;

type ReadFile = Result<Rc<FileLines>, String>;

/// The files of a repository, each read once.
pub struct RepositoryFiles<'r> {
    repository: &'r Repository,
    /// The commit that is asked about; `None` for the work tree.
    past: Option<Oid>,
    files: RefCell<BTreeMap<(String, Option<String>), ReadFile>>,
    blobs: RefCell<BTreeMap<Oid, Option<Rc<FileLines>>>>,
}

impl<'r> RepositoryFiles<'r> {
    /// Returns the files of the work tree, or of a past commit.
    pub fn new(repository: &'r Repository, past: Option<Oid>) -> RepositoryFiles<'r> {
        RepositoryFiles { repository, past, files: RefCell::default(), blobs: RefCell::default() }
    }
}

impl RepositoryFiles<'_> {
    fn at(&self, commit: Oid, path: &str) -> Result<Option<Vec<u8>>, String> {
        let tree = CommitTree::of_commit(self.repository, commit, &LedgerPrefix::default());
        let tree = tree.map_err(|obstacle| obstacle.to_string())?;
        tree.bytes(path).map_err(|error| error.to_string())
    }

    fn bytes(&self, path: &str, commit: Option<&str>) -> Result<Vec<u8>, String> {
        let found = match (commit, self.past) {
            (Some(commit), _) => {
                let short: String = commit.chars().take(12).collect();
                let away = |_| format!("commit {short} {}", self.missing_here());
                let commit = Oid::from_hex(commit)
                    .ok_or_else(|| format!("the report names no commit: `{short}`"))?;
                self.at(commit, path).map_err(away)?
            }
            (None, Some(commit)) => self.at(commit, path)?,
            (None, None) => {
                let top = self.repository.work_dir();
                let present = top.map(WorkTree::new).and_then(|top| top.bytes(path).transpose());
                // Tools read through links, and what is behind one is not what the index holds.
                if present.is_none()
                    && top.is_some_and(|top| top.join(path).symlink_metadata().is_ok())
                {
                    return Err(format!(
                        "{path} is a link, a folder or below a link in the work tree: only the text of a file can be accepted"
                    ));
                }
                let staged = || self.repository.indexed_bytes(path).transpose();
                present.or_else(staged).transpose().map_err(|error| error.to_string())?
            }
        };
        let bytes = found.ok_or_else(|| {
            format!("{path} is not in this checkout: ask where the scanned files are")
        })?;
        if bytes.len() > LARGEST {
            return Err(format!("{path} has more than {LARGEST} bytes"));
        }
        Ok(bytes)
    }
}

impl ScannedFiles for RepositoryFiles<'_> {
    fn file(&self, path: &str, commit: Option<&str>) -> ReadFile {
        let key = (path.to_owned(), commit.map(str::to_owned));
        let read = || self.bytes(path, commit).map(|bytes| Rc::new(FileLines::new(&bytes)));
        self.files.borrow_mut().entry(key).or_insert_with(read).clone()
    }

    fn blob(&self, blob: Oid) -> Option<Rc<FileLines>> {
        let read = || {
            let (kind, bytes) = self.repository.read(blob).ok()?;
            (kind == ObjectKind::Blob && bytes.len() <= LARGEST)
                .then(|| Rc::new(FileLines::new(&bytes)))
        };
        self.blobs.borrow_mut().entry(blob).or_insert_with(read).clone()
    }

    fn committed(&self, path: &str, commit: Option<&str>) -> Result<Oid, String> {
        let committed = match (commit, self.past) {
            (Some(_), _) | (_, Some(_)) => self.bytes(path, commit)?,
            (None, None) => {
                let head =
                    self.repository.find("HEAD").and_then(|head| self.at(head.oid, path).ok());
                let committed = head.flatten();
                let same = |bytes: &Vec<u8>| {
                    let scanned = self.file(path, None);
                    scanned.is_ok_and(|scanned| scanned.has_lines_of(&FileLines::new(bytes)))
                };
                committed.filter(same).ok_or_else(|| {
                    format!("{path} differs from every committed version: commit it, then draft")
                })?
            }
        };
        blob_id(&committed).ok_or_else(|| format!("{path} has no id in git"))
    }

    fn extent(&self) -> Extent {
        self.repository.extent()
    }

    fn has_remote(&self) -> bool {
        self.repository.has_remote()
    }
}
