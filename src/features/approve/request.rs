//! A request to approve or reject, before anything is read.
//!
//! Start at [`ApprovalRequest`]. Follows `docs/spec/cli.md`, approve.

use crate::approval::evidence::statement_file::ApprovalDecision;
use std::path::Path;

/// What somebody wants to approve or reject, and how.
#[derive(Clone, Copy, Debug)]
pub struct ApprovalRequest<'r> {
    /// The record or governance file, as the user named it.
    pub subject: NamedSubject<'r>,
    /// Whether it is approved or rejected.
    pub decision: ApprovalDecision,
    /// The branch that holds the content; otherwise the work tree does.
    pub branch: Option<&'r str>,
    /// The folder to write the files into; otherwise they go beside the records, or onto the branch.
    pub out: Option<&'r Path>,
    /// Who approves; git's `user.email` if no address is given.
    pub by: Option<&'r str>,
    /// Whether to commit the approval in the current user's name, even if git's configuration does not ask for it.
    pub as_me: bool,
    /// The folder that paths are relative to.
    pub folder: &'r Path,
}

/// What is approved, as it was named.
#[derive(Clone, Copy, Debug)]
pub enum NamedSubject<'r> {
    /// A record: its id, an unambiguous prefix or suffix of it, or the path of its file.
    Record(&'r str),
    /// The path of a governance file.
    Governance(&'r Path),
}
