//! Tracks which approval files apply to which version of a trail.
//!
//! Uses history, `approval`'s claims. Pure. Start at `Bound`.

use crate::approval::claims::StatementAge;
use crate::approval::statement;
use crate::history::version::{Trail, Version};
use std::collections::BTreeSet;

#[derive(Clone, Debug, Default)]
pub(crate) struct Bound {
    /// The sha256 of each version's bytes; empty if the trail has no approval files.
    pub(super) digests: Vec<Option<String>>,
    /// For each version, the indices of the approval files about it.
    pub(super) statements: Vec<Vec<(usize, StatementAge)>>,
    /// Approval files that have landed and wait for a version with their bytes.
    pub(super) waiting: BTreeSet<usize>,
    /// How many approval files have landed.
    pub(super) landed: usize,
}

impl Bound {
    pub(crate) fn new(trail: &Trail) -> Bound {
        Bound {
            digests: trail.versions.iter().map(digest).collect(),
            statements: vec![Vec::new(); trail.versions.len()],
            waiting: BTreeSet::new(),
            landed: 0,
        }
    }

    pub(crate) fn is_active(&self) -> bool {
        !self.digests.is_empty()
    }

    pub(crate) fn is_bound(&self, statement: usize) -> bool {
        let mut bound = self.statements.iter().flatten();
        bound.any(|(known, _)| *known == statement)
    }

    /// Binds an approval file to a version, and returns whether it is new there.
    pub(super) fn bind(&mut self, index: usize, statement: usize, age: StatementAge) -> bool {
        let Some(bound) = self.statements.get_mut(index) else {
            return false;
        };
        let is_new = !bound.iter().any(|(known, _)| *known == statement);
        if is_new {
            bound.push((statement, age));
        }
        is_new
    }
}

/// Returns the sha256 of a version's bytes; for a removed governance file, that of no bytes.
fn digest(version: &Version) -> Option<String> {
    match version.digest {
        Some(digest) => Some(digest.to_string()),
        None => version.files.is_empty().then(|| statement::digest(b"")),
    }
}
