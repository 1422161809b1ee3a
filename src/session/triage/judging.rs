//! What judges the inputs of `triage`, and alerts: the records of a snapshot at its instant.
//!
//! Start at [`of`].

use crate::gate::index::Index;
use crate::record::time::Instant;
use crate::session::snapshot::Snapshot;
use crate::status::state::RecordState;
use crate::survey::triage::judge::TriageJudge;

/// Returns what judges findings in an environment; `moved` evaluates a record at another instant.
pub(super) fn of<'j>(
    snapshot: &'j Snapshot<'_>,
    (index, moved): (&'j Index, &'j dyn Fn(&RecordState, Instant) -> RecordState),
    environment: Option<&'j str>,
) -> TriageJudge<'j> {
    TriageJudge {
        index,
        record_states: snapshot.records(),
        governance: snapshot.governance(),
        moved,
        instant: snapshot.stamp().instant,
        environment,
    }
}
