//! The branches `exledger-approvals`: their statements are read as trees, and new ones added to the local one as one commit of git
//! objects; nothing is checked out.
//!
//! Start at `StatementTrees` or [`Repository::add_statements`]. Follows `docs/spec/cli.md`, approve.

use std::path::PathBuf;

use crate::history::objects::Oid;
use crate::history::paths::LedgerPrefix;
use crate::history::refs::APPROVALS_BRANCH;
use crate::history::tree::CommitTree;
use crate::history::watched_paths;
use crate::ledger::tree::Tree;
use crate::store::commits::{self, CommitDraft, ScribeError, WriterSignature};
use crate::store::git::Repository;
use crate::store::sign::{self, Setup};

/// Statements to be added in one commit.
#[derive(Clone, Debug)]
pub struct StatementCommit<'c> {
    /// The texts and signatures, by their paths from the top of the repository.
    pub files: &'c [(String, Vec<u8>)],
    /// The author and committer.
    pub by: WriterSignature<'c>,
    pub message: &'c str,
    /// What signs the commit; `None` for an unsigned one.
    pub setup: Option<&'c Setup>,
}

impl Repository {
    /// Adds statements to the local approvals branch and returns its new tip.
    ///
    /// The commit stands on the branch as it was last fetched from a remote, together with the statements of the local branch
    /// that this one lacks; without a remote, or if it has no such branch yet, on the local branch. It holds nothing but files
    /// below `.approvals`, and has one parent, or none if it is the first. If there is nothing to add, the tip is the fetched one.
    ///
    /// # Errors
    /// [`ScribeError::CheckedOut`] if the branch is checked out; [`ScribeError`] if git refuses, also if the branch has moved
    /// meanwhile. Adding them again is safe.
    pub fn add_statements(
        &self,
        remote: Option<&str>,
        commit: &StatementCommit<'_>,
    ) -> Result<Oid, ScribeError> {
        if let Some(folder) = self.approvals_checked_out() {
            return Err(ScribeError::CheckedOut(folder));
        }
        let local = self.tip_of(None, APPROVALS_BRANCH);
        let fetched = remote.and_then(|remote| self.tip_of(Some(remote), APPROVALS_BRANCH));
        let writer = self.scribe()?;
        let mut changes = match (local, fetched) {
            (Some(local), Some(fetched)) => writer.added_since(local, fetched)?,
            _ => Vec::new(),
        };
        // A tree takes each path once: what is added now is what the local branch has, too, or newer.
        let is_added = |path: &String| commit.files.iter().any(|(added, _)| added == path);
        changes
            .retain(|(path, _)| !watched_paths::approvals_of(path).is_empty() && !is_added(path));
        let files = commit.files.iter();
        changes.extend(files.map(|(path, bytes)| (path.clone(), Some(bytes.clone()))));
        let parent = fetched.or(local).map(|tip| writer.commit_of(tip)).transpose()?;
        let local = local.map(|tip| writer.commit_of(tip)).transpose()?;
        let draft = CommitDraft {
            parents: parent.as_slice(),
            changes: &changes,
            author: commit.by.clone(),
            committer: commit.by.clone(),
            message: commit.message,
        };
        let made = match (parent, commit.setup) {
            (Some(parent), _) if writer.changes_nothing(&draft)? => parent,
            (_, Some(setup)) => writer.commit_signed(&draft, |text| {
                let signed = sign::sign(setup, commits::GIT, text.as_bytes());
                let signed = signed.map_err(ScribeError::Unsigned);
                signed.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            })?,
            (_, None) => writer.commit(&draft)?,
        };
        writer.move_branch(APPROVALS_BRANCH, local, made)?;
        Ok(made.oid())
    }

    /// Returns the folder in which the approvals branch is checked out, so that it can't take a commit.
    pub fn approvals_checked_out(&self) -> Option<PathBuf> {
        self.checked_out(APPROVALS_BRANCH)
    }
}

// The trees in which statements may stand.
#[derive(Default)]
pub(crate) struct StatementTrees<'r> {
    // That of the local approvals branch, where a remote's counts.
    pub(crate) own: Option<CommitTree<'r>>,
    pub(crate) counting: Vec<CommitTree<'r>>,
}

impl<'r> StatementTrees<'r> {
    // Returns the trees of the local approvals branch, and of a remote's as last fetched; what can't be read holds nothing.
    pub(crate) fn read(
        repository: &'r Repository,
        remote: Option<&str>,
        prefix: &LedgerPrefix,
    ) -> StatementTrees<'r> {
        let read = |tip| CommitTree::of_commit(repository, tip, prefix).ok();
        let own = repository.tip_of(None, APPROVALS_BRANCH).and_then(read);
        let fetched = remote.and_then(|remote| repository.tip_of(Some(remote), APPROVALS_BRANCH));
        match remote {
            Some(_) => {
                StatementTrees { own, counting: fetched.and_then(read).into_iter().collect() }
            }
            None => StatementTrees { own: None, counting: own.into_iter().collect() },
        }
    }

    // Returns all of them, the newest first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &CommitTree<'_>> {
        self.own.iter().chain(&self.counting)
    }

    pub(crate) fn own(&self) -> Option<&dyn Tree> {
        self.own.as_ref().map(|tree| tree as &dyn Tree)
    }

    pub(crate) fn counting(&self) -> impl Iterator<Item = &dyn Tree> {
        self.counting.iter().map(|tree| tree as &dyn Tree)
    }
}
