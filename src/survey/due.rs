//! What has to be done about a record, in one word: its bucket.
//!
//! Uses record, policy, status. Pure. Start at [`of`]. Follows `docs/spec/cli.md`, due. Dates are those of `status`: a duty
//! is missed from its instant on.

use crate::approval;
use crate::policy::Policy;
use crate::record::time::{Instant, Term};
use crate::status::{DutyKind, Standing, Status, Waits};

/// Why a record needs attention; the first that holds is its bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bucket {
    /// It ended or was revoked after having been in force, and is not closed.
    OverdueClosure,
    /// A trigger fired.
    Fired,
    /// An emergency was not approved in time.
    EmergencyReviewDue,
    /// It ended and never was in force.
    Expired,
    /// It was not looked at in time.
    ReviewDue,
    /// A compensating control was not verified in time.
    ControlStale,
    /// Nobody answers for it.
    Ownerless,
    /// Its fix is late.
    FixOverdue,
    /// It ends within days.
    Urgent,
    /// It ends within weeks.
    Soon,
    /// Nobody looked at its closure in time.
    PostClosureReviewDue,
    /// It waits for approval.
    WaitingApproval,
}

impl Bucket {
    /// All of them, in the order in which they are tried.
    pub const ALL: &'static [Bucket] = &[
        Bucket::OverdueClosure,
        Bucket::Fired,
        Bucket::EmergencyReviewDue,
        Bucket::Expired,
        Bucket::ReviewDue,
        Bucket::ControlStale,
        Bucket::Ownerless,
        Bucket::FixOverdue,
        Bucket::Urgent,
        Bucket::Soon,
        Bucket::PostClosureReviewDue,
        Bucket::WaitingApproval,
    ];

    /// Returns the word of `docs/spec/cli.md`.
    pub fn word(self) -> &'static str {
        match self {
            Bucket::OverdueClosure => "overdue-closure",
            Bucket::Fired => "fired",
            Bucket::EmergencyReviewDue => "emergency-review-due",
            Bucket::Expired => "expired",
            Bucket::ReviewDue => "review-due",
            Bucket::ControlStale => "control-stale",
            Bucket::Ownerless => "ownerless",
            Bucket::FixOverdue => "fix-overdue",
            Bucket::Urgent => "urgent",
            Bucket::Soon => "soon",
            Bucket::PostClosureReviewDue => "post-closure-review-due",
            Bucket::WaitingApproval => "waiting-approval",
        }
    }
}

/// How long before the end a record is due, and how long an approval may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// How long before the end it is urgent.
    pub urgent: Term,
    /// How long before the end it is due soon.
    pub soon: Term,
    /// How long a request may wait.
    pub request_sla: Term,
}

impl Horizon {
    /// Returns what a policy says.
    pub fn of(policy: &Policy) -> Horizon {
        Horizon {
            urgent: policy.due.urgent,
            soon: policy.due.soon,
            request_sla: policy.approval.request_sla,
        }
    }
}

/// A record that needs attention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Why, first.
    pub bucket: Bucket,
    /// Why besides.
    pub also: Vec<Bucket>,
    /// How bad that is.
    pub urgency: Urgency,
    /// What the bucket counts from or to.
    pub at: Option<Instant>,
}

/// Whether something should have been done by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// It should.
    Overdue,
    /// There is time.
    InTime,
}

/// Returns why a record needs attention at an instant; `None` where it does not.
pub fn of(standing: &Standing, horizon: &Horizon, instant: Instant) -> Option<Due> {
    due(held(standing, horizon, instant))
}

/// Returns the same with what should have been done by now before what has time.
pub fn pressing(standing: &Standing, horizon: &Horizon, instant: Instant) -> Option<Due> {
    let mut held = held(standing, horizon, instant);
    held.sort_by_key(|(_, urgency, _)| *urgency);
    due(held)
}

/// Returns since when a record waits for approval; `None` where it does not, `Some(None)` where no date says so.
pub fn waiting(
    standing: &Standing,
    horizon: &Horizon,
    instant: Instant,
) -> Option<Option<Instant>> {
    let case = Case {
        standing,
        horizon,
        instant,
    };
    case.waits().map(|(_, _, since)| since)
}

fn held(standing: &Standing, horizon: &Horizon, instant: Instant) -> Vec<Held> {
    let case = Case {
        standing,
        horizon,
        instant,
    };
    let buckets = Bucket::ALL.iter();
    buckets.filter_map(|bucket| case.holds(*bucket)).collect()
}

fn due(mut held: Vec<Held>) -> Option<Due> {
    let urgency = held.iter().map(|(_, urgency, _)| *urgency).min()?;
    let also = held.split_off(1).into_iter().map(|(bucket, ..)| bucket);
    let also = also.collect();
    let (bucket, _, at) = held.pop()?;
    Some(Due {
        bucket,
        also,
        urgency,
        at,
    })
}

struct Case<'a> {
    standing: &'a Standing,
    horizon: &'a Horizon,
    instant: Instant,
}

