//! Decides which changes of a record require a new approval, and which only narrow what was approved.
//!
//! Uses record, policy, `history::change`. Pure. Start at [`only_adds`], [`only_closes`] and [`only_narrows`]. Follows
//! `docs/spec/approval.md`, V5, V9 and D3.

use crate::history::change::{self, differ};
use crate::policy::tier::fact::Facts;
use crate::policy::{Policy, tier};
use crate::record::Record;
use crate::record::time::Day;

/// Tells whether the change only adds what a review of the exception records: entries of `reviews`, `handling` and
/// `fired`, and a later `verified` with evidence of it.
pub(crate) fn only_adds(before: &Record, after: &Record) -> bool {
    let verified = |record: &Record| {
        let controls = record.compensating_controls.iter();
        controls.map(|control| control.verified).collect::<Vec<_>>()
    };
    let adds = before.reviews != after.reviews
        || before.handling != after.handling
        || before.fired != after.fired
        || verified(before) != verified(after);
    if !adds {
        return differ::is_equal(before, after);
    }
    with_additions(before, after).is_some_and(|grown| differ::is_equal(&grown, after))
}

/// Tells whether the change only adds or rewrites a closure, and adds what a review of the exception records.
pub(crate) fn only_closes(before: &Record, after: &Record) -> bool {
    let mut closed = before.clone();
    closed.closure.clone_from(&after.closure);
    let is_same = differ::is_equal(&closed, after) || only_adds(&closed, after);
    after.closure.is_some() && is_same
}

/// Tells whether a version grants no more than the approved one, and changes none of its texts.
///
/// The intersection of both versions is then this version. A tier that comes later in the policy would grant more.
pub(crate) fn only_narrows(policy: &Policy, approved: &Record, after: &Record) -> bool {
    let Some(mut before) = with_additions(approved, after) else {
        return false;
    };
    if before.closure.is_none() {
        before.closure.clone_from(&after.closure);
    }
    let meeting = change::meet(&before, after);
    meeting.unequal.is_empty()
        && says_the_same(&meeting.record, after)
        && differ::is_equal(&texts(&before), &texts(after))
        && rank(policy, after) <= rank(policy, approved)
}

/// Returns the earlier record with the later one's additions; `None` if an entry was changed or removed.
fn with_additions(before: &Record, after: &Record) -> Option<Record> {
    let kept = is_within(&before.reviews, &after.reviews)
        && is_within(&before.handling, &after.handling)
        && is_within(&before.fired, &after.fired);
    if !kept {
        return None;
    }
    let mut grown = before.clone();
    grown.reviews.clone_from(&after.reviews);
    grown.handling.clone_from(&after.handling);
    grown.fired.clone_from(&after.fired);
    for control in &mut grown.compensating_controls {
        let mut others = after.compensating_controls.iter();
        let Some(other) = others.find(|other| other.id == control.id) else {
            continue;
        };
        let is_later = |day: &Day| control.verified.is_none_or(|known| *day > known);
        if other.verified.as_ref().is_some_and(is_later) {
            control.verified = other.verified;
            // The evidence of a verification is added with it; evidence cited earlier must stay as it is.
            if other.evidence.starts_with(&control.evidence) {
                control.evidence.clone_from(&other.evidence);
            }
        }
    }
    Some(grown)
}

fn is_within<T: PartialEq>(few: &[T], many: &[T]) -> bool {
    let mut many = many.iter();
    few.iter().all(|entry| many.any(|other| other == entry))
}

/// Tells whether two records are equal, ignoring the order of fields that are sets.
fn says_the_same(one: &Record, other: &Record) -> bool {
    let sets = [one, other].map(|record| {
        let mut copy = record.clone();
        let scope = copy.scope.iter_mut();
        scope.for_each(|scope| {
            [&mut scope.resources, &mut scope.actions, &mut scope.not_waived]
                .into_iter()
                .flatten()
                .for_each(|list| as_set(list, Clone::clone));
            scope
                .findings
                .iter_mut()
                .for_each(|list| as_set(list, |finding| format!("{finding:?}")));
        });
        if let Some(aliases) = &mut copy.subject.aliases {
            as_set(aliases, Clone::clone);
        }
        if let Some(controls) = &mut copy.deviates_from.controls {
            as_set(controls, Clone::clone);
        }
        as_set(&mut copy.compensating_controls, |control| format!("{control:?}"));
        as_set(&mut copy.triggers, |trigger| format!("{trigger:?}"));
        as_set(&mut copy.fired, |firing| format!("{firing:?}"));
        copy
    });
    let [one, other] = sets;
    differ::is_equal(&one, &other)
}

fn as_set<T, K: Ord>(list: &mut Vec<T>, key: fn(&T) -> K) {
    list.sort_by_key(key);
    list.dedup_by(|one, other| key(one) == key(other));
}

/// Returns a record reduced to the fields that the intersection takes from the landed version, to compare two.
fn texts(record: &Record) -> Record {
    let mut rest = record.clone();
    rest.scope = None;
    rest.subject = Default::default();
    rest.deviates_from.controls = None;
    rest.deviates_from.rule = None;
    rest.compensating_controls = Vec::new();
    rest.triggers = Vec::new();
    rest.fired = Vec::new();
    rest.starts = None;
    rest.expires = crate::record::time::When::instant(crate::record::time::Instant::MAX);
    rest.uses = None;
    rest.review_every = None;
    rest.closure = None;
    rest
}

fn rank(policy: &Policy, record: &Record) -> usize {
    let tier = tier::resolve(policy, &Facts::of(record)).map(|resolved| resolved.tier);
    policy.tiers.iter().position(|known| Some(&known.name) == tier.as_ref()).unwrap_or(usize::MAX)
}
