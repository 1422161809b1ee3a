//! What an answer does not say and its reader should know.
//!
//! Start at [`Notice`]; the program words them.

use std::collections::BTreeSet;

use crate::history::objects::Obstacle;

/// Something to know of how an answer was found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Notice {
    /// What a branch proposes can't be read.
    UnreadableBranch {
        /// The branch.
        branch: String,
        /// What is in the way.
        obstacle: Obstacle,
    },
    /// A branch of a bridge holds approvals that count once they are merged.
    WaitingReviews {
        /// The branch.
        branch: String,
        /// The ids of the records that they are about.
        ids: BTreeSet<String>,
    },
    /// Whether a branch of a bridge holds approvals can't be told.
    UnreadableReviews {
        /// The branch.
        branch: String,
        /// What is in the way.
        obstacle: Obstacle,
    },
}
