//! Determines who approved each version, and on what evidence, in one fold over the facts of history.
//!
//! Uses diag to history. Pure. Start at [`judge`] and [`verdict::ApprovalVerdict`]. Follows `docs/spec/approval.md`, 1.4 to 1.8. Does not know
//! what is in force today.

pub mod approval_files;
pub mod ask;
pub mod authors;
pub mod counted;
pub(crate) mod counting;
pub mod demand;
pub mod emergency;
mod evidence;
mod fold;
pub mod forge;
pub mod four_eyes;
pub mod governance_history;
pub mod identity;
pub mod judging;
pub mod keys;
mod late_evidence;
pub(crate) mod listed;
pub mod message;
mod missing;
pub mod offers;
mod own_evidence;
pub(crate) mod put_back;
pub mod relation;
mod rerouted;
pub mod reviews;
pub mod signature;
pub mod signers;
pub mod statement;
pub mod statement_file;
pub mod verdict;
pub mod ways;
pub mod wire;

use crate::approval::judging::TrailVerdicts;
use crate::history::walked::History;

/// Judges every version of every record and governance file, oldest first, each by the governance before its landing.
pub fn judge(history: &History) -> TrailVerdicts {
    judging::by(history, counted::count_governance(history))
}
