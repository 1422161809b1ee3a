//! Kernel style: maintainers collect `Reviewed-by` and `Acked-by`, also on the commits inside a merged branch.
//!
//! The maintainer commits. `^(Reviewed|Acked)-by: (.+?) <([^<>]+)>` is typed by author or maintainer: `Reviewed-by` states
//! oversight, `Acked-by` is weaker; `Tested-by` and `Signed-off-by` (origin) approve nothing.
//!
//! Follows `docs/spec/approval.md`, 2.

use crate::approval::message::{self, ApproverLine, CommitMessage, ForgeAdapter, Pinned};

pub const FORGE: ForgeAdapter = ForgeAdapter { name: "kernel", approvals, ..ForgeAdapter::SILENT };

fn approvals(message: &CommitMessage, _: Pinned) -> Vec<ApproverLine> {
    message::by_trailers(message, &["Reviewed-by", "Acked-by"], None, false)
}
