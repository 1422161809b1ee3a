//! Proposals of branches and the work tree, read from the repository.
//!
//! Start at [`read`]. Follows `docs/spec/status.md`, proposals and pending changes.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use crate::approval::evidence::statement_file::{self, ApprovalSubject};
use crate::history::paths::LedgerPrefix;
use crate::history::proposal::{self, Proposals, RecordProposal, Sources};
use crate::history::refs::{ApprovedRef, HeadState};
use crate::history::tree::CommitTree;
use crate::history::version::{Content, FileAt, TrailKey};
use crate::ledger;
use crate::ledger::tree::Tree;
use crate::plan::reviews::find_record_folder;
use crate::policy::governance::{Governance, State};
use crate::record::time::Instant;
use crate::session::error::{Error, Undetermined};
use crate::session::locate::{self, Located};
use crate::session::notice::Notice;
use crate::session::snapshot::Snapshot;
use crate::status::state::RecordState;
use crate::store::approvals_branch::StatementTrees;
use crate::store::files::WorkTree;
use crate::store::git::Repository;
use crate::survey::proposed::{self, ProposalContext};
use crate::survey::signed_statements::{self, SignedContent, SignedStatements};

pub(crate) struct Proposed {
    proposals: Proposals,
    pub(crate) sources: Sources,
    tree: WorkTree,
}

pub(crate) struct Elsewhere {
    pub(crate) id: String,
    /// The branch that proposes it; `None` if it is on the approved ref.
    pub(crate) branch: Option<String>,
}

impl Snapshot<'_> {
    /// Returns where a record is that a text names; `None` if no branch has it.
    pub(crate) fn elsewhere(&self, text: &str) -> Option<Elsewhere> {
        let state = ledger::named(self.records(), |state| &state.key, text).ok()?;
        let mut having =
            state.pending.iter().filter(|pending| !pending.events.contains(&"removed"));
        let branch = having.find_map(|pending| pending.branch.clone());
        Some(Elsewhere { id: state.key.clone(), branch })
    }

    /// Returns the name by which `git switch` checks out a branch: without the remote, whose branch it then follows.
    pub(crate) fn to_switch<'n>(&self, branch: &'n str) -> &'n str {
        let remote = self.chosen.remote.as_deref().unwrap_or_default();
        let short = branch.strip_prefix(remote).and_then(|rest| rest.strip_prefix('/'));
        short.unwrap_or(branch)
    }
}

pub(crate) fn read(located: &Located, snapshot: &mut Snapshot<'_>) -> Result<Proposed, Error> {
    let sources = sources_of(snapshot.repository, snapshot)?;
    of(located, snapshot, sources)
}

fn sources_of(repository: &Repository, snapshot: &Snapshot<'_>) -> Result<Sources, Undetermined> {
    let records = &snapshot.governance.policy.records;
    read_sources(repository, &snapshot.prefix, records, &snapshot.chosen)
}

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
    /// Reads the branches and the work tree again, and returns them if they have changed;
    /// `located` has just been opened.
    ///
    /// # Errors
    /// As `read`, and if the checked-out policy has errors.
    pub fn moved_proposals(&self, located: &Located) -> Result<Option<Sources>, Error> {
        locate::governance(&located.tree)?;
        let sources = sources_of(located.repository()?, self)?;
        let is_new = |before: &Proposed| before.sources != sources;
        let is_new = self.proposals.as_ref().is_some_and(is_new);
        Ok(is_new.then_some(sources))
    }

    /// Reads the proposals of these sources again.
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
    pub(crate) fn keep(&mut self, wanted: &dyn Fn(&TrailKey) -> bool) {
        self.proposals.by_key.retain(|key, _| wanted(key));
    }

    pub(crate) fn join(
        &self,
        record_states: &mut Vec<RecordState>,
        approved: &Snapshot<'_>,
        instant: Instant,
    ) {
        let (known, statements) = (RefCell::new(BTreeMap::new()), OnceCell::new());
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
            vacant: &|key| approved.record_state(key, instant),
            landed: &|key| approved.landed(key.as_str()),
            signed: &|proposal| {
                let trees =
                    statements.get_or_init(|| approved.statement_trees().unwrap_or_default());
                self.signed(proposal, approved, (trees, instant)).unwrap_or_default()
            },
            remote: approved.chosen.remote.as_deref(),
            instant,
        };
        proposed::join(record_states, &self.proposals, &around);
    }

    /// Returns who signed, on the approvals branch, a statement about what a proposal says; `None` if it isn't one record.
    fn signed(
        &self,
        proposal: &RecordProposal,
        approved: &Snapshot<'_>,
        (trees, instant): (&StatementTrees<'_>, Instant),
    ) -> Option<SignedStatements> {
        let (Content::Record(record), [file]) = (&proposal.record, proposal.files.as_slice())
        else {
            return None;
        };
        let records = &approved.governance.policy.records;
        let content = SignedContent {
            about: &ApprovalSubject::Record(record.id.clone()),
            from: None,
            sha256: &statement_file::digest(&self.bytes_of(file, approved)?),
            folder: &find_record_folder(records, &file.path),
            records,
            ledger: &approved.ledger_name(),
        };
        let (own, trees, governance) = (trees.own(), trees.counting(), &approved.governance);
        signed_statements::read(own, trees, &content, governance, instant).ok()
    }

    // Returns the governance of a branch, or of the work tree; if it has errors, that of the approved ref.
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

    /// Returns the bytes of a record that exists only as a proposal.
    pub(crate) fn bytes(
        &self,
        record_state: &RecordState,
        approved: &Snapshot<'_>,
    ) -> Option<Vec<u8>> {
        let mut found = self.proposals.by_key.iter();
        let (_, of_one) = found.find(|(key, _)| key.as_str() == record_state.key)?;
        let file = of_one
            .iter()
            .flat_map(|proposal| &proposal.files)
            .find(|file| *file.path == *record_state.path)?;
        self.bytes_of(file, approved)
    }

    fn bytes_of(&self, file: &FileAt, approved: &Snapshot<'_>) -> Option<Vec<u8>> {
        approved.blob(file.blob).or_else(|| self.tree.bytes(&file.path).ok()?)
    }
}
