//! Reasons why the status of a record can't be determined, with the remedy.
//!
//! Pure. Start at [`StatusObstacle`]. Follows `docs/spec/status.md`, `unknown`.

use crate::approval::verdict::ApprovalObstacle;
use crate::history::objects::Obstacle;
use crate::policy::governance::NO_POLICY;

/// Why the status of a record can't be determined; the text includes the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatusObstacle {
    #[error("{}; {}", .0, .0.repair())]
    Object(#[from] Obstacle),
    #[error(transparent)]
    Approval(#[from] ApprovalObstacle),
    /// No policy counts: the built-in defaults grant nothing.
    #[error("{NO_POLICY}")]
    NoPolicy,
}

impl StatusObstacle {
    /// Returns the underlying obstacle, if an object is missing.
    pub fn object(&self) -> Option<&Obstacle> {
        match self {
            StatusObstacle::Object(obstacle) => Some(obstacle),
            StatusObstacle::Approval(obstacle) => obstacle.object(),
            StatusObstacle::NoPolicy => None,
        }
    }
}
