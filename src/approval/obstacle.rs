//! Why it can't be determined who made or approved a version, with the way out.
//!
//! Uses history. Pure. Start at [`ApprovalObstacle`]. Follows `docs/spec/approval.md`, 1.8 (`indeterminate`).

use crate::history::ident::IdentProblem;
use crate::history::objects::{Obstacle, Oid};
use crate::policy::people::nobody;

/// The most authors of a version: they are compared with each other, and with everybody who approves.
pub(crate) const MOST_AUTHORS: usize = 2_000;

/// Why it can't be determined who made or approved a version; the text names the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalObstacle {
    /// Something that is needed can't be had.
    #[error("{}; {}", .0, .0.repair())]
    Object(#[from] Obstacle),
    /// The governance files before the landing can't be had.
    #[error("the policy that judges it: {}; {}", .0, .0.repair())]
    Policy(Obstacle),
    /// An approval file can't be had.
    #[error("an approval file: {}; {}", .0, .0.repair())]
    ApprovalFile(Obstacle),
    /// The notes can't be had.
    #[error("the notes: {}; {}", .0, .0.repair())]
    Notes(Obstacle),
    /// It landed before the oldest commit that is known.
    #[error("how it was merged is not known")]
    UnknownLanding,
    /// More authors are named than are told apart.
    #[error(
        "more than {MOST_AUTHORS} authors are named, which is too many to compare; commit the change again under the names of its real authors"
    )]
    TooManyAuthors,
    /// A header of a commit can be read in more than one way.
    #[error("commit {commit} is malformed ({header}: {problem}); its author must commit it again")]
    Malformed {
        commit: Oid,
        header: &'static str,
        /// What is odd about it.
        problem: IdentProblem,
    },
    /// The author of a commit that makes content has no address.
    #[error("the author of commit {commit} has no usable address; map the name in people.logins")]
    NoAddress { commit: Oid },
    /// The author of a commit that makes content is the address under which only approval files may be added.
    #[error(
        "the author of commit {commit} is {}, which is not a person and may only add approval files: restore what was approved before, or remove the file, then make the change again under its author's own name",
        nobody::EMAIL
    )]
    Nobody { commit: Oid },
    /// The policy asks authors to sign, and the author of a commit did not.
    #[error("author not attested: commit {commit} must be signed by a listed key of its author")]
    NotAttested { commit: Oid },
}

impl ApprovalObstacle {
    /// Returns the obstacle behind it, where something can't be had.
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
