//! Bitbucket: `Approved-by` in the merge message; the cloud names the opener as author, the merger as committer.
//!
//! - Cloud: the subject is `^Merged in (?:branch )?'?(.+?)'? \(pull request #(\d+)\)$`, then the title and
//!   `Approved-by: Name <address>` (FEniCS/ufl `09cdffb7`), or a display name without an address (atlascode).
//! - Data Center: the merger is author and committer. The subject is `^Pull request #(\d+): (.*)$`, older
//!   `^Merge pull request #(\d+) (?:in|from) (\S+) from (\S+) to (\S+)$`, then `Merge in PROJ/repo from a to b` and
//!   `* commit '…':`. Approvers are named by a template's variable `approvers` alone.
//! - The message stands in a box that the merger can edit. Measured: 38 of 38 subjects.
//!
//! Follows `docs/spec/approval.md`, 2 and A4.

use crate::approval::sources::message::{
    self, ApproverLine, Auto, CommitMessage, ForgeAdapter, Pinned,
};

pub const FORGE: ForgeAdapter = ForgeAdapter {
    name: "bitbucket",
    auto: Auto::By(fits),
    pull_request,
    approvals,
    ..ForgeAdapter::SILENT
};

fn fits(message: &CommitMessage) -> bool {
    cloud(message.subject).is_some()
        || (data_center(message.subject).is_some()
            && message
                .body
                .iter()
                .any(|line| line.starts_with("Merge in ") || line.starts_with("* commit '")))
}

/// Returns the number in `Merged in branch (pull request #12)`.
fn cloud(subject: &str) -> Option<String> {
    let rest = subject.strip_prefix("Merged in ")?;
    let (_, number) = rest.strip_suffix(')')?.rsplit_once(" (pull request #")?;
    message::number(number).map(|number| format!("#{number}"))
}

/// Returns the number in `Pull request #68: Title`, or in the older `Merge pull request #68 in P from a to b`.
fn data_center(subject: &str) -> Option<String> {
    let today = || Some(subject.strip_prefix("Pull request #")?.split_once(": ")?.0);
    let older = || {
        let (number, rest) = subject.strip_prefix("Merge pull request #")?.split_once(' ')?;
        let project = rest.strip_prefix("in ").or(rest.strip_prefix("from "))?;
        project.split_once(" from ")?.1.split_once(" to ")?;
        Some(number)
    };
    let number = message::number(today().or_else(older)?)?;
    Some(format!("#{number}"))
}

fn pull_request(message: &CommitMessage) -> Option<String> {
    cloud(message.subject).or_else(|| data_center(message.subject))
}

fn approvals(message: &CommitMessage, _: Pinned) -> Vec<ApproverLine> {
    if is_title_last(message) {
        return Vec::new();
    }
    message::by_trailers(message, &["Approved-by"], None, fits(message))
}

/// Tells whether a merge message ends with the title of the pull request, which its opener typed.
fn is_title_last(message: &CommitMessage) -> bool {
    let lines = message.body.iter().map(|line| line.trim());
    let text = lines.collect::<Vec<&str>>().join("\n");
    fits(message) && !text.trim().contains("\n\n")
}
