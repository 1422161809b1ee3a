//! The records that need attention, worst first, with the next step; healthy records are left out.
//!
//! Pure. Start at [`collect`]. Follows `docs/spec/cli.md`, queue, and M34 and M57 of the mission.

use crate::diag::sorting::StableSort as _;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::status::state::{RecordState, Status};
use crate::survey::due::{self, DueRecord, Horizon, Urgency};
use crate::survey::escalate::AdviceContext;
use crate::survey::next_step::{self, NextStep};

/// How urgent an item is; the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Its status can't be determined.
    Undetermined,
    /// A deadline has passed.
    Overdue,
    /// To be done at once; its deadline has not passed.
    DueNow,
    /// Its file can't be read, is gone, or lacks the closure in effect; or two files share its id.
    Broken,
    /// It is degraded for a reason that has no date.
    Degraded,
    /// Something has to be done, and there is still time.
    InTime,
}

/// A record that needs attention.
#[derive(Clone, Debug)]
pub struct QueueItem<'a> {
    pub record_state: &'a RecordState,
    pub rank: Rank,
    /// Why it is due; `None` if only its status asks for attention.
    pub due: Option<DueRecord>,
    pub next: NextStep,
}

/// Returns the records that need attention, worst first.
///
/// `id` returns how a record is shown.
pub fn collect<'a>(
    record_states: impl Iterator<Item = &'a RecordState>,
    id: &dyn Fn(&'a RecordState) -> &'a str,
    horizon: &Horizon,
    around: AdviceContext<'_>,
) -> Vec<QueueItem<'a>> {
    let items = record_states.filter_map(|record_state| {
        let due = due::due_record(record_state, horizon, around.instant);
        let due = due.or_else(|| due::adopted_record(record_state));
        let rank = rank_record(record_state, due.as_ref())?;
        // A degradation without a date comes before what still has time.
        let advised = if rank != Rank::Degraded { due.as_ref() } else { None };
        let next = next_step::next(record_state, id(record_state), advised, around);
        Some(QueueItem { record_state, rank, due, next })
    });
    let mut items: Vec<QueueItem<'a>> = items.collect();
    items.order_by(|one, other| {
        worst_first(one, other)
            .then_with(|| id(one.record_state).cmp(id(other.record_state)))
            .then_with(|| one.record_state.path.cmp(&other.record_state.path))
    });
    items
}

/// Puts the records of each owner together, those of the owner of the most urgent one first.
///
/// The order within an owner stays. Records whose owner can't be read are one group.
pub fn sort_by_owner(items: &mut [QueueItem<'_>]) {
    let mut first: BTreeMap<Option<String>, usize> = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        first.entry(item.owner()).or_insert(at);
    }
    items.order_by_key(|item| first.get(&item.owner()).copied());
}

impl QueueItem<'_> {
    /// Returns the owner that the record names, as `Name <address>`; `None` if it can't be read.
    pub fn owner(&self) -> Option<String> {
        let owner = &self.record_state.known_content()?.owner;
        Some(format!("{} <{}>", owner.name, owner.email))
    }

    /// Tells whether a deadline has passed.
    pub fn is_overdue(&self) -> bool {
        self.urgency() == Some(Urgency::Overdue)
    }

    /// Tells whether it should be done by now: a deadline has passed, or an emergency waits for its approval.
    pub fn is_pressing(&self) -> bool {
        matches!(self.urgency(), Some(Urgency::Overdue | Urgency::DueNow))
    }

    fn urgency(&self) -> Option<Urgency> {
        self.due.as_ref().map(|due| due.urgency)
    }

    /// Returns why it is listed: its bucket, else its status.
    pub fn reason_name(&self) -> &'static str {
        match (&self.due, self.rank) {
            (Some(due), Rank::Overdue | Rank::DueNow | Rank::InTime) => due.bucket.as_str(),
            _ => self.record_state.status.as_str(),
        }
    }
}

fn rank_record(record_state: &RecordState, due: Option<&DueRecord>) -> Option<Rank> {
    match (record_state.status, due.map(|due| due.urgency)) {
        (Status::Unknown, _) => Some(Rank::Undetermined),
        (Status::Invalid | Status::Conflicted, _) => Some(Rank::Broken),
        (_, Some(Urgency::Overdue)) => Some(Rank::Overdue),
        (_, Some(Urgency::DueNow)) => Some(Rank::DueNow),
        (_, Some(Urgency::InTime)) if record_state.status != Status::Degraded => Some(Rank::InTime),
        (Status::Degraded, _) => Some(Rank::Degraded),
        (Status::Removed, None) if is_unclosed(record_state) => Some(Rank::Broken),
        (_, None) if record_state.is_reopened() => Some(Rank::Broken),
        (_, None) if record_state.is_closed_proposal() => Some(Rank::InTime),
        _ => None,
    }
}

fn is_unclosed(removed: &RecordState) -> bool {
    let last = removed.known_content();
    removed.in_place.days > 0 && last.is_none_or(|record| record.closure.is_none())
}

fn worst_first(one: &QueueItem<'_>, other: &QueueItem<'_>) -> Ordering {
    let key = |item: &QueueItem<'_>| (item.rank, item.due.as_ref().map(DueRecord::order));
    key(one).cmp(&key(other))
}
