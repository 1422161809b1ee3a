//! Whether an author of the content stated that somebody approved it.
//!
//! Uses nothing else. Pure. Follows `docs/spec/approval.md`, E3 and D5.

/// Whether somebody outside the author set stated a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SelfAsserted {
    /// Somebody outside, or the person by their own act.
    No,
    /// A member of the author set.
    Yes,
    /// The forge composed the text, and the policy pins that forge.
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
