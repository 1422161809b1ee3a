//! The state of a ledger in a few figures.
//!
//! Uses status, survey's buckets. Pure. Start at [`Overview::of`]. Follows `docs/spec/cli.md`, overview.

use crate::record::time::Instant;
use crate::status::state::{InForce, RecordState, Status};
use crate::survey::due::{self, Bucket, Horizon};
use crate::survey::queue::QueueItem;

/// A ledger in figures, and what to do first.
#[derive(Clone, Debug)]
pub struct Overview<'a> {
    /// Records that grant something now.
    pub in_force: usize,
    /// Records that wait for approval, on a branch or merged.
    pub waiting: usize,
    /// Records of which a deadline has passed.
    pub overdue: usize,
    /// Records in force that end within the policy's `due.soon`.
    pub ending_soon: usize,
    /// Records whose status can't be determined.
    pub unknown: usize,
    /// The record in force that ends first, and its first instant without force.
    pub next_end: Option<(&'a RecordState, Instant)>,
    /// The most urgent record that needs attention.
    pub first: Option<&'a QueueItem<'a>>,
}

impl<'a> Overview<'a> {
    /// Counts the records of a ledger; `queue` are those that need attention, most urgent first.
    pub fn of(
        records: &'a [RecordState],
        queue: &'a [QueueItem<'a>],
        horizon: &Horizon,
        instant: Instant,
    ) -> Overview<'a> {
        let count = |test: &dyn Fn(&RecordState) -> bool| {
            records.iter().filter(|record| test(record)).count()
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
            waiting: count(&|record| due::waiting(record, horizon, instant).is_some()),
            overdue: queue.iter().filter(|item| item.is_overdue()).count(),
            ending_soon: queue.iter().filter(ends_soon).count(),
            unknown: count(&|record| record.status == Status::Unknown),
            next_end: ends.min_by_key(|(record, end)| (*end, record.id())),
            first: queue.first(),
        }
    }
}
