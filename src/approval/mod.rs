//! Who approved each version, and how that is known: one fold over the facts of history.
//!
//! Uses diag to history. Pure. Start at [`judge`] and [`verdict::ApprovalVerdict`]. Follows `docs/spec/approval.md`, 1.4 to 1.8. Does not know
//! what is in force today.

mod approval_event;
pub mod approvals;
pub mod ask;
mod attest;
mod authors;
mod carry;
pub(crate) mod case;
pub mod counted;
mod demand;
mod evidence;
pub mod filed;
mod fold;
pub mod forge;
mod four_eyes;
mod fresh;
mod identity;
mod introduced;
pub mod judging;
pub mod keys;
mod late;
mod law;
pub mod ledger_name;
pub mod loosened;
pub mod message;
mod missing;
mod places;
mod refused;
pub mod relation;
pub mod reviews;
mod ring;
pub mod seals;
pub mod self_asserted;
mod series;
pub mod signature;
pub mod signature_state;
pub mod signers;
mod spoken;
mod sshsig;
mod stated;
pub mod statement;
mod step;
pub mod verdict;
mod voices;
pub mod ways;
mod weight;
mod why_not;
pub mod wire;
mod witness;
mod words;

use crate::approval::approvals::Approvals;
use crate::history::walked::History;

/// Judges every version of every record and governance file, oldest first, each by the state that counts before it landed.
pub fn judge(history: &History) -> Approvals {
    judging::by(history, counted::of(history))
}
