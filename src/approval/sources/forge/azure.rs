//! Azure DevOps: the person who opened the pull request is the author, the person who completed it the committer. Its
//! message is often truncated.
//!
//! - The two differ in 213 of 246 merges (dotnet/windowsdesktop). No line names an approver.
//! - Subject: `^Merged PR (\d+): (.*)$`, then the description and `Related work items: #51114542` (calculator `7ebd296d`).
//! - Of 400 messages 254 end in `...`, with the trailers cut off. Measured: 412 of 412 subjects.
//!
//! Follows `docs/spec/approval.md`, 2 and A4.

use crate::approval::sources::message::{self, Auto, CommitMessage, ForgeAdapter};

pub const FORGE: ForgeAdapter =
    ForgeAdapter { name: "azure", auto: Auto::By(fits), pull_request, ..ForgeAdapter::SILENT };

fn fits(message: &CommitMessage) -> bool {
    pull_request(message).is_some()
}

fn pull_request(message: &CommitMessage) -> Option<String> {
    let (number, _) = message.subject.strip_prefix("Merged PR ")?.split_once(": ")?;
    message::number(number).map(|number| format!("#{number}"))
}
