//! What the merged branches of one landing changed in the records and governance files that it affects.
//!
//! Pure. Start at [`LandingBranches`]. Follows `docs/spec/approval.md`, A2, A5 and E1.

use crate::diag::sorting::StableSort as _;
use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::rc::Rc;

use crate::history::commit::Commit;
use crate::history::content::ContentCache;
use crate::history::folders::{FileChange, SnapshotPair};
use crate::history::former::FormerCommit;
use crate::history::graph::ChangedLanding;
use crate::history::merge_content::{self, ComparedPath, Differing, Merges};
use crate::history::objects::{Obstacle, Oid};
use crate::history::origin::{self, Left};
use crate::history::trails::{self, Bytes};
use crate::history::version::{MadeInMerge, TrailKey, Version};
use crate::history::watched_paths::{self, WatchedKind};

pub(super) struct PairDifferences {
    pub(super) changes: Vec<Vec<FileChange>>,
    pub(super) obstacles: BTreeMap<SnapshotPair, Obstacle>,
}

impl PairDifferences {
    pub(super) fn take(&mut self, pair: SnapshotPair) -> Vec<FileChange> {
        self.changes.get_mut(pair).map(mem::take).unwrap_or_default()
    }
}

#[derive(Default)]
pub(super) struct LandingBranches {
    sides: Vec<MergedCommit>,
    /// The records whose files each record took over in some commit.
    origins: BTreeMap<TrailKey, BTreeSet<TrailKey>>,
    pub(super) approvals: Vec<(Rc<Commit>, FileChange)>,
    pub(super) truncated: Option<Obstacle>,
}

struct MergedCommit {
    commit: Rc<Commit>,
    first: BTreeMap<ComparedPath, Bytes>,
    /// The paths that differ from each of its parents.
    touched: BTreeSet<ComparedPath>,
}

impl LandingBranches {
    pub(super) fn read(
        contents: &mut ContentCache<'_>,
        found: &mut PairDifferences,
        stop: &ChangedLanding,
    ) -> LandingBranches {
        let mut branches =
            LandingBranches { truncated: stop.truncated.clone(), ..LandingBranches::default() };
        for side in &stop.sides {
            let mut differing = |pair: &SnapshotPair| {
                if let Some(obstacle) = found.obstacles.get(pair) {
                    branches.truncated = Some(obstacle.clone());
                }
                let changes = found.take(*pair);
                let is_added = |change: &&FileChange| {
                    change.kind == WatchedKind::Approval && change.new.is_some()
                };
                let added = changes.iter().filter(is_added).cloned();
                branches.approvals.extend(added.map(|change| (Rc::clone(&side.commit), change)));
                let kinds = [WatchedKind::Record, WatchedKind::Other];
                let differing = merge_content::differing(contents, &changes, &kinds);
                note_origins(&differing, &mut branches.origins);
                differing
            };
            let first = side.first.as_ref().map(&mut differing).unwrap_or_default();
            let mut touched: Option<BTreeSet<ComparedPath>> = None;
            for pair in &side.all {
                let other: BTreeSet<ComparedPath> = match side.first {
                    Some(own) if own == *pair => first.keys().cloned().collect(),
                    _ => differing(pair).into_keys().collect(),
                };
                touched = Some(match touched {
                    Some(touched) => touched.intersection(&other).cloned().collect(),
                    None => other,
                });
            }
            branches.sides.push(MergedCommit {
                commit: Rc::clone(&side.commit),
                first,
                touched: touched.unwrap_or_default(),
            });
        }
        branches
    }

