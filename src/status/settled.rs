//! Finds records that can no longer change: nothing about their approval makes a difference any more.
//!
//! Pure. Start at [`is_over`]. Follows `docs/spec/status.md`: a closure counts, whoever approved it. Lets `list` skip
//! records that can no longer change.

use crate::history::version::{Content, Trail};
use crate::policy::tier::fact::Facts;
use crate::policy::{Policy, tier};
use crate::record::Record;
use crate::record::vocabulary::{Class, ClosureOutcome};

/// Tells whether a record is closed, rejected or removed, as the evaluator would find.
pub fn is_over(trail: &Trail) -> bool {
    match trail.last().map(|version| version.record.content()) {
        Some(Content::Gone) | None => true,
        Some(Content::Record(record)) => record.closure.is_some(),
        Some(_) => false,
    }
}

/// Tells whether the file of a record is gone; whether it ever was in force, only its earlier versions say.
pub fn is_removed(trail: &Trail) -> bool {
    matches!(trail.last().map(|version| version.record.content()), Some(Content::Gone))
}

/// Tells whether no version of a record names scanner findings: a list that was dropped since the approval stays as it was
/// approved, and a version that can't be read may name any. All its versions must have been read.
pub fn names_no_findings(trail: &Trail) -> bool {
    let names_none = |record: &Record| {
        let scope = record.scope.as_ref();
        let findings = scope.and_then(|scope| scope.findings.as_ref());
        findings.is_none_or(Vec::is_empty)
    };
    trail.last().is_some()
        && trail.telling().all(|version| version.record.record().is_some_and(|it| names_none(it)))
}

/// Tells whether a record was an emergency, and so may use up the grace of another, even when it is over. All its versions
/// must have been read.
pub fn is_emergency(trail: &Trail) -> bool {
    versions(trail).any(|record| record.class == Class::Emergency)
}

/// Tells whether a closure may still need a review by somebody else.
pub fn owes_review(trail: &Trail, policy: &Policy) -> bool {
    let tip = trail.last().and_then(|version| version.record.record());
    let Some(closure) = tip.and_then(|record| record.closure.as_ref()) else {
        return false;
    };
    let is_settled = closure.reviewed.is_some() || closure.outcome == ClosureOutcome::Rejected;
    !is_settled
        && (closure.review_by.is_some() || versions(trail).any(|version| asks(version, policy)))
}

fn versions(trail: &Trail) -> impl Iterator<Item = &Record> {
    trail.telling().filter_map(|version| version.record.record().map(AsRef::as_ref))
}

fn asks(record: &Record, policy: &Policy) -> bool {
    let resolved = tier::resolve(policy, &Facts::of(record));
    resolved.is_none_or(|resolved| !resolved.post_closure_review.is_zero())
}
