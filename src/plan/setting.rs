//! The context of a draft: who files, under which policy.
//!
//! Pure. Start at [`Setting`].

use crate::ledger::tree::{EntryKind, Tree};
use crate::policy::governance::Governance;
use crate::record::id::Id;
use crate::record::time::Instant;

/// The context besides the answers.
#[derive(Clone, Debug)]
pub struct Setting<'a> {
    /// The policy, and the roster.
    pub governance: &'a Governance,
    /// The instant of the clock.
    pub now: Instant,
    /// Whether it is an emergency, which takes effect before its approval.
    pub is_emergency: bool,
    /// Who files it: name and address, as git knows them.
    pub filer: Filer,
    /// Whether the filer is the owner by default; otherwise a prompt asks, for example if
    /// somebody else filed the issue.
    pub is_filer_owner: bool,
    /// The id it will have.
    pub id: Id,
    /// The folder below the first record folder; empty for none.
    pub folder: String,
    /// Whether the ledger has the JSON Schema of records, which the file then names for editors.
    pub has_schema: bool,
}

/// Tells whether a ledger has a JSON Schema.
pub fn has_schema(tree: &dyn Tree, path: &str) -> bool {
    matches!(tree.kind(path), Ok(Some(EntryKind::File)))
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filer {
    pub name: Option<String>,
    pub email: Option<String>,
}

/// A derived value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derived {
    pub field: String,
    pub value: String,
    /// Its source, in a few words.
    pub why: String,
}
