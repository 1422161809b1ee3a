//! A version that a merge with swapped parents took off the mainline.
//!
//! Uses record, `history`. Pure. Start at [`ThrownOff`]. Follows `docs/spec/approval.md`, M5.

use crate::history::objects::Oid;
use crate::record::Record;
use crate::record::time::Instant;
use std::rc::Rc;

/// What the former line took away from a record, and what the merge gives back.
#[derive(Clone, Debug)]
pub struct ThrownOff {
    pub merge: Oid,
    /// Its index in the mainline.
    pub landing: usize,
    pub at: Instant,
    /// What was said before this supports no version from the merge on: the later of its time and that of the commit.
    pub bar: Instant,
    /// The commit of the former line.
    pub commit: Oid,
    pub loss: Loss,
    /// What the record said there; `None` where it was removed.
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
    /// Returns what it is called in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Loss::Removal => "removal",
            Loss::Closure => "closure",
            Loss::Fired => "fired trigger",
            Loss::Narrowing => "narrowing",
        }
    }
}
