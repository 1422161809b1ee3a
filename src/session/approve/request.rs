//! An approval as somebody asks for it, before anything was looked at.
//!
//! Start at [`ApprovalRequest`]. Follows `docs/spec/cli.md`, approve.

use std::path::Path;

use crate::approval::statement::file::ApprovalDecision;

/// What somebody wants to approve or reject, and how.
#[derive(Clone, Copy, Debug)]
pub struct ApprovalRequest<'r> {
    /// The record or governance file, as it was named.
    pub subject: NamedSubject<'r>,
    /// Whether it is approved or rejected.
    pub decision: ApprovalDecision,
    /// The branch that holds the content; else it is what is checked out and written.
    pub branch: Option<&'r str>,
    /// The folder that the files are written into; else they go beside the records, or onto the branch.
    pub out: Option<&'r Path>,
    /// Who approves; git's `user.email` unless an address is named.
    pub by: Option<&'r str>,
    /// Whether a commit of the approval bears the name of whoever works here, also where git's configuration does not ask
    /// for that.
    pub as_me: bool,
    /// The folder that paths begin at.
    pub folder: &'r Path,
}

/// What is approved, as it was named.
#[derive(Clone, Copy, Debug)]
pub enum NamedSubject<'r> {
    /// A record: its id, a beginning or end of it, or the path of its file.
    Record(&'r str),
    /// The path of a governance file.
    Governance(&'r Path),
}
