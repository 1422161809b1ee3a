//! The name by which approval files identify their ledger, so that they count in no other.
//!
//! Uses policy, history's ids. Pure. Start at [`LedgerName::from_policy`]. Follows `docs/spec/approval.md`, S7.

use crate::history::objects::Oid;
use crate::history::paths::LedgerPrefix;
use crate::policy::Policy;

/// What approval files without a ledger name contain instead.
pub const UNNAMED: &str = "-";

/// The name of a ledger in approval files and receipts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerName {
    Stated(String),
    /// The policy states no name, so the id of the root commit is used, and the folder of a ledger that lies in one: a
    /// repository may hold several.
    Root {
        name: String,
        /// Whether files without a ledger name count too: those older than the first file with this name.
        counts_unnamed: bool,
    },
    /// The policy states no name, and the root commit is missing.
    Unknown,
}

/// What identifies a ledger without a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRoot(String);

impl LedgerRoot {
    /// Returns the root commit of the approved ref, with the folder of a ledger that lies in one.
    pub fn new(commit: Oid, prefix: &LedgerPrefix) -> LedgerRoot {
        match prefix.folder() {
            folder if folder.is_empty() => LedgerRoot(commit.to_string()),
            folder => LedgerRoot(format!("{commit}:{folder}")),
        }
    }

    fn is_in_folder(&self) -> bool {
        self.0.contains(':')
    }
}

impl LedgerName {
    /// Returns the name under a policy. `root` is known if the root commit is present. Of a ledger in the root of its
    /// repository, files without a ledger name count too.
    pub fn from_policy(policy: &Policy, root: Option<LedgerRoot>) -> LedgerName {
        match (&policy.name, root) {
            (Some(name), _) => LedgerName::Stated(name.clone()),
            (None, Some(root)) => {
                LedgerName::Root { counts_unnamed: !root.is_in_folder(), name: root.0 }
            }
            (None, None) => LedgerName::Unknown,
        }
    }

    /// Tells whether files without a ledger name still count under a root commit's id.
    pub fn counting_unnamed(mut self, counts: bool) -> LedgerName {
        if let LedgerName::Root { counts_unnamed, .. } = &mut self {
            *counts_unnamed &= counts;
        }
        self
    }

    /// Returns the name for new files; `None` if it is undetermined.
    pub fn written(&self) -> Option<&str> {
        match self {
            LedgerName::Stated(name) => Some(name),
            LedgerName::Root { name, .. } => Some(name),
            LedgerName::Unknown => None,
        }
    }

    /// Tells whether an approval file is about this ledger, given the name that it states. If the ledger's name is
    /// undetermined, any file may be.
    pub fn is_stated(&self, stated: Option<&str>) -> bool {
        match (self, stated) {
            (LedgerName::Stated(name), stated) => stated == Some(name),
            (LedgerName::Root { name, .. }, Some(stated)) => stated == name,
            (LedgerName::Root { counts_unnamed: unnamed, .. }, None) => *unnamed,
            (LedgerName::Unknown, _) => true,
        }
    }
}
