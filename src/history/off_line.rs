//! What commits off the first-parent line have to do with a version, and the refs that keep lost tips.
//!
//! Pure. Start at [`Rerouted`]. Follows `docs/spec/approval.md`, M5 and M5b.

use crate::history::objects::Oid;
use crate::record::time::Instant;

/// Why a version stands on a trail although no landing made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rerouted {
    /// It is what a commit off the line made of the record or governance file.
    TakenAway(TakenAway),
    /// It is what the line holds in spite of that.
    BroughtBack,
}

/// A change that takes something away, and that the line lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenAway {
    pub loss: Loss,
    /// The merge that left it out, or the lost tip.
    pub by: Lost,
    /// The time of the commit, or of the merge if that is earlier.
    pub at: Instant,
    /// Whether the merge's text has it, beside something else: then it is lost only where that version does not count.
    pub is_held: bool,
    /// Whether the line's text had it before the merge, beside something else: as above.
    pub is_in_line: bool,
}

/// How a change was lost from the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The merge of this landing left it out.
    Merge(usize, Oid),
    /// This tip, which the clone saw, is no longer on the line.
    Tip(Oid),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    Removal,
    Closure,
    Fired,
    /// Something else that the record granted was taken away.
    Narrowing,
    /// Somebody rejected the record.
    Rejection,
    /// A rule was made stricter, or a key revoked.
    Rule,
}

impl Loss {
    pub fn as_str(self) -> &'static str {
        match self {
            Loss::Removal => "removal",
            Loss::Closure => "closure",
            Loss::Fired => "fired trigger",
            Loss::Narrowing => "narrowing",
            Loss::Rejection => "rejection",
            Loss::Rule => "stricter rule",
        }
    }
}

/// The folder of refs that keep lost tips.
pub const PINS: &str = "refs/exledger/former/";

/// The ref that keeps the newest tip of the approvals branch which approves rules: pruning deletes that branch's reflog.
pub const APPROVALS_PIN: &str = "refs/exledger/approvals";

/// Returns the ref that keeps a lost tip of the approved ref.
pub fn pin(tip: Oid) -> String {
    format!("{PINS}{tip}")
}

/// Returns the commands after which a clone no longer knows the lost tips of a ref; `None` if that is gone, and its log with it.
pub fn clear_commands(reference: Option<&str>, pin: Option<&str>) -> Vec<String> {
    let expire = reference.map(|reference| format!("git reflog expire --expire=now {reference}"));
    let unpin = pin.map(|pin| format!("git update-ref -d {pin}"));
    expire.into_iter().chain(unpin).collect()
}
