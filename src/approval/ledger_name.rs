//! How approval files name the ledger that they are about, so that they count in no other.
//!
//! Uses policy, history's ids. Pure. Start at [`LedgerName::from_policy`]. Follows `docs/spec/approval.md`, S7.

use crate::history::objects::Oid;
use crate::policy::Policy;

/// What approval files that name no ledger say in place of a name.
pub const UNNAMED: &str = "-";

/// The name of a ledger in approval files and receipts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerName {
    Stated(String),
    /// Its policy states none: the id of its root commit stands for it.
    Root {
        commit: String,
        /// Whether files that name no ledger count too: those from before the first file with this id.
        counts_unnamed: bool,
    },
    /// Its policy states none, and its root commit is not here.
    Unknown,
}

impl LedgerName {
    /// Returns the name under a policy; the root commit is that of the approved ref, where it is here. Under a root's id files
    /// that name no ledger count too.
    pub fn from_policy(policy: &Policy, root: Option<Oid>) -> LedgerName {
        match (&policy.name, root) {
            (Some(name), _) => LedgerName::Stated(name.clone()),
            (None, Some(root)) => {
                LedgerName::Root { commit: root.to_string(), counts_unnamed: true }
            }
            (None, None) => LedgerName::Unknown,
        }
    }

    /// Decides whether files that name no ledger count under a root's id.
    pub fn counting_unnamed(mut self, counts: bool) -> LedgerName {
        if let LedgerName::Root { counts_unnamed, .. } = &mut self {
            *counts_unnamed = counts;
        }
        self
    }

    /// Returns what new files say; `None` where that can't be told.
    pub fn written(&self) -> Option<&str> {
        match self {
            LedgerName::Stated(name) => Some(name),
            LedgerName::Root { commit, .. } => Some(commit),
            LedgerName::Unknown => None,
        }
    }

    /// Tells whether an approval file is about this ledger, by the name that it states; where the name of the ledger can't be
    /// told, any file may be.
    pub fn is_stated(&self, stated: Option<&str>) -> bool {
        match (self, stated) {
            (LedgerName::Stated(name), stated) => stated == Some(name),
            (LedgerName::Root { commit, .. }, Some(stated)) => stated == commit,
            (LedgerName::Root { counts_unnamed: unnamed, .. }, None) => *unnamed,
            (LedgerName::Unknown, _) => true,
        }
    }
}
