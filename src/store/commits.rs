//! Commits made of git objects alone: no work tree is touched until one is checked out.
//!
//! Uses record (instants), history (ids), and git2. Start at [`CommitWriter`].

use std::fmt;
use std::path::Path;

use crate::history::objects::Oid;
use crate::record::time::Instant;
use crate::store::sign::{self, Setup, SignError};

/// The namespace in which git signs commits.
const GIT: &str = "git";

/// Who a commit names, and when.
#[derive(Clone, Debug)]
pub struct WriterSignature<'a> {
    pub name: &'a str,
    pub email: &'a str,
    /// The time; the zone is UTC.
    pub at: Instant,
}

/// A commit to be made.
#[derive(Clone, Debug)]
pub struct CommitDraft<'a> {
    /// The commits before it, the first parent first.
    pub parents: &'a [CreatedCommit],
    /// The files that differ from the first parent's tree; `None` removes one.
    pub changes: &'a [(String, Option<Vec<u8>>)],
    pub author: WriterSignature<'a>,
    pub committer: WriterSignature<'a>,
    pub message: &'a str,
}

/// A commit that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreatedCommit(git2::Oid);

/// Why a commit can't be made.
#[derive(Debug, thiserror::Error)]
pub enum ScribeError {
    #[error("git: {}", .0.message())]
    Git(git2::Error),
    /// It was to be signed, and is not.
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
    /// Makes a repository in a folder, with `main` as its first branch.
    ///
    /// # Errors
    /// [`ScribeError`] when git refuses.
    pub fn init(folder: &Path) -> Result<CommitWriter, ScribeError> {
        let mut options = git2::RepositoryInitOptions::new();
        options.initial_head("main").no_reinit(true).external_template(false);
        let repository = git2::Repository::init_opts(folder, &options)?;
        // What is checked out has the bytes that were committed, whatever the machine is set to.
        repository.config()?.set_bool("core.autocrlf", false)?;
        Ok(CommitWriter { repository })
    }

    /// Opens the repository of a git folder.
    ///
    /// # Errors
    /// [`ScribeError`] when git refuses.
    pub fn open(git_folder: &Path) -> Result<CommitWriter, ScribeError> {
        let repository = git2::Repository::open(git_folder)?;
        Ok(CommitWriter { repository })
    }

    /// Returns a commit that is there.
    ///
    /// # Errors
    /// [`ScribeError`] when it is not.
    pub fn commit_of(&self, oid: Oid) -> Result<CreatedCommit, ScribeError> {
        let oid = git2::Oid::from_bytes(oid.as_bytes())?;
        Ok(CreatedCommit(self.repository.find_commit(oid)?.id()))
    }

    /// Writes a commit, on no branch yet.
    ///
    /// # Errors
    /// [`ScribeError`] when git refuses.
    pub fn commit(&self, draft: &CommitDraft<'_>) -> Result<CreatedCommit, ScribeError> {
        let parents = self.parents(draft)?;
        let tree = self.tree(draft, parents.first())?;
        let (author, committer) = (signature(&draft.author)?, signature(&draft.committer)?);
        let before: Vec<&git2::Commit<'_>> = parents.iter().collect();
        let made =
            self.repository.commit(None, &author, &committer, draft.message, &tree, &before)?;
        Ok(CreatedCommit(made))
    }

    /// Writes a commit that bears a signature by an SSH key, on no branch yet.
    ///
    /// # Errors
    /// [`ScribeError`] when git refuses, or nothing is signed.
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

    /// Moves a branch from one commit to another; without the former, creates it.
    ///
    /// # Errors
    /// [`ScribeError`] when git refuses, also because the branch is no longer where it was.
    pub fn move_branch(
        &self,
        name: &str,
        from: Option<CreatedCommit>,
        to: CreatedCommit,
    ) -> Result<(), ScribeError> {
        let (name, said) = (format!("refs/heads/{name}"), "commit: written by exledger");
        match from {
            Some(from) => self.repository.reference_matching(&name, to.0, true, from.0, said)?,
            None => self.repository.reference(&name, to.0, false, said)?,
        };
        Ok(())
    }

    /// Points a branch at a commit, creating it where it is absent.
    ///
    /// # Errors
    /// [`ScribeError`] when git refuses.
    pub fn set_branch(&self, name: &str, tip: CreatedCommit) -> Result<(), ScribeError> {
        self.repository.reference(
            &format!("refs/heads/{name}"),
            tip.0,
            true,
            "written by exledger",
        )?;
        Ok(())
    }

    /// Checks a branch out, replacing what stands in the work tree.
    ///
    /// # Errors
    /// [`ScribeError`] when git refuses.
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
