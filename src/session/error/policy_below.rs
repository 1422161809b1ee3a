//! A policy below another ledger, and what to do about it.
//!
//! Start at [`PolicyBelow`]. Follows `docs/spec/policy.md`, a policy below another ledger.

use std::fmt;
use std::path::PathBuf;

use crate::diag::remedy::{Act, Remedy};
use crate::diag::shell;
use crate::history::paths::{self, LedgerPrefix};
use crate::policy;

/// A policy below another ledger that the people of that ledger did not approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyBelow {
    /// The policy, from the root of the repository.
    pub path: String,
    /// The folder of the ledger above, from the root of the repository.
    pub above: String,
    /// The ledger above on disk, if files are checked out.
    pub place: Option<PathBuf>,
    /// Why it does not count; `None` if it is not on the approved branch.
    pub reason: Option<String>,
    /// How the policy of the ledger above is restored, if it was removed.
    pub restore: Option<String>,
}

impl fmt::Display for PolicyBelow {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} is below another ledger, and nobody approved it", self.path)
    }
}

impl PolicyBelow {
    /// Returns what the people of the ledger above do about it.
    pub fn remedy(&self) -> Remedy {
        let command = self.command();
        let approve = match &self.place {
            Some(_) => format!("run `{command}`"),
            None => format!("run `{command}` in a clone with a work tree"),
        };
        let ledger = match self.above.as_str() {
            "" => "the ledger in the root of the repository".to_owned(),
            above => format!("the ledger in {above}"),
        };
        let reason = match &self.reason {
            Some(reason) => format!(" ({reason})"),
            None => ", in the pull request that adds it".to_owned(),
        };
        let approve = match &self.restore {
            Some(restore) => format!(
                "restore {} first, which was removed: `{restore}`; then {approve}",
                paths::join(&self.above, policy::FILE)
            ),
            None => approve,
        };
        let note = format!(
            "the people of {ledger} must approve it as they approve a change of their own rules{reason}: {approve}; until then `lint`, `diff`, `doctor`, `approve`, `scan` and `new` work here"
        );
        let commands = self.restore.iter().cloned().chain([command]).collect();
        Remedy { note, act: Act::Other { waits_for: Vec::new(), commands } }
    }

    /// Returns its path from the ledger above.
    pub fn path_from_above(&self) -> String {
        LedgerPrefix::new(&self.above).inward(&self.path)
    }

    fn command(&self) -> String {
        let path = self.path_from_above();
        match &self.place {
            Some(place) => {
                let place = place.display().to_string();
                shell::command("exledger -C", &[&place, "approve", "--governance", &path])
            }
            None => shell::command("exledger approve --governance", &[&path]),
        }
    }
}
