//! Where the content to approve comes from: the work tree, or a branch that is only read.
//!
//! Start at `ContentSource::open`.

use crate::approval::evidence::statement::LedgerName;
use crate::diag::remedy::Remedy;
use crate::diag::shell;
use crate::features::diff;
use crate::features::diff::compared::Compared;
use crate::features::diff::compared::ProposedState;
use crate::history::objects::Oid;
use crate::history::refs::HeadState;
use crate::history::tree::CommitTree;
use crate::ledger::tree::Tree;
use crate::policy::governance::{Governance, State};
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::locate::{self, Located};
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::store::forge::ForgeProgram;
use crate::store::git::Repository;
use crate::store::git::stored::Stored;

/// Where the content comes from.
pub struct ContentSource<'s> {
    /// The branch, as it was named; `None` for the work tree.
    pub branch: Option<String>,
    /// The tip of the branch, or the checked-out commit.
    pub head: Oid,
    pub(super) tree: CommitTree<'s>,
    pub(super) governance: Governance,
    // The committed governance, where it is the first one: it counts at once for what lands with it.
    first: Option<Governance>,
    located: &'s Located,
}

/// The bytes of a file as git stores them.
pub(super) struct SourceFile {
    pub(super) bytes: Vec<u8>,
    pub(super) is_committed: bool,
}

impl<'s> ContentSource<'s> {
    pub(super) fn open(
        located: &'s Located,
        snapshot: &Snapshot<'_>,
        branch: Option<&str>,
    ) -> Result<ContentSource<'s>, Error> {
        let repository = located.repository()?;
        let head = match branch {
            Some(name) => find_branch(repository, name)?,
            None => checked_out(located, repository)?,
        };
        let tree = CommitTree::of_commit(repository, head, snapshot.prefix())?;
        let governance = match branch {
            Some(_) => Governance::read(&tree)?,
            None => Governance::read(located.work_tree()?)?,
        };
        let first = match snapshot.had_no_policy() {
            true => Some(Governance::read(&tree)?).filter(|first| first.state == State::Sound),
            false => None,
        };
        let branch = branch.map(str::to_owned);
        let governance = locate::sound(governance)?;
        Ok(ContentSource { branch, head, tree, governance, first, located })
    }

    /// Returns the governance that judges what is said of the content now: that of the approved ref, or the first one.
    pub(super) fn judging<'g>(&'g self, snapshot: &'g Snapshot<'_>) -> &'g Governance {
        self.first.as_ref().unwrap_or(snapshot.governance())
    }

    /// Returns the name of the ledger in a statement about the content.
    pub(super) fn ledger_name(&self, snapshot: &Snapshot<'_>) -> LedgerName {
        snapshot.ledger_name_under(&self.judging(snapshot).policy)
    }

    /// Tells whether the content lands together with the first policy.
    pub fn brings_policy(&self) -> bool {
        self.first.is_some()
    }

    pub(super) fn files(&self) -> &dyn Tree {
        match self.branch {
            Some(_) => &self.tree,
            None => &self.located.tree,
        }
    }

    pub(super) fn file(
        &self,
        path: &str,
        snapshot: &Snapshot<'_>,
    ) -> Result<Option<SourceFile>, Error> {
        if self.branch.is_some() {
            return Ok(self
                .tree
                .bytes(path)?
                .map(|bytes| SourceFile { bytes, is_committed: true }));
        }
        let repository = self.located.repository()?;
        let stored = repository
            .stored(Some(self.head), snapshot.prefix(), path)
            .map_err(|error| Undetermined::other(error.to_string(), "commit the file first"))?;
        Ok(match stored {
            Stored::Committed(bytes) => Some(SourceFile { bytes, is_committed: true }),
            Stored::Loose(bytes) => Some(SourceFile { bytes, is_committed: false }),
            Stored::Absent => None,
        })
    }

    /// Tells whether the checked-out commit is an older one of the approved ref.
    pub(super) fn is_behind(&self, snapshot: &Snapshot<'_>) -> bool {
        let ((history, _), (_, chosen)) = (snapshot.facts(), snapshot.origin());
        self.branch.is_none() && self.head != chosen.tip && history.landed.contains_key(&self.head)
    }

    /// Compares the commit with the approved ref, where it will land.
    pub(super) fn compare(&self, at: &Moment) -> Result<Compared, Error> {
        let proposed = ProposedState {
            tree: &self.tree,
            governance: &Governance::read(&self.tree)?,
            commit: Some(self.head),
            instead: &[],
            branch: None,
        };
        diff::answer::compare(self.located, at, None, proposed)
    }
}

fn find_branch(repository: &Repository, name: &str) -> Result<Oid, Error> {
    repository.head_named(name)?.ok_or_else(|| {
        Usage::refused(
            format!("{name} is not a local branch, nor a branch of exactly one remote"),
            elsewhere(repository, name),
        )
        .into()
    })
}

fn elsewhere(repository: &Repository, name: &str) -> Remedy {
    let named = "give its name as in `git branch --all`";
    if let Some(remote) =
        repository.first_remote().filter(|_| ForgeProgram::is_head_of_request(name))
    {
        return Remedy::run([format!("git fetch {} {name}:{name}", shell::quoted(&remote))]);
    }
    match (repository.branch_like(name), repository.fetch_command()) {
        (Some(similar), _) => {
            format!("did you mean {similar}? `git branch --all` lists them all").into()
        }
        (None, Some(fetch)) => {
            format!("run `{fetch}`, and {named}: billing-key, origin/billing-key").into()
        }
        (None, None) => named.into(),
    }
}

fn checked_out(located: &Located, repository: &Repository) -> Result<Oid, Error> {
    located.work_tree()?;
    match repository.refs()?.head {
        HeadState::Detached(oid) => Ok(oid),
        HeadState::Branch(_) => diff::answer::commit(repository, "HEAD"),
    }
}
