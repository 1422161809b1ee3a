//! The records that exports are written from: those in force with their approved content, and what stands in the way.
//!
//! Start at [`Snapshot::exported`]. Follows `docs/spec/interop.md`, X1, X2 and X4.

use crate::diag::sorting::StableSort as _;
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::features::export::targets::input::{
    ExportInput, ExportOptions, ExportStamp, ExportedRecord,
};
use crate::gate::answer::Question;
use crate::gate::facts::{CoverEnd, cover_end, ending_tests};
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::history::version::TrailKey;
use crate::ledger::tree::Tree;
use crate::record::subject::FindingKey;
use crate::record::time::Instant;
use crate::session::error::{Error, Undetermined};
use crate::session::snapshot::Snapshot;
use crate::status::reason;
use crate::status::state::{InForce, RecordState, Status};

/// The records in force at the instant of a snapshot.
pub struct ExportSource<'a> {
    /// What they were read from.
    pub stamp: ExportStamp,
    /// The records in force, by id.
    pub records: Vec<ExportedRecord<'a>>,
    /// Every record, also one that is not in force.
    pub record_states: &'a [RecordState],
    /// Records about which it can't be determined whether they are in force, with the reason, by id.
    pub doubts: Vec<(String, String)>,
    /// What a met test of a trigger leaves out, with the reason.
    pub ended: Vec<(String, String)>,
    /// Files that can't be read as records, with the reason, by path; they grant nothing.
    pub unreadable: Vec<(String, String)>,
    /// The ids of every record that ever landed.
    pub ids: BTreeSet<String>,
    /// The files of the commit, from the root of the repository.
    pub tree: CommitTree<'a>,
}

impl ExportSource<'_> {
    /// Returns the input of a target.
    pub fn input(&self, options: ExportOptions) -> ExportInput<'_> {
        let tree: &dyn Tree = &self.tree;
        ExportInput {
            stamp: self.stamp.clone(),
            records: self.records.clone(),
            record_states: self.record_states,
            tree: Some(tree),
            options,
        }
    }
}

