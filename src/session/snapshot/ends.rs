//! The ends of the records that were in force and are not any more.
//!
//! Start at [`Snapshot::force_ends`]. Follows `docs/spec/cli.md`, access and export revocations.

use crate::diag::sorting::StableSort as _;
use crate::session::snapshot::Snapshot;
use crate::status::force_end::{self, ForceEnd};
use crate::status::obstacle::StatusObstacle;
use crate::status::state::{InForce, RecordState};
use crate::survey::revocations::{AccessVerification, GrantedNames, Revocation, verification};

/// The records that must be gone, and those of which that can't be determined.
pub struct Revocations<'a> {
    /// By the time of their end, then by id.
    pub rows: Vec<Revocation<'a>>,
    /// Records with the reason why they can't be judged, by id.
    pub doubts: Vec<(String, String)>,
}

impl Snapshot<'_> {
    /// Returns when and why each record stopped being in force, in the order of the records; `None` for one that never
    /// was or still is, and where that can't be determined.
    pub fn force_ends(&self) -> Vec<Option<ForceEnd>> {
        let records = self.record_states.iter();
        records.map(|record_state| self.force_end(record_state).ok().flatten()).collect()
    }

    /// Returns the records that were in force and are not any more, except those whose access is proven to be gone;
    /// with `includes_proven` those too.
    pub fn revocations(&self, includes_proven: bool) -> Revocations<'_> {
        let names = GrantedNames::of(&self.record_states);
        let (mut rows, mut doubts) = (Vec::new(), Vec::new());
        for record_state in &self.record_states {
            let row = match self.force_end(record_state) {
                Err(doubt) => {
                    doubts.push((record_state.id().to_owned(), doubt.to_string()));
                    continue;
                }
                Ok(None) => continue,
                Ok(Some(end)) => self.revocation(record_state, end, &names),
            };
            let is_proven = matches!(row.verified, AccessVerification::Proven(_));
            if includes_proven || !is_proven {
                rows.push(row);
            }
        }
        rows.order_by(|one, other| {
            (one.end.at, &one.end.granted.id).cmp(&(other.end.at, &other.end.granted.id))
        });
        doubts.order_by(Ord::cmp);
        Revocations { rows, doubts }
    }

    fn revocation<'s>(
        &'s self,
        record_state: &'s RecordState,
        end: ForceEnd,
        names: &GrantedNames<'_>,
    ) -> Revocation<'s> {
        let trail = self.trail(record_state);
        let verdicts = trail.and_then(|trail| self.approvals.trails.get(&trail.key));
        let verified = match (trail, verdicts) {
            (Some(trail), Some(verdicts)) => verification(trail, verdicts, &self.history, end.at),
            _ => AccessVerification::None,
        };
        let written = record_state.stated.as_deref().or(record_state.last_read.as_deref());
        let closure = written.and_then(|record| record.closure.as_deref());
        Revocation {
            record_state,
            closed: closure.map(|closure| closure.date),
            verified,
            owner: written.unwrap_or(&end.granted).owner.email.clone(),
            granted_by: names.granted_by(&end.granted),
            end,
        }
    }

    /// Returns when and why a record stopped being in force; `None` if it never was, or still is.
    fn force_end(&self, record_state: &RecordState) -> Result<Option<ForceEnd>, StatusObstacle> {
        let Some(trail) = self.trail(record_state).filter(|_| record_state.landed.is_some()) else {
            return Ok(None);
        };
        if record_state.in_force == InForce::Yes {
            return Ok(None);
        }
        force_end::force_end(self.record_facts(&trail.key), self.stamp.instant)
    }
}
