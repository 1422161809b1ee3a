//! GitHub: merges by button name the merger as author; squashes and rebases name no approver.
//!
//! Follows `docs/spec/approval.md`, section 2.

use crate::approval::forge::adapter::{ApproverLine, Auto, ForgeAdapter, Pinned};
use crate::approval::forge::{self};
use crate::approval::message::CommitMessage;

pub const FORGE: ForgeAdapter = ForgeAdapter {
    name: "github",
    auto: Auto::ByCommitter,
    is_committer,
    pull_request,
    approvals,
    own_line: None,
};

fn is_committer(name: &str, address: &str) -> bool {
    name == "GitHub" && address.eq_ignore_ascii_case("noreply@github.com")
}

fn pull_request(message: &CommitMessage) -> Option<String> {
    let merged = || {
        let (number, _) =
            message.subject.strip_prefix("Merge pull request #")?.split_once(" from ")?;
        forge::subject_line::number(number).map(|number| format!("#{number}"))
    };
    let squashed = || {
        let (_, number) = forge::subject_line::number_in_parentheses(message.subject, &['#'])?;
        Some(format!("#{number}"))
    };
    merged().or_else(squashed)
}

/// Only the merge actor is evidence: people can write anything in a message.
fn approvals(_: &CommitMessage, _: Pinned) -> Vec<ApproverLine> {
    Vec::new()
}
