//! GitLab: `See merge request`, and `Approved-by` if the project's template includes it.
//!
//! - Merge: the merger is the author; the committer too until 2025, `GitLab <noreply@gitlab.com>` since (558 of 623 of
//!   gitlab-runner's merges of 2026; gitaly!6558).
//! - Subject: `^Merge branch '(.+?)'(?: of \S+)?(?: into '?(\S+?)'?)?$`, then the title. A line after the subject:
//!   `^See merge request (\S*!\d+|https?://\S+/merge_requests/\d+)$`.
//! - The template's `%{approved_by}` gives a line `^Approved-by: (.+?) <([^<>]*)>$` for each approval, `%{reviewed_by}`
//!   `Reviewed-by`, which names reviewers and not approvals (message_generator.rb). Of 1,500 merges of gitlab-runner 1,460
//!   have `Approved-by`; in 607 the merger is the only approver; 1 of 400 had an approver who is an author.
//! - The text is fixed when the merge is scheduled (gitlab#467506) or the page was loaded (gitlab#432835): approvals given
//!   later are missing. People can edit it before they merge.
//!
//! Measured: 5,465 of 5,468 subjects.
//!
//! Follows `docs/spec/approval.md`, 2.

use crate::approval::sources::message::{
    self, ApproverLine, Aside, Auto, CommitMessage, ForgeAdapter, Pinned,
};

pub const FORGE: ForgeAdapter =
    ForgeAdapter { name: "gitlab", auto: Auto::By(fits), is_committer, pull_request, approvals };

fn is_committer(name: &str, address: &str) -> bool {
    name == "GitLab" && address.eq_ignore_ascii_case("noreply@gitlab.com")
}

fn fits(message: &CommitMessage) -> bool {
    message.body.iter().any(|line| is_own_line(line))
}

/// Tells whether a line is `See merge request group/project!7`, or a URL in its place.
pub(crate) fn is_own_line(line: &str) -> bool {
    merge_request(line).is_some()
}

fn merge_request(line: &str) -> Option<String> {
    let what = line.strip_prefix("See merge request ")?.trim_end();
    if what.contains(char::is_whitespace) {
        return None;
    }
    let address = what.starts_with("http://") || what.starts_with("https://");
    let number = match what.rsplit_once("/merge_requests/") {
        Some((_, number)) if address => number,
        _ => what.rsplit_once('!')?.1,
    };
    message::number(number).map(|number| format!("!{number}"))
}

fn pull_request(message: &CommitMessage) -> Option<String> {
    message.body.iter().find_map(|line| merge_request(line))
}

fn approvals(message: &CommitMessage, pinned: Pinned) -> Vec<ApproverLine> {
    let aside: Option<Aside> = match pinned {
        Pinned::ByPolicy => Some(is_own_line),
        Pinned::ByCommit => None,
    };
    message::by_trailers(message, &["Approved-by"], aside, fits(message))
}
