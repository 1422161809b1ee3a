//! What a shallow clone says is what the whole repository says, or nothing.
//!
//! Start at [`differs`]. The mainline is cut at each of its commits: what lies before is not there, but for the commits of
//! branches that began earlier and landed later. Follows `docs/spec/approval.md`, M7: what stands where the clone ends
//! counts as approved, so that nothing is promised of a record that was not, nor of one that a branch brought some of
//! whose commits are not there; and what is due counts from where the clone begins.

use std::collections::HashSet;

use exledger::approval::{self, Satisfied};
use exledger::history::History;
use exledger::history::objects::{Edge, Extent, Kind, Merge, Objects, Obstacle, Oid, Replaced};
use exledger::history::version::Key;
use exledger::status::{InForce, Status};

use super::memory::Memory;
use super::verdict::{instants, standing};
use super::world::World;

/// A repository whose older commits are not there.
struct Shallow<'w> {
    memory: &'w Memory,
    hidden: HashSet<Oid>,
    /// The commits whose parents are hidden.
    boundary: HashSet<Oid>,
}

impl Objects for Shallow<'_> {
    fn read(&self, oid: Oid) -> Result<(Kind, Vec<u8>), Obstacle> {
        if self.hidden.contains(&oid) {
            return Err(Obstacle::Missing {
                object: oid,
                extent: Extent::Shallow,
            });
        }
        self.memory.read(oid)
    }

    fn edge(&self, oid: Oid) -> Edge {
        match self.boundary.contains(&oid) {
            true => Edge::Shallow,
            false => Edge::Inside,
        }
    }

    fn merge(&self, base: &[u8], ours: &[u8], theirs: &[u8]) -> Merge {
        self.memory.merge(base, ours, theirs)
    }

    fn replaced(&self) -> Replaced {
        Replaced::Nothing
    }
}

/// Returns the repository without what lies before a commit of the mainline.
fn cut(world: &World, landing: usize) -> Shallow<'_> {
    let mut hidden = world.ancestors(world.main[landing].oid);
    hidden.remove(&world.main[landing].oid);
    let is_cut = |oid: &Oid| {
        let parents = &world.made[oid].parents;
        !hidden.contains(oid) && parents.iter().any(|parent| hidden.contains(parent))
    };
    let boundary = world.made.keys().copied().filter(is_cut).collect();
    Shallow {
        memory: &world.memory,
        hidden,
        boundary,
    }
}

/// Tells whether the clone does not hold all commits of a branch that brought a record: who left it unapproved is then
/// unknown for that version alone (A6).
fn is_truncated(part: &History, key: &Key) -> bool {
    let versions = part.trails.get(key).map_or(&[][..], |it| &it.versions);
    let mut landed = versions.iter().filter(|version| version.landing > 0);
    landed.any(|version| version.truncated.is_some())
}

/// Returns what a shallow clone grants and the whole repository does not; `None` where there is nothing.
pub(super) fn differs(world: &World) -> Option<String> {
    let whole = world.history(&world.memory).unwrap();
    let of_whole = approval::judge(&whole);
    for landing in 1..world.main.len() {
        let objects = cut(world, landing);
        let Some(part) = world.history(&objects) else {
            continue;
        };
        let of_part = approval::judge(&part);
        let is_approved = |key: &Key| {
            let versions = whole.trails.get(key).map_or(&[][..], |it| &it.versions);
            let n = versions.partition_point(|version| version.landing <= landing);
            let last = n.checked_sub(1);
            last.is_none_or(|n| of_whole.trails[key][n].satisfied == Satisfied::Yes)
        };
        for key in part.trails.keys().filter(|key| is_approved(key)) {
            for at in instants(world) {
                let told = standing(&part, &of_part, key, at);
                if told.in_force != InForce::Yes {
                    continue;
                }
                let known = standing(&whole, &of_whole, key, at);
                let same = known.effective == told.effective;
                // Since when looks are due, and who first told of one, is behind the end.
                if same && known.status == Status::Degraded || is_truncated(&part, key) {
                    continue;
                }
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
