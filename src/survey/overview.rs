//! The state of a ledger in a few figures.
//!
//! Pure. Start at [`Overview::of`]. Follows `docs/spec/cli.md`, overview.

use crate::record::time::Instant;
use crate::status::state::{InForce, RecordState, Status};
use crate::survey::due::{self, Bucket, Horizon};
use crate::survey::follow_up::FollowUp;
use crate::survey::queue::{QueueItem, Rank};
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;

/// A ledger in figures, and what to do first.
#[derive(Clone, Debug, Serialize)]
pub struct Overview<'a> {
    /// Records that grant something now.
    pub in_force: usize,
    /// Records that wait for approval, on a branch or merged.
    pub waiting: usize,
    /// Records and redesigns of which a deadline has passed.
    pub overdue: usize,
    /// Records in force that end within the policy's `due.soon`.
    pub ending_soon: usize,
    /// Records of which several are true: in force, waiting, overdue.
    #[serde(skip)]
    pub overlapping: usize,
    /// Records whose status can't be determined.
    pub unknown: usize,
    /// The record in force that ends first, and its first instant without force.
    #[serde(skip)]
    pub next_end: Option<(&'a RecordState, Instant)>,
    /// Frozen groups without a redesign in time.
    #[serde(skip)]
    pub frozen: usize,
    /// The most urgent step.
    #[serde(rename = "next")]
    pub first: Option<FirstStep<'a>>,
}

/// What needs attention.
#[derive(Clone, Copy, Debug)]
pub struct Attention<'a> {
    /// The records, most urgent first.
    pub queue: &'a [QueueItem<'a>],
    /// Everything else.
    pub follow_ups: &'a [FollowUp],
}

/// The most urgent step: about a record, or about something else.
#[derive(Clone, Copy, Debug)]
pub enum FirstStep<'a> {
    Record(&'a QueueItem<'a>),
    FollowUp(&'a FollowUp),
}

impl<'a> FirstStep<'a> {
    /// Returns what to do, and the command that does it.
    pub fn action(self) -> (&'a str, Option<&'a str>) {
        match self {
            FirstStep::Record(item) => (&item.next.action, item.next.command.as_deref()),
            FirstStep::FollowUp(follow_up) => (&follow_up.action, Some(&follow_up.command)),
        }
    }

    fn id(self) -> Option<&'a str> {
        match self {
            FirstStep::Record(item) => Some(item.record_state.id()),
            FirstStep::FollowUp(follow_up) => follow_up.id(),
        }
    }
}

impl Serialize for FirstStep<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (action, command) = self.action();
        let mut step = to.serialize_struct("FirstStep", 3)?;
        step.serialize_field("id", &self.id())?;
        step.serialize_field("action", action)?;
        step.serialize_field("command", &command)?;
        step.end()
    }
}

impl<'a> Attention<'a> {
    /// Returns the most urgent step; records whose deadline has passed, or that are due now, come first, then everything
    /// that is not a record, then the other records.
    fn first(self) -> Option<FirstStep<'a>> {
        let record = self.queue.first();
        let is_urgent = record.is_some_and(|item| item.rank <= Rank::DueNow);
        let record = record.map(FirstStep::Record);
        let other = self.follow_ups.first().map(FirstStep::FollowUp);
        if is_urgent { record } else { other.or(record) }
    }

    fn n_overdue(self) -> usize {
        let records = self.queue.iter().filter(|item| item.is_overdue()).count();
        records + self.follow_ups.iter().filter(|follow_up| follow_up.bucket.is_problem()).count()
    }
}

impl<'a> Overview<'a> {
    /// Counts the records of a ledger.
    pub fn of(
        records: &'a [RecordState],
        attention: Attention<'a>,
        horizon: &Horizon,
        instant: Instant,
    ) -> Overview<'a> {
        let count = |test: &dyn Fn(&RecordState) -> bool| {
            records.iter().filter(|record| test(record)).count()
        };
        let waits = |record: &RecordState| due::waiting(record, horizon, instant).is_some();
        let late: BTreeSet<(&str, &str)> = attention
            .queue
            .iter()
            .filter(|item| item.is_overdue())
            .map(|item| (item.record_state.id(), item.record_state.path.as_str()))
            .collect();
        let overlaps = |record: &RecordState| {
            let is_late = late.contains(&(record.id(), record.path.as_str()));
            let lines = [record.in_force == InForce::Yes, waits(record), is_late];
            lines.into_iter().filter(|is_counted| *is_counted).count() > 1
        };
        let ends_soon = |item: &&QueueItem<'_>| {
            let due = item.due.iter();
            let mut buckets = due.flat_map(|due| std::iter::once(&due.bucket).chain(&due.also));
            buckets.any(|bucket| matches!(bucket, Bucket::Urgent | Bucket::Soon))
        };
        let end =
            |record: &RecordState| record.not_after.filter(|_| record.in_force == InForce::Yes);
        let ends = records.iter().filter_map(|record| Some((record, end(record)?)));
        Overview {
            in_force: count(&|record| record.in_force == InForce::Yes),
            waiting: count(&waits),
            overlapping: count(&overlaps),
            overdue: attention.n_overdue(),
            ending_soon: attention.queue.iter().filter(ends_soon).count(),
            unknown: count(&|record| record.status == Status::Unknown),
            next_end: ends.min_by_key(|(record, end)| (*end, record.id())),
            frozen: attention.follow_ups.iter().filter(|it| it.group().is_some()).count(),
            first: attention.first(),
        }
    }
}
