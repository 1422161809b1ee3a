//! Reasons why the authors or approvers of a version can't be determined, with the remedy.
//!
//! Uses history. Pure. Start at [`ApprovalObstacle`]. Follows `docs/spec/approval.md`, 1.8 (`indeterminate`).

use crate::history::ident::IdentProblem;
use crate::history::objects::{Obstacle, Oid};
use crate::policy::people::nobody;

/// The maximum number of authors of a version: each is compared with the others and with every approver.
pub(crate) const MOST_AUTHORS: usize = 2_000;

/// The maximum number of approvals and rejections of a version, which are compared with each other.
pub(crate) const MOST_STATEMENTS: usize = 2_000;

/// Why the authors or approvers of a version can't be determined; the text includes the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalObstacle {
    #[error("{}; {}", .0, .0.repair())]
    Object(#[from] Obstacle),
    /// The governance files before the landing are missing.
    #[error("the policy that judges it: {}; {}", .0, .0.repair())]
    Policy(Obstacle),
    #[error("an approval file: {}; {}", .0, .0.repair())]
    ApprovalFile(Obstacle),
    #[error("the notes: {}; {}", .0, .0.repair())]
    Notes(Obstacle),
    /// It landed before the oldest known commit.
    #[error("how it was merged is not known")]
    UnknownLanding,
    /// More authors are named than can be compared.
    #[error(
        "more than {MOST_AUTHORS} authors are named, which is too many to compare; commit the change again under the names of its real authors"
    )]
    TooManyAuthors,
    /// More approvals and rejections are stated than are compared.
    #[error(
        "more than {MOST_STATEMENTS} approvals and rejections are stated, which is too many to compare; file the change again, in commits without them"
    )]
    TooManyStatements,
    #[error("commit {commit} is malformed ({header}: {problem}); its author must commit it again")]
    Malformed { commit: Oid, header: &'static str, problem: IdentProblem },
    #[error("the author of commit {commit} has no usable address; map the name in people.logins")]
    NoAddress { commit: Oid },
    /// The author of a commit that makes content is the address reserved for adding approval files.
    #[error(
        "the author of commit {commit} is {}, which is not a person and may only add approval files: restore what was approved before, or remove the file, then make the change again under its author's own name",
        nobody::EMAIL
    )]
    Nobody { commit: Oid },
    /// The policy requires authors to sign, and the author of a commit did not.
    #[error(
        "author not attested: commit {commit} is not signed by a listed key of its author; remove the record, and file it again in a commit that is"
    )]
    NotAttested { commit: Oid },
}

impl ApprovalObstacle {
    /// Returns the underlying obstacle, if an object is missing.
    pub fn object(&self) -> Option<&Obstacle> {
        match self {
            ApprovalObstacle::Object(obstacle)
            | ApprovalObstacle::Policy(obstacle)
            | ApprovalObstacle::ApprovalFile(obstacle)
            | ApprovalObstacle::Notes(obstacle) => Some(obstacle),
            _ => None,
        }
    }
}
