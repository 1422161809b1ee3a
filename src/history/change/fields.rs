//! For each field of a record, the event of a change and the rule for combining two versions.
//!
//! Pure. Start at [`FIELDS`], which a test compares with the schema. A new field is one line there, and a function in
//! `field_merge` if combining two versions is more than taking the landed value.

use crate::history::change::differ::beyond;
use crate::history::change::entries::{self, ExpiryExtension, Handover};
use crate::history::change::event::ChangeEvent;
use crate::history::change::field_merge::{self, FieldMerge};
use crate::record::time::{self, When};
use crate::record::vocabulary::{ClosureOutcome, ControlStatus};
use crate::record::{CompensatingControl, Record};
use std::collections::BTreeSet;

/// A top-level field of a record.
pub struct RecordField {
    pub name: &'static str,
    /// Returns the events of a change; if empty, the record is amended.
    pub events: fn(&Record, &Record) -> Vec<ChangeEvent>,
    /// Tells whether two records have equal values in this field.
    pub equal: fn(&Record, &Record) -> bool,
    /// How an approved version and a later landed one are combined.
    pub meet: FieldMerge,
}

/// A field whose changes amend the record, and whose landed value is used.
macro_rules! plain {
    ($field:ident) => {
        special!($field, |_, _| Vec::new(), FieldMerge::AsLanded)
    };
}

macro_rules! special {
    ($field:ident, $events:expr, $meet:expr) => {
        RecordField {
            name: stringify!($field),
            events: $events,
            equal: |before, after| before.$field == after.$field,
            meet: $meet,
        }
    };
}

/// All fields of a record, in file order.
pub const FIELDS: &[RecordField] = &[
    plain!(id),
    plain!(title),
    special!(class, |_, _| Vec::new(), FieldMerge::MustEqual(field_merge::class)),
    special!(deviates_from, deviates_from, FieldMerge::MustEqual(field_merge::deviates_from)),
    special!(subject, subject, FieldMerge::MustEqual(field_merge::subject)),
    special!(scope, scope, FieldMerge::Meets(field_merge::scope)),
    special!(owner, owner, FieldMerge::AsLanded),
    plain!(requester),
    plain!(justification),
    special!(risk, risk, FieldMerge::AsLanded),
    special!(root_cause, |_, _| Vec::new(), FieldMerge::Meets(field_merge::root_cause)),
    plain!(fix),
    special!(
        compensating_controls,
        controls,
        FieldMerge::Meets(field_merge::compensating_controls)
    ),
    special!(starts, |_, _| Vec::new(), FieldMerge::Meets(field_merge::starts)),
    special!(expires, expires, FieldMerge::Meets(field_merge::expires)),
    special!(event_ends, event_ends, FieldMerge::AsLanded),
    special!(review_every, |_, _| Vec::new(), FieldMerge::Meets(field_merge::review_every)),
    special!(triggers, |_, _| Vec::new(), FieldMerge::Meets(field_merge::triggers)),
    special!(uses, |_, _| Vec::new(), FieldMerge::Meets(field_merge::uses)),
    plain!(rollback),
    special!(references, |_, _| Vec::new(), FieldMerge::Meets(field_merge::references)),
    special!(
        reviews,
        |a, b| added(&a.reviews, &b.reviews, ChangeEvent::Reviewed),
        FieldMerge::AsLanded
    ),
    special!(
        handling,
        |a, b| added(&a.handling, &b.handling, ChangeEvent::Noted),
        FieldMerge::AsLanded
    ),
    special!(
        renewals,
        |a, b| added(&a.renewals, &b.renewals, explained(expires(a, b), ChangeEvent::Renewed)),
        FieldMerge::AsLanded
    ),
    special!(
        transfers,
        |a, b| added(&a.transfers, &b.transfers, explained(owner(a, b), ChangeEvent::Transferred)),
        FieldMerge::AsLanded
    ),
    special!(
        fired,
        |a, b| added(&a.fired, &b.fired, ChangeEvent::Fired),
        FieldMerge::Meets(field_merge::fired)
    ),
    special!(closure, |a, b| closure(Some(a), b), FieldMerge::Meets(field_merge::closure)),
    plain!(x),
];

