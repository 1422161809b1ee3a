//! One evaluated record: its state at another instant, whether a part of history sufficed to evaluate it, and the evidence
//! that it cites.
//!
//! Start at [`Snapshot::moved`]. Follows `docs/spec/cli.md`, check and show.

use crate::approval::verdict::Satisfied;
use crate::gate;
use crate::gate::answer::Question;
use crate::history::version::{Trail, TrailKey};
use crate::ledger::tree::Tree;
use crate::record::time::Instant;
use crate::record::tool_ids;
use crate::rules::evidence::{self, CitedEvidence};
use crate::session::snapshot::Snapshot;
use crate::status::state::{RecordState, Status};
use crate::survey::refiling::NameSearch;
use std::collections::BTreeSet;

impl Snapshot<'_> {
    /// Evaluates a record of this snapshot at another instant.
    pub fn moved(&self, record_state: &RecordState, instant: Instant) -> RecordState {
        let keys = [TrailKey::Id, TrailKey::Path].map(|kind| kind(record_state.key.clone()));
        let is_here = |key: &&TrailKey| {
            let trail = self.history.trails.get(*key);
            trail.is_some_and(|trail| trail.became.is_none())
        };
        match keys.iter().find(is_here) {
            Some(key) => RecordState {
                pending: record_state.pending.clone(),
                ..self.record_state(key, instant)
            },
            // A proposal is the same at every instant.
            None => record_state.clone(),
        }
    }

    /// Tells whether every version up to the one whose grant is in force was itself approved.
    ///
    /// The authors of an unapproved version stay authors (approval A5), including those of a file elsewhere
    /// that was added and removed.
    pub fn is_straight(&self, record_state: &RecordState) -> bool {
        let key = TrailKey::Id(record_state.key.clone());
        let trail = self.history.trails.get(&key);
        let verdicts = self.approvals.trails.get(&key);
        let (Some(trail), Some(verdicts), Some(approved)) =
            (trail, verdicts, &record_state.approved)
        else {
            return false;
        };
        let is_in_force = |landing: &str| landing == approved.commit;
        let last =
            trail.versions.iter().position(|version| is_in_force(&version.commit.oid.to_string()));
        let up_to = last.and_then(|last| verdicts.get(..=last));
        up_to.is_some_and(|verdicts| {
            verdicts.iter().all(|verdict| verdict.satisfied == Satisfied::Yes)
        })
    }
}

impl Snapshot<'_> {
    /// Tells whether a file of a record may state one of some folded names, without parsing it; one that is not in this
    /// clone may.
    fn may_state(&self, record_state: &RecordState, names: &BTreeSet<String>) -> bool {
        let last = self.trail(record_state).and_then(Trail::last);
        let files = last.map(|version| version.files.iter().map(|file| self.blob(file.blob)));
        let texts: Vec<Option<Vec<u8>>> = match files {
            Some(files) => files.collect(),
            None => vec![self.bytes(record_state)],
        };
        texts.iter().any(|text| {
            let search = text.as_deref().map(NameSearch::of_bytes);
            search.is_none_or(|search| search.may_name_any(names))
        })
    }

    /// Tells whether a record may be about what a question asks: one that can't be read may unless its file states none of
    /// the subjects. One that is only proposed grants nothing, so that it concerns no finding that its file doesn't name.
    pub(crate) fn may_concern(&self, record_state: &RecordState, question: &Question) -> bool {
        if !record_state.is_unread() {
            return true;
        }
        let is_proposed = record_state.landed.is_none();
        let found = question.finding.as_deref().filter(|_| is_proposed);
        let names = found.and_then(|found| found.split_once(':')).map(|(tool, id)| {
            let names = tool_ids::names(tool, id).into_iter().chain([id.to_owned()]);
            names.map(|name| name.to_ascii_lowercase()).collect()
        });
        names
            .or_else(|| gate::subjects(question))
            .is_none_or(|names| self.may_state(record_state, &names))
    }

    /// Returns the evidence that a record cites. The files of a record that is only proposed are not compared: they are
    /// on its branch.
    pub fn evidence<'s>(&self, record_state: &'s RecordState) -> Vec<CitedEvidence<'s>> {
        let Some(record) = record_state.known_content() else {
            return Vec::new();
        };
        let is_landed = record_state.status != Status::Proposed;
        let stated = evidence::cited(record, None);
        let names_files = stated.iter().any(|evidence| evidence.stated.path.is_some());
        match self.tree().ok().filter(|_| is_landed && names_files) {
            Some(tree) => evidence::cited(record, Some(&tree as &dyn Tree)),
            None => stated,
        }
    }
}
