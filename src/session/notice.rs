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
    /// Paths were named that hold nothing to be linted.
    NothingToLint {
        /// The paths.
        paths: Vec<String>,
    },
    /// A record that a filter means is not in the work tree, so it is left out.
    NotInWorkTree {
        /// The record.
        id: String,
    },
    /// A receipt from which a record is filed asks what is allowed already.
    AlreadyAllowed {
        /// The record that allows it, where the receipt names it.
        record: Option<String>,
    },
    /// A record changed on the approved ref since this branch left it.
    Behind {
        /// The record.
        id: String,
    },
    /// Who must approve the change can't be told.
    NotCompared {
        /// Why.
        cause: String,
    },
    /// A governance file that does not count where the branch set out, so that its last version that counts judges.
    Uncounted {
        /// The file.
        path: String,
        /// The commit, shortened.
        base: String,
    },
    /// What somebody is about to approve is not committed as it is, and whoever commits it is its author.
    NotCommitted {
        /// The path of the file.
        path: String,
    },
    /// What somebody is about to approve landed although it does not lint.
    LandedWithErrors {
        /// The path of the file.
        path: String,
        /// The errors, each with the code of its rule.
        errors: Vec<String>,
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
