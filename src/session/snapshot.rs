//! Every record on the approved ref: the only path from a repository to answers.
//!
//! Start at [`Snapshot`]. Follows `docs/spec/cli.md`, which tree, which clock, and `docs/spec/approval.md`, T5.

mod attention;
pub mod ends;
mod landed_records;
pub(crate) mod lives;
pub(crate) mod lookup;
pub mod nearby;
pub(crate) mod owners;
pub(crate) mod proposals;
mod single;
mod stamp;
pub mod tip;
pub mod walk;

use crate::approval::next::steps::Merging;
use std::cell::OnceCell;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::sync::Arc;

use crate::approval::TrailVerdicts;
use crate::approval::next::who::KnownIdentities;
use crate::gate::facts::{FactsAsked, ending_tests};
use crate::history::content;
use crate::history::ident::Ident;
use crate::history::objects::{Extent, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::refs::ApprovedRef;
use crate::history::version::{Content, Trail, TrailKey};
use crate::history::walked::History;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::record::reference::ControlRef;
use crate::record::time::Instant;
use crate::record::trigger_test::TriggerTest;
use crate::session::about;
use crate::session::error::Error;
use crate::session::facts::{ExternalFacts, FactsAt};
use crate::session::locate::Located;
use crate::session::locate::above::PolicyReader;
use crate::session::mainline::OpenMainline;
use crate::session::notice::Notice;
use crate::session::options::Moment;
use crate::session::scanned_files::RepositoryFiles;
use crate::session::snapshot::lives::Passed;
use crate::session::snapshot::proposals::Proposed;
use crate::session::snapshot::walk::Scope;
use crate::status;
use crate::status::stamp::Stamp;
use crate::status::state::{InForce, RecordFacts, RecordState};
use crate::store::git::Repository;
use crate::survey::naming::RecordNames;
use crate::yaml::node::Limits;

/// Every record at an instant, and the data it was computed from.
pub struct Snapshot<'h> {
    pub(crate) repository: &'h Repository,
    pub(crate) data: SnapshotData,
}

/// Everything in a snapshot but its repository: `features::live` keeps it between questions.
pub struct SnapshotData {
    pub(crate) stamp: Stamp,
    pub(crate) governance: Rc<Governance>,
    pub(crate) known: OnceCell<KnownIdentities>,
    pub(crate) merging: OnceCell<Merging>,
    pub(crate) record_states: Vec<RecordState>,
    pub(crate) history: History,
    pub(crate) prefix: LedgerPrefix,
    pub(crate) chosen: ApprovedRef,
    pub(crate) approvals: TrailVerdicts,
    pub(crate) passed: Passed,
    pub(crate) proposals: Option<Proposed>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) now: Instant,
    pub(crate) is_past: bool,
    pub(crate) facts: Arc<ExternalFacts>,
    pub(crate) is_automated: bool,
}

impl Deref for Snapshot<'_> {
    type Target = SnapshotData;

    fn deref(&self) -> &SnapshotData {
        &self.data
    }
}

impl DerefMut for Snapshot<'_> {
    fn deref_mut(&mut self) -> &mut SnapshotData {
        &mut self.data
    }
}

