//! How much of the ledger one question needs: only the records at the tip that name its subject, or all.
//!
//! Start at [`plan`]. Follows `docs/spec/performance.md`, check. The evaluation and its facts are the same either way:
//! whatever could change the answer without showing in these files is answered from all records.

use crate::gate;
use crate::gate::answer::{GateAnswer, GateVerdict, Question};
use crate::history::folders::{FileChange, RecordSearch};
use crate::history::version::TrailKey;
use crate::history::watched_paths::RecordFilter;
use crate::policy::governance::{Governance, State};
use crate::record::{Record, file};
use crate::session::about::{TipFiles, stated_id};
use crate::session::error::Error;
use crate::session::mainline::OpenMainline;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::nearby::FormerSearch;
use crate::status::state::{RecordState, Status};
use crate::survey::refiling::NameSearch;
use crate::survey::{near_values, repeated_emergencies};
use std::collections::BTreeSet;

pub(super) struct Named {
    pub(super) filter: RecordFilter,
    governance: Governance,
    tip: TipFiles,
}

/// Returns the records whose history may be sufficient to answer a question; `None` if only all records are.
pub(super) fn plan(line: &OpenMainline<'_>, question: &Question) -> Result<Option<Named>, Error> {
    if line.governance.state == State::Absent {
        return Ok(None);
    }
    let Some(subjects) = gate::subjects(question) else {
        return Ok(None);
    };
    let Some(tip) = TipFiles::read(line)? else {
        return Ok(None);
    };
    let filter =
        tip.filter(&subjects, &|record| gate::is_about(question, record, &line.governance));
    Ok(Some(Named { filter, governance: line.governance.clone(), tip }))
}

impl Named {
    /// Walks the history of these records, and of every file that ever had one of their ids.
    pub(super) fn walk<'h>(&self, line: OpenMainline<'h>) -> Result<Snapshot<'h>, Error> {
        let names = &self.filter.names;
        let ids: BTreeSet<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        let bears = |path: &str, bytes: &[u8]| {
            NameSearch::of_bytes(bytes).may_name_any(&ids)
                && stated_id(&file::read(path, bytes)).is_none_or(|id| names.contains(&id))
        };
        let former = FormerSearch::new(line.repository, &bears);
        let name = |change: &FileChange| former.name(change);
        let records = line.governance.policy.records.clone();
        let search = RecordSearch { folders: &records, name: &name };
        Snapshot::walk_few(line, &self.filter, Some(search).filter(|_| !names.is_empty()))
    }

    /// Tells whether the governance that counts selects the same records as the landed one, which selected them.
    pub(super) fn is_chosen_again(&self, snapshot: &Snapshot<'_>, question: &Question) -> bool {
        let (counts, landed) = (&snapshot.governance, &self.governance);
        let is_same = |record: &Record| {
            gate::is_about(question, record, counts) == gate::is_about(question, record, landed)
        };
        **counts == *landed
            || counts.policy.records == landed.policy.records
                && self.tip.read_records().all(is_same)
    }

    pub(super) fn hints(&self, question: &Question) -> Vec<String> {
        self.tip.similar_names(&near_values::asked_names(question)).hints(question)
    }

    pub(super) fn wants(&self, key: &TrailKey) -> bool {
        self.filter.names.contains(key.as_str()) || !self.tip.holds(key)
    }

    /// Tells whether these records give the same answer as all records would; may return `false` although they do.
    pub(super) fn suffices(
        &self,
        (question, answer): (&Question, &GateAnswer),
        states: &[RecordState],
        snapshot: &Snapshot<'_>,
    ) -> bool {
        let named = answer.record.as_ref().filter(|_| answer.verdict == GateVerdict::Allow);
        match named.and_then(|named| states.iter().find(|state| state.key == **named)) {
            // Another process may use it up before the answer is given; then the next best record has to answer.
            Some(state) if is_counted(state) => false,
            // The exemption for emergencies applies only to an id that never existed under any name.
            Some(state) => state.approved.is_some() && snapshot.is_straight(state),
            None => {
                let governance = &snapshot.governance;
                let is_about = |record: &Record| gate::is_about(question, record, governance);
                let is_new = |state: &RecordState| {
                    state.status == Status::Proposed && state.known_content().is_none_or(&is_about)
                };
                let may_change = |state: &RecordState| is_new(state) || has_grace(snapshot, state);
                !states.iter().any(may_change)
            }
        }
    }
}

/// Tells whether nothing but the grace of an emergency lets a record grant anything: another emergency may have used it up.
fn has_grace(snapshot: &Snapshot<'_>, state: &RecordState) -> bool {
    let is_over = matches!(state.status, Status::Closed | Status::Rejected | Status::Removed);
    let verdicts =
        snapshot.trail(state).and_then(|trail| snapshot.approvals.trails.get(&trail.key));
    let is_lasting = |verdicts: &Vec<_>| repeated_emergencies::depends_on_all(verdicts);
    state.approved.is_none() && !is_over && verdicts.is_some_and(is_lasting)
}

fn is_counted(state: &RecordState) -> bool {
    let effective = state.effective.as_ref();
    effective.is_none_or(|record| record.uses.is_some())
}
