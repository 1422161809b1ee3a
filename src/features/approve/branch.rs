//! A branch that an approval is added to as one commit, written as git objects: nothing is checked out.
//!
//! Start at [`BranchDestination::open`]. Follows `docs/spec/cli.md`, approve.

use crate::features::approve::committer::Committer;
use crate::history::branch::Branch;
use crate::history::objects::Oid;
use crate::record::time::Instant;
use crate::session::error::{Error, Undetermined, Usage};
use crate::store::commits::{CommitDraft, CreatedCommit, ScribeError};
use crate::store::git::Repository;
use crate::store::git::heads::{BranchPlace, NamedBranch};
use crate::store::sign::Setup;

/// The branch, and the remote that it is pushed to.
pub(super) struct BranchDestination<'s> {
    repository: &'s Repository,
    branch: NamedBranch,
    remote: String,
}

/// A commit that was added to a branch.
#[derive(Clone, Debug)]
pub struct AddedCommit {
    /// The commit.
    pub id: String,
    /// The short name of the branch.
    pub branch: String,
    /// The remote that the branch is pushed to.
    pub remote: String,
    /// Whether the local branch now ends with it. A local branch with commits of its own stays as it is; then the
    /// commit is on no branch until it is pushed to the remote one.
    pub is_on_branch: bool,
}

pub(super) struct CommitContent<'c> {
    pub(super) subject: &'c str,
    /// The files, by their paths from the top of the repository.
    pub(super) files: Vec<(String, Option<Vec<u8>>)>,
    pub(super) committer: &'c Committer,
    /// What signs it; `None` for an unsigned commit.
    pub(super) setup: Option<&'c Setup>,
    pub(super) at: Instant,
}

impl<'s> BranchDestination<'s> {
    /// Refuses a branch that can't take the commit, before anything is signed.
    pub(super) fn open(
        repository: &'s Repository,
        branch: &NamedBranch,
    ) -> Result<BranchDestination<'s>, Error> {
        let short = &branch.short;
        let is_here = branch.at == BranchPlace::Here;
        if is_here && let Some(folder) = repository.checked_out(short) {
            return Err(Usage::refused(
                format!(
                    "{short} is checked out in {}, whose files would become outdated",
                    folder.display()
                ),
                "run it there without --ref, and commit the files; or write them elsewhere with --out DIR",
            )
            .into());
        }
        let remote = remote_of(repository, branch);
        let theirs = repository.tip_of(Some(&remote), short);
        if is_here
            && let Some(theirs) = theirs
            && is_ahead(repository, branch.tip, theirs)?
        {
            return Err(Usage::refused(
                format!(
                    "{remote}/{short} has commits that the local {short} lacks, so a push would be rejected"
                ),
                format!("approve the remote branch: --ref {remote}/{short}"),
            )
            .into());
        }
        Ok(BranchDestination { repository, branch: branch.clone(), remote })
    }

    /// Adds files to the branch, as one commit.
    pub(super) fn add(&self, content: &CommitContent<'_>) -> Result<AddedCommit, Error> {
        let writer = self.repository.scribe().map_err(failed)?;
        let tip = writer.commit_of(self.branch.tip).map_err(failed)?;
        let signature = content.committer.signature(content.at);
        let draft = CommitDraft {
            parents: &[tip],
            changes: &content.files,
            author: signature.clone(),
            committer: signature,
            message: &content.committer.message(content.subject),
        };
        let made = match content.setup {
            Some(setup) => writer.commit_signed(&draft, setup),
            None => writer.commit(&draft),
        }
        .map_err(failed)?;
        let short = &self.branch.short;
        let moves_from: Option<Option<CreatedCommit>> = match &self.branch.at {
            BranchPlace::Here => Some(Some(tip)),
            BranchPlace::Remote(_) => match self.follows()? {
                Some(Some(local)) => Some(Some(writer.commit_of(local).map_err(failed)?)),
                Some(None) => Some(None),
                None => None,
            },
        };
        if let Some(from) = moves_from {
            writer.move_branch(short, from, made).map_err(failed)?;
        }
        Ok(AddedCommit {
            id: made.to_string(),
            branch: short.clone(),
            remote: self.remote.clone(),
            is_on_branch: moves_from.is_some(),
        })
    }

    /// Returns the tip of the local branch of the same name if it can follow the remote one: it has no commits of its
    /// own and is checked out nowhere. `Some(None)` if there is no such branch yet.
    fn follows(&self) -> Result<Option<Option<Oid>>, Error> {
        let (repository, short) = (self.repository, &self.branch.short);
        let Some(local) = repository.tip_of(None, short) else {
            return Ok(Some(None));
        };
        let stays = repository.checked_out(short).is_some()
            || is_ahead(repository, self.branch.tip, local)?;
        Ok((!stays).then_some(Some(local)))
    }
}

fn failed(error: ScribeError) -> Error {
    Undetermined::Other {
        what: error.to_string(),
        help: "write the files elsewhere with --out DIR".to_owned(),
    }
    .into()
}

fn remote_of(repository: &Repository, branch: &NamedBranch) -> String {
    match &branch.at {
        BranchPlace::Remote(remote) => remote.clone(),
        BranchPlace::Here => repository
            .setting(&format!("branch.{}.remote", branch.short))
            .filter(|remote| remote != ".")
            .unwrap_or_else(|| "origin".to_owned()),
    }
}

/// Tells whether a commit has ancestors that another one lacks.
fn is_ahead(repository: &Repository, base: Oid, tip: Oid) -> Result<bool, Error> {
    Ok(Branch::between(repository, base, tip)?.is_some())
}
