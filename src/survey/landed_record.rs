//! The records as tables outside the ledger get them: those in force, or all, each with the dates of its landings.
//!
//! Pure. Start at [`LandedRecord`]. Follows `docs/spec/interop.md`, target 10, and the note on fleets.

use crate::policy::Policy;
use crate::record::time::Instant;
use crate::status::state::{InForce, RecordState, Status};
use crate::survey::due::{self, Bucket, Horizon};

/// A record, with the dates that its state does not hold.
#[derive(Clone, Copy, Debug)]
pub struct LandedRecord<'a> {
    pub record_state: &'a RecordState,
    /// When its first version landed; `None` in a clone that is cut off before.
    pub filed: Option<Instant>,
    /// When its closure landed.
    pub closed: Option<Instant>,
    /// Whether it was in force, has ended and is not closed.
    pub is_overdue: bool,
}

/// How many records a ledger has, and how many of them need to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerCounts {
    pub records: usize,
    pub in_force: usize,
    /// How many were in force, have ended and are not closed.
    pub overdue: usize,
    /// How many have a file that can't be read, or a state that can't be determined.
    pub unreadable: usize,
}

/// Tells whether a record was in force, has ended and is not closed, as `queue` and `report` say.
pub fn is_overdue(record_state: &RecordState, policy: &Policy, instant: Instant) -> bool {
    let due = due::due_record(record_state, &Horizon::from_policy(policy), instant);
    due.is_some_and(|due| {
        due.bucket == Bucket::OverdueClosure || due.also.contains(&Bucket::OverdueClosure)
    })
}

/// Tells whether a record can't be judged: its file can't be read, or its state is unknown.
pub fn is_unreadable(record_state: &RecordState) -> bool {
    matches!(record_state.status, Status::Unknown | Status::Invalid)
}

impl LedgerCounts {
    /// Counts the records of a ledger.
    pub fn count(records: &[LandedRecord<'_>]) -> LedgerCounts {
        let count =
            |is: fn(&LandedRecord<'_>) -> bool| records.iter().filter(|record| is(record)).count();
        LedgerCounts {
            records: records.len(),
            in_force: count(|record| record.record_state.in_force == InForce::Yes),
            overdue: count(|record| record.is_overdue),
            unreadable: count(|record| is_unreadable(record.record_state)),
        }
    }
}
