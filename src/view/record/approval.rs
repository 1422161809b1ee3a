//! The approval of a record, as part of its view.
//!
//! Pure. Start at `ApprovalView`. Follows `docs/spec/cli.md`, a record view.

use serde::Serialize;

use crate::approval::verdict::{Author, FourEyes, MissingApproval, Satisfied, Statement};
use crate::policy::tier::Needed;
use crate::status::state::{LandingInfo, RecordState};

#[derive(Debug, Serialize)]
pub(super) struct ApprovalView<'a> {
    satisfied: bool,
    result: &'static str,
    needed: Needed,
    approvers: &'a [Statement],
    authors: &'a [Author],
    landed: Option<&'a LandingInfo>,
    missing: &'a [MissingApproval],
    flags: Vec<&'static str>,
}

impl<'a> ApprovalView<'a> {
    pub(super) fn of(state: &'a RecordState) -> ApprovalView<'a> {
        let landed = state.landed.as_ref();
        let Some(verdict) = &state.approval else {
            return ApprovalView {
                satisfied: false,
                result: FourEyes::NoneRecorded.as_str(),
                needed: needed(state),
                approvers: &[],
                authors: &[],
                landed,
                missing: &[],
                flags: Vec::new(),
            };
        };
        ApprovalView {
            satisfied: verdict.satisfied == Satisfied::Yes,
            result: verdict.result.as_str(),
            needed: verdict.needed.clone(),
            approvers: &verdict.approvers,
            authors: &verdict.authors,
            landed,
            missing: &verdict.missing,
            flags: verdict.flags.iter().copied().collect(),
        }
    }
}

/// Returns the approvals that the record needs: those of the landed version, otherwise those that
/// its tier and class require.
pub fn needed(record_state: &RecordState) -> Needed {
    let judged = record_state.approval.as_ref().map(|verdict| verdict.needed.clone());
    let demanded = || record_state.tier.as_ref().map(|tier| tier.demand().needed());
    judged.or_else(demanded).unwrap_or_default()
}
