//! Rules that were approved at a tip which is lost, and what to do about them.
//!
//! Start at [`LostRules`]. Follows `docs/spec/approval.md`, M5b.

use crate::diag::remedy::{Act, Remedy};
use crate::diag::shell;
use crate::history::objects::Oid;
use crate::history::off_line;
use crate::history::refs::APPROVALS_BRANCH;

/// A governance file that was approved at a lost tip and is another one now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostRules {
    /// The lost tip.
    pub tip: Oid,
    /// The approved ref, or the approvals branch, by its full name.
    pub reference: String,
    /// The governance file.
    pub path: String,
    /// The ref by which `verify` keeps the tip.
    pub pin: String,
    /// Whether there is a reflog: pruning takes that of a deleted branch with it.
    pub has_log: bool,
}

impl LostRules {
    /// Returns what was lost, as a sentence.
    pub(super) fn what(&self) -> String {
        let (tip, path) = (self.tip.short(), &self.path);
        let branch = match self.reference.ends_with(APPROVALS_BRANCH) {
            true => APPROVALS_BRANCH,
            false => "the line of the approved branch",
        };
        format!("{branch} no longer contains {tip}, where another {path} was approved")
    }

    /// Returns what others do about it.
    pub fn remedy(&self) -> Remedy {
        let reference = self.has_log.then_some(self.reference.as_str());
        let clear = off_line::clear_commands(reference, Some(&self.pin)).join("; ");
        let approve = shell::command("exledger approve --governance", &[&self.path]);
        let note = format!(
            "have today's file approved anew: `{approve}`; or, if the loss was agreed: {clear}"
        );
        Remedy { note, act: Act::Other { waits_for: Vec::new(), commands: vec![approve] } }
    }
}
