//! What history says of a record, as far as rules need it.
//!
//! Uses record. Pure. Start at [`RecordPast`]. Follows `docs/spec/rules.md`, settled records.

use crate::record::decision::Closure;
use crate::record::time::Instant;

/// What the approved ref says of a record, as far as rules need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is open, or its closure is new or changed: all rules look at it.
    Open,
    /// Its closure stands unchanged on the approved ref: it is judged by shape, secrets and evidence alone.
    Closed,
    /// Someone looked at a closure that stands on the approved ref: who did is judged besides.
    Reviewed,
}

/// What history says of a record, as far as rules need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordPast {
    /// Whether its closure is on the approved branch.
    pub settled: Settled,
    /// When it first landed, or will by the commit that adds it; `None` where history was not walked.
    pub landed: Option<Instant>,
}

impl Settled {
    /// Tells how settled a record is by its closure and the one on the approved ref.
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
    /// What is known where history was not walked.
    pub const UNKNOWN: RecordPast = RecordPast { settled: Settled::Open, landed: None };
}
