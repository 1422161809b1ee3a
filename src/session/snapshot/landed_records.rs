//! The records as tables outside the ledger get them.
//!
//! Start at [`Snapshot::landed_records`]. Follows `docs/spec/interop.md`, target 10.

use crate::diag::sorting::StableSort as _;
use crate::history::version::VersionChange;
use crate::record::time::Instant;
use crate::session::snapshot::Snapshot;
use crate::status::state::RecordState;
use crate::survey::landed_record::{self, LandedRecord};

impl Snapshot<'_> {
    /// Returns every record that landed, with the dates of its landings, by id and path.
    pub fn landed_records(&self) -> Vec<LandedRecord<'_>> {
        let mut records: Vec<LandedRecord<'_>> = self
            .record_states
            .iter()
            .filter(|record_state| self.trail(record_state).is_some())
            .map(|record_state| self.landed_record(record_state))
            .collect();
        records.order_by_key(|record| (record.record_state.id(), &record.record_state.path));
        records
    }

    fn landed_record<'s>(&'s self, record_state: &'s RecordState) -> LandedRecord<'s> {
        let instant = self.stamp.instant;
        LandedRecord {
            record_state,
            filed: self.filed(record_state),
            closed: self.closed(record_state),
            is_overdue: landed_record::is_overdue(record_state, &self.governance.policy, instant),
        }
    }

    /// Returns when a record first landed; `None` if this clone doesn't reach back that far.
    fn filed(&self, record_state: &RecordState) -> Option<Instant> {
        let first = self.trail(record_state)?.versions.first()?;
        if first.change == VersionChange::Inherited {
            return None;
        }
        Some(self.history.mainline.landings.get(first.landing)?.effective)
    }

    /// Returns when the closure of a record landed, also of one that was removed afterwards.
    fn closed(&self, record_state: &RecordState) -> Option<Instant> {
        let (at, _) = self.life(record_state)?.closed?;
        Some(at)
    }
}
