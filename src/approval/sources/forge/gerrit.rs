//! Gerrit: every positive vote becomes `Reviewed-by` after `Reviewed-on`, if Gerrit writes footers at all.
//!
//! - Merge if necessary: the submitter (Zuul) is the author, `Gerrit Code Review` commits. The subject is
//!   `^Merge "(.*)"( into \S+)?$` or `^Merge changes? `. The merge names no approver; fast-forwards keep old commit dates.
//! - Cherry-pick, rebase always: the author owns the change, the submitter commits. Footers: `Change-Id`,
//!   `Reviewed-on: URL`, `Reviewed-by: N <e>`, `Tested-by`, `<Label>: N <e>` (vulndb `a752ea54`). `Reviewed-by` is every
//!   vote above 0, `+1` too; who signed off is left out (`MergeUtil.createDetailedCommitMessage`); footers can be switched
//!   off (gerrit da34f087).
//! - Rebase if necessary: no footers (gerrit bf5260c4).
//! - The plugin reviewnotes writes notes on `refs/notes/review`, which is not fetched by default: lines
//!   `^([A-Za-z][A-Za-z0-9-]*)([+-]\d+): (.+?)(?: <([^<>]+)>)?$`, with `Submitted-by`, `Submitted-at` and `Reviewed-on`
//!   (E9).
//!
//! Notes are a source of their own. Measured: 24,866 subjects (nova).
//!
//! Follows `docs/spec/approval.md`, 2 and E9.

use crate::approval::sources::message::{
    self, ApproverLine, Auto, CommitMessage, ForgeAdapter, Pinned,
};

pub const FORGE: ForgeAdapter =
    ForgeAdapter { name: "gerrit", auto: Auto::By(fits), is_committer, pull_request, approvals };

fn is_committer(name: &str, _: &str) -> bool {
    name == "Gerrit Code Review"
}

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
    if address { Some(on.value.clone()) } else { None }
}

fn approvals(message: &CommitMessage, _: Pinned) -> Vec<ApproverLine> {
    message::after_reviewed_on(message, "Reviewed-by")
}
