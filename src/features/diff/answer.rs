//! Compares a branch with the place where it will land: the only path from a repository to the rules about changes.
//!
//! Start at `compare`. Follows `docs/spec/cli.md`, lint and diff.

use crate::diag::shell::is_branch_name;
use crate::features::diff::compared::{Compared, ProposedState};
use crate::features::diff::comparison::Comparer;
use crate::history::objects::Oid;
use crate::session::error::{Error, Usage};
use crate::session::locate::Located;
use crate::session::mainline;
use crate::session::options::Moment;
use crate::store::git::Repository;
use crate::store::git::indexed::IndexedObjects;
use std::cell::OnceCell;

pub(crate) fn compare(
    located: &Located,
    at: &Moment,
    onto: Option<&str>,
    proposed: ProposedState<'_>,
) -> Result<Compared, Error> {
    let repository = located.repository()?;
    let chosen = mainline::approved_ref(located)?;
    let onto = match onto {
        Some(name) => commit(repository, name)?,
        None => chosen.tip,
    };
    let head = match proposed.commit {
        Some(commit) => commit,
        None => commit(repository, "HEAD")?,
    };
    let mut parents = vec![head];
    if proposed.commit.is_none() {
        parents.extend(repository.merged_heads());
    }
    let own = match (proposed.branch, proposed.commit) {
        (None, None) => mainline::own_branch(located).filter(|name| is_branch_name(name)),
        _ => None,
    };
    let proposed = ProposedState { branch: proposed.branch.or(own.as_deref()), ..proposed };
    let indexed = IndexedObjects::of(repository, !chosen.is_pinned());
    let comparer = Comparer {
        repository,
        prefix: repository.ledger_prefix(&located.root),
        chosen,
        now: at.now,
        on: at.on,
        chain: OnceCell::new(),
        past: OnceCell::new(),
        indexed,
    };
    Ok(comparer.compare(onto, &parents, proposed)?)
}

/// Returns the commit that a name resolves to.
///
/// # Errors
/// [`Usage::NoCommit`] if it resolves to none, [`Usage::Ambiguous`] if to several, and [`Error::Undetermined`] if an object
/// can't be read.
pub fn commit(repository: &Repository, name: &str) -> Result<Oid, Error> {
    if name == "HEAD" && repository.find(name).is_none() {
        let help = "commit something on the branch first; without a commit to compare, `exledger lint` judges the work tree";
        return Err(Usage::refused("HEAD has no commit yet", help).into());
    }
    let found = repository.resolve(name).map(|found| found.oid);
    found.map_err(|unresolved| {
        Error::of_revision(name, unresolved, || Usage::NoCommit {
            name: name.to_owned(),
            similar: repository.branch_like(name),
            fetch: repository.fetch_command(),
        })
    })
}
