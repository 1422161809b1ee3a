//! Why a record is what it is: every kind of reason there is, each with its text.
//!
//! Uses `status`'s obstacle. Pure. Start at [`Reason`]. Follows `docs/spec/status.md`, findings and reasons:
//! the tests follow the advice of each kind.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::status::obstacle::StatusObstacle;

/// Why a record is what it is, and where something can be done, what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It can't be determined what it is.
    Obstacle(Box<StatusObstacle>),
    /// Any other reason, in words.
    Stated(ReasonKind, String),
}

/// Declares the kinds, and the list of all of them.
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
    /// What decides is missing or malformed.
    NotDetermined,
    FileGone,
    /// Several files carry the id.
    SeveralFiles,
    /// The file is no valid record.
    Unreadable,
    /// It was closed or rejected.
    ClosedBy,
    /// It only stands on a branch or in the work tree.
    OnlyProposed,
    /// The same, and its end is past.
    ProposedTooLate,
    /// What landed differs from what was approved in a field that must be equal.
    FieldsDiffer,
    /// An emergency was not approved within its term.
    EmergencyLapsed,
    /// An emergency counts without approval for now.
    EmergencyUnapproved,
    /// Only authors approved it.
    SelfApproved,
    /// A squash names no approver.
    Squashed,
    /// Only bots or agents approved it.
    OnlyMachines,
    /// Nothing counts.
    NothingCounts,
    /// A forge account approved, and nothing tells whose it is.
    AccountUnknown,
    /// Somebody approved, and nothing tells who that is.
    NameUnknown,
    /// Authors state that others approved.
    SelfAsserted,
    /// Some count, and more are needed.
    TooFew,
    Vetoed,
    /// The signature of the landing is bad.
    BadSignature,
    /// It is not approved, and no more is known.
    NotApproved,
    /// What an approval still needs.
    StillNeeded,
    /// An approval file that landed does not count.
    FileRefused,
    /// The same file was there before it was removed.
    BroughtBack,
    /// What was approved could not be read.
    ApprovedUnread,
    /// It ended without having been approved.
    EndedUnapproved,
    /// It ended while nobody approved what landed, after having been in force.
    EndedInForce,
    /// What landed since the approval only narrows it.
    OnlyNarrowed,
    /// What landed since the approval is not approved.
    ChangedSince,
    /// Its start is to come.
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
    /// A trigger fired and asks for a review.
    TriggerWaits,
    /// Its owner is not there.
    Ownerless,
    /// What the tier says of degraded records.
    TierSays,
}

impl ReasonKind {
    /// Returns a reason of this kind.
    pub(crate) fn says(self, text: impl Into<String>) -> Reason {
        Reason::Stated(self, text.into())
    }
}

impl Reason {
    /// Returns the reason of what can't be determined.
    pub(crate) fn obstacle(obstacle: impl Into<StatusObstacle>) -> Reason {
        Reason::Obstacle(Box::new(obstacle.into()))
    }

    /// Returns which of the reasons it is.
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
            Reason::Stated(_, text) => out.write_str(text),
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Returns the text of the first of some reasons, which is the one that decides.
pub fn first(reasons: &[Reason]) -> String {
    reasons.first().map(Reason::to_string).unwrap_or_default()
}

/// Returns the texts of some reasons in one line.
pub fn joined(reasons: &[Reason]) -> String {
    let texts: Vec<String> = reasons.iter().map(Reason::to_string).collect();
    texts.join("; ")
}

/// Returns why the status can't be determined, where the first reason says so.
pub fn obstacle(reasons: &[Reason]) -> Option<&StatusObstacle> {
    match reasons.first()? {
        Reason::Obstacle(obstacle) => Some(obstacle),
        Reason::Stated(..) => None,
    }
}
