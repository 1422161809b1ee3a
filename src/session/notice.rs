//! Notices: what the reader should know besides the answer.
//!
//! Start at [`Notice`]; the program puts them into words.

use crate::history::objects::{Obstacle, Oid};

/// Something to know about how an answer was found.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields that say what they are")]
pub enum Notice {
    /// The proposals of a branch can't be read.
    UnreadableBranch { branch: String, obstacle: Obstacle },
    /// Git's commit-graph says that a commit is another one, or hid a change before it, and is not used.
    WrongCommitGraph { commit: Oid },
    /// This clone does not fetch the approvals branch, so a rejection there is unknown.
    UnheardRejections {
        /// As `origin/exledger-approvals`.
        branch: String,
        // The command that fetches all branches.
        command: String,
    },
    /// What landed is rejected by statements that only this clone has.
    UnpushedRejections {
        // The ids of records, and `governance:` with the paths of governance files.
        about: Vec<String>,
        // The command that pushes them.
        command: String,
    },
    /// The named paths hold nothing to lint.
    NothingToLint { paths: Vec<String> },
    /// A record can't be read, so that what it names is not known to an import.
    UnreadRecord { path: String },
    /// The repository whose alerts were read, and that of the remote if it is another one.
    AlertsRead {
        /// As `owner/name`.
        repository: String,
        remote: Option<String>,
    },
    /// No record states a name of a filter; in a sentence, with those that are close.
    NotStated { sentence: String },
    /// A record that matches a filter is not in the work tree, so it is left out.
    NotInWorkTree { id: String },
    /// The receipt that a record is filed from asks about something that is allowed already.
    AlreadyAllowed { record: Option<String> },
    /// A record has changed on the approved ref since this branch left it.
    Behind { id: String },
    /// Who must approve the change can't be determined.
    NotCompared { cause: String },
    /// A governance file does not count where the branch started, so its last version that counts applies.
    Uncounted {
        path: String,
        /// The commit, shortened.
        base: String,
    },
    /// Content about to be approved is not committed in this form, and whoever commits it becomes its author.
    NotCommitted { path: String },
    /// A governance file about to be approved follows a version that does not count, so the approval covers that, too.
    FollowsUncounted { path: String, patch: String },
    /// Content about to be approved landed with lint errors.
    LandedWithErrors {
        path: String,
        /// The errors, each with the code of its rule.
        errors: Vec<String>,
    },
    /// A redesign that the record links is not approved together with it.
    RedesignNotApproved { path: String, cause: String },
}

impl Notice {
    /// Returns what the answer to a question says, too.
    pub fn warning(&self) -> Option<String> {
        match self {
            Notice::UnheardRejections { branch, command } => Some(format!(
                "this clone does not fetch {branch}: a rejection there is unknown: {command}"
            )),
            Notice::UnpushedRejections { about, command } => Some(format!(
                "a rejection of {} is in this clone alone, and counts for nobody until it is pushed: {command}",
                about.join(", ")
            )),
            Notice::WrongCommitGraph { commit } => Some(format!(
                "git's commit-graph disagrees with commit {} and is not used; to write it anew: rm -rf \"$(git rev-parse --git-path objects/info)\"/commit-graph*; git commit-graph write --reachable --changed-paths",
                commit.short()
            )),
            _ => None,
        }
    }
}
