//! Gitea and Forgejo: `Reviewed-on`, then one `Reviewed-by` for each official approval.
//!
//! - Merge: the merger is the author; the merger or the instance commits. The subject is
//!   `^Merge pull request '(.*)' \(([#!]\d+)\) from (\S+) into (\S+)$`, the body `Reviewed-on: URL` and
//!   `Reviewed-by: N <e>`, at most 10 by default (duplicates seen: gitea#24795).
//! - Squash: the author opened the pull request, the merger commits. The subject is `^(.*) \([#!](\d+)\)$`, the body the
//!   same, then `Co-authored-by`, and `Co-committed-by` where the committer is not the author.
//! - Rebase: the original author, the merger commits, nothing is written without a template.
//! - Stale approvals are written too: "dismiss stale approvals" was not implemented until July 2023 (gitea#25858).
//!
//! Follows `docs/spec/approval.md`, 2.

use crate::approval::sources::message::{
    self, ApproverLine, Auto, CommitMessage, ForgeAdapter, Pinned,
};

pub const FORGE: ForgeAdapter =
    ForgeAdapter { name: "gitea", auto: Auto::By(fits), is_committer, pull_request, approvals };

fn is_committer(name: &str, address: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let lower = address.to_ascii_lowercase();
    let local = lower.split('@').next().unwrap_or_default();
    matches!(name.as_str(), "gitea" | "forgejo" | "gitea instance" | "forgejo instance")
        && matches!(local, "gitea" | "forgejo" | "noreply" | "no-reply")
}

fn fits(message: &CommitMessage) -> bool {
    in_own_form(message) && reviewed_on(message)
}

fn in_own_form(message: &CommitMessage) -> bool {
    merged(message.subject).is_some()
        || message::number_in_parentheses(message.subject, &['#', '!']).is_some()
}

fn reviewed_on(message: &CommitMessage) -> bool {
    message.trailers(None).iter().any(|trailer| trailer.is("Reviewed-on"))
}

/// Returns the number in `Merge pull request 'Title' (#12) from branch into main`.
fn merged(subject: &str) -> Option<String> {
    let rest = subject.strip_prefix("Merge pull request '")?;
    let (_, rest) = rest.rsplit_once("' (")?;
    let (number, branches) = rest.split_once(") from ")?;
    branches.split_once(" into ")?;
    let mark = number.chars().next().filter(|mark| "#!".contains(*mark))?;
    message::number(number.strip_prefix(mark)?).map(|digits| format!("{mark}{digits}"))
}

fn pull_request(message: &CommitMessage) -> Option<String> {
    let squashed = || {
        let (mark, number) = message::number_in_parentheses(message.subject, &['!'])?;
        Some(format!("{mark}{number}"))
    };
    merged(message.subject).or_else(squashed)
}

fn approvals(message: &CommitMessage, _: Pinned) -> Vec<ApproverLine> {
    if !reviewed_on(message) {
        return Vec::new();
    }
    let own = in_own_form(message);
    message::after_reviewed_on(message, "Reviewed-by")
        .into_iter()
        .map(|line| ApproverLine { is_by_forge: own && line.is_by_forge, ..line })
        .collect()
}