impl<'h> Snapshot<'h> {
    pub(crate) fn facts_at(&self, instant: Instant) -> FactsAt<'_> {
        FactsAt { facts: &self.facts, instant, files: self.scanned_files() }
    }

    /// Returns the files that findings are in, at the commit in question.
    pub fn scanned_files(&self) -> RepositoryFiles<'_> {
        let past = if self.is_past { Some(self.history.mainline.tip) } else { None };
        RepositoryFiles::new(self.repository, past)
    }

    /// Returns what an answer about all records in force says of the facts; `asks` are the tests that only files can answer.
    pub fn facts_asked(&self, asks: fn(TriggerTest) -> bool) -> Option<FactsAsked> {
        let in_force = self.record_states.iter().filter(|state| state.in_force == InForce::Yes);
        let records = in_force.filter_map(|state| state.effective.as_deref());
        let tests = records.flat_map(ending_tests).filter(|(_, test)| asks(*test));
        self.facts.asked(tests.count())
    }

    pub(crate) fn open(
        located: &'h Located,
        at: &Moment,
        scope: Scope<'_>,
    ) -> Result<Snapshot<'h>, Error> {
        Snapshot::read(located, OpenMainline::open(located, at)?, (scope, at.as_of.is_none()))
    }

    pub(crate) fn open_landed(
        located: &'h Located,
        at: &Moment,
        scope: Scope<'_>,
    ) -> Result<Snapshot<'h>, Error> {
        Snapshot::read(located, OpenMainline::open(located, at)?, (scope, false))
    }

    /// Evaluates some records on the approved ref, and the policy of a folder below as one of the governance files.
    pub(crate) fn open_with_policies_below(
        located: &'h Located,
        at: &Moment,
        (policy, scope): (Option<String>, Scope<'_>),
    ) -> Result<Snapshot<'h>, Error> {
        let mut line = OpenMainline::open(located, at)?;
        line.chain.others.judged.extend(policy);
        Snapshot::read(located, line, (scope, false))
    }

    fn read(
        located: &'h Located,
        line: OpenMainline<'h>,
        (scope, proposes): (Scope<'_>, bool),
    ) -> Result<Snapshot<'h>, Error> {
        if let Scope::About(texts) = scope
            && let Some(snapshot) = about::read(located, &line, texts, proposes)?
        {
            return Ok(snapshot);
        }
        let mut snapshot = Snapshot::walk(line, scope)?;
        if proposes {
            snapshot.add_proposals(located, &|_| true)?;
        }
        Ok(snapshot.completed(scope))
    }

    pub(crate) fn policies(&self) -> PolicyReader<'_> {
        let last = self.history.mainline.landings.len().saturating_sub(1);
        PolicyReader::new(self.repository, &self.chosen, self.now, last)
    }

    pub(super) fn completed(mut self, scope: Scope<'_>) -> Snapshot<'h> {
        self.judge_all();
        self.count_refilings(scope);
        self
    }

    pub(crate) fn judge_all(&mut self) {
        self.record_states = self.records_at(self.stamp.instant);
    }

    /// Adds the proposals of branches and the work tree about the wanted records. Past proposals are not known, since
    /// branches move: only present ones are added.
    pub(crate) fn add_proposals(
        &mut self,
        located: &Located,
        wanted: &dyn Fn(&TrailKey) -> bool,
    ) -> Result<(), Error> {
        let mut proposals = proposals::read(located, self)?;
        proposals.keep(&|key| wanted(key) && !self.history.left_out.contains(key));
        self.proposals = Some(proposals);
        Ok(())
    }

    /// Returns how much of the repository this clone holds.
    pub fn extent(&self) -> Extent {
        self.repository.extent()
    }

    /// Returns the stamp that says what the answer was computed from.
    pub fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// Returns the governance in force at the tip of the approved ref.
    pub fn governance(&self) -> &Rc<Governance> {
        &self.governance
    }

    /// Returns notices for the reader about how the answer was found.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Returns every requested record, by key, as it is at the instant in question.
    pub fn records(&self) -> &[RecordState] {
        &self.record_states
    }

    /// Evaluates every record at an instant, under the governance of the tree in question.
    pub fn records_at(&self, instant: Instant) -> Vec<RecordState> {
        log::debug!("evaluating every record at {instant}");
        let trails = self.history.trails.iter();
        let mut record_states: Vec<RecordState> = Vec::with_capacity(trails.len());
        let open = trails.filter(|(_, trail)| trail.became.is_none());
        record_states.extend(open.map(|(key, _)| self.record_state(key, instant)));
        if let Some(proposals) = &self.proposals {
            proposals.join(&mut record_states, self, instant);
        }
        record_states
    }

    pub(crate) fn record_state(&self, key: &TrailKey, instant: Instant) -> RecordState {
        status::evaluate(self.record_facts(key), instant)
    }

    // Returns the state that a record will have once content of it is merged and approved.
    pub(crate) fn once_approved(
        &self,
        state: &RecordState,
        content: Content,
        instant: Instant,
    ) -> Option<RecordState> {
        let trail = self.trail(state)?;
        Some(status::evaluate_once_approved(self.record_facts(&trail.key), content, instant))
    }

    fn record_facts<'s>(&'s self, key: &'s TrailKey) -> RecordFacts<'s> {
        let verdicts = self.approvals.trails.get(key).map(Vec::as_slice).unwrap_or_default();
        RecordFacts { key, history: &self.history, verdicts, governance: &self.governance }
    }

    /// Returns how many records were left out: closed and removed ones.
    pub fn n_left_out(&self) -> usize {
        self.history.left_out.len()
    }

    /// Returns the bytes of a record's file as it landed; for a removed one, as it last landed.
    pub fn bytes(&self, state: &RecordState) -> Option<Vec<u8>> {
        match self.trail(state) {
            Some(trail) => {
                let files = trail.versions.iter().rev().find_map(|version| version.files.first());
                self.blob(files?.blob)
            }
            None => self.proposals.as_ref()?.bytes(state, self),
        }
    }

    pub(crate) fn trail(&self, state: &RecordState) -> Option<&Trail> {
        let trails = &self.history.trails;
        let by_path = || trails.get(&TrailKey::Path(state.key.clone()));
        trails.get(&TrailKey::Id(state.key.clone())).or_else(by_path)
    }

    /// Returns how many times a record landed.
    pub fn landings(&self, state: &RecordState) -> usize {
        self.trail(state).map_or(0, |trail| trail.versions.len())
    }

    pub(crate) fn blob(&self, oid: Oid) -> Option<Vec<u8>> {
        let read = content::bytes_within(self.repository, oid, Limits::RECORD.bytes);
        read.ok().flatten()
    }

    /// Tells whether two forms name one control.
    pub fn same(&self, control: &ControlRef, wanted: &str) -> bool {
        let canonical =
            |control: &ControlRef| self.governance.control(control).map(|found| found.canonical());
        let wanted = ControlRef::new(wanted).and_then(|wanted| canonical(&wanted));
        wanted.is_some() && canonical(control) == wanted
    }
}

impl RecordNames for Snapshot<'_> {
    fn control(&self, control: &ControlRef) -> Option<(String, String)> {
        let found = self.governance.control(control)?;
        Some((found.canonical(), found.control.title.clone()))
    }

    /// For a merged branch, looks at its first commit that touches the record.
    fn filer(&self, state: &RecordState) -> Option<String> {
        let person = |ident: &Ident| {
            let person = people::identify(&self.governance, &ident.name, &ident.email);
            let somebody = person.is_resolved() && !people::is_nobody(&person);
            somebody.then(|| person.email.clone())
        };
        let Some(trail) = self.trail(state) else {
            let author = state.pending.first()?.author.as_ref();
            return author.map(|author| author.email.clone());
        };
        let first = trail.versions.first()?;
        let touched = first.touched.iter().min_by_key(|commit| commit.committed());
        person(touched.unwrap_or(&first.commit).author())
    }
}
