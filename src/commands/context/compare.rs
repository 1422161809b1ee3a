//! What a branch changes against where it will land: the one way from repository to the rules about changes.
//!
//! Start at [`Ctx::compare`]. Follows `docs/spec/cli.md`, lint and diff.

mod cast;
mod desk;
pub(crate) mod near;
mod uncounted;
mod workflow;

use crate::commands::context::Ctx;
use crate::commands::context::compare::desk::Desk;
use crate::commands::context::fault;
use crate::commands::context::place::Home;
use exledger::diag::Finding;
use exledger::history::objects::Oid;
use exledger::history::paths::Prefix;
use exledger::ledger::Files;
use exledger::ledger::tree::Tree;
use exledger::policy::governance::{Governance, State};
use exledger::policy::people::person::Person;
use exledger::record::time::not_after;
use exledger::rules::case::RuleContext;
use exledger::rules::change_cases::{ChangeCase, GovernanceChange, Needs};
use exledger::rules::lint;
use exledger::rules::past::RecordPast;
use exledger::store::git::Repository;
use exledger::survey::approved_state::ApprovedState;
use exledger::survey::branch::{self, Delta};
use exledger::survey::neighbour::Neighbours;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The state that is compared with where it will land.
#[derive(Clone, Copy)]
pub(crate) struct Proposed<'p> {
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
pub(crate) struct Compared {
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
    pub governors: BTreeMap<String, branch::Made>,
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
pub(crate) struct Entry {
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

impl Ctx {
    /// Compares a state with the commit where it will land: the approved ref unless another is named.
    ///
    /// # Errors
    /// [`fault::Fault::CannotSay`] outside git, without an approved ref, without a common commit, or where objects are
    /// missing; [`fault::Fault::Misuse`] when the name stands for no commit.
    pub(crate) fn compare(
        &self,
        home: &Home,
        onto: Option<&str>,
        proposed: Proposed<'_>,
    ) -> anyhow::Result<Compared> {
        let repository = home.repository()?;
        let _progress = self.progress("reading the history");
        let chosen = self.approved_ref(repository)?;
        let onto = match onto {
            Some(name) => self.commit(repository, name)?,
            None => chosen.tip,
        };
        let head = match proposed.commit {
            Some(commit) => commit,
            None => self.commit(repository, "HEAD")?,
        };
        let on = self.globals.on.as_ref().map(|on| on.instant());
        let desk = Desk {
            repository,
            prefix: Prefix::new(&repository.prefix(&home.root).unwrap_or_default()),
            chosen,
            now: self.now,
            on,
            past: OnceCell::new(),
        };
        desk.compare([onto, head], proposed)
    }

    /// Says of which governance files another version judges than the one that lies there.
    pub(crate) fn of_uncounted(&self, compared: &Compared) {
        for path in &compared.uncounted {
            self.hint(&format!(
                "hint: {path} of commit {} does not count, since nobody else approved that change: its last version that \
                 counts judges here; `exledger list` says how it gets approved",
                compared.base.short()
            ));
        }
    }

    /// Returns the commit that a name stands for.
    ///
    /// # Errors
    /// [`fault::Fault::Misuse`] where it stands for none.
    pub(crate) fn commit(&self, repository: &Repository, name: &str) -> anyhow::Result<Oid> {
        let found = repository.find(name).map(|found| found.oid);
        found.ok_or_else(|| {
            fault::misuse(
                format!("{name} names no commit of this repository"),
                "name a branch, tag or id; `git fetch origin` brings what is missing",
            )
        })
    }
}

impl Entry {
    /// Returns what can't be told of the record's past and matters to the change: what of it is approved, and for one
    /// that ends later how often it did so before.
    pub(crate) fn doubt(&self) -> Option<String> {
        let both = self.delta.before.first().zip(self.delta.record_after());
        let is_longer = both.is_some_and(|(before, after)| {
            let before = before.record.as_ref();
            before.is_some_and(|it| not_after(&after.expires) > not_after(&it.expires))
        });
        let behind = || self.landed.behind().filter(|_| is_longer);
        self.landed.doubt.clone().or_else(behind)
    }

    /// Returns the change as rules look at it.
    pub(crate) fn changed<'c>(&'c self, compared: &'c Compared) -> ChangeCase<'c> {
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
    /// Returns the findings about the changes: of each record, and of the governance files.
    pub(crate) fn findings(&self, known: &RuleContext<'_>) -> Vec<Finding> {
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
