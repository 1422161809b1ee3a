//! The signatures that were looked at, each once: on landings, on commits of merged branches, of merged tags.
//!
//! Uses history's ids, approval's signatures. Pure. Start at [`Looked`]. Follows `docs/spec/approval.md`, S2 to S5.

use crate::approval::signature::State;
use crate::history::objects::Oid;

/// A signature, and how it stands at the landing that brought it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// The landing: an index into the mainline's landings.
    pub landing: usize,
    /// The commit that bears the signature, or the merge that carries the tag.
    pub commit: Oid,
    /// What is signed.
    pub of: Of,
    /// How it stands: by the keys before the landing, less those revoked at the tip. Never `none`.
    pub state: State,
}

/// What a signature is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    /// The landing itself: a bad one is the result of every version that lands there.
    Landing,
    /// A commit of the merged branch.
    Branch,
    /// A tag that was merged.
    Tag,
}
