//! What the approved ref says of every record at the instant asked about: the one way from repository to answers.
//!
//! Start at [`Ctx::approved`]. Follows `docs/spec/cli.md`, which tree, which clock, and `docs/spec/approval.md`, T5.

use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::context::judged::Scope;
use crate::commands::context::place::Home;
use crate::commands::context::proposals::{self, Proposed};
use crate::commands::context::repetition::Passed;
use crate::commands::exit::Outcome;
use exledger::approval::approvals::Approvals;
use exledger::approval::counted::CountedGovernance;
use exledger::approval::ledger_name::{LedgerName, Unnamed};
use exledger::diag;
use exledger::history::content;
use exledger::history::ident::Ident;
use exledger::history::mainline::Guard;
use exledger::history::objects::{Obstacle, Oid};
use exledger::history::paths::Prefix;
use exledger::history::refs::Chosen;
use exledger::history::version::{Key, Trail};
use exledger::history::walked::History;
use exledger::policy::governance::Governance;
use exledger::policy::people;
use exledger::record::reference::ControlRef;
use exledger::record::time::Instant;
use exledger::status;
use exledger::status::reason;
use exledger::status::state::{RecordState, Status};
use exledger::store::git::Repository;
use exledger::view;
use exledger::view::shape::{self, Stamp};
use exledger::yaml::node::Limits;
use std::collections::BTreeMap;
use std::mem::{self, ManuallyDrop};
use std::rc::Rc;

/// Every record at an instant, and what that was computed from.
pub(crate) struct Approved<'h> {
    /// What the answer bears.
    pub stamp: Stamp,
    /// The governance that counts at the tip of the approved ref.
    pub governance: Rc<Governance>,
    /// Every record of its mainline, by key.
    pub standings: Vec<RecordState>,
    pub(super) repository: &'h Repository,
    pub(super) history: History,
    pub(super) prefix: Prefix,
    pub(super) chosen: Chosen,
    pub(super) approvals: Approvals,
    /// What was left out, as far as others may be it filed again.
    pub(super) passed: Passed,
    pub(super) proposals: Option<Proposed>,
}

/// The answer to a command, which is never given back: the process ends with it, and to free a long history piece by
/// piece takes a twentieth of the time.
pub(crate) type Kept<'h> = ManuallyDrop<Approved<'h>>;

impl Ctx {
    /// Judges every record on the approved ref, and adds what branches and the work tree propose.
    ///
    /// # Errors
    /// As [`Ctx::asked`].
    pub(crate) fn approved<'h>(&self, home: &'h Home) -> anyhow::Result<Kept<'h>> {
        self.approved_of(home, Scope::Everything)
    }

    /// Judges some records on the approved ref, and adds what branches and the work tree propose.
    ///
    /// # Errors
    /// As [`Ctx::asked`].
    pub(crate) fn approved_of<'h>(
        &self,
        home: &'h Home,
        scope: Scope<'_>,
    ) -> anyhow::Result<Kept<'h>> {
        let approved = self.judged(self.asked(home)?, scope)?;
        let mut approved = self.with_proposals(home, approved, &|_| true)?;
        approved.count_refilings(scope);
        Ok(approved)
    }

    /// Judges some records on the approved ref.
    ///
    /// # Errors
    /// As [`Ctx::asked`].
    pub(crate) fn approved_only<'h>(
        &self,
        home: &'h Home,
        scope: Scope<'_>,
    ) -> anyhow::Result<Kept<'h>> {
        let mut approved = self.judged(self.asked(home)?, scope)?;
        approved.count_refilings(scope);
        Ok(approved)
    }

    /// Adds what branches and the work tree propose about the records that are wanted.
    ///
    /// # Errors
    /// As [`proposals::read`].
    pub(crate) fn with_proposals<'h>(
        &self,
        home: &Home,
        mut approved: Kept<'h>,
        wanted: &dyn Fn(&Key) -> bool,
    ) -> anyhow::Result<Kept<'h>> {
        // What was proposed in the past is not known: branches move.
        if self.globals.as_of.is_none() {
            let mut proposals = proposals::read(self, home, &approved)?;
            proposals.keep(&|key| wanted(key) && !approved.history.left_out.contains(key));
            let mut standings = mem::take(&mut approved.standings);
            proposals.join(&mut standings, &approved, approved.stamp.instant);
            approved.standings = standings;
            approved.proposals = Some(proposals);
        }
        Ok(approved)
    }

    pub(super) fn stamp(
        &self,
        repository: &Repository,
        history: &History,
        counted: &CountedGovernance,
        instant: Instant,
    ) -> Stamp {
        let mainline = &history.mainline;
        let guard = match mainline.guard {
            Guard::Local => " (local, unprotected)".to_owned(),
            Guard::Remote => {
                let remote = mainline.reference.starts_with("refs/remotes/");
                let fetched = repository.fetched(&mainline.reference).filter(|_| remote);
                let words = |at: Instant| {
                    format!(" (fetched {})", shape::distance(at.min(self.now), self.now))
                };
                fetched.map(words).unwrap_or_default()
            }
        };
        let moved = self.globals.on.is_some() || self.globals.as_of.is_some();
        Stamp {
            name: counted.tip.policy.name.clone(),
            called: LedgerName::of(&counted.tip.policy, mainline.root(), Unnamed::Counts)
                .written()
                .map(str::to_owned),
            reference: Some(mainline.reference.clone()),
            label: Some(format!("{}{guard}", mainline.reference)),
            commit: Some(mainline.tip.to_string()),
            effective: mainline.landings.last().map(|landing| landing.effective),
            instant,
            left_out: counted.left_out.clone(),
            notes: history.notes.as_ref().map(|notes| notes.tip.to_string()),
            is_simulated: moved,
        }
    }

    /// Returns the outcome of an answer about records of which some can't be told, and says on stderr which.
    pub(crate) fn of_unknown<'a>(
        &self,
        unknown: impl Iterator<Item = &'a RecordState>,
        outcome: Outcome,
    ) -> Outcome {
        let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for standing in unknown {
            let reason = reason::first(&standing.reasons);
            let ids = by_reason.entry(reason).or_default();
            ids.push(standing.id());
        }
        for (reason, ids) in &by_reason {
            let about = match ids.as_slice() {
                [id] => (*id).to_owned(),
                ids => diag::count(ids.len(), "record"),
            };
            let reason = reason.strip_prefix("cannot say: ").unwrap_or(reason);
            self.tell(&format!("error: cannot say about {about}: {reason}"));
        }
        if by_reason.is_empty() {
            outcome
        } else {
            Outcome::CannotSay
        }
    }
}

