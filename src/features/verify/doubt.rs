//! What an audit could not determine, apart from records whose status is unknown.
//!
//! Start at [`AuditDoubt`].

use crate::history::objects::Obstacle;
use crate::ledger::tree::TreeError;

/// Something that an audit could not determine.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditDoubt {
    #[error("whether {commit} of {path} is still on the approved branch: {cause}")]
    EarlierTip {
        commit: String,
        /// The checkpoint or file of receipts that names it.
        path: String,
        /// The obstacle, and how to fix it.
        cause: String,
    },
    #[error("{}", .error.remedy().below(&.error.to_string()))]
    Contents {
        /// Why it can't be read.
        error: TreeError,
    },
    #[error("{path}: {obstacle}; {}", .obstacle.repair())]
    ApprovalFile { path: String, obstacle: Obstacle },
    #[error("which other records there were: {}", .0.remedy().below(&.0.to_string()))]
    OtherRecords(Obstacle),
}
