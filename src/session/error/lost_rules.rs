//! Rules that were approved at a tip which is lost, and what to do about them.
//!
//! Start at [`LostRules`]. Follows `docs/spec/approval.md`, M5b.

use crate::history::objects::Oid;
use crate::survey::shell::quoted;

/// A governance file that was approved at a lost tip, and is another one now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostRules {
    /// The lost tip.
    pub tip: Oid,
    /// The approved ref, by its full name.
    pub reference: String,
    /// The governance file.
    pub path: String,
    /// The commands that accept the loss.
    pub clear: String,
}

impl LostRules {
    /// Returns what to do about it.
    pub fn help(&self) -> String {
        format!(
            "have today's file approved anew: `exledger approve --governance {}`; or, if the loss was agreed: {}",
            quoted(&self.path),
            self.clear
        )
    }
}
