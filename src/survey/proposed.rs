//! The proposals of branches and the work tree, merged with the records on the approved ref.
//!
//! Pure. Start at [`join`]. Follows `docs/spec/status.md`, proposals and pending changes: a proposal grants nothing and
//! ends nothing, and the status of a landed record stays.

use crate::approval::next::steps::{
    self, Blocker, ChangeContext, Merging, ProposedContent, Standing,
};
use crate::approval::next::text::Advised;
use crate::approval::next::who;
use crate::diag;
use crate::diag::sorting::StableSort as _;
use crate::history::proposal::{Proposals, RecordProposal};
use crate::history::version::{Content, TrailKey};
use crate::policy::governance::Governance;
use crate::policy::tier::fact::Facts;
use crate::policy::{people, term, tier};
use crate::record::placeholder::MARK;
use crate::record::time::{Instant, not_after};
use crate::record::vocabulary::ControlStatus;
use crate::record::{Record, dates, file};
use crate::status::reason::{Reason, ReasonKind};
use crate::status::state::{ControlFreshness, Pending, RecordState, Status};
use crate::survey::approved_state::ApprovedState;
use crate::survey::branch;
use crate::survey::signed_statements::SignedStatements;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What is needed to describe a proposal.
pub struct ProposalContext<'a> {
    /// The governance of the approved ref's tree, which resolves identities.
    pub governance: &'a Governance,
    /// Finds the governance of a branch, or of the work tree for `None`; the proposed records are evaluated by it.
    pub proposed: &'a dyn Fn(Option<&str>) -> Governance,
    /// Returns the state of a record that is not on the approved ref.
    pub vacant: &'a dyn Fn(&TrailKey) -> RecordState,
    /// Returns what landed and what was approved of a record.
    pub landed: &'a dyn Fn(&TrailKey) -> ApprovedState,
    /// Returns who signed a statement about the proposed bytes.
    pub signed: &'a dyn Fn(&RecordProposal) -> SignedStatements,
    /// The remote of the approved ref.
    pub remote: Option<&'a str>,
    /// The instant that is asked about.
    pub instant: Instant,
}

/// Adds the proposals to the landed records; a record that exists nowhere else becomes `proposed`.
pub fn join(
    record_states: &mut Vec<RecordState>,
    proposals: &Proposals,
    around: &ProposalContext<'_>,
) {
    let keys = record_states.iter().enumerate();
    let places: BTreeMap<String, usize> =
        keys.map(|(place, record_state)| (record_state.key.clone(), place)).collect();
    for (key, of_one) in &proposals.by_key {
        let pending: Vec<Pending> =
            of_one.iter().map(|proposal| pending(key, proposal, around)).collect();
        let known = places.get(key.as_str()).and_then(|place| record_states.get_mut(*place));
        if let Some(record_state) = known {
            record_state.pending = pending;
        } else if let Some(first) =
            of_one.iter().find(|proposal| !matches!(proposal.record, Content::Gone))
        {
            record_states.push(RecordState { pending, ..proposed(key, first, around) });
        }
    }
    record_states.order_by(|one, other| one.key.cmp(&other.key));
}

fn pending(key: &TrailKey, proposal: &RecordProposal, around: &ProposalContext<'_>) -> Pending {
    let governance = around.governance;
    let mut authors = branch::made_by(&proposal.commits, governance);
    let makers = authors.clone();
    let signed = (around.signed)(proposal);
    let landed = (around.landed)(key);
    let record = match &proposal.record {
        Content::Record(record) => Some(record),
        _ => None,
    };
    let needs_witness = record.is_some_and(|record| landed.needs_witness(governance, record));
    if let Some(record) = record {
        authors = landed.authors_of(governance, record, authors);
    }
    let approved = landed.approved.as_deref();
    let needs_none = record.is_some_and(|record| {
        landed.tip.is_some() && who::needed(governance, record, approved).count == 0
    });
    let is_signed = !signed.approvals.is_empty() || !signed.rejections.is_empty();
    let next = record.filter(|_| is_signed).map(|record| {
        steps::steps(Standing::Proposed(ProposedContent {
            governance,
            record,
            approved: approved.filter(|_| !needs_witness),
            change: ChangeContext {
                makers: &authors,
                approvals: &signed.approvals,
                rejections: &signed.rejections,
                of_other_bytes: &[],
                unpushed: &signed.unpushed,
                remote: around.remote,
                merging: Merging::default(),
                at: around.instant,
            },
            is_witness: needs_witness,
            carries_on: landed.is_carried_on(record),
            was_removed: landed.was_removed,
        }))
    });
    let next = next.unwrap_or_default();
    Pending {
        authors,
        makers,
        unread: proposal.unread.clone(),
        is_merge: proposal.is_merge,
        branch: proposal.branch.clone(),
        commit: proposal.tip.map(|tip| tip.to_string()),
        since: proposal.since,
        author: proposal
            .author
            .as_ref()
            .map(|(name, email)| people::identify(governance, name, email)),
        is_unpushed: next
            .blockers
            .iter()
            .any(|blocker| matches!(blocker, Blocker::Unpushed { .. })),
        rejected_by: signed.rejections.into_iter().map(|(person, _)| person).collect(),
        needs_witness,
        needs_none,
        approved_by: next.signed,
        missing: next.missing,
        events: proposal.events.iter().map(|event| event.as_str()).collect(),
    }
}

