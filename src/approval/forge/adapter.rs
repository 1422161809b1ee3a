//! Describes one forge: its merges, its committer, its trailers; and the formats that several forges share.
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
}

impl ForgeAdapter {
    /// A forge that commits nothing itself and names neither pull requests nor approvers.
    pub(crate) const SILENT: ForgeAdapter = ForgeAdapter {
        name: "",
        auto: Auto::Never,
        is_committer: |_, _| false,
        pull_request: |_| None,
        approvals: |_, _| Vec::new(),
    };
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

pub(crate) fn by_hand(
    message: &CommitMessage,
    tokens: &[&str],
    aside: Option<Aside>,
) -> Vec<ApproverLine> {
    message
        .trailers(aside)
        .into_iter()
        .filter(|trailer| tokens.iter().any(|token| trailer.is(token)))
        .map(|trailer| ApproverLine { value: trailer.value, is_by_forge: false })
        .collect()
}

/// Returns the trailers with one token; the forge itself wrote those after the last `Reviewed-on`.
pub(crate) fn after_reviewed_on(message: &CommitMessage, token: &str) -> Vec<ApproverLine> {
    let trailers = message.trailers(None);
    let last = trailers.iter().rposition(|trailer| trailer.is("Reviewed-on"));
    trailers
        .iter()
        .enumerate()
        .filter(|(_, trailer)| trailer.is(token))
        .map(|(at, trailer)| ApproverLine {
            value: trailer.value.clone(),
            is_by_forge: last.is_some_and(|last| at > last),
        })
        .collect()
}

pub(crate) fn number(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

/// Returns the number in `… (#12)` at the end of a subject, with one of the given marks before it.
pub(crate) fn number_in_parentheses(subject: &str, marks: &[char]) -> Option<(char, String)> {
    let (_, last) = subject.strip_suffix(')')?.rsplit_once(" (")?;
    let mark = marks.iter().find(|mark| last.starts_with(**mark))?;
    let number = number(last.strip_prefix(*mark)?)?;
    Some((*mark, number.to_owned()))
}