impl Snapshot<'_> {
    /// Returns the records in force with their ends. The snapshot must be of all records
    /// ([`crate::session::snapshot::walk::Scope::Everything`]), so that every id is known.
    ///
    /// # Errors
    /// If the commit can't be read.
    pub fn exported(&self) -> Result<ExportSource<'_>, Error> {
        let tip = self.history.mainline.tip;
        let tree = CommitTree::of_commit(self.repository, tip, &LedgerPrefix::default());
        let landed = || self.record_states.iter().filter(|state| state.landed.is_some());
        let mut records: Vec<ExportedRecord<'_>> =
            landed().filter_map(|record_state| self.exported_record(record_state)).collect();
        records.order_by(|one, other| one.id().cmp(other.id()));
        let is_unknown = |state: &&RecordState| {
            state.status == Status::Unknown || state.in_force == InForce::Undetermined
        };
        let doubt = |state: &RecordState| (state.id().to_owned(), reason::first(&state.reasons));
        let without_end =
            landed().filter(|state| state.in_force == InForce::Yes && state.end.is_none());
        let endless =
            without_end.map(|state| (state.id().to_owned(), "its end is unknown".to_owned()));
        let unknown = self.record_states.iter().filter(is_unknown).map(doubt);
        let mut doubts: Vec<(String, String)> = unknown.chain(endless).collect();
        let mut ended = Vec::new();
        records.retain_mut(|record| self.leave_out_ended(record, &mut ended, &mut doubts));
        doubts.order_by(Ord::cmp);
        let is_unreadable = |state: &&RecordState| {
            matches!(state.status, Status::Invalid | Status::Conflicted) && !is_unknown(state)
        };
        let unread = |state: &RecordState| (state.path.clone(), reason::first(&state.reasons));
        let mut unreadable: Vec<(String, String)> =
            landed().filter(is_unreadable).map(unread).collect();
        unreadable.order_by(Ord::cmp);
        let keys = self.history.trails.keys().chain(&self.history.left_out);
        let ids = keys.filter_map(|key| match key {
            TrailKey::Id(id) => Some(id.clone()),
            TrailKey::Path(_) | TrailKey::Other(_) => None,
        });
        Ok(ExportSource {
            stamp: self.export_stamp()?,
            records,
            record_states: &self.record_states,
            doubts,
            ended,
            unreadable,
            ids: ids.collect(),
            tree: tree?,
        })
    }

    fn export_stamp(&self) -> Result<ExportStamp, Error> {
        let no_commit = || Undetermined::other("the approved ref has no commit", "commit first");
        Ok(ExportStamp {
            commit: self.stamp.commit.clone().ok_or_else(no_commit)?,
            reference: self.stamp.reference.clone(),
            instant: self.stamp.instant,
            ledger: self.stamp.called.clone(),
        })
    }

    fn exported_record<'s>(&self, record_state: &'s RecordState) -> Option<ExportedRecord<'s>> {
        if record_state.in_force != InForce::Yes {
            return None;
        }
        let record = Rc::clone(record_state.effective.as_ref()?);
        let end = Instant::from_unix(record_state.end?.unix())?;
        let landings = self.landings(record_state);
        let controls = record.deviates_from.controls.iter().flatten();
        let canonical = controls.map(|control| match self.governance.control(control) {
            Some(found) => found.canonical(),
            None => control.as_str().to_owned(),
        });
        let sorted: BTreeSet<String> = canonical.collect();
        let controls = sorted.into_iter().collect();
        let is_covered = end > self.stamp.instant;
        is_covered.then(|| ExportedRecord {
            record,
            record_state,
            end,
            landings,
            controls,
            places: Vec::new(),
        })
    }

    /// Removes the findings of a record whose cover a test ends, or may end, and notes them. Returns whether something is left.
    fn leave_out_ended(
        &self,
        exported: &mut ExportedRecord<'_>,
        ended: &mut Vec<(String, String)>,
        doubts: &mut Vec<(String, String)>,
    ) -> bool {
        let record = Rc::clone(&exported.record);
        if ending_tests(&record).next().is_none() {
            return true;
        }
        let facts = self.facts_at(self.stamp.instant);
        let id = record.id.to_string();
        let mut is_left =
            |named: String, question: &Question| match cover_end(question, &record, &facts) {
                None => true,
                Some(CoverEnd::Met(why)) => {
                    ended.push((format!("{id}{named}"), why));
                    false
                }
                Some(CoverEnd::Unknown(why)) => {
                    doubts.push((format!("{id}{named}"), why));
                    false
                }
            };
        let stated = record.scope.as_ref().and_then(|scope| scope.findings.as_ref());
        let Some(findings) = stated.filter(|findings| !findings.is_empty()) else {
            return is_left(String::new(), &Question::default());
        };
        let mut is_key_left = |key: &&FindingKey| {
            let finding = key.id.as_ref().map(|id| match &key.tool {
                Some(tool) => format!("{tool}:{id}"),
                None => id.clone(),
            });
            let named = finding.as_ref().map(|finding| format!(" ({finding})")).unwrap_or_default();
            let question = Question { finding, purl: key.purl.clone(), ..Question::default() };
            is_left(named, &question)
        };
        let numbered = findings.iter().enumerate().filter(|(_, key)| is_key_left(key));
        let (places, left): (Vec<usize>, Vec<FindingKey>) =
            numbered.map(|(n, key)| (n, key.clone())).unzip();
        exported.places = places;
        let is_some_left = !left.is_empty();
        if left.len() < findings.len()
            && let Some(scope) = &mut Rc::make_mut(&mut exported.record).scope
        {
            scope.findings = Some(left);
        }
        is_some_left
    }
}
