//! Answers questions about a record's past: whether a version granted by itself, and the state at a given time.
//!
//! Uses history, policy, `status`'s effective and timeline. Pure. Start at [`Trace`]. Follows `docs/spec/approval.md`,
//! 1.9 (levels), and `docs/spec/status.md`, emergency. Each moment is evaluated with what had landed by then.

use crate::approval::verdict::{Grace, GracePeriod};
use crate::history::version::Version;
use crate::policy::tier;
use crate::policy::tier::fact::Facts;
use crate::record::time::Instant;
use crate::record::vocabulary::Class;
use crate::status::effective::Ground;
use crate::status::past::TrailPast;
use crate::status::state::{RecordFacts, Status};
use crate::status::{answer, effective, reason, timeline};

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
            Grace::None | Grace::Undetermined(_) => GracePeriod {
                begin: past.landed(0)?,
                term: tier::resolve(policy, &Facts::of(record))?.review_within?,
            },
        };
        Some(effective::until(record, period, policy))
    }
}
