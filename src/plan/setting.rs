//! What a draft is made from: who files, which policy holds, what is known.
//!
//! Uses policy, record. Pure. Start at [`Setting`].

use crate::policy::governance::Governance;
use crate::record::id::Id;
use crate::record::time::Instant;

/// What is known besides the answers.
#[derive(Clone, Debug)]
pub struct Setting<'a> {
    /// The policy, and the roster.
    pub governance: &'a Governance,
    /// The instant of the clock.
    pub now: Instant,
    /// Whether it can wait for its approval.
    pub is_emergency: bool,
    /// Who files it: name and address, as git knows them.
    pub filer: Filer,
    /// Whether the filer owns it where nobody says; else it is asked, as where somebody else filed an issue.
    pub is_filer_owner: bool,
    /// The id it will have.
    pub id: Id,
    /// The folder below the first record folder; empty for none.
    pub folder: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filer {
    pub name: Option<String>,
    pub email: Option<String>,
}

/// A value that nobody stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derived {
    pub field: String,
    pub value: String,
    /// Where it comes from, in a few words.
    pub why: String,
}
