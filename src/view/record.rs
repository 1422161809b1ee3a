//! A record view: one record as `list`, `show`, `queue` and `due` give it.
//!
//! Uses record, policy, approval, status. Pure. Start at [`json()`]. Follows `docs/spec/cli.md`, a record view; the
//! keys stand in that order.

use crate::survey::naming::RecordNames;
use serde_json::{Value, json};

use crate::approval;
use crate::policy::tier;
use crate::record;
use crate::record::vocabulary::{ControlStatus, Vocabulary};
use crate::status;
use crate::view::shape;

/// Returns the record view.
pub fn json(standing: &status::state::RecordState, names: &dyn RecordNames) -> Value {
    let shown = standing.content();
    let written = standing.stated.as_deref().or(shown);
    let mut view = json!({
        "id": standing.id(),
        "title": shown.map(|record| &record.title),
        "path": standing.path,
        "class": shown.map(|record| record.class),
        "tier": standing.tier.as_ref().map(|tier| &tier.tier),
        "status": standing.status.as_str(),
        "in_force": standing.in_force == status::state::InForce::Yes,
        "reasons": standing.reasons,
        "owner": shown.map(owner),
        "requester": requester(shown, standing, names),
        "subject": shown.map(subject),
        "risk": shown.map(|record| record.risk.level),
        "root_cause": shown.map(|record| record.root_cause),
        "controls": controls(shown, names),
        "compensating_controls": compensating(shown, standing),
    });
    let latest = standing.pending.first();
    let rest = json!({
        "branch": latest.and_then(|pending| pending.branch.as_ref()),
        "waiting_since": latest.and_then(|pending| pending.since),
        "pending_change": !standing.pending.is_empty(),
        "pending": standing.pending.iter().map(pending).collect::<Vec<_>>(),
        "starts": written.and_then(|record| record.starts.as_ref()),
        "expires": written.map(|record| &record.expires),
        "not_after": standing.not_after,
        "days_left": standing.days_left,
        "approval": approval(standing),
        "approved": standing.approved.as_ref().map(approved),
        "changed_since_approval": standing.changed_since_approval,
        "renewals": renewals(&standing.renewals),
        "in_place": in_place(&standing.in_place),
    });
    if let (Some(view), Value::Object(rest)) = (view.as_object_mut(), rest) {
        view.extend(rest);
    }
    view
}

fn requester(
    record: Option<&record::Record>,
    standing: &status::state::RecordState,
    names: &dyn RecordNames,
) -> Option<String> {
    let stated = record?.requester.as_ref().map(ToString::to_string);
    stated.or_else(|| names.filer(standing))
}

fn owner(record: &record::Record) -> Value {
    let owner = &record.owner;
    json!({"name": owner.name, "email": owner.email, "team": owner.team, "backup": owner.backup})
}

fn subject(record: &record::Record) -> Value {
    let subject = &record.subject;
    json!({
        "identity": subject.identity,
        "identity_type": subject.identity_type,
        "credential": subject.credential,
        "credential_expires": subject.credential_expires,
        "asset": subject.asset,
        "application": subject.application,
        "environment": subject.environment,
        "task": subject.task,
        "vendor": subject.vendor,
        "aliases": subject.aliases,
    })
}

fn controls(record: Option<&record::Record>, names: &dyn RecordNames) -> Value {
    let stated = record
        .and_then(|record| record.deviates_from.controls.as_deref())
        .unwrap_or_default();
    let shown = stated.iter().map(|control| match names.control(control) {
        Some((id, title)) => json!({"id": id, "title": title}),
        None => json!({"id": control, "title": null}),
    });
    shown.collect()
}

fn compensating(record: Option<&record::Record>, standing: &status::state::RecordState) -> Value {
    let shown = record.map(|record| controls_of(record, standing));
    let shown = shown.into_iter().flatten().map(|control| {
        json!({
            "id": control.stated.id,
            "status": control.status.as_str(),
            "verified": control.stated.verified,
            "fresh": control.fresh,
            "dropped": control.dropped,
        })
    });
    shown.collect()
}

