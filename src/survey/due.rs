//! What has to be done about a record: its bucket, how urgent that is, and since when or until when.
//!
//! Pure. Start at [`due_record`]. Follows `docs/spec/cli.md`, queue. Every answer that lists, counts or shows due records
//! uses this. Dates are those of `status`: a duty is missed from its instant on.

use crate::approval::verdict::Satisfied;
use crate::diag::sorting::StableSort as _;
use crate::policy::{Policy, term};
use crate::record::time::{Instant, Term};
use crate::record::vocabulary::{Baseline, ReviewOutcome, words};
use crate::status::state::{DutyKind, InForce, RecordState, Status};

words! {
    /// Why a record needs attention; the first that applies is its bucket.
    pub enum Bucket {
        /// It ended or was revoked after having been in force, and is not closed.
        OverdueClosure,
        Fired,
        /// A review decided that the record should be closed.
        ReviewSaysClose,
        /// A review decided that the scope should be reduced.
        ReviewSaysReduce,
        /// An emergency that nobody has approved yet.
        EmergencyReviewDue,
        /// It ended, or its requested period passed, without ever being in force.
        Expired,
        /// Its periodic review is overdue, or due within a few days.
        ReviewDue,
        /// The verification of a compensating control is overdue.
        ControlStale,
        /// The record has no active owner.
        Ownerless,
        FixOverdue,
        /// It ends within a few days.
        Urgent,
        Soon,
        /// Its post-closure review is overdue.
        PostClosureReviewDue,
        WaitingApproval,
    }
}

/// How long before its end a record is due, and how long an approval may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// How long before its end a record is urgent.
    pub urgent: Term,
    /// How long before its end a record is due soon.
    pub soon: Term,
    /// How long a request may wait for approval.
    pub request_sla: Term,
}

impl Horizon {
    /// Returns the horizon that a policy sets.
    pub fn from_policy(policy: &Policy) -> Horizon {
        Horizon {
            urgent: policy.due.urgent,
            soon: policy.due.soon,
            request_sla: policy.approval.request_sla,
        }
    }
}

/// A record that needs attention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueRecord {
    /// The first reason why.
    pub bucket: Bucket,
    pub also: Vec<Bucket>,
    pub urgency: Urgency,
    /// Since when it has been due, or its deadline.
    pub timing: Timing,
}

/// Whether the deadline has passed; the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    Overdue,
    /// To be done at once; its deadline has not passed.
    DueNow,
    InTime,
}

/// What the date of a bucket means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Due since then, according to what landed.
    Since(Instant),
    /// Claimed by the commit of a branch, whose time its committer can set freely; it may lie in the future.
    Claimed(Instant),
    /// It ends, or has to be done, by then.
    Until(Instant),
    Undated,
}

impl DueRecord {
    /// Tells whether it is due, among other things, because nobody has approved it or a change of it.
    pub fn asks_approval(&self) -> bool {
        let mut buckets = std::iter::once(&self.bucket).chain(&self.also);
        buckets.any(|bucket| matches!(bucket, Bucket::EmergencyReviewDue | Bucket::WaitingApproval))
    }

    /// Returns the sort key, worst first: by bucket, then by date; entries without a date last.
    pub fn order(&self) -> (Bucket, bool, Option<Instant>) {
        let at = self.timing.at();
        (self.bucket, at.is_none(), at)
    }
}

impl Timing {
    /// Returns the date, whatever it means.
    pub fn at(self) -> Option<Instant> {
        match self {
            Timing::Since(at) | Timing::Claimed(at) | Timing::Until(at) => Some(at),
            Timing::Undated => None,
        }
    }

    /// Returns since when it has been waiting at an instant; `None` without a date or if the date lies in the future.
    pub fn since(self, now: Instant) -> Option<Instant> {
        match self {
            Timing::Since(at) | Timing::Claimed(at) => Some(at).filter(|at| *at <= now),
            Timing::Until(_) | Timing::Undated => None,
        }
    }

