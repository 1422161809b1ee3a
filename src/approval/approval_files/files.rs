//! The approval files that a history holds.
//!
//! Uses history, approval's events and statements. Pure. Start at [`ApprovalFiles`]. Follows `docs/spec/approval.md`, S7.

use crate::approval::approval_event::StatementEvent;
use crate::approval::file_outcome::ApprovalFileOutcome;
use crate::history::version::TrailKey;
use std::collections::BTreeMap;

/// All that approval files say.
#[derive(Default)]
pub(crate) struct ApprovalFiles<'a> {
    /// About records, in landing order.
    pub records: BTreeMap<TrailKey, Vec<StatementEvent<'a>>>,
    /// About governance files, by path.
    pub governance: BTreeMap<String, Vec<StatementEvent<'a>>>,
    /// What became of the files.
    pub filed: Vec<ApprovalFileOutcome>,
}