/// A compensating control as answers show it.
#[derive(Clone, Copy, Debug)]
pub struct ShownControl<'a> {
    /// What the file says of it: as landed, else as approved.
    pub stated: &'a record::CompensatingControl,
    /// What it is; what is gone from the landed file is withdrawn.
    pub status: ControlStatus,
    /// Whether its last verification still holds; of one that nobody judged, it does not.
    pub fresh: bool,
    /// Whether the approved version relies on it and the landed one does no longer.
    pub dropped: bool,
}

/// Returns the compensating controls of a record, one for each id.
pub fn controls_of<'a>(
    record: &'a record::Record,
    standing: &'a status::state::RecordState,
) -> Vec<ShownControl<'a>> {
    let landed = standing.stated.as_deref();
    let mut shown: Vec<ShownControl<'a>> = Vec::new();
    for control in &record.compensating_controls {
        if shown.iter().any(|known| known.stated.id == control.id) {
            continue;
        }
        let mut as_landed = landed.into_iter().flat_map(|it| &it.compensating_controls);
        let mut judged = standing.controls.iter();
        let judged = judged.find(|known| known.id == control.id);
        shown.push(ShownControl {
            stated: as_landed.find(|it| it.id == control.id).unwrap_or(control),
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

fn pending(pending: &status::state::Pending) -> Value {
    json!({
        "branch": pending.branch,
        "since": pending.since,
        "author": shape::person_or_null(pending.author.as_ref()),
        "events": pending.events,
    })
}

fn approval(standing: &status::state::RecordState) -> Value {
    let landed = standing.landed.as_ref().map(|landed| {
        json!({
            "commit": landed.commit,
            "at": landed.at,
            "by": shape::person_or_null(landed.by.as_ref()),
            "pull_request": landed.pull_request,
        })
    });
    let Some(verdict) = &standing.approval else {
        return json!({
            "satisfied": false,
            "result": approval::verdict::FourEyes::NoneRecorded.as_str(),
            "needed": needed(standing),
            "approvers": [],
            "authors": [],
            "landed": landed,
            "missing": [],
            "flags": [],
        });
    };
    json!({
        "satisfied": verdict.satisfied == approval::verdict::Satisfied::Yes,
        "result": verdict.result.as_str(),
        "needed": verdict.needed,
        "approvers": verdict.approvers.iter().map(shape::approver).collect::<Vec<_>>(),
        "authors": verdict.authors.iter().map(author).collect::<Vec<_>>(),
        "landed": landed,
        "missing": verdict.missing.iter().map(missing).collect::<Vec<_>>(),
        "flags": verdict.flags,
    })
}

/// Returns what the record's approval needs: of the landed version, else what its tier and class demand.
pub fn needed(standing: &status::state::RecordState) -> tier::Needed {
    let judged = standing
        .approval
        .as_ref()
        .map(|verdict| verdict.needed.clone());
    let demanded = || standing.tier.as_ref().map(|tier| tier.demand().needed());
    judged.or_else(demanded).unwrap_or_default()
}

/// Returns someone who made the content.
pub fn author(author: &approval::verdict::Author) -> Value {
    let person = shape::person(&author.person);
    json!({
        "email": person.get("email"),
        "name": person.get("name"),
        "attested": author.is_attested,
    })
}

fn missing(missing: &approval::verdict::MissingApproval) -> Value {
    json!({"need": missing.need, "who": missing.who.iter().map(shape::person).collect::<Vec<_>>()})
}

fn approved(approved: &status::state::ApprovedGrant) -> Value {
    json!({
        "commit": approved.commit,
        "at": approved.at,
        "digest": approved.digest,
        "approvers": approved.approvers.iter().map(shape::approver).collect::<Vec<_>>(),
    })
}

fn renewals(renewals: &status::state::Renewals) -> Value {
    json!({
        "count": renewals.count,
        "limit": renewals.limit,
        "total_days": renewals.total_days,
        "limit_days": renewals.limit_days,
        "refiled": renewals.refiled,
    })
}

fn in_place(in_place: &status::state::InPlace) -> Value {
    json!({
        "first_approved": in_place.first_approved,
        "days": in_place.days,
        "overrun_days": in_place.overrun_days,
    })
}
