//! The approval files that a history holds.
//!
//! Uses history, approval's events and statements. Pure. Start at [`ApprovalFiles`]. Follows `docs/spec/approval.md`, S7.

use crate::approval::approval_event::StatementEvent;
use crate::approval::file_outcome::ApprovalFileOutcome;
use crate::history::version::TrailKey;
use std::collections::BTreeMap;

/// The approval files of a history, by subject.
#[derive(Default)]
pub(crate) struct ApprovalFiles<'a> {
    /// Approval files about records, in landing order.
    pub records: BTreeMap<TrailKey, Vec<StatementEvent<'a>>>,
    /// Approval files about governance files, by path.
    pub governance: BTreeMap<String, Vec<StatementEvent<'a>>>,
    /// The outcome for each file.
    pub filed: Vec<ApprovalFileOutcome>,
}
