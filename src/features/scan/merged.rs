//! The records as a branch leaves them, where that is less than what they cover: what it ends is ended once it is merged.
//!
//! Start at [`records`]. Follows `docs/spec/interop.md`, 5, `--base`.

use crate::features::scan::base::{self, ScanBase};
use crate::history::objects::{Merge, Objects as _, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::history::version::Content;
use crate::ledger;
use crate::ledger::tree::Tree as _;
use crate::record::file;
use crate::record::time::Instant;
use crate::session::error::Undetermined;
use crate::session::snapshot::Snapshot;
use crate::status::reason::ReasonKind;
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
    let mut all = None;
    for (index, record_state) in snapshot.records().iter().enumerate() {
        let path = format!("{}{}", branch.root, record_state.path);
        if record_state.in_force == InForce::No || !branch.base.changed.contains(&path) {
            continue;
        }
        let left = branch.left(snapshot, &path)?;
        let why = match &left {
            Content::Gone => "this branch removes its file",
            Content::Record(record) if record.closure.is_some() => "this branch closes it",
            Content::Record(_) => "once this branch is merged, it is in force no more",
            _ => "what this branch makes of its file can't be read",
        };
        let Some(mut merged) = snapshot.once_approved(record_state, left, instant) else {
            continue;
        };
        if covers_as_much(&merged, record_state) {
            continue;
        }
        if merged.in_force == InForce::No {
            merged.reasons = vec![ReasonKind::Ended.says(why)];
        }
        let all = all.get_or_insert_with(|| snapshot.records().to_vec());
        if let Some(place) = all.get_mut(index) {
            *place = merged;
        }
    }
    Ok(all)
}

// Tells whether a record covers what it covered, and as long: then no file has to be searched for its sake.
fn covers_as_much(merged: &RecordState, before: &RecordState) -> bool {
    let covered = |state: &RecordState| {
        let record = state.effective.as_deref()?;
        let findings = record.scope.as_ref().and_then(|scope| scope.findings.clone());
        Some((findings, record.deviates_from.baseline))
    };
    merged.in_force == before.in_force
        && before.end.is_none_or(|own| merged.end.is_some_and(|end| end >= own))
        && covered(merged) == covered(before)
}

impl BranchRecords<'_> {
    // Returns what a record's file holds once the branch is merged.
    fn left(&self, snapshot: &Snapshot<'_>, path: &str) -> Result<Content, Undetermined> {
        if let Some(now) = self.now(path)? {
            let before = base::bytes_of(self.repository, &self.tree(self.base.commit)?, path)?;
            let tip = self.tree(snapshot.history.mainline.tip)?;
            let landed = base::bytes_of(self.repository, &tip, path)?;
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
            return Ok(Content::from_file(&mut file::read(path, &bytes)));
        }
        let folders = &snapshot.governance().policy.records;
        let name = path.rsplit('/').next();
        let is_record = |other: &&String| {
            let below = other.strip_prefix(self.root);
            other.rsplit('/').next() == name
                && below.is_some_and(|below| ledger::is_record_of(folders, below))
        };
        for other in self.base.changed.iter().filter(is_record) {
            if let Some(now) = self.now(other)? {
                return Ok(Content::from_file(&mut file::read(other, &now)));
            }
        }
        Ok(Content::Gone)
    }

    fn tree(&self, commit: Oid) -> Result<CommitTree<'_>, Undetermined> {
        Ok(CommitTree::of_commit(self.repository, commit, &LedgerPrefix::default())?)
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
