//! Describes one forge: its merges, its committer, its trailers.
//!
//! Uses approval's messages. Pure. Start at [`ForgeAdapter`]; `forge::ALL` lists them. Follows `docs/spec/approval.md`, 2.

use crate::approval::message::{Aside, CommitMessage};

/// One forge, or one convention of recording approvals.
#[derive(Debug)]
pub struct ForgeAdapter {
    /// The value of the policy's `forge`.
    pub name: &'static str,
    /// When it is chosen without being named.
    pub auto: Auto,
    /// Tells whether a committer, by name and address, is the forge itself.
    pub is_committer: fn(&str, &str) -> bool,
    /// Returns the pull request that a message names.
    pub pull_request: fn(&CommitMessage) -> Option<String>,
    /// Returns the lines that name approvers.
    pub approvals: fn(&CommitMessage, Pinned) -> Vec<ApproverLine>,
    /// Recognizes the forge's own line among the trailers, if it writes one.
    pub own_line: Option<Aside>,
}

/// When a forge is chosen under `forge: auto`.
#[derive(Clone, Copy, Debug)]
pub enum Auto {
    /// Never: anybody can type its text.
    Never,
    /// By its identity as committer only, because people type subjects of the same form.
    ByCommitter,
    /// By its identity as committer, or by the form of the message.
    By(fn(&CommitMessage) -> bool),
    /// If nothing else fits.
    Otherwise,
}

/// Whether the policy names the forge, which means that committers to the approved branch check the claims in messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pinned {
    ByPolicy,
    /// The forge was inferred from the commit.
    ByCommit,
}

/// A line that names an approver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApproverLine {
    pub value: String,
    pub is_by_forge: bool,
}
