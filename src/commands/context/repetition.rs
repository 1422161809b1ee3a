//! The records that landed: as far as others repeat them, and their lives in dates.
//!
//! Start at [`Approved::neighbours`]. Follows `docs/spec/policy.md`, repetition: the window ends at the instant asked
//! about.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::commands::context::approved::Approved;
use crate::commands::context::compare::near;
use crate::history::version::Trail;
use crate::survey::cause::{Neighbour, Neighbours};
use crate::survey::life::{self, Life};

impl Approved<'_> {
    /// Returns the records that stand on the approved ref, each with when it landed.
    pub fn neighbours(&self) -> Neighbours {
        let neighbour = |trail: &Trail| {
            let record = trail.last()?.record.record()?;
            Some(Neighbour {
                id: record.id.to_string(),
                landed: near::began(trail, &self.history)?,
                record: Rc::clone(record),
            })
        };
        let trails = self.history.trails.values();
        let standing = trails.filter(|trail| trail.became.is_none());
        Neighbours {
            all: standing.filter_map(neighbour).collect(),
            known: BTreeSet::new(),
            until: self.stamp.instant,
        }
    }

    /// Returns the lives of the records that landed, by key.
    pub fn lives(&self) -> Vec<Life<'_>> {
        let of = |standing| {
            let trail = self.trail(standing)?;
            let verdicts = self.approvals.trails.get(&trail.key)?;
            life::of(&self.history, trail, verdicts, standing)
        };
        self.standings.iter().filter_map(of).collect()
    }
}
