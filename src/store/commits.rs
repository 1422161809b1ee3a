//! Commits written as git objects only: the work tree changes only when a branch is checked out.
//!
//! Start at [`CommitWriter`].

use std::fmt;
use std::path::{Path, PathBuf};

use crate::history::objects::Oid;
use crate::history::refs::APPROVALS_BRANCH;
use crate::record::time::Instant;
use crate::store::git;
use crate::store::sign::SignError;

/// The signature namespace that git uses for commits.
pub const GIT: &str = "git";

/// The author or committer of a commit, and the time.
#[derive(Clone, Debug)]
pub struct WriterSignature<'a> {
    pub name: &'a str,
    pub email: &'a str,
    /// The time, in UTC.
    pub at: Instant,
}

/// A file by its path, with its new bytes; `None` removes it.
pub type ChangedFile = (String, Option<Vec<u8>>);

/// A commit to be written.
#[derive(Clone, Debug)]
pub struct CommitDraft<'a> {
    /// The parents, the first parent first.
    pub parents: &'a [CreatedCommit],
    /// The files that differ from the first parent's tree.
    pub changes: &'a [ChangedFile],
    pub author: WriterSignature<'a>,
    pub committer: WriterSignature<'a>,
    pub message: &'a str,
}

/// A commit that has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreatedCommit(git2::Oid);

/// Why a commit can't be written.
#[derive(Debug, thiserror::Error)]
pub enum ScribeError {
    #[error("git: {}", .0.message())]
    Git(git2::Error),
    #[error("the commit is not signed: {0}")]
    Unsigned(SignError),
    #[error("{APPROVALS_BRANCH} is checked out in {}, whose files would become outdated", .0.display())]
    CheckedOut(PathBuf),
}

impl From<git2::Error> for ScribeError {
    fn from(error: git2::Error) -> ScribeError {
        ScribeError::Git(error)
    }
}

impl CreatedCommit {
    pub fn oid(self) -> Oid {
        git::ours(self.0).unwrap_or(Oid::NULL)
    }
}

impl fmt::Display for CreatedCommit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// Writes commits and branches of one repository.
pub struct CommitWriter {
    repository: git2::Repository,
}

impl CommitWriter {
    /// Creates a repository in a folder, with `main` as its first branch.
    ///
    /// # Errors
    /// [`ScribeError`] if git refuses.
    pub fn init(folder: &Path) -> Result<CommitWriter, ScribeError> {
        let mut options = git2::RepositoryInitOptions::new();
        options.initial_head("main").no_reinit(true).external_template(false);
        let repository = git2::Repository::init_opts(folder, &options)?;
        // Checked-out files have exactly the committed bytes, whatever the machine's configuration.
        repository.config()?.set_bool("core.autocrlf", false)?;
        Ok(CommitWriter { repository })
    }

    /// Opens the repository of a git folder.
    ///
    /// # Errors
    /// [`ScribeError`] if git refuses.
    pub fn open(git_folder: &Path) -> Result<CommitWriter, ScribeError> {
        let repository = git2::Repository::open(git_folder)?;
        Ok(CommitWriter { repository })
    }

    /// Returns an existing commit.
    ///
    /// # Errors
    /// [`ScribeError`] if there is no such commit.
    pub fn commit_of(&self, oid: Oid) -> Result<CreatedCommit, ScribeError> {
        let oid = git2::Oid::from_bytes(oid.as_bytes())?;
        Ok(CreatedCommit(self.repository.find_commit(oid)?.id()))
    }

    /// Writes a commit, on no branch yet.
    ///
    /// # Errors
    /// [`ScribeError`] if git refuses.
    pub fn commit(&self, draft: &CommitDraft<'_>) -> Result<CreatedCommit, ScribeError> {
        let parents = self.parents(draft)?;
        let tree = self.tree(draft, parents.first())?;
        let (author, committer) = (signature(&draft.author)?, signature(&draft.committer)?);
        let before: Vec<&git2::Commit<'_>> = parents.iter().collect();
        let made =
            self.repository.commit(None, &author, &committer, draft.message, &tree, &before)?;
        Ok(CreatedCommit(made))
    }

    /// Writes a commit with the signature that `sign` makes of its text, on no branch yet.
    ///
    /// # Errors
    /// If git refuses or signing fails.
    pub fn commit_signed<E: From<git2::Error>>(
        &self,
        draft: &CommitDraft<'_>,
        sign: impl FnOnce(&str) -> Result<String, E>,
    ) -> Result<CreatedCommit, E> {
        let parents = self.parents(draft)?;
        let tree = self.tree(draft, parents.first())?;
        let (author, committer) = (signature(&draft.author)?, signature(&draft.committer)?);
        let before: Vec<&git2::Commit<'_>> = parents.iter().collect();
        let repository = &self.repository;
        let text =
            repository.commit_create_buffer(&author, &committer, draft.message, &tree, &before)?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let made = repository.commit_signed(&text, sign(&text)?.trim_end(), None)?;
        Ok(CreatedCommit(made))
    }

