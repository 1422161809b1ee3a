//! Which records need attention.
//!
//! Start at [`Snapshot::due`]. Follows `docs/spec/cli.md`, due.

use crate::record::time::Term;
use crate::session::snapshot::Snapshot;
use crate::status::state::RecordState;
use crate::survey::due::{self, DueRecord, Horizon};

impl Snapshot<'_> {
    /// Returns the records that need attention at the instant in question, by id, each with the reason; `within` is how
    /// far ahead counts as soon, by default the policy's value.
    pub fn due(&self, within: Option<Term>) -> Vec<(&RecordState, DueRecord)> {
        let policy = &self.governance.policy;
        let horizon =
            Horizon { soon: within.unwrap_or(policy.due.soon), ..Horizon::from_policy(policy) };
        let due = |state| Some((state, due::due_record(state, &horizon, self.stamp.instant)?));
        let mut records: Vec<(&RecordState, DueRecord)> =
            self.record_states.iter().filter_map(due).collect();
        records.sort_by_key(|(state, _)| (state.id(), &state.path));
        records
    }
}
