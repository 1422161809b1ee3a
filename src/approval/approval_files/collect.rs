//! Reads all approval files that a history holds.
//!
//! Uses history, approval's events and statements. Pure. Start at `ApprovalFiles::of`. Follows `docs/spec/approval.md`, S7.

use crate::approval::approval_files::ApprovalFiles;
use crate::approval::approval_files::reader::ApprovalFileReader;
use crate::approval::governance_history::GovernanceHistory;
use crate::history::version::TrailKey;
use crate::history::walked::{After, History};
use std::collections::{BTreeMap, BTreeSet};

impl<'a> ApprovalFiles<'a> {
    pub(crate) fn of(
        history: &'a History,
        governance_history: &'a GovernanceHistory<'a>,
        wanted: &'a dyn Fn(&TrailKey) -> bool,
    ) -> ApprovalFiles<'a> {
        let mut reader = ApprovalFileReader::new(history, governance_history, wanted);
        for changes in history.approvals.chunk_by(|one, other| one.landing == other.landing) {
            reader.land(changes);
        }
        let (files, mut approval_files) = (reader.files, reader.approval_files);
        let mut last: BTreeMap<&str, usize> = BTreeMap::new();
        for (n, filed) in approval_files.filed.iter().enumerate() {
            last.insert(&filed.path, n);
        }
        let current: BTreeSet<usize> = last
            .into_iter()
            .filter(|(path, _)| files.get(path).is_some_and(|file| **file != After::Gone))
            .map(|(_, n)| n)
            .collect();
        for n in current {
            if let Some(filed) = approval_files.filed.get_mut(n) {
                filed.is_at_tip = true;
            }
        }
        approval_files
    }
}