impl Approved<'_> {
    /// Returns how many records were left out: closed and removed ones.
    pub(crate) fn n_left_out(&self) -> usize {
        self.history.left_out.len()
    }

    /// Judges every record at an instant, by the governance of the tree that is asked about.
    pub(crate) fn at(&self, instant: Instant) -> Vec<RecordState> {
        let trails = self.history.trails.iter();
        let mut standings: Vec<RecordState> = Vec::with_capacity(trails.len());
        let open = trails.filter(|(_, trail)| trail.became.is_none());
        standings.extend(open.map(|(key, _)| self.standing(key, instant)));
        if let Some(proposals) = &self.proposals {
            proposals.join(&mut standings, self, instant);
        }
        standings
    }

    /// Judges one record at an instant.
    pub(super) fn standing(&self, key: &Key, instant: Instant) -> RecordState {
        let verdicts = self
            .approvals
            .trails
            .get(key)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let (history, governance) = (&self.history, &self.governance);
        status::evaluate(
            status::state::RecordFacts {
                key,
                history,
                verdicts,
                governance,
            },
            instant,
        )
    }

    /// Returns the bytes of a record's file as it landed; of a removed one, as it last did.
    pub(crate) fn bytes(&self, standing: &RecordState) -> Option<Vec<u8>> {
        match self.trail(standing) {
            Some(trail) => {
                let files = trail
                    .versions
                    .iter()
                    .rev()
                    .find_map(|version| version.files.first());
                self.blob(files?.blob)
            }
            None => self.proposals.as_ref()?.bytes(standing, self),
        }
    }

    pub(super) fn trail(&self, standing: &RecordState) -> Option<&Trail> {
        let trails = &self.history.trails;
        let by_path = || trails.get(&Key::Path(standing.key.clone()));
        trails.get(&Key::Id(standing.key.clone())).or_else(by_path)
    }

    /// Returns how often a record landed.
    pub(crate) fn landings(&self, standing: &RecordState) -> usize {
        self.trail(standing).map_or(0, |trail| trail.versions.len())
    }

    pub(super) fn blob(&self, oid: Oid) -> Option<Vec<u8>> {
        let read = content::bytes_within(self.repository, oid, Limits::RECORD.bytes);
        read.ok().flatten()
    }

    /// Tells whether two forms name one control.
    pub(crate) fn same(&self, control: &ControlRef, asked: &str) -> bool {
        let canonical = |control: &ControlRef| {
            self.governance
                .control(control)
                .map(|found| found.canonical())
        };
        let asked = ControlRef::new(asked).and_then(|asked| canonical(&asked));
        asked.is_some() && canonical(control) == asked
    }
}

impl view::record::Names for Approved<'_> {
    fn control(&self, control: &ControlRef) -> Option<(String, String)> {
        let found = self.governance.control(control)?;
        Some((found.canonical(), found.control.title.clone()))
    }

    /// Of a merged branch this is its first commit that touches the record.
    fn filer(&self, standing: &RecordState) -> Option<String> {
        let person = |ident: &Ident| {
            let person = people::identify(&self.governance, &ident.name, &ident.email);
            let somebody = person.is_resolved() && !people::is_nobody(&person);
            somebody.then(|| person.email.clone())
        };
        let Some(trail) = self.trail(standing) else {
            return standing
                .pending
                .first()?
                .author
                .as_ref()
                .map(|author| author.email.clone());
        };
        let first = trail.versions.first()?;
        let touched = first.touched.iter().min_by_key(|commit| commit.committed());
        person(touched.unwrap_or(&first.commit).author())
    }
}

/// Tells whether a record can't be told.
pub(crate) fn is_unknown(standing: &&RecordState) -> bool {
    standing.status == Status::Unknown
}

/// Returns the error of an object that can't be had, with what repairs it.
pub(crate) fn obstacle(obstacle: Obstacle) -> anyhow::Error {
    fault::cannot_say(obstacle.to_string(), obstacle.repair())
}
