//! Where the content is: what is checked out and written, or a branch that is only read.
//!
//! Start at [`Side::of`].

use crate::commands::approve::ApproveArgs;
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use exledger::history::objects::Oid;
use exledger::history::refs::HeadState;
use exledger::history::tree::CommitTree;
use exledger::ledger::tree::Tree;
use exledger::policy::governance::Governance;
use exledger::session::Session;
use exledger::session::compare;
use exledger::session::compare::{Compared, Proposed};
use exledger::session::locate;
use exledger::session::snapshot::Snapshot;
use exledger::store::git::Repository;
use exledger::store::git::heads::NamedBranch;
use exledger::store::git::stored::Stored;

/// Where the content is.
pub(super) struct Side<'h> {
    /// The branch; `None` for the work tree.
    pub(super) branch: Option<NamedBranch>,
    /// The commit that the branch ends with, or that is checked out.
    pub(super) head: Oid,
    /// Its files.
    pub(super) tree: CommitTree<'h>,
    /// Its governance, or the work tree's.
    pub(super) governance: Governance,
}

impl<'h> Side<'h> {
    /// Returns the branch that was named, or what is checked out.
    pub(super) fn of(
        args: &ApproveArgs,
        _ctx: &Ctx,
        home: &'h Session,
        approved: &Snapshot<'h>,
    ) -> anyhow::Result<Side<'h>> {
        let repository = home.repository()?;
        let branch = args.branch.as_deref().map(|name| named(repository, name));
        let branch = branch.transpose()?;
        let head = match &branch {
            Some(branch) => branch.tip,
            None => checked_out(home, repository)?,
        };
        let tree = CommitTree::of_commit(repository, head, approved.prefix())?;
        let own = match branch {
            Some(_) => Governance::read(&tree),
            None => Governance::read(home.work_tree()?),
        };
        let governance = locate::sound(own?)?;
        Ok(Side {
            branch,
            head,
            tree,
            governance,
        })
    }

    /// Returns the bytes of a file as git stores them, and whether they are in a commit; `None` where it is not there.
    pub(super) fn bytes(
        &self,
        path: &str,
        repository: &Repository,
        approved: &Snapshot<'_>,
    ) -> anyhow::Result<Option<(Vec<u8>, bool)>> {
        if self.branch.is_some() {
            let bytes = self.tree.bytes(path)?;
            return Ok(bytes.map(|bytes| (bytes, true)));
        }
        let stored = repository.stored(Some(self.head), approved.prefix(), path);
        Ok(
            match stored
                .map_err(|error| fault::cannot_say(error.to_string(), "commit the file first"))?
            {
                Stored::Committed(bytes) => Some((bytes, true)),
                Stored::Loose(bytes) => Some((bytes, false)),
                Stored::Absent => None,
            },
        )
    }

    pub(super) fn compared(&self, ctx: &Ctx, home: &Session) -> anyhow::Result<Compared> {
        let governance = Governance::read(&self.tree)?;
        let proposed = Proposed {
            tree: &self.tree,
            governance: &governance,
            commit: Some(self.head),
            instead: &[],
        };
        ctx.compare(home, None, proposed)
    }
}

fn named(repository: &Repository, name: &str) -> anyhow::Result<NamedBranch> {
    let found = repository.head_named(name);
    let found = found.map_err(|error| fault::cannot_say(error.to_string(), ""))?;
    found.ok_or_else(|| {
        fault::misuse(
            format!("{name} is no branch, here or of exactly one remote"),
            "run `git fetch`, and name it as `git branch --all` does: billing-key, origin/billing-key",
        )
    })
}

fn checked_out(home: &Session, repository: &Repository) -> anyhow::Result<Oid> {
    home.work_tree()?;
    let refs = repository.refs();
    let refs = refs.map_err(|error| fault::cannot_say(error.to_string(), ""))?;
    match &refs.head {
        HeadState::Detached(oid) => Ok(*oid),
        HeadState::Branch(_) => Ok(compare::commit(repository, "HEAD")?),
    }
}
