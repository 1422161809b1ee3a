//! What judges the inputs of `triage`, and alerts: the records of a snapshot at its instant.
//!
//! Start at [`of`].

use crate::features::triage::judge::TriageJudge;
use crate::gate::index::Index;
use crate::record::time::Instant;
use crate::session::snapshot::Snapshot;
use crate::status::state::RecordState;

/// Evaluates a record at another instant.
type Reevaluation<'j> = dyn Fn(&RecordState, Instant) -> RecordState + 'j;

/// Returns what judges findings in an environment.
pub(super) fn of<'j>(
    snapshot: &'j Snapshot<'_>,
    (index, moved): (&'j Index, &'j Reevaluation<'j>),
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
