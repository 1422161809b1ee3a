//! The events of a change between two versions of a record.
//!
//! Pure. Start at [`ChangeEvent`]. Follows `docs/spec/approval.md`, V5.

use crate::record::vocabulary::words;

words! {
    /// The kind of a change, in the order used in output.
    pub enum ChangeEvent {
        Filed,
        /// The end is later.
        Extended,
        Shortened,
        /// A renewal entry explains the later end.
        Renewed,
        ScopeWidened,
        ScopeNarrowed,
        ControlAdded,
        /// A compensating control was removed or withdrawn.
        ControlDropped,
        RiskRaised,
        RiskLowered,
        /// The owner changed without an entry that explains it.
        OwnerChanged,
        /// The owner changed, with an entry that explains it.
        Transferred,
        Reviewed,
        /// A control was verified, or became active.
        Attested,
        Fired,
        Noted,
        Closed,
        /// It was closed by rejecting the request.
        Rejected,
        PostReviewed,
        /// The closure is gone.
        Reopened,
        /// Another value changed.
        Amended,
        /// The bytes changed, but no value did.
        Reformatted,
        Moved,
        Removed,
        Restored,
        /// The file can no longer be read.
        Broken,
        /// An approval landed in a later commit than the content.
        Approved,
        /// A rejection landed in a later commit than the content.
        Vetoed,
        /// An approval or a rejection landed in a later commit than the content, and had no effect.
        Stated,
    }
}