/// Returns the event for each added entry; a changed, removed or reordered entry amends the record.
fn added<T: PartialEq>(before: &[T], after: &[T], event: ChangeEvent) -> Vec<ChangeEvent> {
    let n_more = beyond(after, before).len();
    let n_gone = beyond(before, after).len();
    let mut events = Vec::new();
    if n_more > n_gone {
        events.push(event);
    }
    if n_gone > 0 {
        events.push(ChangeEvent::Amended);
    }
    events
}

/// Returns the event of an added entry that explains a change, given those of the change; one that does not explain it has none of
/// its own.
fn explained(change: Vec<ChangeEvent>, by_entry: ChangeEvent) -> ChangeEvent {
    let unexplained = [ChangeEvent::Extended, ChangeEvent::OwnerChanged];
    change.into_iter().find(|event| unexplained.contains(event)).unwrap_or(by_entry)
}

fn widened(is_wider: bool) -> Option<ChangeEvent> {
    is_wider.then_some(ChangeEvent::ScopeWidened)
}

fn narrowed(is_narrower: bool) -> Option<ChangeEvent> {
    is_narrower.then_some(ChangeEvent::ScopeNarrowed)
}

/// Returns the events for a list whose additional entries waive more; absent is empty.
fn granting<T: PartialEq>(before: Option<&[T]>, after: Option<&[T]>) -> Vec<ChangeEvent> {
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let wider = widened(!beyond(after, before).is_empty());
    let narrower = narrowed(!beyond(before, after).is_empty());
    wider.into_iter().chain(narrower).collect()
}

/// Returns the events for a list of a scope. An absent list sets no limit of its own, so adding or dropping
/// a list counts as widening.
fn scope_list<T: PartialEq>(before: Option<&[T]>, after: Option<&[T]>) -> Vec<ChangeEvent> {
    match (before, after) {
        (Some(_), Some(_)) => granting(before, after),
        (None, None) => Vec::new(),
        _ => vec![ChangeEvent::ScopeWidened],
    }
}

fn scope(before: &Record, after: &Record) -> Vec<ChangeEvent> {
    let (Some(before), Some(after)) = (&before.scope, &after.scope) else {
        return vec![ChangeEvent::ScopeWidened];
    };
    let mut events = scope_list(before.resources.as_deref(), after.resources.as_deref());
    events.extend(scope_list(before.actions.as_deref(), after.actions.as_deref()));
    events.extend(scope_list(before.findings.as_deref(), after.findings.as_deref()));
    // A shorter list of what stays forbidden waives more.
    events.extend(granting(after.not_waived.as_deref(), before.not_waived.as_deref()));
    events
}

fn subject(before_record: &Record, after_record: &Record) -> Vec<ChangeEvent> {
    let (before, after) = (&before_record.subject, &after_record.subject);
    let mut events = granting(before.aliases.as_deref(), after.aliases.as_deref());
    let mut rest = before.clone();
    rest.aliases.clone_from(&after.aliases);
    if is_shortened(before_record, after_record)
        && is_earlier(&rest.credential_expires, &after.credential_expires)
    {
        rest.credential_expires.clone_from(&after.credential_expires);
        events.push(ChangeEvent::Shortened);
    }
    if rest != *after {
        events.push(ChangeEvent::Amended);
    }
    events
}

fn event_ends(before: &Record, after: &Record) -> Vec<ChangeEvent> {
    let follows = is_shortened(before, after) && is_earlier(&before.event_ends, &after.event_ends);
    if follows { vec![ChangeEvent::Shortened] } else { Vec::new() }
}

fn is_shortened(before: &Record, after: &Record) -> bool {
    time::not_after(&after.expires) < time::not_after(&before.expires)
}

/// Tells whether an optional end moves earlier; adding or removing one does not.
pub fn is_earlier(before: &Option<When>, after: &Option<When>) -> bool {
    let ends = before.as_ref().zip(after.as_ref());
    ends.is_some_and(|(before, after)| time::not_after(after) < time::not_after(before))
}

fn deviates_from(before: &Record, after: &Record) -> Vec<ChangeEvent> {
    let (before, after) = (&before.deviates_from, &after.deviates_from);
    let mut events = granting(before.controls.as_deref(), after.controls.as_deref());
    if before.rule != after.rule || before.baseline != after.baseline {
        events.push(ChangeEvent::Amended);
    }
    events
}

