//! What is compared, and what differs.
//!
//! Start at [`Compared`].

use crate::diag::Finding;
use crate::history::objects::Oid;
use crate::ledger::Files;
use crate::ledger::tree::Tree;
use crate::policy::governance::{Governance, State};
use crate::policy::people::person::Person;
use crate::record::time::not_after;
use crate::rules::case::RuleContext;
use crate::rules::change_cases::{ChangeCase, GovernanceChange, Needs};
use crate::rules::lint;
use crate::rules::past::RecordPast;
use crate::session::notice::Notice;
use crate::survey::approved_state::{ApprovedState, PastObstacle};
use crate::survey::branch::{self, Delta};
use crate::survey::neighbour::Neighbours;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The state that is compared with where it will land.
#[derive(Clone, Copy)]
pub struct ProposedState<'p> {
    /// Its files.
    pub tree: &'p dyn Tree,
    /// Its governance.
    pub governance: &'p Governance,
    /// The commit; `None` for the work tree.
    pub commit: Option<Oid>,
    /// Files that are not what the work tree holds, by their paths.
    pub instead: &'p [String],
}

/// What a branch changes.
pub struct Compared {
    /// The commit at which it parts from where it will land.
    pub base: Oid,
    /// The commit that it ends with, or that the work tree is based on.
    pub head: Oid,
    /// The records that differ, by key.
    pub entries: Vec<Entry>,
    /// What it does to the governance files.
    pub rulings: Vec<GovernanceChange>,
    /// What it does to workflows and actions of the forge.
    pub workflows: Vec<GovernanceChange>,
    /// Who made what it does to each governance file, by path; without what is not committed.
    pub governors: BTreeMap<String, branch::BranchAuthors>,
    /// The governance before it.
    pub before: Rc<Governance>,
    /// Each governance that it brings.
    pub brought: Vec<Rc<Governance>>,
    /// The governance that its records are judged by: what counts before it, with its own changes.
    pub governance: Rc<Governance>,
    /// The governance files that landed before it, do not count, and are not its own.
    pub uncounted: Vec<String>,
    /// What is named like a record, is no file, and was not there before.
    pub odd: Files,
    /// What landed of the same kind, or about the same, as a record that differs; `None` where none does.
    pub neighbours: Option<Neighbours>,
}

/// A record that differs.
pub struct Entry {
    /// Its files before and after.
    pub delta: Delta,
    /// What of it has landed, and what of it is approved.
    pub landed: ApprovedState,
    /// Who made it, and whose word counts no more than theirs: the author set so far.
    pub makers: Vec<Person>,
    /// Those of them whom a commit of their own shows.
    pub committed: Vec<Person>,
    /// Who must approve the change.
    pub needs: Needs,
    /// What rules need to know of its past.
    pub past: RecordPast,
}

impl Entry {
    /// Returns what can't be told of the record's past and matters to the change: what of it is approved, and for one
    /// that ends later how often it did so before.
    pub fn doubt(&self) -> Option<PastObstacle> {
        let both = self.delta.before.first().zip(self.delta.record_after());
        let is_longer = both.is_some_and(|(before, after)| {
            let before = before.record.as_ref();
            before.is_some_and(|it| not_after(&after.expires) > not_after(&it.expires))
        });
        let is_cut = self.landed.begins_behind && is_longer;
        let approval = self.landed.doubt.clone().map(PastObstacle::Approval);
        approval.or_else(|| is_cut.then_some(PastObstacle::FiledBefore))
    }

    /// Returns the change as rules look at it.
    pub fn changed<'c>(&'c self, compared: &'c Compared) -> ChangeCase<'c> {
        ChangeCase {
            before: self.delta.before.first(),
            after: self.delta.after.first(),
            approved: self.landed.approved.as_deref(),
            waiting: self.landed.waiting.as_deref(),
            renewed: self.landed.renewed,
            needs: self.needs.clone(),
            past: self.past,
            base: &compared.before,
            brought: &compared.brought,
        }
    }
}

impl Compared {
    /// Returns which governance files another version judges than the one that lies there.
    pub fn notices(&self) -> impl Iterator<Item = Notice> {
        let base = self.base.short();
        self.uncounted
            .iter()
            .map(move |path| Notice::Uncounted { path: path.clone(), base: base.clone() })
    }

    /// Returns the findings about the changes: of each record, and of the governance files.
    pub fn findings(&self, known: &RuleContext<'_>) -> Vec<Finding> {
        let mut findings = lint::branch(&self.rulings, known);
        findings.extend(lint::workflows(&self.workflows, known));
        // Under a policy that can't be read nothing is judged.
        if known.governance.state != State::Broken {
            for entry in &self.entries {
                findings.extend(lint::change(&entry.changed(self), known));
            }
        }
        findings
    }
}
