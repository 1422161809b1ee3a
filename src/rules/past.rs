//! A record's history, as far as rules need it.
//!
//! Pure. Start at [`RecordPast`]. Follows `docs/spec/rules.md`, settled records.

use crate::record::decision::Closure;
use crate::record::time::Instant;

/// The state of a record on the approved ref, as far as rules need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is open, or its closure is new or changed: all rules apply.
    Open,
    /// Its closure is unchanged from the approved ref: only shape, secrets and evidence are checked.
    Closed,
    /// Its closure is on the approved ref and was reviewed: the reviewer is also checked.
    Reviewed,
}

/// A record's history, as far as rules need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordPast {
    /// Whether its closure is on the approved branch.
    pub settled: Settled,
    /// When it first landed, or will land with the commit that adds it; `None` if history was not walked.
    pub landed: Option<Instant>,
}

impl Settled {
    /// Compares a record's closure with the one on the approved ref.
    pub fn of(closure: Option<&Closure>, landed: Option<&Closure>) -> Settled {
        let bare = |closure: &Closure| Closure { reviewed: None, ..closure.clone() };
        match (closure, landed) {
            (Some(closure), Some(landed)) if closure == landed => Settled::Closed,
            (Some(closure), Some(landed)) if bare(closure) == bare(landed) => Settled::Reviewed,
            _ => Settled::Open,
        }
    }
}

impl RecordPast {
    /// The value to use when history was not walked.
    pub const UNKNOWN: RecordPast = RecordPast { settled: Settled::Open, landed: None };
}
