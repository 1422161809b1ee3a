//! The kinds of loss: what a target would cover more than a record, in scope or in time.
//!
//! Pure. Start at [`LossKind`]. Follows `docs/spec/interop.md`, X4.

use crate::record::vocabulary::words;

words! {
    /// The kinds of loss.
    pub enum LossKind {
        /// The target would cover more.
        Scope,
        /// The target has no end, or a later one.
        Term,
    }
}

/// The kinds of loss that are written anyway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AllowedLosses {
    pub scope: bool,
    pub term: bool,
}

impl AllowedLosses {
    /// Tells whether a kind is written.
    pub fn contains(self, kind: LossKind) -> bool {
        match kind {
            LossKind::Scope => self.scope,
            LossKind::Term => self.term,
        }
    }
}

/// One reason why a finding can't be expressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingLoss {
    pub kind: LossKind,
    pub reason: String,
}

impl FindingLoss {
    /// Returns a loss of scope.
    pub fn scope(reason: impl Into<String>) -> FindingLoss {
        FindingLoss { kind: LossKind::Scope, reason: reason.into() }
    }

    /// Returns a loss of term.
    pub fn term(reason: impl Into<String>) -> FindingLoss {
        FindingLoss { kind: LossKind::Term, reason: reason.into() }
    }
}
