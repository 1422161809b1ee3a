//! No particular forge: common trailer conventions.
//!
//! Follows `docs/spec/approval.md`, 2.

use crate::approval::forge::adapter::{self, ApproverLine, Auto, ForgeAdapter, Pinned};
use crate::approval::message::CommitMessage;

/// Trailers that people write themselves.
pub const FORGE: ForgeAdapter =
    ForgeAdapter { name: "generic", auto: Auto::Otherwise, approvals, ..ForgeAdapter::SILENT };

fn approvals(message: &CommitMessage, _: Pinned) -> Vec<ApproverLine> {
    adapter::by_hand(message, &["Approved-by", "Reviewed-by", "Acked-by"], None)
}
