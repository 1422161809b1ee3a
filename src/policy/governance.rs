//! The governance files of one tree, read as one value.
//!
//! Uses diag, yaml, record, ledger, policy's types. Pure. Start at [`Governance::read`]. Follows
//! `docs/spec/policy.md` and `docs/spec/approval.md` 1.11.

use std::collections::BTreeMap;

use crate::diag::Finding;
use crate::ledger::tree::{Tree, TreeError};
use crate::policy::catalog::Catalog;
use crate::policy::mailmap::Mailmap;
use crate::policy::roster::Roster;
use crate::policy::{FILE, Policy};
use crate::yaml;

/// Whether there is a policy, and whether it can be relied on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// There is none: the built-in defaults hold.
    #[default]
    Absent,
    /// It was read without an error.
    Sound,
    /// It has errors: only its findings mean anything.
    Broken,
}

/// The governance files of one tree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Governance {
    /// The settings, defaults filled in.
    pub policy: Policy,
    /// The roster, where the policy names one.
    pub roster: Option<Roster>,
    /// The allowed_signers file as text.
    pub signers: Option<String>,
    /// The list of revoked keys as text.
    pub revoked: Option<String>,
    /// The mailmap; empty where there is none.
    pub mailmap: Mailmap,
    /// The team's own catalogs, by name.
    pub catalogs: BTreeMap<String, Catalog>,
    /// The team's own schema as text, for the keys below `x:`.
    pub extra_schema: Option<String>,
    /// The policy's document, for rules that look at its places.
    pub document: Option<yaml::Node>,
    /// What is wrong with the files.
    pub findings: Vec<Finding>,
    /// Whether they can be relied on.
    pub state: State,
}

impl Governance {
    /// Reads the governance files of a tree.
    ///
    /// # Errors
    /// [`TreeError`] when a file can't be read at all; what is wrong *in* a file is among the findings.
    pub fn read(tree: &dyn Tree) -> Result<Governance, TreeError> {
        let _ = tree;
        Ok(Governance::default())
    }

    /// Returns the governance of a policy's text alone, without any other file.
    pub fn of_policy(yaml: &str) -> Governance {
        let _ = yaml;
        Governance::default()
    }

    /// Returns the paths of the governance files that this policy names, sorted, whether or not they are there.
    pub fn paths(&self) -> Vec<String> {
        vec![FILE.to_owned()]
    }
}
