//! When a record was and will be in force: its end, and how long it was actually in place.
//!
//! Pure. Start at [`end`] and [`in_place`]. Follows `docs/spec/status.md`, `in_place`: the evaluator is called for each
//! instant at which its answer can change.

use crate::approval::verdict::{BecomesApproved, Satisfied};
use crate::history::version::{Content, Version};
use crate::policy::governance::Governance;
use crate::record::time::Instant;
use crate::record::{Record, time};
use crate::status::answer;
use crate::status::clocks::Clocks;
use crate::status::effective::{EvaluatedRecord, Ground};
use crate::status::obstacle::StatusObstacle;
use crate::status::past::TrailPast;
use crate::status::state::{InForce, InPlace};
use std::rc::Rc;

fn turns(ground: &Ground, clocks: Option<&Clocks>, after: Instant) -> Vec<Instant> {
    let (Ground::Judged(judged), Some(clocks)) = (ground, clocks) else {
        return Vec::new();
    };
    let controls = clocks.controls.iter().filter_map(|control| control.stale_from);
    let mut turns: Vec<Instant> = clocks
        .starts
        .into_iter()
        .chain([clocks.not_after])
        .chain(clocks.review_overdue(Instant::MAX))
        .chain(clocks.review_overdue(after))
        .chain(judged.grace)
        .chain(controls)
        .filter(|turn| *turn > after)
        .collect();
    turns.sort();
    turns.dedup();
    turns
}

pub(crate) fn end(ground: &Ground, clocks: Option<&Clocks>, at: Instant) -> Option<Instant> {
    let grants = |instant| answer::at(ground, clocks, instant).in_force == InForce::Yes;
    if !grants(at) {
        return None;
    }
    turns(ground, clocks, at).into_iter().find(|turn| !grants(*turn))
}

/// Returns how long a record was in place until an instant, from all landings.
/// Each moment is evaluated with what had landed by then; the policy is that of the tree in question.
pub(crate) fn in_place(past: TrailPast, governance: &Governance, at: Instant) -> InPlace {
    let mut seconds = 0;
    for tip in 0..=past.tip {
        let Some(from) = past.landed(tip) else {
            continue;
        };
        let next = (tip < past.tip).then(|| past.landed(tip + 1)).flatten();
        let until = next.unwrap_or(at).min(at);
        seconds += granted(TrailPast { tip, ..past }, governance, from, until);
    }
    let first_approved = past
        .verdicts
        .iter()
        .flat_map(|verdict| &verdict.turns)
        .filter(|turn| {
            turn.becomes_approved == BecomesApproved::AsApproved && turn.satisfied == Satisfied::Yes
        })
        .map(|turn| turn.at)
        .filter(|approved| *approved <= at)
        .min();
    let overrun_days = if seconds > 0 { overrun_days(past, governance, at) } else { 0 };
    InPlace { first_approved, days: days_up(seconds), overrun_days }
}

pub(crate) fn gaps(
    past: TrailPast,
    governance: &Governance,
    at: Instant,
) -> Vec<(Instant, Instant)> {
    let mut gaps = Vec::new();
    let mut last: Option<Instant> = None;
    for tip in 0..=past.tip {
        let Some(from) = past.landed(tip) else {
            continue;
        };
        let until = past.landed(tip + 1).filter(|_| tip < past.tip).unwrap_or(at).min(at);
        for span in list_spans(TrailPast { tip, ..past }, governance, from, until) {
            let begin = span.until.plus_seconds(span.seconds.saturating_neg());
            gaps.extend(last.filter(|last| *last < begin).map(|last| (last, begin)));
            last = last.max(Some(span.until));
        }
    }
    gaps
}

pub(crate) fn last_in_force(
    past: TrailPast,
    governance: &Governance,
    at: Instant,
) -> Result<Option<(Instant, Rc<Record>)>, StatusObstacle> {
    let mut doubt = None;
    for tip in (0..=past.tip).rev() {
        let Some(from) = past.landed(tip) else {
            continue;
        };
        let then = TrailPast { tip, ..past };
        let until = past.landed(tip + 1).filter(|_| tip < past.tip).unwrap_or(at).min(at);
        if let Some(last) = list_spans(then, governance, from, until).pop() {
            return Ok(last.granted.map(|granted| (last.until, granted)));
        }
        if doubt.is_none() {
            doubt = Ground::evaluate(then, governance).doubt();
        }
    }
    doubt.map_or(Ok(None), Err)
}

/// Tells whether a record granted anything between two instants, the later one excluded, or may have done so: a state
/// that can't be determined counts.
pub(crate) fn may_have_granted(
    past: TrailPast,
    governance: &Governance,
    (from, to): (Instant, Instant),
) -> bool {
    (0..=past.tip).any(|tip| {
        let Some(landed) = past.landed(tip) else {
            return true;
        };
        let next = past.landed(tip + 1).filter(|_| tip < past.tip).unwrap_or(to).min(to);
        let from = landed.max(from);
        let then = TrailPast { tip, ..past };
        from < next
            && (Ground::evaluate(then, governance).doubt().is_some()
                || !list_spans(then, governance, from, next).is_empty())
    })
}

struct InForceSpan {
    seconds: i64,
    /// Its end, exclusive.
    until: Instant,
    granted: Option<Rc<Record>>,
    /// Whether it is based on the approval or grace of the version at the tip; otherwise on the
    /// approval of an earlier one.
    rests_on_tip: bool,
}

