//! How the values of one field in two versions are combined into the value that both grant.
//!
//! Pure. Start at [`FieldMerge`]. Follows `docs/spec/approval.md`, 1.9. The tier is not a field: of several versions, the
//! tier that comes first in the policy decides, which `status` looks up.

use crate::record::subject::{Scope, Subject};
use crate::record::time::{self, Term};
use crate::record::vocabulary::{Baseline, RootCause};
use crate::record::{Deviation, Record, Uses};

/// How two versions of a field are combined.
pub enum FieldMerge {
    /// The later version's value is used.
    AsLanded,
    /// The function writes what both grant into the third record.
    Meets(fn(&Record, &Record, &mut Record)),
    /// The same, where parts of the field must be equal: the function names those that differ.
    MustEqual(fn(&Record, &Record, &mut Record) -> Vec<&'static str>),
}

fn in_both<T: PartialEq + Clone>(earlier: &[T], later: &[T]) -> Vec<T> {
    let both = later.iter().filter(|entry| earlier.contains(entry));
    both.cloned().collect()
}

fn in_any<T: PartialEq + Clone>(earlier: &[T], later: &[T]) -> Vec<T> {
    let lost = earlier.iter().filter(|entry| !later.contains(entry));
    later.iter().chain(lost).cloned().collect()
}

fn both_or_none<T: PartialEq + Clone>(
    earlier: Option<&Vec<T>>,
    later: Option<&Vec<T>>,
) -> Option<Vec<T>> {
    Some(in_both(earlier?, later?))
}

/// Intersects a list of a scope: if absent before, it stays as approved; if dropped later, it stays as it was.
fn scope_list<T: PartialEq + Clone>(
    earlier: Option<&Vec<T>>,
    later: Option<&Vec<T>>,
) -> Option<Vec<T>> {
    let earlier = earlier?;
    Some(match later {
        Some(later) => in_both(earlier, later),
        None => earlier.clone(),
    })
}

pub(super) fn class(earlier: &Record, later: &Record, met: &mut Record) -> Vec<&'static str> {
    met.class = earlier.class;
    differing(&[("class", earlier.class == later.class)])
}

pub(super) fn deviates_from(
    earlier: &Record,
    later: &Record,
    met: &mut Record,
) -> Vec<&'static str> {
    let (old, new) = (&earlier.deviates_from, &later.deviates_from);
    let limit = old.baseline.filter(|baseline| limits(*baseline));
    met.deviates_from = Deviation {
        controls: both_or_none(old.controls.as_ref(), new.controls.as_ref()),
        rule: old.rule.clone(),
        baseline: limit.or(new.baseline),
    };
    let is_other = new.baseline.is_some_and(|baseline| limits(baseline) && limit != Some(baseline));
    differing(&[
        ("deviates_from.rule", old.rule == new.rule),
        ("deviates_from.baseline", limit.is_none() || !is_other),
    ])
}

fn limits(baseline: Baseline) -> bool {
    // They cover findings alone, or their change alone.
    matches!(baseline, Baseline::Adopted | Baseline::ChangeWindow)
}

pub(super) fn references(earlier: &Record, _: &Record, met: &mut Record) {
    // The change to which a version is limited stays with what others state.
    let is_window = earlier.deviates_from.baseline == Some(Baseline::ChangeWindow);
    let change = earlier.references.as_deref().and_then(|references| references.change.as_ref());
    if let Some(change) = change.filter(|_| is_window) {
        met.references.get_or_insert_default().change = Some(change.clone());
    }
}

