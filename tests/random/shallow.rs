//! A shallow clone grants nothing that the whole repository does not grant.
//!
//! Start at [`differs`]. The approved branch is cut at each of its commits: the ancestors of that commit are missing.
//! Commits of branches that began earlier and landed later are present. Follows `docs/spec/approval.md`, M7: an id that
//! is in the tree of the cut is `unknown`.

use std::collections::HashSet;
use std::rc::Rc;

use exledger::approval;
use exledger::history::objects::{Extent, Merge, ObjectKind, Objects, Obstacle, Oid};
use exledger::history::version::TrailKey;
use exledger::status::reason::{Reason, ReasonKind};
use exledger::status::state::{InForce, RecordState};

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

/// Returns the repository without the ancestors of a commit of the approved branch.
fn cut(world: &World, landing: usize) -> Shallow<'_> {
    let mut hidden = world.ancestors(world.main[landing].oid);
    hidden.remove(&world.main[landing].oid);
    let is_cut = |oid: &Oid| {
        let parents = &world.made[oid].parents;
        !hidden.contains(oid) && parents.iter().any(|parent| hidden.contains(parent))
    };
    let boundary = world.made.keys().copied().filter(is_cut).collect();
    Shallow { memory: &world.memory, hidden, boundary }
}

/// Tells whether a rejection that blocks an id is not in the tree of the cut any more, which no shallow clone can know (M7).
fn is_forgotten(world: &World, landing: usize, (key, known): (&TrailKey, &RecordState)) -> bool {
    let mut reasons = known.reasons.iter();
    let is_vetoed = reasons.any(|reason| matches!(reason, Reason::Stated(ReasonKind::Vetoed, _)));
    let folder = format!(".approvals/{}/", key.as_str());
    let mut files = world.made[&world.main[landing].oid].files.keys();
    is_vetoed && !files.any(|path| path.contains(&folder))
}

/// Returns what a shallow clone grants and the whole repository does not, or `None`.
pub(super) fn differs(world: &World) -> Option<String> {
    let whole = world.history(&world.memory).unwrap();
    let of_whole = approval::judge(&whole);
    for landing in 1..world.main.len() {
        let objects = cut(world, landing);
        let Some(part) = world.history(&objects) else {
            continue;
        };
        // In a shallow clone the governance at the cut counts, approved or not.
        let counted = &of_whole.counted;
        let landed = whole.states.at(landing);
        if ![&counted.states, &counted.approved]
            .iter()
            .all(|states| Rc::ptr_eq(states.at(landing), landed))
        {
            continue;
        }
        let of_part = approval::judge(&part);
        for key in part.trails.keys() {
            for at in instants(world) {
                let told = record_state(&part, &of_part, key, at);
                if told.in_force != InForce::Yes {
                    continue;
                }
                let known = record_state(&whole, &of_whole, key, at);
                if is_forgotten(world, landing, (key, &known)) {
                    continue;
                }
                let same = known.effective == told.effective && known.status == told.status;
                if known.in_force != InForce::Yes || !same {
                    return Some(format!(
                        "cut at landing {landing}, {key} is in force at {at}: {:?}\n{:?}\nand whole it is {:?}: {:?}\n{:?}",
                        told.reasons, told.effective, known.status, known.reasons, known.effective,
                    ));
                }
            }
        }
    }
    None
}
