//! Phabricator and Phorge: `Reviewed By:` in a paragraph of its own; `Reviewers:` is not an approval.
//!
//! The lander commits. Lines of the whole message, each a paragraph: `^Reviewed By: (.+)$`, with logins and `#projects`,
//! and `^Differential Revision: (\S+/D\d+)$` (arcanist `e50d1bc4`).
//!
//! Follows `docs/spec/approval.md`, 2.

use crate::approval::sources::message::{self, ApproverLine, CommitMessage, ForgeAdapter, Pinned};

pub const FORGE: ForgeAdapter =
    ForgeAdapter { name: "phabricator", pull_request, approvals, ..ForgeAdapter::SILENT };

fn pull_request(message: &CommitMessage) -> Option<String> {
    let line = message.body.iter().find_map(|line| line.strip_prefix("Differential Revision: "))?;
    let (_, last) = line.trim_end().rsplit_once("/D")?;
    message::number(last).map(|number| format!("D{number}"))
}

fn approvals(message: &CommitMessage, _: Pinned) -> Vec<ApproverLine> {
    message
        .body
        .iter()
        .filter_map(|line| line.strip_prefix("Reviewed By: "))
        .flat_map(|people| people.split(','))
        .map(|person| ApproverLine::by_hand(person.trim()))
        .collect()
}