fn owner(before: &Record, after: &Record) -> Vec<ChangeEvent> {
    match entries::handover(before, after) {
        Handover::No => Vec::new(),
        Handover::Transferred => vec![ChangeEvent::Transferred],
        Handover::Silent => vec![ChangeEvent::OwnerChanged],
    }
}

fn risk(before: &Record, after: &Record) -> Vec<ChangeEvent> {
    let mut events = Vec::new();
    if after.risk.level > before.risk.level {
        events.push(ChangeEvent::RiskRaised);
    }
    if after.risk.level < before.risk.level {
        events.push(ChangeEvent::RiskLowered);
    }
    let mut rest = before.risk.clone();
    rest.level = after.risk.level;
    if rest != after.risk {
        events.push(ChangeEvent::Amended);
    }
    events
}

fn expires(before: &Record, after: &Record) -> Vec<ChangeEvent> {
    if is_shortened(before, after) {
        return vec![ChangeEvent::Shortened];
    }
    match ExpiryExtension::between(before, after) {
        ExpiryExtension::No => Vec::new(),
        ExpiryExtension::Renewed(_) => vec![ChangeEvent::Renewed],
        ExpiryExtension::Silent => vec![ChangeEvent::Extended],
    }
}

fn controls(before: &Record, after: &Record) -> Vec<ChangeEvent> {
    let ids = |record: &Record| -> BTreeSet<String> {
        let controls = record.compensating_controls.iter();
        controls.map(|control| control.id.clone()).collect()
    };
    let (old, new) = (ids(before), ids(after));
    let mut events = Vec::new();
    if new.difference(&old).next().is_some() {
        events.push(ChangeEvent::ControlAdded);
    }
    if old.difference(&new).next().is_some() {
        events.push(ChangeEvent::ControlDropped);
    }
    for control in &after.compensating_controls {
        let mut former = before.compensating_controls.iter();
        if let Some(former) = former.find(|former| former.id == control.id) {
            events.extend(one_control(former, control));
        }
    }
    events
}

fn one_control(before: &CompensatingControl, after: &CompensatingControl) -> Vec<ChangeEvent> {
    let mut events = Vec::new();
    let withdrawn = ControlStatus::Withdrawn;
    match (before.status, after.status) {
        (before, after) if before == after => {}
        (_, ControlStatus::Withdrawn) => events.push(ChangeEvent::ControlDropped),
        (ControlStatus::Planned, ControlStatus::Active) => events.push(ChangeEvent::Attested),
        (before, _) if before == withdrawn => events.push(ChangeEvent::ControlAdded),
        _ => events.push(ChangeEvent::Amended),
    }
    let is_later = match (before.verified, after.verified) {
        (None, Some(_)) => true,
        (Some(old), Some(new)) => new > old,
        _ => false,
    };
    if is_later {
        events.push(ChangeEvent::Attested);
    }
    let attested = events.contains(&ChangeEvent::Attested);
    let mut rest = before.clone();
    rest.status = after.status;
    if is_later {
        rest.verified = after.verified;
    }
    if attested && beyond(&before.evidence, &after.evidence).is_empty() {
        rest.evidence.clone_from(&after.evidence);
    }
    if rest != *after {
        events.push(ChangeEvent::Amended);
    }
    events
}

pub fn closure(before: Option<&Record>, after: &Record) -> Vec<ChangeEvent> {
    let before = before.and_then(|before| before.closure.as_ref());
    match (before, &after.closure) {
        (None, None) => Vec::new(),
        (None, Some(closure)) => {
            let closed = match closure.outcome {
                ClosureOutcome::Rejected => ChangeEvent::Rejected,
                _ => ChangeEvent::Closed,
            };
            let reviewed = closure.reviewed.as_ref().map(|_| ChangeEvent::PostReviewed);
            [closed].into_iter().chain(reviewed).collect()
        }
        (Some(_), None) => vec![ChangeEvent::Reopened],
        (Some(before), Some(after)) => {
            let mut events = Vec::new();
            let mut rest = before.clone();
            if before.reviewed.is_none() && after.reviewed.is_some() {
                events.push(ChangeEvent::PostReviewed);
                rest.reviewed.clone_from(&after.reviewed);
            }
            if rest != *after {
                events.push(ChangeEvent::Amended);
            }
            events
        }
    }
}