fn granted(past: TrailPast, governance: &Governance, from: Instant, until: Instant) -> i64 {
    let spans = list_spans(past, governance, from, until);
    spans.iter().map(|span| span.seconds).sum()
}

/// Tells whether the version at the tip of a trail granted anything by itself while it was there: by its own approval,
/// or by the grace period of an emergency.
pub(crate) fn held(past: TrailPast, governance: &Governance, at: Instant) -> bool {
    let Some(from) = past.landed(past.tip) else {
        return false;
    };
    let until = past.landed(past.tip + 1).unwrap_or(at).min(at);
    let spans = list_spans(past, governance, from, until);
    spans.iter().any(|span| span.rests_on_tip)
}

fn list_spans(
    past: TrailPast,
    governance: &Governance,
    from: Instant,
    until: Instant,
) -> Vec<InForceSpan> {
    if until <= from {
        return Vec::new();
    }
    let later: Vec<Instant> = past
        .verdicts
        .iter()
        .take(past.tip + 1)
        .flat_map(|verdict| {
            let turns = verdict.turns.iter().map(|turn| turn.at);
            turns.chain(verdict.witnessed_at).chain(verdict.approved_at)
        })
        .filter(|at| *at > from && *at < until)
        .collect();
    let mut starts = vec![from];
    starts.extend(later);
    starts.sort();
    starts.dedup();
    let mut spans = Vec::new();
    for (n, begin) in starts.iter().enumerate() {
        let stop = starts.get(n + 1).copied().unwrap_or(until);
        let then = TrailPast { known: Some(*begin), ..past };
        // Else a trail of hundreds of versions that nobody approved is narrowed by all of them at each landing.
        if !then.may_grant() {
            continue;
        }
        let ground = Ground::evaluate(then, governance);
        let clocks = clocks(then, &ground, governance);
        let mut moments = vec![*begin];
        moments.extend(turns(&ground, clocks.as_ref(), *begin));
        moments.retain(|moment| *moment < stop);
        for (m, moment) in moments.iter().enumerate() {
            let next = moments.get(m + 1).copied().unwrap_or(stop);
            let answer = answer::at(&ground, clocks.as_ref(), *moment);
            if answer.in_force == InForce::Yes {
                spans.push(InForceSpan {
                    seconds: next.seconds_since(*moment),
                    until: next,
                    granted: ground.granted().cloned(),
                    rests_on_tip: rests_on_tip(past, &ground),
                });
            }
        }
    }
    spans
}

fn rests_on_tip(past: TrailPast, ground: &Ground) -> bool {
    let holder = match ground {
        Ground::Judged(judged) => judged.approved.unwrap_or(judged.first),
        _ => return false,
    };
    holder == past.tip
}

/// Returns when a record ended that is on the approved ref and not closed; `None` if it has not ended by an instant.
/// A file that is unreadable, or whose id another file has too, is judged by its last readable version.
pub(crate) fn ended(past: TrailPast, governance: &Governance, at: Instant) -> Option<Instant> {
    let is_record = |index: &usize| past.record(*index).is_some();
    let is_gone = |version: &Version| matches!(version.record.content(), Content::Gone);
    let tip = (past.first()..=past.tip).rev().find(is_record)?;
    let since = past.trail.versions.get(tip..=past.tip)?;
    if since.iter().any(is_gone) {
        return None;
    }
    let past = TrailPast { tip, ..past };
    let ground = Ground::evaluate(past, governance);
    match (&ground, clocks(past, &ground, governance)) {
        (Ground::Judged(judged), Some(clocks)) => ended_as(past, judged, &clocks, at),
        _ => None,
    }
}

pub(crate) fn ended_as(
    past: TrailPast,
    judged: &EvaluatedRecord,
    clocks: &Clocks,
    at: Instant,
) -> Option<Instant> {
    let date = end_date(past, judged, clocks).filter(|date| *date <= at);
    let ended = clocks.revoked_at().into_iter().chain(date).min();
    ended.filter(|_| judged.closure.is_none())
}

pub(crate) fn end_date(
    past: TrailPast,
    judged: &EvaluatedRecord,
    clocks: &Clocks,
) -> Option<Instant> {
    if judged.approved.is_some() || judged.grace.is_some() {
        Some(clocks.not_after)
    } else {
        Some(time::not_after(&past.record(past.tip)?.expires))
    }
}

fn overrun_days(past: TrailPast, governance: &Governance, at: Instant) -> i64 {
    let ground = Ground::evaluate(past, governance);
    let closed = match &ground {
        Ground::Judged(judged) => judged.closure.as_ref().map(|(index, _)| (judged.first, *index)),
        _ => None,
    };
    // The state just before the closure determines when the record ended.
    let (stop, before) = match closed {
        Some((first, index)) if index > first => {
            let before = TrailPast { tip: index - 1, ..past };
            (past.landed(index).unwrap_or(at), before)
        }
        Some(_) => return 0,
        None => (at, past),
    };
    let end = ended(before, governance, stop);
    end.map_or(0, |end| stop.days_since(end).max(0))
}

pub(crate) fn clocks(past: TrailPast, ground: &Ground, governance: &Governance) -> Option<Clocks> {
    match ground {
        Ground::Judged(judged) => Some(Clocks::read(past, judged, governance)),
        _ => None,
    }
}

pub(super) fn days_up(seconds: i64) -> i64 {
    seconds.div_euclid(86_400) + i64::from(seconds.rem_euclid(86_400) > 0)
}
