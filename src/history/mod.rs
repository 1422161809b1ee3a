//! What git proves, in landing order: the mainline, the versions of each record, who typed what.
//!
//! Uses diag to policy. Pure: objects come through [`objects::Objects`]. Start at [`History`]. Follows
//! `docs/spec/approval.md`, 1.2, 1.3 and 4. States facts; who counts as an approver is judged in `approval`.

pub mod chain;
pub mod change;
pub mod commit;
pub mod content;
pub mod folders;
pub mod graph;
pub mod ident;
pub mod interest;
pub mod mainline;
pub mod objects;
pub mod paths;
pub mod refs;
pub mod trailer;
pub mod tree;
pub mod version;

use std::collections::BTreeMap;

use crate::history::mainline::Mainline;
use crate::history::version::{Key, Trail};

/// All that the mainline says about the records, or about some of them.
#[derive(Clone, Debug)]
pub struct History {
    /// The approved ref and its chain of first parents.
    pub mainline: Mainline,
    /// The trail of each record, by its key.
    pub trails: BTreeMap<Key, Trail>,
    /// The trail of each governance file, by its path; only files that some policy on the mainline named.
    pub governance: BTreeMap<String, Trail>,
}
