//! Reads the files below `.approvals`, landing by landing: which are valid, and what they are about.
//!
//! Uses policy, history, approval's governance history, statements, signatures. Pure. Start at [`ApprovalFiles`].
//! Follows `docs/spec/approval.md`, S7, 1.12, G2 and D2. The fold decides which version a file applies to.

mod collect;
pub(crate) mod reader;

use crate::approval::approval_event::StatementEvent;
use crate::approval::file_outcome::ApprovalFileOutcome;
use crate::history::version::TrailKey;
use std::collections::BTreeMap;

#[derive(Default)]
pub(crate) struct ApprovalFiles<'a> {
    /// Approval files about records, in landing order.
    pub records: BTreeMap<TrailKey, Vec<StatementEvent<'a>>>,
    pub governance: BTreeMap<String, Vec<StatementEvent<'a>>>,
    pub filed: Vec<ApprovalFileOutcome>,
}
