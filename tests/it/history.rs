//! What git proves: raw commits, the mainline, versions. Histories come from the builder in `repo.rs`.

mod approved_ref;
mod chain;
mod change;
mod commit;
mod damaged;
mod hostile;
mod meet;
mod merges;
mod proposal;
mod revisions;
mod store;
mod versions;

use exledger::history::chain::Chain;
use exledger::history::objects::Oid;
use exledger::history::paths::LedgerPrefix;
use exledger::history::refs;
use exledger::history::version::{Trail, TrailKey};
use exledger::history::walk;
use exledger::history::walked::History;
use exledger::store::git::Repository;

use crate::repo::Repo;

/// A record that lints clean under the default policy.
pub(crate) const SAMPLE: &str = "\
id: EXC-2026-7F3KQ
title: Nightly invoices still read with the shared database user
class: standard
deviates_from: {rule: Every job has its own database user}
subject: {application: billing}
owner: {name: Ana Ruiz, email: ana@example.com}
justification: The job is replaced in December (BILL-412); splitting the user now would stop invoicing for two weeks.
risk: {level: moderate}
root_cause: brittle-dependency
compensating_controls:
  - {id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: soc@example.com, status: active}
expires: 2026-12-20
";

/// The id of [`SAMPLE`].
pub(crate) const ID: &str = "EXC-2026-7F3KQ";

/// Converts an object id to the library's type.
pub(crate) fn own(oid: git2::Oid) -> Oid {
    Oid::from_bytes(oid.as_bytes()).unwrap()
}

/// Returns the chain of a folder's approved ref.
pub(crate) fn chain_of(git: &Repository, now: exledger::record::time::Instant) -> Chain {
    let refs = git.refs().unwrap();
    let chosen = refs::choose(&refs, None, &|name| git.find(name), None).unwrap();
    exledger::history::chain::walk(git, &chosen, now).unwrap()
}

/// Returns the history of the ledger at the top of a folder's repository.
pub(crate) fn history_of(
    folder: &std::path::Path,
    now: exledger::record::time::Instant,
) -> History {
    let git = Repository::discover(folder).unwrap();
    let chain = chain_of(&git, now);
    walk::walk(&git, chain, &LedgerPrefix::default()).unwrap()
}

impl Repo {
    /// Returns what git proves about `main` at the time of the next commit.
    pub(crate) fn history(&self) -> History {
        history_of(self.path(), self.now())
    }

    /// Returns the trail of a record.
    pub(crate) fn trail(&self, id: &str) -> Trail {
        let mut history = self.history();
        history.trails.remove(&TrailKey::Id(id.to_owned())).unwrap()
    }
}
