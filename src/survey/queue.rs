//! What needs attention, worst first, with the next step; whatever is healthy is left out.
//!
//! Uses status, survey's buckets and advice. Pure. Start at [`collect`]. Follows `docs/spec/cli.md`, queue, and M34 and M57
//! of the mission.

use std::cmp::Ordering;

use crate::status::state::{RecordState, Status};
use crate::survey::advice::{self, Next};
use crate::survey::due::{self, DueRecord, Horizon, Urgency};
use crate::survey::escalate::AdviceContext;

/// How bad it is; the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// It can't be told what it is.
    Undetermined,
    /// Something should have been done by now.
    Overdue,
    /// Something is to be done at once, and its deadline has not passed.
    DueNow,
    /// Its file can't be read, or two files carry its id.
    Broken,
    /// It is degraded by something that has no date.
    Degraded,
    /// Something has to be done, and there is time.
    InTime,
}

/// A record that needs attention.
#[derive(Clone, Debug)]
pub struct QueueItem<'a> {
    pub standing: &'a RecordState,
    pub rank: Rank,
    /// Why it is due; `None` where its status alone asks for attention.
    pub due: Option<DueRecord>,
    pub next: Next,
}

/// Returns what needs attention among records, worst first.
///
/// `id` is what a record is shown as.
pub fn collect<'a>(
    standings: impl Iterator<Item = &'a RecordState>,
    id: &dyn Fn(&'a RecordState) -> &'a str,
    horizon: &Horizon,
    around: AdviceContext<'_>,
) -> Vec<QueueItem<'a>> {
    let items = standings.filter_map(|standing| {
        let due = due::due_record(standing, horizon, around.instant);
        let rank = rank_record(standing, due.as_ref())?;
        // What degrades it without a date comes before what has time.
        let told = due.as_ref().filter(|_| rank != Rank::Degraded);
        let next = advice::next(standing, id(standing), told, around);
        Some(QueueItem { standing, rank, due, next })
    });
    let mut items: Vec<QueueItem<'a>> = items.collect();
    items.sort_by(|one, other| {
        worst_first(one, other)
            .then_with(|| id(one.standing).cmp(id(other.standing)))
            .then_with(|| one.standing.path.cmp(&other.standing.path))
    });
    items
}

impl QueueItem<'_> {
    /// Tells whether something about it should have been done by now.
    pub fn is_overdue(&self) -> bool {
        let urgency = self.due.as_ref().map(|due| due.urgency);
        urgency == Some(Urgency::Overdue)
    }

    /// Returns why it is here, in a word: its bucket, else its status.
    pub fn reason_name(&self) -> &'static str {
        match (&self.due, self.rank) {
            (Some(due), Rank::Overdue | Rank::DueNow | Rank::InTime) => due.bucket.as_str(),
            _ => self.standing.status.as_str(),
        }
    }
}

fn rank_record(standing: &RecordState, due: Option<&DueRecord>) -> Option<Rank> {
    match (standing.status, due.map(|due| due.urgency)) {
        (Status::Unknown, _) => Some(Rank::Undetermined),
        (Status::Invalid | Status::Conflicted, _) => Some(Rank::Broken),
        (_, Some(Urgency::Overdue)) => Some(Rank::Overdue),
        (_, Some(Urgency::DueNow)) => Some(Rank::DueNow),
        (_, Some(Urgency::InTime)) if standing.status != Status::Degraded => Some(Rank::InTime),
        (Status::Degraded, _) => Some(Rank::Degraded),
        _ => None,
    }
}

/// The bucket of what is overdue comes first; of one bucket the oldest, or what ends first.
fn worst_first(one: &QueueItem<'_>, other: &QueueItem<'_>) -> Ordering {
    let key = |item: &QueueItem<'_>| (item.rank, item.due.as_ref().map(DueRecord::order));
    key(one).cmp(&key(other))
}
