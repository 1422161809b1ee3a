//! What an audit could not determine, apart from records whose status is unknown.
//!
//! Start at [`AuditDoubt`].

use crate::history::objects::Obstacle;
use crate::ledger::tree::TreeError;
use crate::session::error::Undetermined;

/// Something that an audit could not determine.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditDoubt {
    /// Whether a commit that once was the tip is still on the mainline.
    #[error("whether {commit} of {path} is still on the approved branch: {cause}")]
    EarlierTip { commit: String, path: String, cause: String },
    /// The contents of a version.
    #[error("{error}\n  help: {}", Undetermined::repair(.error))]
    Contents { error: TreeError },
    /// The content of an approval file.
    #[error("{path}: {obstacle}; {}", .obstacle.repair())]
    ApprovalFile { path: String, obstacle: Obstacle },
}
