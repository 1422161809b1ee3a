//! Answers questions about a record's past: whether a version granted by itself, and the state at a given time.
//!
//! Uses history, policy, `status`'s effective and timeline. Pure. Start at [`Trace`]. Follows `docs/spec/approval.md`,
//! 1.9 (levels), and `docs/spec/status.md`, emergency. Each moment is evaluated with what had landed by then.

use crate::approval::verdict::{Grace, GracePeriod};
use crate::diag;
use crate::history::version::Version;
use crate::policy::tier;
use crate::policy::tier::fact::Facts;
use crate::record::time::{Instant, not_after};
use crate::record::vocabulary::Class;
use crate::status::effective::Ground;
use crate::status::past::TrailPast;
use crate::status::state::{RecordFacts, Status};
use crate::status::{answer, effective, reason, timeline};
use serde::Serialize;
use std::fmt;

/// A record with the effective times of its versions, for questions about its past.
pub struct Trace<'a> {
    subject: RecordFacts<'a>,
    landed: Vec<Instant>,
}

/// The state of a record at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastState {
    pub status: Status,
    pub reason: String,
}

/// The time between the end of a record and a renewal that came late, in which it was not in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Lapse {
    /// When it ended.
    pub from: Instant,
    /// From when it is in force again.
    pub until: Instant,
    /// Whole days, rounded up.
    pub days: i64,
}

impl fmt::Display for Lapse {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = usize::try_from(self.days).unwrap_or_default();
        let days = diag::count(days, "day");
        write!(out, "not in force from {} to {}, {days}", self.from, self.until)
    }
}

impl<'a> Trace<'a> {
    pub fn new(subject: RecordFacts<'a>) -> Trace<'a> {
        let landings = &subject.history.mainline.landings;
        let effective = |version: &Version| {
            let landing = landings.get(version.landing);
            landing.map_or(Instant::MIN, |landing| landing.effective)
        };
        let trail = subject.history.trails.get(subject.key);
        let landed =
            trail.map(|trail| trail.versions.iter().map(effective).collect()).unwrap_or_default();
        Trace { subject, landed }
    }

    fn past(&self, tip: usize) -> Option<TrailPast<'_>> {
        Some(TrailPast {
            trail: self.subject.history.trails.get(self.subject.key)?,
            verdicts: self.subject.verdicts,
            tip,
            known: None,
            landed: &self.landed,
        })
    }

    /// Returns the effective time of a version's landing.
    pub fn landed(&self, index: usize) -> Option<Instant> {
        self.landed.get(index).copied()
    }

    /// Tells whether a version granted anything by itself while it was at the tip, until an instant.
    pub fn held(&self, index: usize, until: Instant) -> bool {
        self.past(index).is_some_and(|past| timeline::held(past, self.subject.governance, until))
    }

    /// Tells whether the versions from one to another granted anything until the latter landed, or may have done so.
    pub fn may_have_granted(&self, first: usize, until: usize) -> bool {
        let past = until.checked_sub(1).and_then(|tip| self.past(tip));
        let span = self.landed(first).zip(self.landed(until));
        past.zip(span).is_some_and(|(past, span)| {
            timeline::may_have_granted(past, self.subject.governance, span)
        })
    }

    /// Returns the times until an instant in which the record had ended, before a renewal that came late; each with the
    /// index of the version that ended it.
    pub fn lapses(&self, until: Instant) -> Vec<(usize, Lapse)> {
        let Some(last) = self.landed.len().checked_sub(1).and_then(|last| self.past(last)) else {
            return Vec::new();
        };
        let ends = |index: usize| last.record(index).map(|record| not_after(&record.expires));
        let mut ends = (0..=last.tip).filter_map(ends);
        let first = ends.next();
        // Nearly all records keep their end, and the past of those need not be evaluated.
        if ends.all(|end| Some(end) <= first) {
            return Vec::new();
        }
        let gaps = timeline::gaps(last, self.subject.governance, until).into_iter();
        let had_ended =
            |from: Instant| self.at(from).is_some_and(|state| state.status == Status::Expired);
        let lapses = gaps.filter(|(from, _)| had_ended(*from));
        let lapse = |(from, until): (Instant, Instant)| {
            let days = timeline::days_up(until.seconds_since(from));
            let n_landed = self.landed.iter().filter(|landed| **landed <= until).count();
            (n_landed.saturating_sub(1), Lapse { from, until, days })
        };
        lapses.map(lapse).collect()
    }

    /// Returns the state of the record at some time, by what had landed; `None` if nothing had.
    pub fn at(&self, moment: Instant) -> Option<PastState> {
        let n_landed = self.landed.iter().filter(|at| **at <= moment).count();
        let past = TrailPast { known: Some(moment), ..self.past(n_landed.checked_sub(1)?)? };
        let governance = self.subject.governance;
        let ground = Ground::evaluate(past, governance);
        let clocks = timeline::clocks(past, &ground, governance);
        let answer = answer::at(&ground, clocks.as_ref(), moment);
        Some(PastState { status: answer.status, reason: reason::first(&answer.reasons) })
    }

    /// Returns when an emergency record must be approved; `None` if it did not begin as an emergency.
    pub fn review_due(&self) -> Option<Instant> {
        let past = self.past(0)?;
        let record = past.record(0).filter(|record| record.class == Class::Emergency)?;
        let policy = &self.subject.governance.policy;
        let period = match &past.verdict(0)?.grace {
            Grace::Within(period) | Grace::Rejected(period) => *period,
            Grace::UsedUp(used) => used.period,
            Grace::None | Grace::Denied(_) => GracePeriod {
                begin: past.landed(0)?,
                term: tier::resolve(policy, &Facts::of(record))?.review_within?,
            },
        };
        Some(effective::until(record, period, policy))
    }
}
