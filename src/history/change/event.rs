//! What changed between two versions of a record, field by field.
//!
//! Uses nothing else. Pure. Start at [`ChangeEvent`]. Follows `docs/spec/approval.md`, 4.1.

use strum::IntoStaticStr;

/// A named change of meaning, in the order in which answers list them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum ChangeEvent {
    Filed,
    /// It ends later.
    Extended,
    Shortened,
    /// A renewal entry says that it ends later.
    Renewed,
    ScopeWidened,
    ScopeNarrowed,
    ControlAdded,
    /// A compensating control less, or one that is withdrawn.
    ControlDropped,
    /// A higher risk is stated.
    RiskRaised,
    /// A lower risk is stated.
    RiskLowered,
    /// Another owner, without an entry that says so.
    OwnerChanged,
    /// Another owner, with an entry that says so.
    Transferred,
    Reviewed,
    /// A control was verified, or became active.
    Attested,
    Fired,
    Noted,
    Closed,
    /// It was closed by a rejection.
    Rejected,
    /// Someone looked at the closure.
    PostReviewed,
    /// Anything else that changes a value.
    Amended,
    /// Other bytes, the same values.
    Reformatted,
    Moved,
    Removed,
    Restored,
    /// The file can't be read any more.
    Broken,
    /// An approval landed in a later commit than the content.
    Approved,
    /// A veto landed in a later commit than the content.
    Vetoed,
    /// An approval or a rejection landed in a later commit than the content, and changed nothing.
    Stated,
}

impl ChangeEvent {
    /// Returns the word of `docs/spec/cli.md`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
