//! Finds the commits that each landing added, and the pairs of snapshots to compare.
//!
//! Pure. Start at [`GraphReader`]. Follows `history::walk`, 3: an incremental set of commits is exact under any clock skew,
//! and reads each commit once.

use crate::diag::sorting::StableSort as _;
use std::collections::HashSet;
use std::mem;
use std::rc::Rc;

use crate::history::chain::Chain;
use crate::history::chain::TOLERANCE;
use crate::history::commit::Commit;
use crate::history::folders::{ComparisonJob, SnapshotPair};
use crate::history::mainline::LatestTimes;
use crate::history::objects::{ChangeTest, Extent, Objects, Obstacle, Oid, OidMap};
use crate::history::watched_paths::Interest;
use crate::history::{chain, folder};

/// A landing that differs from its first parent in something of interest, or whose merged branches do.
#[derive(Clone, Debug)]
pub struct ChangedLanding {
    /// Its index in the mainline.
    pub landing: usize,
    tree: Oid,
    /// Whether the branches share no commit with the line; for lost tips only.
    pub is_unrelated: bool,
    /// The comparison with the first parent.
    pub pair: SnapshotPair,
    /// The commits of the merged branches with changes of interest, once requested.
    pub sides: Vec<SideCommit>,
    brought: Vec<Rc<Commit>>,
    /// Earlier commits that the merged branches started from, sorted; for merges only.
    pub frontier: Vec<Oid>,
    /// Why what changed in the merged branches can't be read.
    pub truncated: Option<Obstacle>,
}

impl ChangedLanding {
    pub fn pairs(&self) -> impl Iterator<Item = SnapshotPair> {
        let sides = self.sides.iter();
        let of_sides = sides.flat_map(|side| side.first.iter().chain(&side.all));
        of_sides.chain([&self.pair]).copied()
    }
}

/// A commit of a merged branch.
#[derive(Clone, Debug)]
pub struct SideCommit {
    pub commit: Rc<Commit>,
    /// The comparison with its first parent, if they differ.
    pub first: Option<SnapshotPair>,
    /// The comparisons with each of its parents, if all of them differ; a commit without parents is compared
    /// once, with an empty tree.
    pub all: Vec<SnapshotPair>,
}

/// Which commits of the merged branches of a landing are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// All with changes of interest.
    All,
    /// Those alone that hold something else than the landing: it may lack what they took away (M5).
    Lacking,
}

/// The information in commits, before any file is read.
#[derive(Debug, Default)]
pub struct Graph {
    /// The landings of interest, oldest first.
    pub stops: Vec<ChangedLanding>,
    /// The entries of interest in each root folder, by its id.
    pub tops: OidMap<Rc<[u8]>>,
    /// The lines of lost tips: each with its tip, and what it has beyond the approved branch as if it had landed where they
    /// part.
    pub lost: Vec<(Oid, ChangedLanding)>,
    /// Every commit read, with the index of the first landing that can reach it.
    pub landed: OidMap<usize>,
    /// Why a commit that merges or lost tips reach can't be read; `None` if all can.
    pub(super) unread: Option<Obstacle>,
    /// The latest times of the commits that a merge brought, by its landing.
    pub(super) brought_times: Vec<(usize, LatestTimes)>,
}

/// Reads commits and their root folders, each once.
pub struct GraphReader<'o> {
    objects: &'o dyn Objects,
    /// Which landings, and which commits of merged branches, may have changed something of interest.
    tests: [Option<ChangeTest<'o>>; 2],
    names: Option<HashSet<Vec<u8>>>,
    /// The graph read so far.
    pub graph: Graph,
    /// Interned entries: equal ones are kept once.
    interned: HashSet<Rc<[u8]>>,
    trees: OidMap<Oid>,
    n_pairs: usize,
}