    fn parents(&self, draft: &CommitDraft<'_>) -> Result<Vec<git2::Commit<'_>>, git2::Error> {
        let parents = draft.parents.iter();
        parents.map(|made| self.repository.find_commit(made.0)).collect()
    }

    fn tree(
        &self,
        draft: &CommitDraft<'_>,
        first: Option<&git2::Commit<'_>>,
    ) -> Result<git2::Tree<'_>, git2::Error> {
        let mut update = git2::build::TreeUpdateBuilder::new();
        let mut baseline = match first {
            Some(parent) => parent.tree()?,
            None => {
                let empty = self.repository.treebuilder(None)?.write()?;
                self.repository.find_tree(empty)?
            }
        };
        for (path, bytes) in draft.changes {
            match bytes {
                Some(bytes) => {
                    // Not in one go: libgit2 compares with what was there before.
                    if let Some(other) = in_the_way(&baseline, path) {
                        let mut removal = git2::build::TreeUpdateBuilder::new();
                        let cleared =
                            removal.remove(other).create_updated(&self.repository, &baseline)?;
                        baseline = self.repository.find_tree(cleared)?;
                    }
                    let blob = self.repository.blob(bytes)?;
                    update.upsert(path.as_str(), blob, git2::FileMode::Blob)
                }
                None => update.remove(path.as_str()),
            };
        }
        let tree = update.create_updated(&self.repository, &baseline)?;
        self.repository.find_tree(tree)
    }

    /// Tells whether a commit would have the tree of its first parent.
    ///
    /// # Errors
    /// [`ScribeError`] if git refuses.
    pub fn changes_nothing(&self, draft: &CommitDraft<'_>) -> Result<bool, ScribeError> {
        let parents = self.parents(draft)?;
        let tree = self.tree(draft, parents.first())?;
        Ok(parents.first().is_some_and(|parent| parent.tree_id() == tree.id()))
    }

    /// Returns the files that a commit has and that its last commit in common with another one lacks, or has with other bytes.
    ///
    /// # Errors
    /// [`ScribeError`] if git refuses.
    pub fn added_since(&self, tip: Oid, other: Oid) -> Result<Vec<ChangedFile>, ScribeError> {
        let [tip, other] = [tip, other].map(|id| git2::Oid::from_bytes(id.as_bytes()));
        let (tip, other) = (tip?, other?);
        let base = match self.repository.merge_base(tip, other) {
            Ok(base) => Some(self.repository.find_commit(base)?.tree()?),
            Err(error) if error.code() == git2::ErrorCode::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        let tree = self.repository.find_commit(tip)?.tree()?;
        let diff = self.repository.diff_tree_to_tree(base.as_ref(), Some(&tree), None)?;
        let mut added = Vec::new();
        for file in diff.deltas().map(|delta| delta.new_file()) {
            let path = file.path().and_then(Path::to_str);
            if let Some(path) = path.filter(|_| file.mode() == git2::FileMode::Blob) {
                let blob = self.repository.find_blob(file.id())?;
                added.push((path.to_owned(), Some(blob.content().to_vec())));
            }
        }
        Ok(added)
    }

    /// Moves a branch from one commit to another; creates it if `None` is given as the former.
    ///
    /// # Errors
    /// [`ScribeError`] if git refuses, also if the branch has moved meanwhile.
    pub fn move_branch(
        &self,
        name: &str,
        from: Option<CreatedCommit>,
        to: CreatedCommit,
    ) -> Result<(), ScribeError> {
        let (name, message) = (format!("refs/heads/{name}"), "commit: written by exledger");
        match from {
            Some(from) => self.repository.reference_matching(&name, to.0, true, from.0, message)?,
            None => self.repository.reference(&name, to.0, false, message)?,
        };
        Ok(())
    }

    /// Points a branch at a commit, creating it if absent.
    ///
    /// # Errors
    /// [`ScribeError`] if git refuses.
    pub fn set_branch(&self, name: &str, tip: CreatedCommit) -> Result<(), ScribeError> {
        self.repository.reference(
            &format!("refs/heads/{name}"),
            tip.0,
            true,
            "written by exledger",
        )?;
        Ok(())
    }

    /// Checks out a branch, overwriting the work tree.
    ///
    /// # Errors
    /// [`ScribeError`] if git refuses.
    pub fn check_out(&self, name: &str) -> Result<(), ScribeError> {
        self.repository.set_head(&format!("refs/heads/{name}"))?;
        let mut options = git2::build::CheckoutBuilder::new();
        self.repository.checkout_head(Some(options.force()))?;
        Ok(())
    }
}

/// Returns the entry that keeps a file from being written: a folder in its place, or something else than a folder above it.
fn in_the_way<'p>(tree: &git2::Tree<'_>, path: &'p str) -> Option<&'p str> {
    let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
    let mut above = ends.filter_map(|end| path.get(..end));
    above.find(|part| {
        let entry = tree.get_path(Path::new(part));
        let is_folder = |entry: git2::TreeEntry<'_>| entry.kind() == Some(git2::ObjectType::Tree);
        entry.is_ok_and(|entry| is_folder(entry) == (*part == path))
    })
}

fn signature(hand: &WriterSignature<'_>) -> Result<git2::Signature<'static>, git2::Error> {
    git2::Signature::new(hand.name, hand.email, &git2::Time::new(hand.at.unix(), 0))
}
