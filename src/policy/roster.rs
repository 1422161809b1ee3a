//! The roster: who is there, and who has left.
//!
//! Uses diag, record's words. Pure. Start at [`Roster`]. Follows `docs/spec/policy.md`, files.

use std::collections::BTreeMap;

use crate::record::address::Address;

/// The people of a roster, by address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// The entries, by address in lower case.
    pub entries: BTreeMap<Address, Entry>,
}

/// One person of a roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name.
    pub name: String,
    /// The team; empty where none is given.
    pub team: String,
    /// Whether the person is still there.
    pub active: bool,
}
