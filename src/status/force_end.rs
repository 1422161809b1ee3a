//! When and why a record stopped being in force, and what it granted until then.
//!
//! Pure. Start at [`force_end`]. Follows `docs/spec/cli.md`, export revocations: what was in force and is not any more must
//! be revoked.

use crate::record::vocabulary::words;
use std::rc::Rc;

use crate::history::version::Content;
use crate::policy::governance::Governance;
use crate::record::Record;
use crate::record::time::Instant;
use crate::status::effective::Ground;
use crate::status::obstacle::StatusObstacle;
use crate::status::past::TrailPast;
use crate::status::state::{InForce, RecordFacts};
use crate::status::{answer, record_state, timeline};

/// The end of a record that was in force and is not any more.
#[derive(Clone, Debug)]
pub struct ForceEnd {
    /// The first instant at which it no longer granted anything.
    pub at: Instant,
    pub because: EndCause,
    /// What it granted when it was last in force.
    pub granted: Rc<Record>,
}

words! {
    /// What ended a record: of its date, a trigger, its closure and its removal the first, otherwise a suspension.
    pub enum EndCause {
        Expired,
        /// A trigger fired.
        Revoked,
        Closed,
        /// The file was removed.
        Removed,
        /// It grants nothing although its time is not over: something is overdue, lost its approval, or can't be read.
        Suspended,
    }
}

/// Returns when and why a record stopped being in force; `None` if it never was, or still is.
///
/// # Errors
/// Why that can't be determined.
pub fn force_end(
    subject: RecordFacts,
    instant: Instant,
) -> Result<Option<ForceEnd>, StatusObstacle> {
    let Some(trail) = subject.history.trails.get(subject.key) else {
        return Ok(None);
    };
    let landed = record_state::landing_times(subject.history, trail);
    let past = TrailPast {
        trail,
        verdicts: subject.verdicts,
        tip: trail.versions.len().saturating_sub(1),
        known: None,
        landed: &landed,
    };
    let governance = subject.governance;
    let ground = Ground::evaluate(past, governance);
    let clocks = timeline::clocks(past, &ground, governance);
    if let Some(doubt) = ground.doubt() {
        return Err(doubt);
    }
    if answer::at(&ground, clocks.as_ref(), instant).in_force == InForce::Yes {
        return Ok(None);
    }
    let Some((last, granted)) = timeline::last_in_force(past, governance, instant)? else {
        return Ok(None);
    };
    let (at, because) = ended_by(past, governance, instant).unwrap_or((last, EndCause::Suspended));
    Ok(Some(ForceEnd { at, because, granted }))
}

/// Tells whether a record was in force at some time between two instants, the later one excluded, or whether that
/// can't be determined.
pub fn may_have_been_in_force(subject: RecordFacts, span: (Instant, Instant)) -> bool {
    let Some(trail) = subject.history.trails.get(subject.key) else {
        return false;
    };
    let landed = record_state::landing_times(subject.history, trail);
    let tip = trail.versions.len().saturating_sub(1);
    let verdicts = subject.verdicts;
    let past = TrailPast { trail, verdicts, tip, known: None, landed: &landed };
    timeline::may_have_granted(past, subject.governance, span)
}

/// Returns the first of date, trigger, closure and removal that ended a record.
fn ended_by(
    past: TrailPast,
    governance: &Governance,
    instant: Instant,
) -> Option<(Instant, EndCause)> {
    let taken = taken_away(past);
    let (stop, before) = match taken {
        Some((index, _)) => {
            let stop = past.landed(index).unwrap_or(instant);
            (stop, TrailPast { tip: index.saturating_sub(1), ..past })
        }
        None => (instant, past),
    };
    let by_itself = || {
        let at = timeline::ended(before, governance, stop)?;
        let ground = Ground::evaluate(before, governance);
        let clocks = timeline::clocks(before, &ground, governance);
        let is_trigger = clocks.is_some_and(|clocks| clocks.revoked_at() == Some(at));
        Some((at, if is_trigger { EndCause::Revoked } else { EndCause::Expired }))
    };
    by_itself().or(taken.map(|(_, because)| (stop, because)))
}

/// Returns the version that closed a record, or else removed its file.
fn taken_away(past: TrailPast) -> Option<(usize, EndCause)> {
    let is_gone = matches!(past.version(past.tip)?.record.content(), Content::Gone);
    let removed = if is_gone { Some(past.tip) } else { None };
    let last = removed.map_or(Some(past.tip), |index| index.checked_sub(1))?;
    let is_closed =
        |index: &usize| past.record(*index).is_some_and(|record| record.closure.is_some());
    let first = TrailPast { tip: last, ..past }.first();
    let closed = is_closed(&last).then(|| {
        let open = (first..last).rev().find(|index| !is_closed(index));
        open.map_or(first, |open| open + 1)
    });
    closed
        .map(|index| (index, EndCause::Closed))
        .or(removed.map(|index| (index, EndCause::Removed)))
}