    pub(super) fn commits(&self) -> Vec<FormerCommit<'_>> {
        self.sides.iter().map(|side| (&side.commit, &side.first)).collect()
    }

    pub(super) fn changes_rules(&self) -> bool {
        let is_rule = |subject: &ComparedPath| matches!(subject, ComparedPath::Governance(_));
        let of_rules =
            |(_, change): &(_, FileChange)| watched_paths::is_of_governance(&change.path);
        self.sides.iter().any(|side| side.first.keys().any(is_rule))
            || self.approvals.iter().any(of_rules)
    }

    /// Records on a version which commits touched it or its predecessors (A2, A5), and where its exact bytes had landed
    /// before (E1). Returns whether any commit touched the version itself.
    pub(super) fn fill(&self, subject: &ComparedPath, version: &mut Version) -> bool {
        let landed = trails::blobs(&version.files);
        let lineage = self.lineage(subject, version);
        let mut is_touched = false;
        for merged_commit in &self.sides {
            is_touched |= merged_commit.touched.contains(subject);
            if lineage.iter().any(|subject| merged_commit.touched.contains(subject)) {
                version.touched.push(Rc::clone(&merged_commit.commit));
            }
            if !landed.is_empty() && merged_commit.brings(subject, &landed) {
                version.nested.push(Rc::clone(&merged_commit.commit));
            }
        }
        version.truncated.clone_from(&self.truncated);
        is_touched
    }

    /// Adds to a version the merges of the branch that restored its content, if no commit of the branch made it: the
    /// content landed before the branch began (A2).
    pub(super) fn fill_brought_back(
        &self,
        merges: &mut Merges<'_>,
        contents: &mut ContentCache<'_>,
        subject: &ComparedPath,
        version: &mut Version,
    ) {
        let landed = trails::blobs(&version.files);
        let makes = |merged_commit: &MergedCommit| {
            merged_commit.touched.contains(subject) && merged_commit.brings(subject, &landed)
        };
        if version.made_in_merge == MadeInMerge::AutoMerged
            || !merge_content::is_new(version)
            || self.sides.iter().any(makes)
        {
            return;
        }
        self.fill_restored(merges, contents, subject, version);
    }

    pub(super) fn fill_restored(
        &self,
        merges: &mut Merges<'_>,
        contents: &mut ContentCache<'_>,
        subject: &ComparedPath,
        version: &mut Version,
    ) {
        let landed = trails::blobs(&version.files);
        for merged_commit in &self.sides {
            let commit = &merged_commit.commit;
            if version.touched.iter().any(|known| known.oid == commit.oid) {
                continue;
            }
            match merged_commit.takes_over(merges, contents, subject, &landed) {
                Ok(true) => version.touched.push(Rc::clone(commit)),
                Ok(false) => {}
                Err(obstacle) => version.truncated = Some(obstacle),
            }
        }
        version.touched.order_by_key(|commit| commit.oid);
    }

    fn lineage(&self, subject: &ComparedPath, version: &Version) -> BTreeSet<ComparedPath> {
        let mut lineage = BTreeSet::from([subject.clone()]);
        let ComparedPath::Record(key) = subject else {
            return lineage;
        };
        let of = |key: &TrailKey| self.origins.get(key).into_iter().flatten().cloned();
        let mut found: Vec<TrailKey> = version.origins.iter().cloned().chain(of(key)).collect();
        while let Some(key) = found.pop() {
            let before = of(&key);
            if lineage.insert(ComparedPath::Record(key.clone())) {
                found.extend(before);
            }
        }
        lineage
    }
}

impl MergedCommit {
    fn brings(&self, subject: &ComparedPath, blobs: &[Oid]) -> bool {
        let first = self.first.get(subject);
        first.is_some_and(|bytes| trails::blobs(&bytes.new) == blobs)
    }

    /// Tells whether the commit is a merge with certain bytes that one of its parents lacks. It may also
    /// have a file whose id can't be read: only its name connects that file with the record, and it doesn't
    /// clear the person who merged.
    fn takes_over(
        &self,
        merges: &mut Merges<'_>,
        contents: &mut ContentCache<'_>,
        subject: &ComparedPath,
        blobs: &[Oid],
    ) -> Result<bool, Obstacle> {
        let parents = &self.commit.parents;
        if parents.len() < 2 {
            return Ok(false);
        }
        if let Some(bytes) = self.first.get(subject) {
            return Ok(holds(bytes, blobs));
        }
        for parent in parents.iter().skip(1) {
            let compared = merges.compare(contents, *parent, &self.commit)?;
            if compared.get(subject).is_some_and(|bytes| holds(bytes, blobs)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

// Of several files of a record some may be the same on both sides.
fn holds(bytes: &Bytes, blobs: &[Oid]) -> bool {
    let own = trails::blobs(&bytes.new);
    let has_all = |some: &[Oid], all: &[Oid]| some.iter().all(|blob| all.contains(blob));
    own.is_empty() == blobs.is_empty() && (has_all(blobs, &own) || has_all(&own, blobs))
}

fn note_origins(differing: &Differing, origins: &mut BTreeMap<TrailKey, BTreeSet<TrailKey>>) {
    let records = || {
        differing.iter().filter_map(|(subject, bytes)| match subject {
            ComparedPath::Record(key) => Some((key, bytes)),
            ComparedPath::Governance(_) => None,
        })
    };
    let taken: BTreeSet<&str> =
        records().flat_map(|(_, bytes)| bytes.new.iter().map(|file| &*file.path)).collect();
    let mut left = Left::default();
    for (key, bytes) in records() {
        for file in &bytes.old {
            let is_replaced = taken.contains(&*file.path);
            left.add(&file.path, file.blob, key, is_replaced);
        }
    }
    for (key, bytes) in records() {
        let found = left.origins(key, origin::new_files(&bytes.old, &bytes.new));
        if !found.is_empty() {
            origins.entry(key.clone()).or_default().extend(found);
        }
    }
}