impl<'o> GraphReader<'o> {
    /// Reads every commit that can be reached from a mainline, and returns the comparisons of its landings with their
    /// first parents, optionally with those of the merged branches, in chronological order.
    pub fn read(
        objects: &'o dyn Objects,
        chain: &Chain,
        (interest, tests): (&Interest, [Option<ChangeTest<'o>>; 2]),
        sides: bool,
    ) -> Result<(GraphReader<'o>, Vec<ComparisonJob>), Obstacle> {
        let names = interest
            .names()
            .map(|names| names.into_iter().map(|name| name.as_bytes().to_vec()).collect());
        let mut reader = GraphReader {
            objects,
            tests,
            names,
            graph: Graph::default(),
            interned: HashSet::new(),
            trees: OidMap::default(),
            n_pairs: 0,
        };
        let mut jobs = Vec::new();
        let mut before: Option<&Rc<Commit>> = None;
        for (landing, commit) in chain.commits.iter().enumerate() {
            reader.graph.landed.insert(commit.oid, landing);
            reader.trees.insert(commit.oid, commit.tree);
            let mut branches =
                reader.reach(commit.parents.iter().skip(1).copied().collect(), Some(landing));
            let unread = branches.missing.take().or(branches.cut_off.take());
            reader.graph.unread = reader.graph.unread.take().or(unread);
            let times = branches.commits.iter().filter_map(|brought| brought.committed());
            let limit = chain.lost.now.plus_seconds(TOLERANCE);
            let mut latest = LatestTimes::default();
            times.filter(|time| *time <= limit).for_each(|time| latest.add(time));
            reader.graph.brought_times.extend((!latest.is_empty()).then_some((landing, latest)));
            let same = match before {
                Some(_) if !reader.may_change(0, commit) => true,
                Some(before) => reader.top(before.tree)? == reader.top(commit.tree)?,
                None => reader.top(commit.tree)?.is_empty(),
            };
            if !same || reader.may_lack(&branches, commit.tree) {
                let before = before.map(|before| before.tree);
                let (mut stop, job) = reader.stop(landing, commit, before, branches);
                if sides {
                    let which = if same { Sides::Lacking } else { Sides::All };
                    reader.read_sides(&mut stop, which, &mut jobs);
                }
                reader.graph.stops.push(stop);
                jobs.push(job);
            }
            before = Some(commit);
        }
        if let Some(last) = chain.commits.last() {
            let tests = mem::take(&mut reader.tests);
            for tip in &chain.lost.tips {
                let read = reader.read_lost(*tip, last, sides, &mut jobs);
                read.map_err(|cause| Obstacle::LostTip {
                    tip: *tip,
                    reference: chain.mainline.reference.clone(),
                    cause: Box::new(cause),
                })?;
            }
            reader.tests = tests;
        }
        Ok((reader, jobs))
    }

    /// Reads what a lost tip has beyond the approved branch; nothing if a merge brought it back.
    fn read_lost(
        &mut self,
        tip: Oid,
        last: &Commit,
        sides: bool,
        jobs: &mut Vec<ComparisonJob>,
    ) -> Result<(), Obstacle> {
        if self.graph.landed.contains_key(&tip) {
            return Ok(());
        }
        let branches = self.reach(vec![tip], None);
        // In a shallow clone it may be an ancestor of the tip, beyond the cut.
        match (branches.missing.as_ref(), &branches.cut_off) {
            (Some(obstacle @ Obstacle::Missing { extent: Extent::Shallow { .. }, .. }), _)
            | (None, Some(obstacle)) => {
                self.graph.unread.get_or_insert_with(|| obstacle.clone());
                return Ok(());
            }
            (Some(obstacle), _) => return Err(obstacle.clone()),
            (None, None) => {}
        }
        let landed = branches.frontier.iter().filter_map(|oid| self.graph.landed.get(oid));
        let parted = landed.max().copied();
        let (mut stop, job) = self.stop(parted.unwrap_or(0), last, Some(last.tree), branches);
        stop.is_unrelated = parted.is_none();
        if sides {
            self.read_sides(&mut stop, Sides::Lacking, jobs);
        }
        jobs.push(job);
        self.graph.lost.push((tip, stop));
        Ok(())
    }

    /// Reads the merged branches of the landings, and returns the comparisons to make there, in chronological order.
    pub fn sides(&mut self, which: &dyn Fn(&ChangedLanding) -> Sides) -> Vec<ComparisonJob> {
        let mut stops = mem::take(&mut self.graph.stops);
        let mut lost = mem::take(&mut self.graph.lost);
        let mut jobs = Vec::new();
        for stop in &mut stops {
            self.read_sides(stop, which(stop), &mut jobs);
        }
        self.tests = [None, None];
        for (_, stop) in &mut lost {
            self.read_sides(stop, Sides::Lacking, &mut jobs);
        }
        (self.graph.stops, self.graph.lost) = (stops, lost);
        jobs
    }

    fn read_sides(
        &mut self,
        stop: &mut ChangedLanding,
        which: Sides,
        jobs: &mut Vec<ComparisonJob>,
    ) {
        let landed = match which {
            Sides::All => None,
            Sides::Lacking => self.top(stop.tree).ok(),
        };
        for commit in mem::take(&mut stop.brought) {
            // Where the landing changed something, each commit may name an author: no filter hides one.
            let is_skipped = landed.is_some()
                && (commit.parents.len() == 1 && !self.may_change(1, &commit)
                    || self.top(commit.tree).ok() == landed);
            if is_skipped {
                continue;
            }
            match self.side(&commit, jobs) {
                Ok(Some(side)) => stop.sides.push(side),
                Ok(None) => {}
                Err(obstacle) => stop.truncated = Some(obstacle),
            }
        }
    }
}

#[derive(Default)]
struct MergedBranches {
    commits: Vec<Rc<Commit>>,
    frontier: Vec<Oid>,
    /// Where a shallow clone ends within them.
    cut_off: Option<Obstacle>,
    missing: Option<Obstacle>,
}

impl GraphReader<'_> {
    /// Returns the commits that some reach and nothing does that landed earlier; those of a landing land with it.
    fn reach(&mut self, mut stack: Vec<Oid>, landing: Option<usize>) -> MergedBranches {
        let mut branches = MergedBranches::default();
        let mut seen = HashSet::new();
        while let Some(oid) = stack.pop() {
            if let Some(landed) = self.graph.landed.get(&oid) {
                if landing.is_none_or(|landing| *landed < landing) {
                    branches.frontier.push(oid);
                }
                continue;
            }
            if !seen.insert(oid) {
                continue;
            }
            let commit = match chain::read(self.objects, oid) {
                Ok(commit) => Rc::new(commit),
                Err(obstacle) => {
                    branches.missing = Some(obstacle);
                    continue;
                }
            };
            if let Some(landing) = landing {
                self.graph.landed.insert(oid, landing);
            }
            self.trees.insert(oid, commit.tree);
            if self.objects.is_shallow(oid) && !commit.parents.is_empty() {
                branches.cut_off =
                    Some(Obstacle::Shallow { commit: oid, extent: self.objects.extent() });
                continue;
            }
            stack.extend(commit.parents.iter().copied());
            branches.commits.push(commit);
        }
        branches.commits.order_by_key(|commit| commit.oid);
        branches.frontier.sort();
        branches.frontier.dedup();
        branches
    }

    /// Tells whether a merge may lack what a commit of its branches took away: one changed something of interest and holds
    /// something else than the merge. What can't be read may.
    fn may_lack(&mut self, branches: &MergedBranches, landed: Oid) -> bool {
        let mut changes = |commit: &Commit| {
            let Some(first) = commit.parents.first() else { return Ok(false) };
            if !self.may_change(1, commit) {
                return Ok(false);
            }
            let landed = self.top(landed)?;
            let own = self.top(commit.tree)?;
            let before = self.tree(*first)?;
            Ok::<bool, Obstacle>(own != landed && self.top(before)? != own)
        };
        branches.commits.iter().any(|commit| changes(commit).unwrap_or(true))
    }

    fn may_change(&self, test: usize, commit: &Commit) -> bool {
        let test = self.tests.get(test).and_then(Option::as_ref);
        test.is_none_or(|may_change| may_change(commit))
    }

    fn stop(
        &mut self,
        landing: usize,
        commit: &Commit,
        before: Option<Oid>,
        branches: MergedBranches,
    ) -> (ChangedLanding, ComparisonJob) {
        let parents = commit.parents.iter().skip(1);
        let others = parents.map(|parent| self.tree(*parent).ok()).collect();
        let job = self.job(before, commit.tree, others);
        let stop = ChangedLanding {
            landing,
            tree: commit.tree,
            is_unrelated: false,
            pair: job.pair,
            sides: Vec::new(),
            brought: branches.commits,
            frontier: branches.frontier,
            truncated: None,
        };
        (stop, job)
    }

    /// Returns the comparisons of a commit of a branch; `None` if nothing of interest differs from any parent. A merge
    /// that keeps the content of its first parent needs none.
    fn side(
        &mut self,
        commit: &Rc<Commit>,
        jobs: &mut Vec<ComparisonJob>,
    ) -> Result<Option<SideCommit>, Obstacle> {
        let top = self.top(commit.tree)?;
        let mut differing = Vec::new();
        for parent in commit.parents.iter() {
            let tree = self.tree(*parent)?;
            if self.top(tree)? != top {
                differing.push((*parent, tree));
            }
        }
        let is_root = commit.parents.is_empty() && !top.is_empty();
        let all_differ = is_root || differing.len() == commit.parents.len();
        let first_differs = differing.first().map(|(parent, _)| parent) == commit.parents.first();
        if differing.is_empty() && !is_root {
            return Ok(None);
        }
        if !first_differs && !all_differ {
            return Ok(Some(SideCommit {
                commit: Rc::clone(commit),
                first: None,
                all: Vec::new(),
            }));
        }
        let mut trees: Vec<Option<Oid>> = differing.iter().map(|(_, tree)| Some(*tree)).collect();
        if is_root {
            trees.push(None);
        }
        if !all_differ {
            trees.truncate(1);
        }
        let mut pairs: Vec<SnapshotPair> = Vec::new();
        for tree in trees {
            let job = self.job(tree, commit.tree, Vec::new());
            pairs.push(job.pair);
            jobs.push(job);
        }
        Ok(Some(SideCommit {
            commit: Rc::clone(commit),
            first: pairs.first().copied(),
            all: if all_differ { pairs } else { Vec::new() },
        }))
    }

    fn job(&mut self, old: Option<Oid>, new: Oid, others: Vec<Option<Oid>>) -> ComparisonJob {
        let pair = self.n_pairs;
        self.n_pairs += 1;
        ComparisonJob { pair, old, new: Some(new), others: others.into() }
    }

    fn tree(&mut self, commit: Oid) -> Result<Oid, Obstacle> {
        if let Some(tree) = self.trees.get(&commit) {
            return Ok(*tree);
        }
        let tree = chain::read(self.objects, commit)?.tree;
        self.trees.insert(commit, tree);
        Ok(tree)
    }

    fn top(&mut self, oid: Oid) -> Result<Rc<[u8]>, Obstacle> {
        if let Some(top) = self.graph.tops.get(&oid) {
            return Ok(Rc::clone(top));
        }
        let raw = folder::read(self.objects, oid)?;
        let top = match &self.names {
            None => raw,
            Some(names) => {
                folder::only(&raw, names).map_err(|cause| Obstacle::malformed(oid, cause))?
            }
        };
        let top: Rc<[u8]> = top.into();
        let top = match self.interned.get(&top) {
            Some(known) => Rc::clone(known),
            None => {
                self.interned.insert(Rc::clone(&top));
                top
            }
        };
        self.graph.tops.insert(oid, Rc::clone(&top));
        Ok(top)
    }
}
