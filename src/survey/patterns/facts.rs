//! What patterns are judged by, and the new records that a frozen group refuses.
//!
//! Pure. Start at [`PatternFacts`]. Follows `docs/spec/cli.md`, patterns.

use crate::policy::governance::Governance;
use crate::record::Record;
use crate::record::time::Instant;
use crate::status::state::RecordState;

/// A new record of a frozen group that links no redesign.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FrozenRecord {
    pub id: String,
    pub place: RecordOrigin,
}

/// Where a new record was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordOrigin {
    /// It landed after the group had reached the threshold.
    Landed(Instant),
    Branch(String),
    WorkTree,
}

/// A record that is only proposed.
#[derive(Clone, Debug)]
pub struct ProposedRecord<'a> {
    pub id: &'a str,
    pub record: &'a Record,
    pub place: RecordOrigin,
}

/// What patterns are judged by besides the records that landed.
#[derive(Clone, Copy, Debug)]
pub struct PatternFacts<'f> {
    pub governance: &'f Governance,
    /// The states of the open records: only what was approved lifts a freeze.
    pub record_states: &'f [RecordState],
}
