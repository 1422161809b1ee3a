//! The records that landed: as far as others repeat them, and their lives in dates.
//!
//! Start at [`Approved::neighbours`]. Follows `docs/spec/policy.md`, repetition: the window ends at the instant asked
//! about.

use std::collections::BTreeSet;

use crate::commands::context::approved::Approved;
use crate::commands::context::compare::near;
use crate::history::version::{Content, Trail};
use crate::record::Record;
use crate::survey::cause::Neighbours;
use crate::survey::life::{self, Life};

impl Approved<'_> {
    /// Returns the records that stand on the approved ref, each with when it landed.
    pub fn neighbours(&self) -> Neighbours {
        let trails = self.history.trails.values();
        let standing = trails
            .filter(|trail| trail.became.is_none())
            .filter_map(tip);
        let records = standing.map(|record| (record.id.to_string(), record.clone()));
        Neighbours {
            all: near::landed(records.collect(), &self.history),
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

/// Returns what a record says where it stands at the tip.
fn tip(trail: &Trail) -> Option<&Record> {
    match trail.last()?.record.content() {
        Content::Record(record) => Some(record),
        _ => None,
    }
}
