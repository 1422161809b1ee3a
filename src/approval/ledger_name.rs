//! The name by which approval files identify their ledger, so that they count in no other.
//!
//! Uses policy, history's ids. Pure. Start at [`LedgerName::from_policy`]. Follows `docs/spec/approval.md`, S7.

use crate::history::objects::Oid;
use crate::policy::Policy;

/// What approval files without a ledger name contain instead.
pub const UNNAMED: &str = "-";

/// The name of a ledger in approval files and receipts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerName {
    Stated(String),
    /// The policy states no name, so the id of the root commit is used.
    Root {
        commit: String,
        /// Whether files without a ledger name count too: those older than the first file with this id.
        counts_unnamed: bool,
    },
    /// The policy states no name, and the root commit is missing.
    Unknown,
}

impl LedgerName {
    /// Returns the name under a policy. `root` is the root commit of the approved ref, if present; under a root
    /// commit's id, files without a ledger name count too.
    pub fn from_policy(policy: &Policy, root: Option<Oid>) -> LedgerName {
        match (&policy.name, root) {
            (Some(name), _) => LedgerName::Stated(name.clone()),
            (None, Some(root)) => {
                LedgerName::Root { commit: root.to_string(), counts_unnamed: true }
            }
            (None, None) => LedgerName::Unknown,
        }
    }

    /// Sets whether files without a ledger name count under a root commit's id.
    pub fn counting_unnamed(mut self, counts: bool) -> LedgerName {
        if let LedgerName::Root { counts_unnamed, .. } = &mut self {
            *counts_unnamed = counts;
        }
        self
    }

    /// Returns the name for new files; `None` if it is undetermined.
    pub fn written(&self) -> Option<&str> {
        match self {
            LedgerName::Stated(name) => Some(name),
            LedgerName::Root { commit, .. } => Some(commit),
            LedgerName::Unknown => None,
        }
    }

    /// Tells whether an approval file is about this ledger, given the name that it states. If the ledger's name is
    /// undetermined, any file may be.
    pub fn is_stated(&self, stated: Option<&str>) -> bool {
        match (self, stated) {
            (LedgerName::Stated(name), stated) => stated == Some(name),
            (LedgerName::Root { commit, .. }, Some(stated)) => stated == commit,
            (LedgerName::Root { counts_unnamed: unnamed, .. }, None) => *unnamed,
            (LedgerName::Unknown, _) => true,
        }
    }
}