pub(super) fn subject(earlier: &Record, later: &Record, met: &mut Record) -> Vec<&'static str> {
    let (old, new) = (&earlier.subject, &later.subject);
    met.subject = Subject {
        aliases: both_or_none(old.aliases.as_ref(), new.aliases.as_ref()),
        credential_expires: earlier_end(&old.credential_expires, &new.credential_expires),
        ..old.clone()
    };
    differing(&[
        ("subject.identity", old.identity == new.identity),
        ("subject.identity_type", old.identity_type == new.identity_type),
        ("subject.credential", old.credential == new.credential),
        (
            "subject.credential_expires",
            old.credential_expires.is_some() == new.credential_expires.is_some(),
        ),
        ("subject.asset", old.asset == new.asset),
        ("subject.application", old.application == new.application),
        ("subject.environment", old.environment == new.environment),
        ("subject.task", old.task == new.task),
        ("subject.vendor", old.vendor == new.vendor),
    ])
}

fn earlier_end(old: &Option<time::When>, new: &Option<time::When>) -> Option<time::When> {
    match (old, new) {
        (Some(old), Some(new)) if time::not_after(new) <= time::not_after(old) => Some(new.clone()),
        (old, _) => old.clone(),
    }
}

fn differing(fields: &[(&'static str, bool)]) -> Vec<&'static str> {
    let differing = fields.iter().filter(|(_, equal)| !equal);
    differing.map(|(name, _)| *name).collect()
}

pub(super) fn scope(earlier: &Record, later: &Record, met: &mut Record) {
    let none = Scope::default();
    let old = earlier.scope.as_ref().unwrap_or(&none);
    let new = later.scope.as_ref().unwrap_or(&none);
    let not_waived = match (&old.not_waived, &new.not_waived) {
        (Some(old), Some(new)) => Some(in_any(old, new)),
        (one, other) => other.clone().or_else(|| one.clone()),
    };
    let scope = Scope {
        resources: scope_list(old.resources.as_ref(), new.resources.as_ref()),
        actions: scope_list(old.actions.as_ref(), new.actions.as_ref()),
        findings: scope_list(old.findings.as_ref(), new.findings.as_ref()),
        not_waived,
    };
    let is_stated = scope != none || earlier.scope.is_some() && later.scope.is_some();
    met.scope = if is_stated { Some(scope) } else { None };
}

pub(super) fn compensating_controls(earlier: &Record, later: &Record, met: &mut Record) {
    met.compensating_controls =
        in_any(&earlier.compensating_controls, &later.compensating_controls);
}

pub(super) fn triggers(earlier: &Record, later: &Record, met: &mut Record) {
    met.triggers = in_any(&earlier.triggers, &later.triggers);
}

pub(super) fn fired(earlier: &Record, later: &Record, met: &mut Record) {
    met.fired = in_any(&earlier.fired, &later.fired);
}

pub(super) fn closure(earlier: &Record, later: &Record, met: &mut Record) {
    met.closure = later.closure.clone().or_else(|| earlier.closure.clone());
}

/// What dismisses a false positive covers findings alone, whatever cause is stated afterwards.
pub(super) fn root_cause(earlier: &Record, _: &Record, met: &mut Record) {
    if earlier.root_cause == RootCause::FalsePositive {
        met.root_cause = RootCause::FalsePositive;
    }
}

pub(super) fn starts(earlier: &Record, later: &Record, met: &mut Record) {
    met.starts = match (&earlier.starts, &later.starts) {
        (Some(old), Some(new)) if old.start() > new.start() => Some(old.clone()),
        (Some(old), None) => Some(old.clone()),
        (_, new) => new.clone(),
    };
}

pub(super) fn expires(earlier: &Record, later: &Record, met: &mut Record) {
    if time::not_after(&earlier.expires) < time::not_after(&later.expires) {
        met.expires = earlier.expires.clone();
    }
}

pub(super) fn review_every(earlier: &Record, later: &Record, met: &mut Record) {
    let terms = [later.review_every, earlier.review_every];
    met.review_every = terms.into_iter().flatten().min_by_key(|term| Term::seconds(*term));
}

pub(super) fn uses(earlier: &Record, later: &Record, met: &mut Record) {
    let uses = [&later.uses, &earlier.uses];
    let limits = uses.into_iter().flatten().map(|uses| uses.limit);
    met.uses = limits.min().map(|limit| Uses { limit });
}
