//! No forge in particular: the trailers that people agree on.
//!
//! Follows `docs/spec/approval.md`, section 2, profiles.

use crate::approval::forge::{self, Auto, Forge, Pinned, Said};
use crate::approval::message::Message;

/// What people write by themselves.
pub const FORGE: Forge = Forge {
    name: "generic",
    auto: Auto::Otherwise,
    is_committer: forge::nobody,
    pull_request: forge::no_pull_request,
    approvals,
    own_line: None,
};

fn approvals(message: &Message, _: Pinned) -> Vec<Said> {
    forge::by_hand(message, &["Approved-by", "Reviewed-by", "Acked-by"], None)
}
