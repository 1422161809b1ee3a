//! The approval of a record, as part of its view.
//!
//! Uses policy, approval, status. Pure. Start at `ApprovalView`. Follows `docs/spec/cli.md`, a record view.

use serde::Serialize;

use crate::approval::verdict::{ApprovalVerdict, Author, FourEyes, MissingApproval, Satisfied};
use crate::policy::people::person::PersonView;
use crate::policy::tier::Needed;
use crate::record::time::Instant;
use crate::status::state::{ApprovedGrant, LandingInfo, RecordState};
use crate::view::shape::{self, ApproverView};

/// The approval of the landed version.
#[derive(Debug, Serialize)]
pub(super) struct ApprovalView<'a> {
    satisfied: bool,
    result: &'static str,
    needed: Needed,
    approvers: Vec<ApproverView<'a>>,
    authors: Vec<AuthorView<'a>>,
    landed: Option<LandedView<'a>>,
    missing: Vec<MissingView<'a>>,
    flags: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct LandedView<'a> {
    commit: &'a str,
    at: Instant,
    by: Option<PersonView<'a>>,
    pull_request: Option<&'a str>,
}

/// An author of the content.
#[derive(Debug, Serialize)]
pub struct AuthorView<'a> {
    #[serde(flatten)]
    person: PersonView<'a>,
    attested: bool,
}

#[derive(Debug, Serialize)]
struct MissingView<'a> {
    need: &'a str,
    who: Vec<PersonView<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct ApprovedView<'a> {
    commit: &'a str,
    at: Instant,
    digest: Option<&'a str>,
    approvers: Vec<ApproverView<'a>>,
}

impl<'a> ApprovalView<'a> {
    pub(super) fn of(state: &'a RecordState) -> ApprovalView<'a> {
        let landed = state.landed.as_ref().map(LandedView::of);
        let Some(verdict) = &state.approval else {
            return ApprovalView {
                satisfied: false,
                result: FourEyes::NoneRecorded.as_str(),
                needed: needed(state),
                approvers: Vec::new(),
                authors: Vec::new(),
                landed,
                missing: Vec::new(),
                flags: Vec::new(),
            };
        };
        ApprovalView {
            satisfied: verdict.satisfied == Satisfied::Yes,
            result: verdict.result.as_str(),
            needed: verdict.needed.clone(),
            approvers: ApproverView::all(&verdict.approvers),
            authors: AuthorView::all(verdict),
            landed,
            missing: verdict.missing.iter().map(MissingView::of).collect(),
            flags: verdict.flags.iter().copied().collect(),
        }
    }
}

impl<'a> LandedView<'a> {
    fn of(landed: &'a LandingInfo) -> LandedView<'a> {
        LandedView {
            commit: &landed.commit,
            at: landed.at,
            by: landed.by.as_ref().map(PersonView::of),
            pull_request: landed.pull_request.as_deref(),
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

impl<'a> AuthorView<'a> {
    pub(crate) const COLUMNS: &'static str = "email name attested";

    /// Returns the authors of the content that a verdict is about.
    pub fn all(verdict: &'a ApprovalVerdict) -> Vec<AuthorView<'a>> {
        verdict.authors.iter().map(AuthorView::of).collect()
    }

    fn of(author: &'a Author) -> AuthorView<'a> {
        AuthorView { person: PersonView::of(&author.person), attested: author.is_attested }
    }
}

impl<'a> MissingView<'a> {
    fn of(missing: &'a MissingApproval) -> MissingView<'a> {
        MissingView { need: &missing.need, who: shape::people(&missing.who) }
    }
}

impl<'a> ApprovedView<'a> {
    pub(super) fn of(approved: &'a ApprovedGrant) -> ApprovedView<'a> {
        ApprovedView {
            commit: &approved.commit,
            at: approved.at,
            digest: approved.digest.as_deref(),
            approvers: ApproverView::all(&approved.approvers),
        }
    }
}
