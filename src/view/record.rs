//! A record view: one record as `list`, `show` and `queue` show it.
//!
//! Pure. Start at [`RecordView`]. Follows `docs/spec/cli.md`, a record view.

pub mod approval;

use serde::Serialize;

use crate::policy::people::person::Person;
use crate::record::subject::Subject;
use crate::record::time::{Day, Instant, When};
use crate::record::vocabulary::{Class, ControlStatus, IdentityType, Risk, RootCause};
use crate::record::{CompensatingControl, Owner, Record};
use crate::status::reason::Reason;
use crate::status::state::{ApprovedGrant, InForce, InPlace, Pending, RecordState, Renewals};
use crate::survey::naming::RecordNames;
use crate::view::doc::RowColumns;
use crate::view::record::approval::ApprovalView;
use crate::view::shape::{APPROVER_COLUMNS, AUTHOR_COLUMNS};

/// A record in the form of answers; unknown values are null.
#[derive(Debug, Serialize)]
pub struct RecordView<'a> {
    id: &'a str,
    title: Option<&'a str>,
    path: &'a str,
    class: Option<Class>,
    tier: Option<&'a str>,
    status: &'static str,
    in_force: bool,
    reasons: &'a [Reason],
    owner: Option<OwnerView<'a>>,
    requester: Option<String>,
    subject: Option<SubjectView<'a>>,
    risk: Option<Risk>,
    root_cause: Option<RootCause>,
    controls: Vec<ControlView>,
    compensating_controls: Vec<CompensatingView<'a>>,
    branch: Option<&'a str>,
    waiting_since: Option<Instant>,
    pending_change: bool,
    pending: Vec<PendingView<'a>>,
    starts: Option<&'a When>,
    expires: Option<&'a When>,
    not_after: Option<Instant>,
    days_left: Option<i64>,
    approval: ApprovalView<'a>,
    approved: Option<&'a ApprovedGrant>,
    changed_since_approval: bool,
    renewals: &'a Renewals,
    in_place: &'a InPlace,
}

/// An owner in answers.
#[derive(Debug, Serialize)]
pub struct OwnerView<'a> {
    name: &'a str,
    email: &'a str,
    team: Option<&'a str>,
    backup: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct SubjectView<'a> {
    identity: Option<&'a str>,
    identity_type: Option<IdentityType>,
    credential: Option<&'a str>,
    credential_expires: Option<&'a When>,
    asset: Option<&'a str>,
    application: Option<&'a str>,
    environment: Option<&'a str>,
    task: Option<&'a str>,
    vendor: Option<&'a str>,
    aliases: Option<&'a [String]>,
}

#[derive(Debug, Serialize)]
struct ControlView {
    id: String,
    title: Option<String>,
}

#[derive(Debug, Serialize)]
struct CompensatingView<'a> {
    id: &'a str,
    status: &'static str,
    verified: Option<Day>,
    fresh: bool,
    dropped: bool,
}

#[derive(Debug, Serialize)]
struct PendingView<'a> {
    branch: Option<&'a str>,
    since: Option<Instant>,
    author: Option<&'a Person>,
    events: &'a [&'static str],
}

impl<'a> RecordView<'a> {
    /// The columns of a record.
    pub const COLUMNS: &'static RowColumns = &[
        ("", "id title path class tier status in_force reasons"),
        ("owner.", "name email team backup"),
        ("", "requester"),
        (
            "subject.",
            "identity identity_type credential credential_expires asset application environment",
        ),
        ("subject.", "task vendor aliases"),
        ("", "risk root_cause"),
        ("controls.", "id title"),
        ("compensating_controls.", "id status verified fresh dropped"),
        ("", "branch waiting_since pending_change"),
        ("pending.", "branch since author.email author.name events"),
        ("", "starts expires not_after days_left"),
        ("approval.", "satisfied result needed.count needed.each_of needed.must_include"),
        ("approval.approvers.", APPROVER_COLUMNS),
        ("approval.authors.", AUTHOR_COLUMNS),
        ("approval.landed.", "commit at by.email by.name pull_request"),
        ("approval.missing.", "need who.email who.name"),
        ("approval.", "flags"),
        ("approved.", "commit at digest"),
        ("approved.approvers.", APPROVER_COLUMNS),
        ("", "changed_since_approval"),
        ("renewals.", "count limit total_days limit_days refiled"),
        ("in_place.", "first_approved days overrun_days"),
    ];

    /// Returns a record in the form of answers.
    pub fn of(state: &'a RecordState, names: &dyn RecordNames) -> RecordView<'a> {
        let shown = state.content();
        let written = state.stated.as_deref().or(shown);
        let latest = state.pending.first();
        RecordView {
            id: state.id(),
            title: shown.map(|record| record.title.as_str()),
            path: &state.path,
            class: shown.map(|record| record.class),
            tier: state.tier.as_ref().map(|tier| tier.tier.as_str()),
            status: state.status.as_str(),
            in_force: state.in_force == InForce::Yes,
            reasons: &state.reasons,
            owner: shown.map(|record| OwnerView::of(&record.owner)),
            requester: requester(shown, state, names),
            subject: shown.map(|record| SubjectView::of(&record.subject)),
            risk: shown.map(|record| record.risk.level),
            root_cause: shown.map(|record| record.root_cause),
            controls: controls(shown, names),
            compensating_controls: compensating(shown, state),
            branch: latest.and_then(|pending| pending.branch.as_deref()),
            waiting_since: latest.and_then(|pending| pending.since),
            pending_change: latest.is_some(),
            pending: state.pending.iter().map(PendingView::of).collect(),
            starts: written.and_then(|record| record.starts.as_ref()),
            expires: written.map(|record| &record.expires),
            not_after: state.not_after,
            days_left: state.days_left,
            approval: ApprovalView::of(state),
            approved: state.approved.as_ref(),
            changed_since_approval: state.changed_since_approval,
            renewals: &state.renewals,
            in_place: &state.in_place,
        }
    }
}

