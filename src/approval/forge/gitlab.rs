//! GitLab: `See merge request`, and `Approved-by` if the project's template includes it.
//!
//! Follows `docs/spec/approval.md`, section 2.

use crate::approval::forge::adapter::{ApproverLine, Auto, ForgeAdapter, Pinned};
use crate::approval::forge::{self};
use crate::approval::message::CommitMessage;

pub const FORGE: ForgeAdapter = ForgeAdapter {
    name: "gitlab",
    auto: Auto::By(fits),
    is_committer,
    pull_request,
    approvals,
    own_line: Some(is_own_line),
};

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
    forge::subject_line::number(number).map(|number| format!("!{number}"))
}

fn pull_request(message: &CommitMessage) -> Option<String> {
    message.body.iter().find_map(|line| merge_request(line))
}

fn approvals(message: &CommitMessage, pinned: Pinned) -> Vec<ApproverLine> {
    let aside = match pinned {
        Pinned::ByPolicy => FORGE.own_line,
        Pinned::ByCommit => None,
    };
    let composed = fits(message);
    forge::subject_line::by_hand(message, &["Approved-by"], aside)
        .into_iter()
        .map(|line| ApproverLine { is_by_forge: composed, ..line })
        .collect()
}
