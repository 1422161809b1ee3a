//! Which records need attention, and what else does.
//!
//! Start at [`Snapshot::due`] and [`Snapshot::follow_ups`]. Follows `docs/spec/cli.md`, queue.

use crate::diag::sorting::StableSort as _;
use crate::record::time::Term;
use crate::session::snapshot::Snapshot;
use crate::status::state::RecordState;
use crate::survey::due::{DueRecord, Horizon};
use crate::survey::follow_up::{FollowUp, group};
use crate::survey::patterns::facts::PatternFacts;
use crate::survey::redesign::redesign_states;
use crate::survey::{due, patterns, redesign};

impl Snapshot<'_> {
    /// Returns the records that need attention at the instant in question, by id, each with the reason; `within` is how
    /// far ahead counts as soon, by default the policy's value.
    pub fn due(&self, within: Option<Term>) -> Vec<(&RecordState, DueRecord)> {
        let policy = &self.governance.policy;
        let horizon =
            Horizon { soon: within.unwrap_or(policy.due.soon), ..Horizon::from_policy(policy) };
        let due = |state| Some((state, due::due_record(state, &horizon, self.stamp.instant)?));
        let mut records: Vec<(&RecordState, DueRecord)> =
            self.record_states.iter().filter_map(due).collect();
        records.order_by_key(|(state, _)| (state.id(), &state.path));
        records
    }

    /// Returns what needs attention and is not a record: redesigns, those that have waited longest first, then the frozen
    /// groups without a redesign in time, the largest first.
    pub fn follow_ups(&self) -> Vec<FollowUp> {
        let neighbours = self.neighbours();
        let around = self.around();
        let states = redesign_states(&neighbours, &self.governance, neighbours.until);
        let frozen = patterns::frozen_groups(&neighbours, self.pattern_facts());
        let groups = frozen.iter().filter_map(|pattern| group::follow_up(pattern, around));
        redesign::due::follow_ups(&states, around).into_iter().chain(groups).collect()
    }

    /// Returns what patterns are judged by besides the records that landed.
    pub fn pattern_facts(&self) -> PatternFacts<'_> {
        PatternFacts { governance: &self.governance, record_states: &self.record_states }
    }
}
