//! A shallow clone grants nothing.
//!
//! Start at [`differs`]. The history is cut at each commit, on the approved branch or off it: the ancestors of that commit
//! are missing. Commits of branches that began earlier and landed later are present. Follows `docs/spec/approval.md`, M7.

use std::collections::HashSet;

use exledger::approval;
use exledger::history::objects::{Extent, Merge, ObjectKind, Objects, Obstacle, Oid};
use exledger::status::state::InForce;

use super::memory::Memory;
use super::verdict::{instants, record_state};
use super::world::World;

/// A repository without its older commits.
struct Shallow<'w> {
    memory: &'w Memory,
    hidden: HashSet<Oid>,
    /// The commits whose parents are hidden.
    boundary: HashSet<Oid>,
}

impl Objects for Shallow<'_> {
    fn read(&self, oid: Oid) -> Result<(ObjectKind, Vec<u8>), Obstacle> {
        if self.hidden.contains(&oid) {
            return Err(Obstacle::Missing { object: oid, extent: Extent::shallow(Some("")) });
        }
        self.memory.read(oid)
    }

    fn is_shallow(&self, oid: Oid) -> bool {
        self.boundary.contains(&oid)
    }

    fn merge(&self, base: &[u8], ours: &[u8], theirs: &[u8]) -> Merge {
        self.memory.merge(base, ours, theirs)
    }

    fn has_replacements(&self) -> bool {
        false
    }
}

/// Returns the repository without the ancestors of a commit.
fn cut(world: &World, end: Oid) -> Shallow<'_> {
    let mut hidden = world.ancestors(end);
    hidden.remove(&end);
    let is_cut = |oid: &Oid| {
        let parents = &world.made[oid].parents;
        !hidden.contains(oid) && parents.iter().any(|parent| hidden.contains(parent))
    };
    let boundary = world.made.keys().copied().filter(is_cut).collect();
    Shallow { memory: &world.memory, hidden, boundary }
}

/// Returns what a shallow clone grants, or `None`.
pub(super) fn differs(world: &World) -> Option<String> {
    for end in world.made.keys() {
        let objects = cut(world, *end);
        if objects.hidden.contains(&world.tip()) {
            continue;
        }
        let Some(part) = world.history(&objects) else {
            continue;
        };
        let of_part = approval::judge(&part);
        for key in part.trails.keys() {
            for at in instants(world) {
                let told = record_state(&part, &of_part, key, at);
                if told.in_force == InForce::Yes && !objects.boundary.is_empty() {
                    return Some(format!(
                        "cut at {end}, {key} is {:?} at {at}: {:?}",
                        told.status, told.reasons
                    ));
                }
            }
        }
    }
    None
}
