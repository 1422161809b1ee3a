//! The answers of `approve`.
//!
//! Uses no other module of the sequence. Pure. Start at `ApprovalAnswer`. Follows `docs/spec/cli.md`,
//! JSON that scripts rely on.

use serde::Serialize;

/// The answer about one approval or rejection.
#[derive(Serialize)]
pub(super) struct ApprovalAnswer<'a> {
    pub(super) schema: String,
    #[serde(flatten)]
    pub(super) summary: ApprovalSummaryView<'a>,
}

#[derive(Serialize)]
pub(super) struct WrittenReviewView<'a> {
    #[serde(flatten)]
    pub(super) summary: ApprovalSummaryView<'a>,
    pub(super) landed: bool,
}

#[derive(Serialize)]
pub(super) struct ApprovalSummaryView<'a> {
    pub(super) id: &'a str,
    pub(super) sha256: &'a str,
    pub(super) decision: &'static str,
    pub(super) groups: &'a [String],
    pub(super) files: &'a [String],
    pub(super) counts: Option<bool>,
    pub(super) why_not: Option<&'a str>,
}
