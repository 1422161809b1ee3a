//! Which records and follow-ups need attention.
//!
//! Start at [`Queue::of`]. Follows `docs/spec/cli.md`, queue.

use crate::record::time::Term;
use crate::session::snapshot::Snapshot;
use crate::status::stamp::Stamp;
use crate::status::state::RecordState;
use crate::survey::due::Horizon;
use crate::survey::follow_up::FollowUp;
use crate::survey::queue::{self, QueueItem};
use crate::survey::select::{self, Filter};
use crate::view::doc::FormatNeeds;
use std::collections::BTreeSet;

/// The content of `queue`.
#[derive(Debug)]
pub struct Queue<'a> {
    /// The ledger, commit and instant that it was computed from.
    pub stamp: &'a Stamp,
    /// The records that need attention, in the order of the answer.
    pub items: Vec<QueueItem<'a>>,
    /// What the headings name.
    pub grouping: Grouping,
    /// What else needs attention.
    pub follow_ups: Vec<FollowUp>,
    /// How many records are healthy.
    pub hidden: usize,
    /// Which half of the answer the format reads.
    pub reads: FormatNeeds,
}

/// What the records are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    ByRank,
    ByOwner,
}

impl<'a> Queue<'a> {
    /// Returns what needs attention among the records that a filter selects; records that end within `soon`, or else
    /// within what the policy sets, do.
    pub fn of(
        approved: &'a Snapshot<'_>,
        filter: &Filter,
        soon: Option<Term>,
        (grouping, reads): (Grouping, FormatNeeds),
    ) -> Queue<'a> {
        let selected = approved.selected(filter);
        let policy = Horizon::from_policy(&approved.governance().policy);
        let horizon = Horizon { soon: soon.unwrap_or(policy.soon), ..policy };
        let asker = approved.asker();
        let around = approved.around_for(&asker);
        let mut items =
            queue::collect(selected.iter().copied(), &RecordState::id, &horizon, around);
        if grouping == Grouping::ByOwner {
            queue::sort_by_owner(&mut items);
        }
        let mut follow_ups = approved.follow_ups();
        if *filter != Filter::default() {
            // A group is selected by its records, a redesign also by its owner.
            let ids: BTreeSet<&str> = selected.iter().map(|state| state.id()).collect();
            follow_ups.retain(|follow_up| {
                follow_up.records().iter().any(|id| ids.contains(id.as_str()))
                    || follow_up.is_owned_by(&filter.owner, approved.governance())
            });
        }
        // A closed record is over, so it does not count as healthy.
        let is_open = |record_state: &&&RecordState| !select::is_ended(record_state.status);
        let n_open = selected.iter().filter(is_open).count();
        let shown = items.iter().map(|item| item.record_state);
        let n_shown = shown.filter(|record_state| is_open(&record_state)).count();
        let hidden = n_open - n_shown;
        Queue { stamp: approved.stamp(), items, grouping, follow_ups, hidden, reads }
    }
}
