//! No particular forge: common trailer conventions.
//!
//! Follows `docs/spec/approval.md`, 2.

use crate::approval::forge::adapter::{ApproverLine, Auto, ForgeAdapter, Pinned};
use crate::approval::forge::{self};
use crate::approval::message::CommitMessage;

/// Trailers that people write themselves.
pub const FORGE: ForgeAdapter = ForgeAdapter {
    name: "generic",
    auto: Auto::Otherwise,
    is_committer: forge::subject_line::nobody,
    pull_request: forge::subject_line::no_pull_request,
    approvals,
    own_line: None,
};

fn approvals(message: &CommitMessage, _: Pinned) -> Vec<ApproverLine> {
    forge::subject_line::by_hand(message, &["Approved-by", "Reviewed-by", "Acked-by"], None)
}