fn proposed(
    key: &TrailKey,
    proposal: &RecordProposal,
    around: &ProposalContext<'_>,
) -> RecordState {
    let place = match &proposal.branch {
        Some(branch) => format!("on branch {branch}"),
        None => "in the work tree".to_owned(),
    };
    let vacant = (around.vacant)(key);
    let path = proposal.files.first().map(|file| file.path.to_string()).unwrap_or_default();
    let record_state = RecordState { path, ..vacant };
    match &proposal.record {
        Content::Record(record) => stated(record_state, record, proposal, &place, around),
        Content::Unreadable(faults, ..) => {
            // A draft whose answers are still to come is not broken.
            let there = if proposal.branch.is_some() { " there" } else { "" };
            let is_open = faults.iter().any(|fault| fault.message.contains(MARK.trim_end()));
            let why = match is_open {
                true => format!(
                    "proposed {place}, but TODO(import) is left in it: run `exledger new --complete {}`{there}",
                    file::stem(&record_state.path)
                ),
                false => format!(
                    "proposed {place}, but can't be read as a record: run `exledger lint` there"
                ),
            };
            of(record_state, Status::Invalid, ReasonKind::Unreadable, why)
        }
        Content::Conflicted(paths) => of(
            record_state,
            Status::Conflicted,
            ReasonKind::SeveralFiles,
            format!(
                "{} have this id {place}: remove all but one, or give each its own id",
                diag::some(&paths.first, paths.n)
            ),
        ),
        Content::Missing(obstacle) => RecordState {
            status: Status::Unknown,
            reasons: vec![Reason::obstacle(obstacle.clone())],
            ..record_state
        },
        Content::Gone | Content::File => record_state,
    }
}

fn of(record_state: RecordState, status: Status, kind: ReasonKind, reason: String) -> RecordState {
    RecordState { status, reasons: vec![kind.says(reason)], ..record_state }
}

fn stated(
    record_state: RecordState,
    record: &Record,
    proposal: &RecordProposal,
    place: &str,
    around: &ProposalContext<'_>,
) -> RecordState {
    let governance = (around.proposed)(proposal.branch.as_deref());
    let end = not_after(&record.expires);
    let closed = record.closure.as_ref().map(|_| around.instant);
    let ended = closed.or(Some(end).filter(|end| *end <= around.instant));
    let reason = match (&record.closure, ended) {
        (Some(closure), _) => ReasonKind::ProposedTooLate.says(Advised::new(
            format!(
                "proposed {place}, and {} there by {}",
                closure.outcome.as_str(),
                closure.by.as_str()
            ),
            ": merge it, so that it stays on record",
        )),
        (None, Some(end)) => ReasonKind::ProposedTooLate.says(Advised::new(
            format!("proposed {place}, but ended {}", dates::ended(end)),
            ": give it a later end, or drop it",
        )),
        (None, None) => ReasonKind::OnlyProposed
            .says(format!("proposed {place}: it grants nothing until it is approved and merged")),
    };
    RecordState {
        reasons: vec![reason],
        decided_at: ended,
        ended,
        tier: tier::resolve(&governance.policy, &Facts::of(record)).map(Rc::new),
        not_after: Some(end),
        days_left: Some(end.days_since(around.instant)),
        stated: Some(Rc::new(record.clone())),
        controls: controls(record, proposal.since, around.instant),
        // Its approval will be evaluated by the policy that it lands on, not by the one that it proposes.
        approval: Some(Rc::new(who::proposed(
            around.governance,
            record,
            None,
            &branch::made_by(&proposal.commits, around.governance),
            around.instant,
        ))),
        ..record_state
    }
}

fn controls(record: &Record, since: Option<Instant>, instant: Instant) -> Vec<ControlFreshness> {
    let begin = term::begin(record, since);
    let judged = record.compensating_controls.iter().map(|control| {
        let every = control.verify_every.filter(|_| control.status == ControlStatus::Active);
        let until =
            term::fresh_through(control.verified, begin.as_ref(), every).map(term::overdue_from);
        ControlFreshness {
            id: control.id.clone(),
            status: Some(control.status),
            dropped: false,
            fresh: until.is_none_or(|until| instant < until),
            until,
        }
    });
    judged.collect()
}
