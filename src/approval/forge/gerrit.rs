//! Gerrit: every positive vote becomes `Reviewed-by` after `Reviewed-on`, if Gerrit writes footers at all.
//!
//! Follows `docs/spec/approval.md`, section 2. Notes are a source of their own.

use crate::approval::forge::adapter::{ApproverLine, Auto, ForgeAdapter, Pinned};
use crate::approval::forge::{self};
use crate::approval::message::CommitMessage;

pub const FORGE: ForgeAdapter = ForgeAdapter {
    name: "gerrit",
    auto: Auto::By(fits),
    is_committer,
    pull_request,
    approvals,
    own_line: None,
};

fn is_committer(name: &str, _: &str) -> bool {
    name == "Gerrit Code Review"
}

/// Recognizes a merge by its subject, and a cherry-pick by its footers.
fn fits(message: &CommitMessage) -> bool {
    let subject = message.subject;
    let merged = subject.strip_prefix("Merge \"").is_some_and(|rest| {
        rest.ends_with('"')
            || rest
                .rsplit_once("\" into ")
                .is_some_and(|(_, branch)| !branch.contains(char::is_whitespace))
    });
    let several = subject.starts_with("Merge changes ") || subject.starts_with("Merge change ");
    let trailers = message.trailers(None);
    let has = |token: &str| trailers.iter().any(|trailer| trailer.is(token));
    merged || several || (has("Change-Id") && has("Reviewed-on"))
}

fn pull_request(message: &CommitMessage) -> Option<String> {
    let trailers = message.trailers(None);
    trailers.iter().find(|trailer| trailer.is("Change-Id"))?;
    let on = trailers.iter().rfind(|trailer| trailer.is("Reviewed-on"))?;
    let address = on.value.starts_with("http://") || on.value.starts_with("https://");
    address.then(|| on.value.clone())
}

fn approvals(message: &CommitMessage, _: Pinned) -> Vec<ApproverLine> {
    forge::subject_line::after_reviewed_on(message, "Reviewed-by")
}
