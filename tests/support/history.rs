//! What git proves: raw commits, the mainline, versions. Histories come from the builder in `repo.rs`.

use exledger::history::chain::ApprovalsBranch;
use exledger::history::chain::Chain;
use exledger::history::objects::{Objects, Oid};
use exledger::history::paths::LedgerPrefix;
use exledger::history::version::{Trail, TrailKey};
use exledger::history::walked::History;
use exledger::history::{refs, walk};
use exledger::store::git::Repository;

use crate::support::repo::Repo;

/// Converts an object id to the library's type.
pub(crate) fn own(oid: git2::Oid) -> Oid {
    Oid::from_bytes(oid.as_bytes()).unwrap()
}

/// Returns the chain of a folder's approved ref.
pub(crate) fn chain_of(git: &Repository, now: exledger::record::time::Instant) -> Chain {
    let refs = git.refs().unwrap();
    let chosen = refs::choose(&refs, None, &|name| git.find(name), None).unwrap();
    let chain = exledger::history::chain::walk(git, &chosen, now).unwrap();
    let tip = git.tip_of(chosen.remote.as_deref(), refs::APPROVALS_BRANCH);
    Chain { approvals: ApprovalsBranch::read(git, tip, &[], &chain).unwrap(), ..chain }
}

/// Returns the history of the ledger at the top of a folder's repository.
pub(crate) fn history_of(
    folder: &std::path::Path,
    now: exledger::record::time::Instant,
) -> History {
    let git = Repository::discover(folder).unwrap();
    let chain = chain_of(&git, now);
    read_history(&git, chain, &LedgerPrefix::default())
}

/// Walks a mainline and parses all records.
pub(crate) fn read_history(objects: &dyn Objects, chain: Chain, prefix: &LedgerPrefix) -> History {
    let history = walk::walk(objects, chain, prefix, None).unwrap();
    history.parse(objects);
    history
}

impl Repo {
    /// Returns what git proves about `main` at the time of the next commit.
    pub(crate) fn history(&self) -> History {
        if !self.git.is_in_memory() {
            return history_of(self.path(), self.now());
        }
        let chosen = refs::choose(&self.git.refs(), None, &|name| self.git.resolve(name), None);
        let chain =
            exledger::history::chain::walk(&self.git, &chosen.unwrap(), self.now()).unwrap();
        read_history(&self.git, chain, &LedgerPrefix::default())
    }

    /// Returns the trail of a record.
    pub(crate) fn trail(&self, id: &str) -> Trail {
        let mut history = self.history();
        history.trails.remove(&TrailKey::Id(id.to_owned())).unwrap()
    }
}
