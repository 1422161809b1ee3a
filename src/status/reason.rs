//! Why a record is what it is: every kind of reason there is, each with its text.
//!
//! Uses nothing else of the line. Pure. Start at [`ReasonKind`]. Follows `docs/spec/status.md`, findings and reasons:
//! the tests follow the advice of each kind.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;

use serde::{Serialize, Serializer};

/// Why a record is what it is, and where something can be done, what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Which of the reasons.
    pub kind: ReasonKind,
    text: String,
}

/// Declares the kinds, and the list of all of them.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident,)*) => {
        /// The kinds of reasons.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ReasonKind {
            $($(#[$doc])* $kind,)*
        }

        impl ReasonKind {
            /// All of them.
            pub const ALL: &'static [ReasonKind] = &[$(ReasonKind::$kind,)*];
        }
    };
}

kinds! {
    /// What decides is missing or malformed.
    NotDetermined,
    /// The file was removed.
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
    /// Somebody rejected it.
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
    /// Its end is past.
    Ended,
    /// A trigger ended it.
    TriggerEnded,
    /// It is in force.
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
    /// No control is left.
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
        Reason {
            kind: self,
            text: text.into(),
        }
    }
}

impl Deref for Reason {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl Borrow<str> for Reason {
    fn borrow(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.text)
    }
}

/// Returns the text of the first of some reasons, which is the one that decides.
pub fn first(reasons: &[Reason]) -> &str {
    reasons.first().map_or("", |reason| reason)
}
