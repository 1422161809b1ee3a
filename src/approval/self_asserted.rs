//! Whether an author of the content is the one who stated that somebody approved it.
//!
//! Uses nothing else. Pure. Follows `docs/spec/approval.md`, E3 and D5.

/// Whether an approval was stated only by a member of the author set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SelfAsserted {
    /// It was stated by someone outside the author set, or by the person's own act.
    No,
    /// It was stated by a member of the author set.
    Yes,
    /// The forge composed the text, and the policy names that forge.
    ForgeUi,
}

impl SelfAsserted {
    /// Returns the value of `self_asserted`, `None` for `null`.
    pub fn value(self) -> Option<bool> {
        match self {
            SelfAsserted::No => Some(false),
            SelfAsserted::Yes => Some(true),
            SelfAsserted::ForgeUi => None,
        }
    }
}
