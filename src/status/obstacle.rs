//! Why it can't be determined what a record is, with the way out.
//!
//! Uses policy, history, approval. Pure. Start at [`StatusObstacle`]. Follows `docs/spec/status.md`, `unknown`.

use crate::approval::obstacle::ApprovalObstacle;
use crate::history::objects::{Obstacle, Oid};
use crate::history::thrown_off::Loss;
use crate::policy::governance::NO_POLICY;
use crate::status::thrown_off::{self, REPAIR};

/// Why the status of a record can't be determined; the text names the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatusObstacle {
    /// Something that is needed can't be had.
    #[error("{}; {}", .0, .0.repair())]
    Object(#[from] Obstacle),
    /// It can't be determined who made or approved a version.
    #[error(transparent)]
    Approval(#[from] ApprovalObstacle),
    /// A merge took a version off the first-parent line.
    #[error("{}; {REPAIR}", thrown_off::in_words(*.merge, *.loss, *.commit))]
    ThrownOff {
        merge: Oid,
        loss: Loss,
        /// The commit that brought that.
        commit: Oid,
    },
    /// No policy counts: the built-in defaults grant nothing.
    #[error("{NO_POLICY}")]
    NoPolicy,
}

impl StatusObstacle {
    /// Returns the obstacle behind it, where something can't be had.
    pub fn object(&self) -> Option<&Obstacle> {
        match self {
            StatusObstacle::Object(obstacle) => Some(obstacle),
            StatusObstacle::Approval(obstacle) => obstacle.object(),
            StatusObstacle::ThrownOff { .. } | StatusObstacle::NoPolicy => None,
        }
    }
}
