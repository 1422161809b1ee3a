//! The compared state, and its differences.
//!
//! Start at [`Compared`].

use crate::diag::Finding;
use crate::diag::sorting::StableSort as _;
use crate::history::objects::Oid;
use crate::ledger::Files;
use crate::ledger::tree::Tree;
use crate::policy::governance::{Governance, State};
use crate::policy::people::person::Person;
use crate::record::time::Instant;
use crate::rules::case::RuleContext;
use crate::rules::change_cases::{
    ChangeCase, GovernanceChange, Needs, RulesStanding, TakenOnBranch,
};
use crate::rules::lint;
use crate::rules::past::RecordPast;
use crate::rules::renewals::{self, Renewals, RenewedRecord};
use crate::session::notice::Notice;
use crate::survey::approved_state::{ApprovedState, PastObstacle};
use crate::survey::branch::{self, Delta};
use crate::survey::neighbour::Neighbours;
use crate::survey::redesign::RedesignHistory;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The proposed state, which is compared with its target branch.
#[derive(Clone, Copy)]
pub struct ProposedState<'p> {
    /// Its files.
    pub tree: &'p dyn Tree,
    /// Its governance.
    pub governance: &'p Governance,
    /// The commit; `None` for the work tree.
    pub commit: Option<Oid>,
    /// The paths of files that differ from the work tree.
    pub instead: &'p [String],
    /// The branch that approvers name; `None` for the one that is checked out.
    pub branch: Option<&'p str>,
}

/// What a branch changes.
pub struct Compared {
    /// The commit where it branches off from the target branch.
    pub base: Oid,
    /// The tip of the branch, or the commit that the work tree is based on.
    pub head: Oid,
    /// The commit that it will land on.
    pub target: Oid,
    /// The governance that decides who must approve: the one that counts there, or the first one, which the branch brings.
    pub onto: Rc<Governance>,
    /// Whether the branch brings the first policy: everything that lands with it is judged by it.
    pub is_first: bool,
    /// The records that differ, by key.
    pub entries: Vec<Entry>,
    /// Its changes to the governance files.
    pub rulings: Vec<GovernanceChange>,
    /// What its commits take away, and later ones give back.
    pub taken: Vec<TakenOnBranch>,
    /// The commit of which git's commit-graph says that it is another one.
    pub wrong_graph: Option<Oid>,
    /// Its changes to the forge's workflows and actions.
    pub workflows: Vec<GovernanceChange>,
    /// The authors of its changes to each governance file, by path; without uncommitted changes.
    pub governors: BTreeMap<String, branch::BranchAuthors>,
    /// The governance before it.
    pub before: Rc<Governance>,
    /// Each governance that it introduces.
    pub brought: Vec<Rc<Governance>>,
    /// The governance under which its records are evaluated: the one that counts before it, with its own changes.
    pub governance: Rc<Governance>,
    /// The governance files that landed before it, do not count, and are not changed by it.
    pub uncounted: Vec<String>,
    /// Paths that are named like a record, are not files, and did not exist before.
    pub odd: Files,
    /// Landed records of the same kind, or about the same subject, as a record that differs; `None` without any.
    pub neighbours: Option<Neighbours>,
    /// The redesigns that landed, with those that it adds or changes.
    pub redesigns: Vec<RedesignHistory>,
    /// Those that it adds or changes.
    pub planned: Vec<ChangedRedesign>,
    /// The end of all windows: the instant in question, otherwise the committer time of the head.
    pub until: Instant,
}

/// A redesign that differs, which needs an approval as the policy does.
#[derive(Clone, Debug)]
pub struct ChangedRedesign {
    pub path: String,
    /// The listed people who did not write the change.
    pub approvers: Vec<Person>,
    pub standing: Rc<RulesStanding>,
}

/// A record that differs.
pub struct Entry {
    /// Its files before and after.
    pub delta: Delta,
    /// The landed state and the approved state.
    pub landed: ApprovedState,
    /// The author set so far: approvals by these persons do not count.
    pub makers: Vec<Person>,
    /// Who must approve the change.
    pub needs: Needs,
    /// The facts of its past that rules need.
    pub past: RecordPast,
}

impl Entry {
    /// Returns what can't be determined of the record's past and matters to the change: its approved state, and which similar
    /// records landed earlier.
    pub fn doubt(&self) -> Option<PastObstacle> {
        let approval = self.landed.doubt.clone().map(PastObstacle::Approval);
        let similar = self.landed.hidden.clone().map(PastObstacle::Similar);
        approval.or(similar)
    }

    fn renewed(&self) -> Option<RenewedRecord> {
        let (before, source) = (self.delta.before.first()?, self.delta.after.first()?);
        let (before, after) = (before.record.as_ref()?, source.record.as_ref()?);
        renewals::is_renewed(before, after).then(|| RenewedRecord {
            id: source.stem().to_owned(),
            path: source.path.clone(),
            pos: Some(source.pos("expires")),
        })
    }

    /// Returns the change as a case for rules.
    pub fn changed<'c>(&'c self, compared: &'c Compared) -> ChangeCase<'c> {
        ChangeCase {
            start: Some(compared.base),
            before: self.delta.before.first(),
            after: self.delta.after.first(),
            approved: self.landed.approved.as_deref(),
            waiting: self.landed.waiting.as_deref(),
            closed: self.landed.closed.as_deref(),
            renewed: self.landed.renewed,
            begin: self.landed.begin.as_ref(),
            needs: self.needs.clone(),
            past: self.past,
            base: &compared.before,
            brought: &compared.brought,
        }
    }
}

impl Compared {
    /// Returns when a redesign file first landed, or would.
    pub fn redesign_landed(&self, path: &str) -> Option<Instant> {
        let known = self.redesigns.iter().find(|redesign| redesign.path == path);
        known.and_then(|known| known.landed).or(Some(self.until))
    }

    /// Returns notices for the governance files whose last version that counts applies instead of the landed one, and for a
    /// commit-graph that is not used.
    pub fn notices(&self) -> impl Iterator<Item = Notice> {
        let base = self.base.short();
        self.uncounted
            .iter()
            .map(move |path| Notice::Uncounted { path: path.clone(), base: base.clone() })
            .chain(self.wrong_graph.map(|commit| Notice::WrongCommitGraph { commit }))
    }

    fn renewals(&self) -> Renewals {
        let entries = self.entries.iter();
        let mut renewed: Vec<RenewedRecord> = entries.filter_map(Entry::renewed).collect();
        renewed.order_by(Ord::cmp);
        Renewals { landing: None, renewed }
    }

    /// Returns the findings about the changes: of each record, and of the governance files.
    pub fn findings(&self, context: &RuleContext<'_>) -> Vec<Finding> {
        let mut findings = lint::branch(&self.rulings, context);
        findings.extend(lint::taken(&self.taken, context));
        findings.extend(lint::workflows(&self.workflows, context));
        // Nothing is evaluated under a policy that can't be read.
        if context.governance.state != State::Broken {
            for entry in &self.entries {
                findings.extend(lint::change(&entry.changed(self), context));
            }
            findings.extend(lint::renewals(&self.renewals(), context));
        }
        findings
    }
}