    /// Returns the deadline; `None` without one.
    pub fn deadline(self) -> Option<Instant> {
        match self {
            Timing::Until(at) => Some(at),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct DueBucket {
    bucket: Bucket,
    urgency: Urgency,
    timing: Timing,
}

/// Returns why a record needs attention at an instant: what is overdue comes before what is due now, and that before
/// what still has time. `None` if it needs none.
pub fn due_record(
    record_state: &RecordState,
    horizon: &Horizon,
    instant: Instant,
) -> Option<DueRecord> {
    let case = DueCase { record_state, horizon, instant };
    let buckets = Bucket::ALL.iter();
    let mut held: Vec<DueBucket> = buckets.filter_map(|bucket| case.holds(*bucket)).collect();
    held.order_by_key(|held| held.urgency);
    let (first, rest) = held.split_first()?;
    Some(DueRecord {
        bucket: first.bucket,
        also: rest.iter().map(|held| held.bucket).collect(),
        urgency: first.urgency,
        timing: first.timing,
    })
}

/// Returns a record in force that was adopted as it stood: its owner has to judge it before it ends, however late that is.
pub fn adopted_record(record_state: &RecordState) -> Option<DueRecord> {
    let baseline = record_state.known_content()?.deviates_from.baseline;
    let is_due = baseline == Some(Baseline::Adopted) && record_state.in_force == InForce::Yes;
    let timing = Timing::Until(record_state.not_after.filter(|_| is_due)?);
    Some(DueRecord { bucket: Bucket::Soon, also: Vec::new(), urgency: Urgency::InTime, timing })
}

/// Returns since when a record has been waiting for approval; `None` if it is not.
pub fn waiting(record_state: &RecordState, horizon: &Horizon, instant: Instant) -> Option<Timing> {
    waiting_record(record_state, horizon, instant).map(|due| due.timing)
}

/// Returns a record as one that waits for approval, whatever else is due about it; `None` if it does not.
pub fn waiting_record(
    record_state: &RecordState,
    horizon: &Horizon,
    instant: Instant,
) -> Option<DueRecord> {
    let case = DueCase { record_state, horizon, instant };
    let DueBucket { bucket, urgency, timing } = case.waits()?;
    Some(DueRecord { bucket, also: Vec::new(), urgency, timing })
}

struct DueCase<'a> {
    record_state: &'a RecordState,
    horizon: &'a Horizon,
    instant: Instant,
}

impl DueCase<'_> {
    fn holds(&self, bucket: Bucket) -> Option<DueBucket> {
        let overdue =
            |timing: Timing| Some(DueBucket { bucket, urgency: Urgency::Overdue, timing });
        let since = |at: Option<Instant>| overdue(Timing::Since(at?));
        match bucket {
            Bucket::OverdueClosure if self.was_in_force() => since(self.record_state.ended),
            Bucket::Fired if self.is_open() => since(self.fired_at()),
            Bucket::ReviewSaysClose => since(self.first_review(ReviewOutcome::Close)),
            Bucket::ReviewSaysReduce => since(self.first_review(ReviewOutcome::Reduce)),
            Bucket::EmergencyReviewDue if self.is_open() && !self.is_approved() => self.emergency(),
            Bucket::Expired if !self.was_in_force() && !self.record_state.is_closed_proposal() => {
                since(self.record_state.ended)
            }
            Bucket::ReviewDue if self.is_granted() => self.review(),
            Bucket::ControlStale if self.is_granted() => {
                since(self.missed(DutyKind::ControlVerification))
            }
            Bucket::Ownerless if self.is_open() && !self.record_state.ownerless.is_empty() => {
                overdue(Timing::Undated)
            }
            Bucket::FixOverdue if self.is_open() => since(self.missed(DutyKind::Fix)),
            Bucket::Urgent => self.ends_within(bucket, self.horizon.urgent),
            Bucket::Soon => self.ends_within(bucket, self.horizon.soon),
            Bucket::PostClosureReviewDue if self.record_state.status == Status::Closed => {
                since(self.missed(DutyKind::PostClosureReview))
            }
            Bucket::WaitingApproval => self.waits(),
            _ => None,
        }
    }

    fn first(&self, kind: DutyKind) -> Option<Instant> {
        let of_kind = self.record_state.duties.iter().filter(|duty| duty.kind == kind);
        of_kind.map(|duty| duty.at).min()
    }

    fn missed(&self, kind: DutyKind) -> Option<Instant> {
        self.first(kind).filter(|at| *at <= self.instant)
    }

    fn review(&self) -> Option<DueBucket> {
        let at = self.first(DutyKind::Review)?;
        // Who reviews each week would otherwise always have a review that is near.
        let shortest = self.review_intervals().iter().map(|term| term.seconds()).min()?;
        let ahead = self.horizon.urgent.seconds().min(shortest / 4);
        let is_near = at <= self.instant.plus_seconds(ahead);
        is_near.then(|| self.by(Bucket::ReviewDue, at, Urgency::InTime))
    }

    fn review_intervals(&self) -> Vec<Term> {
        match (self.record_state.known_content(), &self.record_state.tier) {
            (Some(record), Some(tier)) => term::review_intervals(record, tier),
            (record, _) => record.and_then(|record| record.review_every).into_iter().collect(),
        }
    }

    fn is_approved(&self) -> bool {
        let verdict = self.record_state.approval.as_ref();
        verdict.is_some_and(|verdict| verdict.satisfied == Satisfied::Yes)
    }

    fn is_open(&self) -> bool {
        use Status::{Active, Degraded, Expired, Revoked, Scheduled, Unapproved};
        matches!(
            self.record_state.status,
            Unapproved | Scheduled | Expired | Revoked | Degraded | Active
        )
    }

    /// Tells whether the record is approved and within its dates, even if something is overdue.
    fn is_granted(&self) -> bool {
        matches!(self.record_state.status, Status::Degraded | Status::Active)
    }

    fn was_in_force(&self) -> bool {
        self.record_state.in_place.days > 0
    }

    /// Returns when the first review with that outcome landed, unless something followed it.
    fn first_review(&self, outcome: ReviewOutcome) -> Option<Instant> {
        let mut reviews = self.record_state.unanswered.iter();
        Some(reviews.find(|review| review.outcome == outcome)?.at)
    }

    fn emergency(&self) -> Option<DueBucket> {
        let by = self.first(DutyKind::EmergencyReview)?;
        Some(self.by(Bucket::EmergencyReviewDue, by, Urgency::DueNow))
    }

    fn by(&self, bucket: Bucket, deadline: Instant, before: Urgency) -> DueBucket {
        match deadline <= self.instant {
            true => {
                DueBucket { bucket, urgency: Urgency::Overdue, timing: Timing::Since(deadline) }
            }
            false => DueBucket { bucket, urgency: before, timing: Timing::Until(deadline) },
        }
    }

    fn fired_at(&self) -> Option<Instant> {
        let fired = self.record_state.fired.iter();
        let waits = fired.filter(|fired| fired.is_waiting);
        waits.map(|fired| fired.at).min()
    }

    fn ends_within(&self, bucket: Bucket, term: Term) -> Option<DueBucket> {
        let running = self.is_granted() || self.record_state.status == Status::Scheduled;
        let end = self.record_state.not_after;
        let end = end.filter(|end| running && *end <= term.after(self.instant))?;
        Some(DueBucket { bucket, urgency: Urgency::InTime, timing: Timing::Until(end) })
    }

    // Returns since when the landed version has not been approved any more, where it was: since a rejection, as a rule.
    fn lapsed(&self) -> Option<Instant> {
        let turns = &self.record_state.approval.as_ref()?.turns;
        let approved = turns.iter().rposition(|turn| turn.satisfied == Satisfied::Yes)?;
        turns.get(approved + 1).map(|turn| turn.at)
    }

    // Returns since when it has been waiting for approval: landed unapproved, or proposed on a branch
    // or in the work tree.
    // A record that is over needs no approval; only a change of it may.
    fn waits(&self) -> Option<DueBucket> {
        let is_approved = self.is_approved() && self.record_state.status != Status::Unapproved;
        let unapproved = self.is_open() && !is_approved && self.record_state.ended.is_none();
        let pending = &self.record_state.pending;
        let proposed =
            self.record_state.status == Status::Proposed && self.record_state.ended.is_none();
        let changes = self.record_state.status != Status::Proposed && !pending.is_empty();
        if !unapproved && !proposed && !changes {
            return None;
        }
        let landed = self.record_state.landed.as_ref();
        let landed = landed.filter(|_| unapproved);
        let landed = landed.map(|landed| self.lapsed().map_or(landed.at, |at| at.max(landed.at)));
        let branches = pending.iter().filter_map(|pending| pending.since);
        let timing = match (branches.min(), landed) {
            (Some(typed), Some(landed)) if landed <= typed => Timing::Since(landed),
            (Some(typed), _) => Timing::Claimed(typed),
            (None, Some(landed)) => Timing::Since(landed),
            (None, None) => Timing::Undated,
        };
        let is_late = |since: Instant| self.horizon.request_sla.after(since) < self.instant;
        let urgency = if timing.since(self.instant).is_some_and(is_late) {
            Urgency::Overdue
        } else {
            Urgency::InTime
        };
        Some(DueBucket { bucket: Bucket::WaitingApproval, urgency, timing })
    }
}
