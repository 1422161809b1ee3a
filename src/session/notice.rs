//! Notices: what the reader should know besides the answer.
//!
//! Start at [`Notice`]; the program puts them into words.

use crate::history::objects::{Obstacle, Oid};

/// Something to know about how an answer was found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Notice {
    /// The proposals of a branch can't be read.
    UnreadableBranch {
        /// The branch.
        branch: String,
        /// What is in the way.
        obstacle: Obstacle,
    },
    /// Git's commit-graph says that a commit is another one, and is not used.
    WrongCommitGraph {
        /// The commit.
        commit: Oid,
    },
    /// The named paths hold nothing to lint.
    NothingToLint {
        /// The paths.
        paths: Vec<String>,
    },
    /// A record can't be read, so that what it names is not known to an import.
    UnreadRecord {
        /// The path of the file.
        path: String,
    },
    /// The repository whose alerts were read, and that of the remote if it is another one.
    AlertsRead {
        /// As `owner/name`.
        repository: String,
        /// The same of the remote.
        remote: Option<String>,
    },
    /// A record that matches a filter is not in the work tree, so it is left out.
    NotInWorkTree {
        /// The record.
        id: String,
    },
    /// The receipt that a record is filed from asks about something that is allowed already.
    AlreadyAllowed {
        /// The record that allows it, if the receipt names it.
        record: Option<String>,
    },
    /// A record has changed on the approved ref since this branch left it.
    Behind {
        /// The record.
        id: String,
    },
    /// Who must approve the change can't be determined.
    NotCompared {
        /// Why.
        cause: String,
    },
    /// A governance file does not count where the branch started, so its last version that counts applies.
    Uncounted {
        /// The file.
        path: String,
        /// The commit, shortened.
        base: String,
    },
    /// Content about to be approved is not committed in this form, and whoever commits it becomes its author.
    NotCommitted {
        /// The path of the file.
        path: String,
    },
    /// A governance file about to be approved follows a version that does not count, so the approval covers that, too.
    FollowsUncounted {
        /// The path of the file.
        path: String,
        /// The difference from the bytes that count, as a patch.
        patch: String,
    },
    /// Content about to be approved landed with lint errors.
    LandedWithErrors {
        /// The path of the file.
        path: String,
        /// The errors, each with the code of its rule.
        errors: Vec<String>,
    },
    /// A redesign that the record links is not approved together with it.
    RedesignNotApproved {
        /// The path of the file.
        path: String,
        /// Why.
        cause: String,
    },
}
