//! The reasons for a record's status: every kind, each with its text.
//!
//! Pure. Start at [`Reason`]. Follows `docs/spec/status.md`, findings and reasons: the tests follow the advice of each
//! kind.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::approval::next::steps::Blocker;
use crate::approval::next::text::Advised;
use crate::status::obstacle::StatusObstacle;

/// A reason for a record's status, with advice if something can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The status can't be determined.
    Obstacle(Box<StatusObstacle>),
    /// Any other reason, with what can be done about it.
    Stated(ReasonKind, Advised),
}

/// Declares the kinds, and a list of all of them.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ReasonKind {
            $($(#[$doc])* $kind,)*
        }

        impl ReasonKind {
            pub const ALL: &'static [ReasonKind] = &[$(ReasonKind::$kind,)*];
        }
    };
}

kinds! {
    /// Required objects are missing or malformed.
    NotDetermined,
    FileGone,
    /// Several files have the id.
    SeveralFiles,
    /// The file is not a valid record.
    Unreadable,
    /// It was closed or rejected.
    ClosedBy,
    /// It exists only on a branch or in the work tree.
    OnlyProposed,
    /// It is only proposed, and its end has passed.
    ProposedTooLate,
    /// The landed and the approved version differ in a field that must be equal.
    FieldsDiffer,
    /// An emergency was not approved in time.
    EmergencyLapsed,
    /// An earlier emergency about the same subject used up the time without approval.
    GraceUsedUp,
    /// An emergency counts without approval for now.
    EmergencyUnapproved,
    /// Only authors approved it.
    SelfApproved,
    /// A squash merge names no approver.
    Squashed,
    /// Only bots or agents approved it.
    OnlyMachines,
    /// No approval counts.
    NothingCounts,
    /// A forge account approved, but its owner is unknown.
    AccountUnknown,
    /// Somebody approved, but the name is not known.
    NameUnknown,
    /// Authors state that others approved.
    SelfAsserted,
    /// Some approvals count, but more are needed.
    TooFew,
    Vetoed,
    /// The signature of the landing is bad.
    BadSignature,
    /// It is not approved, and no more is known.
    NotApproved,
    /// The approvals still needed.
    StillNeeded,
    /// An approval file that landed does not count.
    FileRefused,
    /// This clone lacks the branch of signed statements.
    StatementsNotFetched,
    /// The branch of signed statements lost one.
    StatementLost,
    /// The same file existed before it was removed.
    BroughtBack,
    /// The approved version could not be read.
    ApprovedUnread,
    /// It ended without having been approved.
    EndedUnapproved,
    /// It ended after being in force, while its landed version was not approved.
    EndedInForce,
    /// The changes landed since the approval only narrow it.
    OnlyNarrowed,
    /// The changes landed since the approval are not approved.
    ChangedSince,
    /// Its start is in the future.
    NotStarted,
    Ended,
    TriggerEnded,
    InForce,
    /// A periodic review is overdue.
    ReviewOverdue,
    /// Its review does not count: an author entered it.
    ReviewedByAuthor,
    /// A control must be verified again.
    ControlStale,
    /// Its verification does not count: an author entered it.
    VerifiedByAuthor,
    /// A control was dropped since the approval.
    ControlDropped,
    NoControlLeft,
    /// A trigger fired and requires a review.
    TriggerWaits,
    /// Its owner is unavailable.
    Ownerless,
    /// What the tier specifies for degraded records.
    TierSays,
}

impl ReasonKind {
    /// Returns the kind of what keeps content that landed from being approved; `None` for what bars other content.
    pub(crate) fn of_blocker(blocker: &Blocker) -> Option<ReasonKind> {
        Some(match blocker {
            Blocker::OnlyAuthors { .. } => ReasonKind::SelfApproved,
            Blocker::Squashed => ReasonKind::Squashed,
            Blocker::OnlyMachines => ReasonKind::OnlyMachines,
            Blocker::NothingCounts => ReasonKind::NothingCounts,
            Blocker::AccountUnknown(_) => ReasonKind::AccountUnknown,
            Blocker::NameUnknown => ReasonKind::NameUnknown,
            Blocker::OnlyAuthorsSay { .. } => ReasonKind::SelfAsserted,
            Blocker::TooFew => ReasonKind::TooFew,
            Blocker::Rejected { .. } => ReasonKind::Vetoed,
            Blocker::BadSignature => ReasonKind::BadSignature,
            Blocker::NobodyListed | Blocker::NotApproved => ReasonKind::NotApproved,
            Blocker::FileRefused { .. } => ReasonKind::FileRefused,
            Blocker::SignedRejection { .. }
            | Blocker::Unpushed { .. }
            | Blocker::AuthorUnknown { .. }
            | Blocker::NobodyNamed
            | Blocker::NothingAccepted
            | Blocker::CarriesOn
            | Blocker::FollowsUncounted
            | Blocker::NoKeyListed
            | Blocker::AuthorsUnsigned
            | Blocker::PolicyCannotBeMet
            | Blocker::KeysCannotBeListed => return None,
        })
    }

    pub(crate) fn says(self, text: impl Into<Advised>) -> Reason {
        Reason::Stated(self, text.into())
    }
}

impl Reason {
    pub(crate) fn obstacle(obstacle: impl Into<StatusObstacle>) -> Reason {
        Reason::Obstacle(Box::new(obstacle.into()))
    }

    /// Returns the reason without what can be done about it.
    pub fn cause(&self) -> String {
        match self {
            Reason::Obstacle(_) => self.to_string(),
            Reason::Stated(_, text) => text.cause.clone(),
        }
    }

    /// Returns the kind of the reason.
    pub fn kind(&self) -> ReasonKind {
        match self {
            Reason::Obstacle(_) => ReasonKind::NotDetermined,
            Reason::Stated(kind, _) => *kind,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Obstacle(obstacle) => write!(out, "could not determine: {obstacle}"),
            Reason::Stated(_, text) => text.fmt(out),
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Returns the text of the first reason, which is the deciding one.
pub fn first(reasons: &[Reason]) -> String {
    reasons.first().map(Reason::to_string).unwrap_or_default()
}

/// Returns the texts of the reasons on one line.
pub fn joined(reasons: &[Reason]) -> String {
    let texts: Vec<String> = reasons.iter().map(Reason::to_string).collect();
    texts.join("; ")
}

/// Returns the reasons on one line, without what can be done about them: for an answer that names the next step.
pub fn causes(reasons: &[Reason]) -> String {
    let causes: Vec<String> = reasons.iter().map(Reason::cause).collect();
    causes.join("; ")
}

/// Returns why the status can't be determined, if that is the first reason.
pub fn obstacle(reasons: &[Reason]) -> Option<&StatusObstacle> {
    match reasons.first()? {
        Reason::Obstacle(obstacle) => Some(obstacle),
        Reason::Stated(..) => None,
    }
}
