//! A change that a merge with swapped parents removed from the approved branch.
//!
//! Uses record, `history`. Pure. Start at [`ThrownOff`]. Follows `docs/spec/approval.md`, M5.

use crate::history::objects::Oid;
use crate::record::Record;
use crate::record::time::Instant;
use std::rc::Rc;

/// What the former line removed from a record, and the merge restores.
#[derive(Clone, Debug)]
pub struct ThrownOff {
    pub merge: Oid,
    /// Its index in the mainline.
    pub landing: usize,
    pub at: Instant,
    /// Approvals before this instant count for no version from the merge on: the later of the times of
    /// the landing and the commit.
    pub bar: Instant,
    /// The commit of the former line.
    pub commit: Oid,
    pub loss: Loss,
    /// The record in that commit; `None` if it was removed.
    pub record: Option<Rc<Record>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    Removal,
    Closure,
    Fired,
    /// Something else that it granted was taken away.
    Narrowing,
}

impl Loss {
    /// Returns the description for messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Loss::Removal => "removal",
            Loss::Closure => "closure",
            Loss::Fired => "fired trigger",
            Loss::Narrowing => "narrowing",
        }
    }
}