pub(crate) fn requester(
    record: Option<&Record>,
    state: &RecordState,
    names: &dyn RecordNames,
) -> Option<String> {
    let stated = record?.requester.as_ref().map(ToString::to_string);
    stated.or_else(|| names.filer(state))
}

fn controls(record: Option<&Record>, names: &dyn RecordNames) -> Vec<ControlView> {
    let stated =
        record.and_then(|record| record.deviates_from.controls.as_deref()).unwrap_or_default();
    let shown = stated.iter().map(|control| match names.control(control) {
        Some((id, title)) => ControlView { id, title: Some(title) },
        None => ControlView { id: control.as_str().to_owned(), title: None },
    });
    shown.collect()
}

fn compensating<'a>(
    record: Option<&'a Record>,
    state: &'a RecordState,
) -> Vec<CompensatingView<'a>> {
    let shown =
        record.map(|record| controls_of(record, state)).into_iter().flatten().map(|control| {
            CompensatingView {
                id: &control.stated.id,
                status: control.status.as_str(),
                verified: control.stated.verified,
                fresh: control.fresh,
                dropped: control.dropped,
            }
        });
    shown.collect()
}

/// A compensating control in the form of answers.
#[derive(Clone, Copy, Debug)]
pub struct ShownControl<'a> {
    /// The control as stated in the landed version, otherwise in the approved one.
    pub stated: &'a CompensatingControl,
    /// Its status; a control removed from the landed version is withdrawn.
    pub status: ControlStatus,
    /// Whether its last verification is still valid; `false` if it was not evaluated.
    pub fresh: bool,
    /// Whether the approved version relies on it but the landed one no longer does.
    pub dropped: bool,
}

/// Returns the compensating controls of a record, one for each id.
pub fn controls_of<'a>(record: &'a Record, record_state: &'a RecordState) -> Vec<ShownControl<'a>> {
    let landed = record_state.stated.as_deref();
    let mut shown: Vec<ShownControl<'a>> = Vec::new();
    for control in &record.compensating_controls {
        if shown.iter().any(|known| known.stated.id == control.id) {
            continue;
        }
        let mut as_landed = landed.into_iter().flat_map(|record| &record.compensating_controls);
        let mut judged = record_state.controls.iter();
        let judged = judged.find(|known| known.id == control.id);
        shown.push(ShownControl {
            stated: as_landed.find(|other| other.id == control.id).unwrap_or(control),
            status: match judged {
                Some(judged) => judged.status.unwrap_or(ControlStatus::Withdrawn),
                None => control.status,
            },
            fresh: judged.is_some_and(|judged| judged.fresh),
            dropped: judged.is_some_and(|judged| judged.dropped),
        });
    }
    shown
}

impl<'a> OwnerView<'a> {
    /// Returns an owner in the form of answers.
    pub fn of(owner: &'a Owner) -> OwnerView<'a> {
        OwnerView {
            name: &owner.name,
            email: owner.email.as_str(),
            team: owner.team.as_deref(),
            backup: owner.backup.as_ref().map(|backup| backup.as_str()),
        }
    }
}

impl<'a> SubjectView<'a> {
    fn of(subject: &'a Subject) -> SubjectView<'a> {
        SubjectView {
            identity: subject.identity.as_deref(),
            identity_type: subject.identity_type,
            credential: subject.credential.as_deref(),
            credential_expires: subject.credential_expires.as_ref(),
            asset: subject.asset.as_deref(),
            application: subject.application.as_deref(),
            environment: subject.environment.as_deref(),
            task: subject.task.as_deref(),
            vendor: subject.vendor.as_deref(),
            aliases: subject.aliases.as_deref(),
        }
    }
}

impl<'a> PendingView<'a> {
    fn of(pending: &'a Pending) -> PendingView<'a> {
        PendingView {
            branch: pending.branch.as_deref(),
            since: pending.since,
            author: pending.author.as_ref(),
            events: &pending.events,
        }
    }
}
