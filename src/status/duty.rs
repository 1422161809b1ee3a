//! Lists everything about a record that has a date.
//!
//! Pure. Start at [`duties`]. Follows `docs/spec/cli.md`, queue.

use crate::diag::sorting::StableSort as _;
use crate::policy::term;
use crate::record::Record;
use crate::record::decision::Closure;
use crate::record::time::{Instant, Term};
use crate::record::vocabulary::ClosureOutcome;
use crate::status::clocks::Clocks;
use crate::status::effective::EvaluatedRecord;
use crate::status::past::TrailPast;
use crate::status::state::{Duty, DutyKind};

/// Returns the duties of a record at an instant, earliest first. A closed record has only its post-closure review.
pub(crate) fn duties(
    past: TrailPast,
    judged: &EvaluatedRecord,
    clocks: &Clocks,
    at: Instant,
) -> Vec<Duty> {
    let mut duties = match &judged.closure {
        Some((brought, closure)) => {
            post_closure(past, judged, *brought, closure).into_iter().collect()
        }
        None => open(judged, clocks, at),
    };
    duties.order_by(|one, other| {
        (one.at, one.kind, &one.subject).cmp(&(other.at, other.kind, &other.subject))
    });
    duties
}

fn open(judged: &EvaluatedRecord, clocks: &Clocks, at: Instant) -> Vec<Duty> {
    let plain = |kind: DutyKind, at: Instant| Duty { kind, at, subject: None };
    let fix = judged.record.fix.as_ref().and_then(|fix| fix.due);
    let mut duties: Vec<Duty> = [
        clocks.starts.map(|at| plain(DutyKind::Start, at)),
        Some(plain(DutyKind::Expiry, clocks.not_after)),
        clocks.review_overdue(at).map(|at| plain(DutyKind::Review, at)),
        judged.grace.map(|at| plain(DutyKind::EmergencyReview, at)),
        fix.map(|day| plain(DutyKind::Fix, term::overdue_from(day))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let is_dropped = |id: &str| clocks.dropped.iter().any(|dropped| dropped.id == id);
    duties.extend(clocks.controls.iter().filter_map(|control| {
        // A dropped control needs no verification.
        if is_dropped(&control.id) {
            return None;
        }
        Some(Duty {
            kind: DutyKind::ControlVerification,
            at: control.stale_from?,
            subject: Some(control.id.clone()),
        })
    }));
    duties
}

/// Returns the review of a closure that someone else owes: by the date it states, or by the tier's if that is earlier.
fn post_closure(
    past: TrailPast,
    judged: &EvaluatedRecord,
    brought: usize,
    closure: &Closure,
) -> Option<Duty> {
    let done = reviewed(past, brought).unwrap_or(closure.reviewed.is_some());
    if done || closure.outcome == ClosureOutcome::Rejected {
        return None;
    }
    let landed = past.landed(brought)?.day();
    let of_tier = judged
        .tier
        .as_ref()
        .map(|tier| tier.post_closure_review)
        .filter(|term: &Term| !term.is_zero())
        .map(|term| term.after_day(closure.date.min(landed)));
    let day = closure.review_by.into_iter().chain(of_tier).min()?;
    Some(Duty { kind: DutyKind::PostClosureReview, at: term::overdue_from(day), subject: None })
}

fn reviewed(past: TrailPast, brought: usize) -> Option<bool> {
    let record: &Record = (brought..=past.tip).rev().find_map(|index| past.record(index))?;
    Some(record.closure.as_ref()?.reviewed.is_some())
}
