//! Homu, and the bors of the Rust project: `Auto merge of #572 - branch, r=login`.
//!
//! `bors <bors@rust-lang.org>` is author and committer. The subject is `^[Aa]uto merge of #(\d+) - (\S+?), r=(\S+)$`
//! (hashbrown `eea98041`); the logins of `r=` approved. Measured: 259 of 259 subjects.
//!
//! Follows `docs/spec/approval.md`, 2.

use crate::approval::message::{self, ApproverLine, CommitMessage, ForgeAdapter, Pinned};

pub const FORGE: ForgeAdapter =
    ForgeAdapter { name: "homu", pull_request, approvals, ..ForgeAdapter::SILENT };

fn parts(subject: &str) -> Option<(&str, &str)> {
    let rest = subject
        .strip_prefix("Auto merge of #")
        .or_else(|| subject.strip_prefix("auto merge of #"))?;
    let (number, rest) = rest.split_once(" - ")?;
    let (branch, logins) = rest.split_once(", r=")?;
    let whole = !branch.contains(char::is_whitespace) && !logins.contains(char::is_whitespace);
    message::number(number).filter(|_| whole).map(|number| (number, logins))
}

fn pull_request(message: &CommitMessage) -> Option<String> {
    parts(message.subject).map(|(number, _)| format!("#{number}"))
}

fn approvals(message: &CommitMessage, _: Pinned) -> Vec<ApproverLine> {
    let logins = parts(message.subject).map_or("", |(_, logins)| logins);
    logins.split(',').filter(|login| !login.is_empty()).map(ApproverLine::by_hand).collect()
}
