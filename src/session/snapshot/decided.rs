//! What was decided about the records, and who filed them.
//!
//! Start at [`Snapshot::decisions`]. Follows `docs/spec/cli.md`, due.

use crate::policy::people;
use crate::policy::people::person::Person;
use crate::record::time::Instant;
use crate::session::snapshot::Snapshot;
use crate::status::state::RecordState;
use crate::survey::decided::{self, DecisionSpan, RecordDecision};
use crate::survey::naming::RecordNames;

impl Snapshot<'_> {
    /// Returns the last decision about each record after an instant, up to the one in question, by id.
    pub fn decisions(&self, since: Instant) -> Vec<RecordDecision<'_>> {
        let span = DecisionSpan { since, until: self.stamp.instant };
        let decision = |state| {
            let trail = self.trail(state)?;
            let verdicts = self.approvals.trails.get(&trail.key)?;
            decided::latest_decision(
                &self.history,
                (trail, verdicts),
                state,
                &self.governance,
                span,
            )
        };
        let mut decisions: Vec<RecordDecision<'_>> =
            self.record_states.iter().filter_map(decision).collect();
        decisions.sort_by_key(|decision| decision.record_state.id());
        decisions
    }

    /// Returns who filed a record: the author of the commit that added it.
    pub fn filed_by(&self, state: &RecordState) -> Option<Person> {
        let email = self.filer(state)?;
        Some(people::identify(&self.governance, "", &email))
    }
}
