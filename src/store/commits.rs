//! Commits written as git objects only: the work tree changes only when a branch is checked out.
//!
//! Uses record (instants), history (ids), and git2. Start at [`CommitWriter`].

use std::fmt;
use std::path::Path;

use crate::history::objects::Oid;
use crate::record::time::Instant;
use crate::store::sign::{self, Setup, SignError};

/// The signature namespace that git uses for commits.
const GIT: &str = "git";

/// The author or committer of a commit, and the time.
#[derive(Clone, Debug)]
pub struct WriterSignature<'a> {
    pub name: &'a str,
    pub email: &'a str,
    /// The time, in UTC.
    pub at: Instant,
}

/// A commit to be written.
#[derive(Clone, Debug)]
pub struct CommitDraft<'a> {
    /// The parents, the first parent first.
    pub parents: &'a [CreatedCommit],
    /// The files that differ from the first parent's tree; `None` removes one.
    pub changes: &'a [(String, Option<Vec<u8>>)],
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
    /// It could not be signed.
    #[error("the commit is not signed: {0}")]
    Unsigned(SignError),
}

impl From<git2::Error> for ScribeError {
    fn from(error: git2::Error) -> ScribeError {
        ScribeError::Git(error)
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

    /// Writes a commit signed with an SSH key, on no branch yet.
    ///
    /// # Errors
    /// [`ScribeError`] if git refuses or signing fails.
    pub fn commit_signed(
        &self,
        draft: &CommitDraft<'_>,
        setup: &Setup,
    ) -> Result<CreatedCommit, ScribeError> {
        let parents = self.parents(draft)?;
        let tree = self.tree(draft, parents.first())?;
        let (author, committer) = (signature(&draft.author)?, signature(&draft.committer)?);
        let before: Vec<&git2::Commit<'_>> = parents.iter().collect();
        let repository = &self.repository;
        let text =
            repository.commit_create_buffer(&author, &committer, draft.message, &tree, &before)?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let armoured = sign::sign(setup, GIT, text.as_bytes()).map_err(ScribeError::Unsigned)?;
        let armoured = String::from_utf8_lossy(&armoured);
        let made = repository.commit_signed(&text, armoured.trim_end(), None)?;
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
        for (path, bytes) in draft.changes {
            match bytes {
                Some(bytes) => {
                    let blob = self.repository.blob(bytes)?;
                    update.upsert(path.as_str(), blob, git2::FileMode::Blob)
                }
                None => update.remove(path.as_str()),
            };
        }
        let baseline = match first {
            Some(parent) => parent.tree()?,
            None => {
                let empty = self.repository.treebuilder(None)?.write()?;
                self.repository.find_tree(empty)?
            }
        };
        let tree = update.create_updated(&self.repository, &baseline)?;
        self.repository.find_tree(tree)
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

fn signature(hand: &WriterSignature<'_>) -> Result<git2::Signature<'static>, git2::Error> {
    git2::Signature::new(hand.name, hand.email, &git2::Time::new(hand.at.unix(), 0))
}
