//! What branches and the work tree propose, read from the repository.
//!
//! Start at [`read`]. Follows `docs/spec/status.md`, proposals and pending changes.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};

use crate::commands::context::Ctx;
use crate::commands::context::approved::{self, Approved};
use crate::commands::context::asked::Asked;
use crate::commands::context::fault;
use crate::commands::context::place::{self, Home};
use exledger::history::objects::Oid;
use exledger::history::paths::Prefix;
use exledger::history::proposal::{self, Proposals, Sources};
use exledger::history::refs::{Chosen, Head};
use exledger::history::tree::CommitTree;
use exledger::history::version::Key;
use exledger::policy::governance::{Governance, State};
use exledger::record::time::Instant;
use exledger::status::state::RecordState;
use exledger::store::files::WorkTree;
use exledger::store::git::Repository;
use exledger::survey::proposed::{self, Around};

/// What is proposed, and where.
pub(crate) struct Proposed {
    proposals: Proposals,
    /// Where it was looked for.
    pub(super) sources: Sources,
    tree: WorkTree,
}

/// Reads what is proposed against an approved ref.
///
/// # Errors
/// [`fault::Fault::CannotSay`] when refs, work tree or the commit that is checked out can't be read.
pub(crate) fn read(ctx: &Ctx, home: &Home, approved: &Approved<'_>) -> anyhow::Result<Proposed> {
    let sources = sources_of(approved.repository, approved)?;
    of(ctx, home, approved, sources)
}

/// Reads what branches and the work tree look like now, through a repository that was opened just now.
///
/// # Errors
/// As [`read`].
pub(crate) fn sources_of(
    repository: &Repository,
    approved: &Approved<'_>,
) -> anyhow::Result<Sources> {
    let records = &approved.governance.policy.records;
    sources(repository, &approved.prefix, records, &approved.chosen)
}

/// Reads what these sources propose.
fn of(
    ctx: &Ctx,
    home: &Home,
    approved: &Approved<'_>,
    sources: Sources,
) -> anyhow::Result<Proposed> {
    let (repository, prefix) = (approved.repository, &approved.prefix);
    let records = &approved.governance.policy.records;
    let proposals = proposal::read(repository, &approved.history, prefix, records, &sources)
        .map_err(approved::obstacle)?;
    for (branch, obstacle) in &proposals.obstacles {
        ctx.hint(&format!(
            "hint: cannot say what {branch} proposes: {obstacle}: {}",
            obstacle.repair()
        ));
    }
    Ok(Proposed {
        proposals,
        sources,
        tree: home.tree.clone(),
    })
}

/// Tells whether nothing can be proposed: every branch is on the mainline, and the work tree is as it was checked out.
///
/// # Errors
/// As [`read`].
pub(crate) fn are_none(asked: &Asked<'_>) -> anyhow::Result<bool> {
    let records = &asked.governance.policy.records;
    let sources = sources(asked.repository, &asked.prefix, records, &asked.chosen)?;
    let landings = asked.chain.mainline.landings.iter();
    let landed: HashSet<Oid> = landings.map(|landing| landing.oid).collect();
    let branches = sources.branches.iter().map(|(_, tip)| tip);
    let mut tips = branches.chain(&sources.head);
    Ok(sources.loose.is_empty() && tips.all(|tip| landed.contains(tip)))
}

fn sources(
    repository: &Repository,
    prefix: &Prefix,
    records: &[String],
    chosen: &Chosen,
) -> anyhow::Result<Sources> {
    let refs = repository
        .refs()
        .map_err(|error| fault::cannot_say(error.to_string(), ""))?;
    let head = match &refs.head {
        Head::Branch(name) => refs.names.get(name).copied(),
        Head::Detached(oid) => Some(*oid),
    };
    let loose = repository
        .loose(head, prefix, records)
        .map_err(|error| fault::cannot_say(error.to_string(), ""))?;
    Ok(Sources::of(&refs, chosen, loose))
}

impl Approved<'_> {
    /// Reads again what branches and the work tree propose, and tells whether that differs from what it was; `home` was
    /// opened just now.
    ///
    /// # Errors
    /// As [`read`], and where the policy that is checked out has errors.
    pub(crate) fn look_again(&mut self, ctx: &Ctx, home: &Home) -> anyhow::Result<bool> {
        place::sound(&Governance::read(&home.tree).map_err(|error| fault::tree(&error))?)?;
        let sources = sources_of(home.repository()?, self)?;
        let is_new = |before: &Proposed| before.sources != sources;
        let is_new = self.proposals.as_ref().is_some_and(is_new);
        if is_new {
            self.proposals = Some(of(ctx, home, self, sources)?);
            self.standings = self.at(self.stamp.instant);
        }
        Ok(is_new)
    }
}

impl Proposed {
    /// Forgets what is proposed about records that are not wanted.
    pub(super) fn keep(&mut self, wanted: &dyn Fn(&Key) -> bool) {
        self.proposals.by_key.retain(|key, _| wanted(key));
    }

    /// Adds what is proposed to what stands.
    pub(super) fn join(
        &self,
        standings: &mut Vec<RecordState>,
        approved: &Approved<'_>,
        instant: Instant,
    ) {
        let known = RefCell::new(BTreeMap::new());
        let governance = |branch: Option<&str>| -> Governance {
            let mut known = known.borrow_mut();
            let found = known
                .entry(branch.map(str::to_owned))
                .or_insert_with(|| self.governance(branch, approved));
            found.clone()
        };
        let around = Around {
            governance: &approved.governance,
            proposed: &governance,
            vacant: &|key| approved.standing(key, instant),
            instant,
        };
        proposed::join(standings, &self.proposals, &around);
    }

    /// Returns the governance of a branch, or of the work tree; where it can't be relied on, that of the approved ref.
    fn governance(&self, branch: Option<&str>, approved: &Approved<'_>) -> Governance {
        let read = || match branch {
            None => Governance::read(&self.tree).ok(),
            Some(name) => {
                let (_, tip) = self
                    .sources
                    .branches
                    .iter()
                    .find(|(branch, _)| branch == name)?;
                let tree =
                    CommitTree::of_commit(approved.repository, *tip, &approved.prefix).ok()?;
                Governance::read(&tree).ok()
            }
        };
        read()
            .filter(|read| read.state == State::Sound)
            .unwrap_or_else(|| Governance::clone(&approved.governance))
    }

    /// Returns the bytes of a record that is only proposed.
    pub(super) fn bytes(&self, standing: &RecordState, approved: &Approved<'_>) -> Option<Vec<u8>> {
        use exledger::ledger::tree::Tree;
        let mut found = self.proposals.by_key.iter();
        let (_, of_one) = found.find(|(key, _)| key.as_str() == standing.key)?;
        let file = of_one
            .iter()
            .flat_map(|proposal| &proposal.files)
            .find(|file| *file.path == *standing.path)?;
        approved
            .blob(file.blob)
            .or_else(|| self.tree.bytes(&file.path).ok()?)
    }
}
