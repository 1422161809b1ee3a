//! No particular forge: common trailer conventions.
//!
//! Follows `docs/spec/approval.md`, 2.

use crate::approval::message::{self, ApproverLine, Auto, CommitMessage, ForgeAdapter, Pinned};

pub const FORGE: ForgeAdapter =
    ForgeAdapter { name: "generic", auto: Auto::Otherwise, approvals, ..ForgeAdapter::SILENT };

fn approvals(message: &CommitMessage, _: Pinned) -> Vec<ApproverLine> {
    message::by_trailers(message, &["Approved-by", "Reviewed-by", "Acked-by"], None, false)
}