type Held = (Bucket, Urgency, Option<Instant>);

impl Case<'_> {
    fn holds(&self, bucket: Bucket) -> Option<Held> {
        let overdue = |at: Option<Instant>| Some((bucket, Urgency::Overdue, at));
        let missed = |kind: DutyKind| overdue(Some(self.missed(kind)?));
        match bucket {
            Bucket::OverdueClosure if self.has_ended() && self.was_in_force() => {
                overdue(self.ended_at())
            }
            Bucket::Fired if self.is_open() => overdue(Some(self.fired_at()?)),
            // It runs unreviewed from its first moment, so the review is owed at once.
            Bucket::EmergencyReviewDue if self.is_open() && !self.is_approved() => {
                overdue(Some(self.first(DutyKind::EmergencyReview)?))
            }
            Bucket::Expired if self.standing.status == Status::Expired && !self.was_in_force() => {
                overdue(self.standing.not_after)
            }
            Bucket::ReviewDue if self.is_granted() => missed(DutyKind::Review),
            Bucket::ControlStale if self.is_granted() => missed(DutyKind::ControlVerification),
            Bucket::Ownerless if self.is_open() && !self.standing.ownerless.is_empty() => {
                overdue(None)
            }
            Bucket::FixOverdue if self.is_open() => missed(DutyKind::Fix),
            Bucket::Urgent => self.ends_within(bucket, self.horizon.urgent),
            Bucket::Soon => self.ends_within(bucket, self.horizon.soon),
            Bucket::PostClosureReviewDue if self.standing.status == Status::Closed => {
                missed(DutyKind::PostClosureReview)
            }
            Bucket::WaitingApproval => self.waits(),
            _ => None,
        }
    }

    /// Returns the earliest instant of a duty of a kind.
    fn first(&self, kind: DutyKind) -> Option<Instant> {
        let of_kind = self.standing.duties.iter().filter(|duty| duty.kind == kind);
        of_kind.map(|duty| duty.at).min()
    }

    /// Returns the earliest instant at which a duty of a kind was missed.
    fn missed(&self, kind: DutyKind) -> Option<Instant> {
        self.first(kind).filter(|at| *at <= self.instant)
    }

    /// Tells whether the landed version has the approvals that it needs.
    fn is_approved(&self) -> bool {
        let verdict = self.standing.approval.as_ref();
        verdict.is_some_and(|verdict| verdict.satisfied == approval::Satisfied::Yes)
    }

    /// Tells whether it is on the approved ref and neither closed nor gone.
    fn is_open(&self) -> bool {
        use Status::{Active, Degraded, Expired, Revoked, Scheduled, Unapproved};
        matches!(
            self.standing.status,
            Unapproved | Scheduled | Expired | Revoked | Degraded | Active
        )
    }

    /// Tells whether it is approved and in its window, whatever is overdue.
    fn is_granted(&self) -> bool {
        matches!(self.standing.status, Status::Degraded | Status::Active)
    }

    fn has_ended(&self) -> bool {
        matches!(self.standing.status, Status::Expired | Status::Revoked)
    }

    fn was_in_force(&self) -> bool {
        self.standing.in_place.days > 0
    }

    fn ended_at(&self) -> Option<Instant> {
        match self.standing.status {
            Status::Revoked => self.fired_at().or(self.standing.not_after),
            _ => self.standing.not_after,
        }
    }

    /// Returns when the first trigger fired that still waits; `None` where none does.
    fn fired_at(&self) -> Option<Instant> {
        let waits = self
            .standing
            .fired
            .iter()
            .filter(|fired| fired.waits == Waits::Yes);
        waits.map(|fired| fired.at).min()
    }

    fn ends_within(&self, bucket: Bucket, term: Term) -> Option<Held> {
        let running = self.is_granted() || self.standing.status == Status::Scheduled;
        let end = self
            .standing
            .not_after
            .filter(|end| running && *end <= term.after(self.instant))?;
        Some((bucket, Urgency::InTime, Some(end)))
    }

    /// Returns since when it waits for approval: landed without it, or proposed by a branch or the work tree.
    fn waits(&self) -> Option<Held> {
        let unapproved = self.is_open()
            && self.standing.status != Status::Expired
            && (!self.is_approved() || self.standing.status == Status::Unapproved);
        let proposed = self.standing.pending.first();
        if !unapproved && proposed.is_none() && self.standing.status != Status::Proposed {
            return None;
        }
        let landed = self
            .standing
            .landed
            .as_ref()
            .filter(|_| unapproved)
            .map(|landed| landed.at);
        let branches = self
            .standing
            .pending
            .iter()
            .filter_map(|pending| pending.since);
        let since = branches.chain(landed).min();
        let late = since.is_some_and(|since| self.horizon.request_sla.after(since) < self.instant);
        let urgency = if late {
            Urgency::Overdue
        } else {
            Urgency::InTime
        };
        Some((Bucket::WaitingApproval, urgency, since))
    }
}
