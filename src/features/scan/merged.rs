//! The records as a branch leaves them, where that is less than what they cover: what it ends is ended once it is merged.
//!
//! Start at [`records`]. Follows `docs/spec/interop.md`, 5, `--base`.

use std::rc::Rc;

use crate::features::scan::base::{self, ScanBase};
use crate::history::objects::{Merge, Objects as _, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::ledger;
use crate::ledger::tree::Tree as _;
use crate::record::time::{self, Instant};
use crate::record::{Record, file};
use crate::session::error::Undetermined;
use crate::session::snapshot::Snapshot;
use crate::status::reason::{Reason, ReasonKind};
use crate::status::state::{InForce, RecordState};
use crate::store::files::WorkTree;
use crate::store::git::Repository;

// Where the records of a branch are.
pub(super) struct BranchRecords<'r> {
    pub(super) repository: &'r Repository,
    // The ledger's folder, from the top of the repository; with a `/` behind it unless it is the top.
    pub(super) root: &'r str,
    pub(super) base: &'r ScanBase,
}

// Returns all records, with those that cover less, or nothing, once the branch is merged as it leaves them; `None` if there is
// no such record. What it adds to one is not covered before it is approved, as that of any other record.
pub(super) fn records(
    snapshot: &Snapshot<'_>,
    branch: &BranchRecords<'_>,
    instant: Instant,
) -> Result<Option<Vec<RecordState>>, Undetermined> {
    let folders = &snapshot.governance().policy.records;
    let landed = commit_tree(branch.repository, snapshot.history.mainline.tip)?;
    let mut all = None;
    for (index, record_state) in snapshot.records().iter().enumerate() {
        let path = format!("{}{}", branch.root, record_state.path);
        if record_state.in_force == InForce::No || !branch.base.changed.contains(&path) {
            continue;
        }
        let left = branch.left(&path, &landed, folders)?;
        let Some(changed) = changed(record_state, left, instant) else { continue };
        let all = all.get_or_insert_with(|| snapshot.records().to_vec());
        if let Some(place) = all.get_mut(index) {
            *place = changed;
        }
    }
    Ok(all)
}

// Returns the state of a record whose file a branch leaves so: `None` of one that is removed, `Some(None)` of one that can't be
// read. `None` if it covers as much.
fn changed(
    record_state: &RecordState,
    left: Option<Option<Record>>,
    instant: Instant,
) -> Option<RecordState> {
    let mut state = record_state.clone();
    let ended = |kind: ReasonKind, why: &str| (InForce::No, vec![kind.says(why)]);
    let covered = record_state.content()?;
    let (in_force, reasons): (InForce, Vec<Reason>) = match left {
        None => ended(ReasonKind::FileGone, "this branch removes its file"),
        Some(None) => {
            ended(ReasonKind::Unreadable, "what this branch makes of its file can't be read")
        }
        Some(Some(record)) if record.closure.is_some() => {
            ended(ReasonKind::ClosedBy, "this branch closes it")
        }
        Some(Some(record)) => {
            let end = time::not_after(&record.expires);
            let findings = |record: &Record| {
                record.scope.as_ref().and_then(|scope| scope.findings.clone()).unwrap_or_default()
            };
            if end <= instant {
                ended(ReasonKind::Ended, "this branch ends it")
            } else if record_state.end.is_none_or(|own| end >= own)
                && findings(&record) == findings(covered)
                && record.deviates_from.baseline == covered.deviates_from.baseline
            {
                return None;
            } else {
                state.end = state.end.map(|own| own.min(end));
                state.effective = Some(Rc::new(record));
                (record_state.in_force, state.reasons.clone())
            }
        }
    };
    (state.in_force, state.reasons) = (in_force, reasons);
    Some(state)
}

impl BranchRecords<'_> {
    // Returns what a record's file is read as once the branch is merged; `None` if it is there no more.
    fn left(
        &self,
        path: &str,
        landed: &CommitTree<'_>,
        folders: &[String],
    ) -> Result<Option<Option<Record>>, Undetermined> {
        if let Some(now) = self.now(path)? {
            let before = commit_tree(self.repository, self.base.commit)?;
            let before = base::bytes_of(self.repository, &before, path)?;
            let landed = base::bytes_of(self.repository, landed, path)?;
            let merged = match (before, landed) {
                (Some(before), Some(landed)) if before != landed => {
                    self.repository.merge(&before, &landed, &now)
                }
                _ => Merge::Conflict,
            };
            let bytes = match merged {
                Merge::Clean(bytes) => bytes,
                Merge::Conflict => now,
            };
            return Ok(Some(file::read(path, &bytes).record));
        }
        let name = path.rsplit('/').next();
        let is_record = |other: &&String| {
            let below = other.strip_prefix(self.root);
            other.rsplit('/').next() == name
                && below.is_some_and(|below| ledger::is_record_of(folders, below))
        };
        for other in self.base.changed.iter().filter(is_record) {
            if let Some(now) = self.now(other)? {
                return Ok(Some(file::read(other, &now).record));
            }
        }
        Ok(None)
    }

    fn now(&self, path: &str) -> Result<Option<Vec<u8>>, Undetermined> {
        let top = self.repository.work_dir().map(WorkTree::new);
        let present = top.map(|top| top.bytes(path)).transpose()?.flatten();
        match present {
            Some(bytes) => Ok(Some(bytes)),
            None => Ok(self.repository.indexed_bytes(path)?),
        }
    }
}

fn commit_tree(repository: &Repository, commit: Oid) -> Result<CommitTree<'_>, Undetermined> {
    Ok(CommitTree::of_commit(repository, commit, &LedgerPrefix::default())?)
}
