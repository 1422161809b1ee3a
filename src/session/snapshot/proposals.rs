//! What branches and the work tree propose, read from the repository.
//!
//! Start at [`read`]. Follows `docs/spec/status.md`, proposals and pending changes.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};

use crate::history::objects::Oid;
use crate::history::paths::LedgerPrefix;
use crate::history::proposal::{self, Proposals, Sources};
use crate::history::refs::{ApprovedRef, HeadState};
use crate::history::tree::CommitTree;
use crate::history::version::TrailKey;
use crate::policy::governance::{Governance, State};
use crate::record::time::Instant;
use crate::session::error::{Error, Undetermined};
use crate::session::locate::{self, Located};
use crate::session::mainline::OpenMainline;
use crate::session::notice::Notice;
use crate::session::snapshot::Snapshot;
use crate::status::state::RecordState;
use crate::store::files::WorkTree;
use crate::store::git::Repository;
use crate::survey::proposed::{self, ProposalContext};

/// What is proposed, and where.
pub(crate) struct Proposed {
    proposals: Proposals,
    /// Where it was looked for.
    pub(crate) sources: Sources,
    tree: WorkTree,
}

/// Reads what is proposed against an approved ref.
///
/// # Errors
/// Where refs, work tree or the commit that is checked out can't be read.
pub(crate) fn read(located: &Located, snapshot: &mut Snapshot<'_>) -> Result<Proposed, Error> {
    let sources = sources_of(snapshot.repository, snapshot)?;
    of(located, snapshot, sources)
}

/// Reads what branches and the work tree look like now, through a repository that was opened just now.
fn sources_of(repository: &Repository, snapshot: &Snapshot<'_>) -> Result<Sources, Undetermined> {
    let records = &snapshot.governance.policy.records;
    read_sources(repository, &snapshot.prefix, records, &snapshot.chosen)
}

/// Reads what these sources propose.
fn of(located: &Located, snapshot: &mut Snapshot<'_>, sources: Sources) -> Result<Proposed, Error> {
    let (repository, prefix) = (snapshot.repository, &snapshot.prefix);
    let records = &snapshot.governance.policy.records;
    let proposals = proposal::read(repository, &snapshot.history, prefix, records, &sources)?;
    for (branch, obstacle) in &proposals.obstacles {
        snapshot
            .notices
            .push(Notice::UnreadableBranch { branch: branch.clone(), obstacle: obstacle.clone() });
    }
    Ok(Proposed { proposals, sources, tree: located.tree.clone() })
}

/// Tells whether nothing can be proposed: every branch is on the mainline, and the work tree is as it was checked out.
///
/// # Errors
/// As [`read`].
pub(crate) fn are_none(line: &OpenMainline<'_>) -> Result<bool, Undetermined> {
    let records = &line.governance.policy.records;
    let sources = read_sources(line.repository, &line.prefix, records, &line.chosen)?;
    let landings = line.chain.mainline.landings.iter();
    let landed: HashSet<Oid> = landings.map(|landing| landing.oid).collect();
    let branches = sources.branches.iter().map(|(_, tip)| tip);
    let mut tips = branches.chain(&sources.head);
    Ok(sources.loose.is_empty() && tips.all(|tip| landed.contains(tip)))
}

fn read_sources(
    repository: &Repository,
    prefix: &LedgerPrefix,
    records: &[String],
    chosen: &ApprovedRef,
) -> Result<Sources, Undetermined> {
    let refs = repository.refs()?;
    let head = match &refs.head {
        HeadState::Branch(name) => refs.names.get(name).copied(),
        HeadState::Detached(oid) => Some(*oid),
    };
    let loose = repository.loose(head, prefix, records)?;
    Ok(Sources::from_refs(&refs, chosen, loose))
}

impl Snapshot<'_> {
    /// Looks again at what branches and the work tree are, and returns it where it is not what it was; `located` was opened
    /// just now.
    ///
    /// # Errors
    /// As `read`, and where the policy that is checked out has errors.
    pub fn moved_proposals(&self, located: &Located) -> Result<Option<Sources>, Error> {
        locate::governance(&located.tree)?;
        let sources = sources_of(located.repository()?, self)?;
        let is_new = |before: &Proposed| before.sources != sources;
        let is_new = self.proposals.as_ref().is_some_and(is_new);
        Ok(is_new.then_some(sources))
    }

    /// Reads what these sources propose.
    ///
    /// # Errors
    /// As `read`.
    pub fn propose_anew(&mut self, located: &Located, sources: Sources) -> Result<(), Error> {
        self.proposals = Some(of(located, self, sources)?);
        self.judge_all();
        Ok(())
    }
}

impl Proposed {
    /// Forgets what is proposed about records that are not wanted.
    pub(crate) fn keep(&mut self, wanted: &dyn Fn(&TrailKey) -> bool) {
        self.proposals.by_key.retain(|key, _| wanted(key));
    }

    /// Adds what is proposed to what stands.
    pub(crate) fn join(
        &self,
        standings: &mut Vec<RecordState>,
        approved: &Snapshot<'_>,
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
        let around = ProposalContext {
            governance: &approved.governance,
            proposed: &governance,
            vacant: &|key| approved.standing(key, instant),
            instant,
        };
        proposed::join(standings, &self.proposals, &around);
    }

    /// Returns the governance of a branch, or of the work tree; where it can't be relied on, that of the approved ref.
    fn governance(&self, branch: Option<&str>, approved: &Snapshot<'_>) -> Governance {
        let read = || match branch {
            None => Governance::read(&self.tree).ok(),
            Some(name) => {
                let (_, tip) = self.sources.branches.iter().find(|(branch, _)| branch == name)?;
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
    pub(crate) fn bytes(&self, standing: &RecordState, approved: &Snapshot<'_>) -> Option<Vec<u8>> {
        use crate::ledger::tree::Tree;
        let mut found = self.proposals.by_key.iter();
        let (_, of_one) = found.find(|(key, _)| key.as_str() == standing.key)?;
        let file = of_one
            .iter()
            .flat_map(|proposal| &proposal.files)
            .find(|file| *file.path == *standing.path)?;
        approved.blob(file.blob).or_else(|| self.tree.bytes(&file.path).ok()?)
    }
}
