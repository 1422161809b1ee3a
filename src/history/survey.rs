//! Finds what differs along a mainline, before any file other than governance files is read.
//!
//! Pure. Start at [`Survey::read`]. The head of `walk` says how.

use std::collections::BTreeSet;
use std::mem;

use crate::history::chain::Chain;
use crate::history::commit::Commit;
use crate::history::folders::{ComparisonJob, FileChange, FolderComparison, RecordSearch};
use crate::history::governance::{self, States};
use crate::history::graph::{ChangedLanding, Graph, GraphReader, Sides};
use crate::history::merged_commits::PairDifferences;
use crate::history::objects::{Objects, Obstacle, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::record_folders::RecordFolders;
use crate::history::tree::CommitTree;
use crate::history::watched_paths::{
    Interest, ReadPurpose, RecordFilter, WatchedFolder, WatchedKind,
};
use crate::policy::governance::Governance;

pub(super) struct Survey {
    pub(super) interest: Interest,
    pub(super) graph: Graph,
    pub(super) found: PairDifferences,
    pub(super) states: States,
    pub(super) folders: RecordFolders,
    /// The records that were asked for and those that were found to be like them; `None` if all are read.
    pub(super) few: Option<RecordFilter>,
}

impl Survey {
    /// Finds the differences between each mainline commit and its first parent, and in the merged branches.
    /// Which files are governance files is known only after reading every policy of the mainline: an
    /// unusual one restarts the search.
    pub(super) fn read(
        objects: &dyn Objects,
        chain: &Chain,
        prefix: &LedgerPrefix,
        known: Option<&RecordFolders>,
        few: Option<(&RecordFilter, Option<RecordSearch<'_>>)>,
    ) -> Result<Survey, Obstacle> {
        let tip = CommitTree::of_commit(objects, chain.mainline.tip, prefix)?;
        let governance = Governance::read(&tip)?;
        let now = &governance.policy.records;
        let mut record_folders = known
            .cloned()
            .unwrap_or_else(|| RecordFolders { now: now.clone(), ..Default::default() });
        let own = governance.paths().iter().map(|path| prefix.plain(path)).collect::<Vec<_>>();
        let mut named = NamedPaths {
            governance: own.into_iter().chain(chain.others.judged.iter().cloned()).collect(),
            approvals: record_folders.all().into_iter().collect(),
            redesigns: BTreeSet::from([governance.policy.redesigns.clone()]),
        };
        let mut few = few.map(|(few, search)| (few.clone(), search));
        loop {
            let interest = Interest::new(prefix, &record_folders.all())
                .with(prefix, &named.governance, ReadPurpose::Governance)
                .with(prefix, &named.approvals, ReadPurpose::Approvals)
                .with(prefix, &named.redesigns, ReadPurpose::Redesigns)
                .with(prefix, &chain.others.noted, ReadPurpose::OtherPolicy);
            let landed = match &few {
                Some((_, Some(search))) => {
                    interest.clone().with(prefix, search.folders, ReadPurpose::Records)
                }
                Some((few, None)) => interest.clone().narrowed(few),
                None => interest.clone(),
            };
            let sides = few.is_none();
            let tests = [&landed, &interest].map(|watched| objects.changes(&watched.paths()?));
            let is_indexed = tests.iter().any(Option::is_some);
            let (mut reader, jobs) = GraphReader::read(objects, chain, (&landed, tests), sides)?;
            let mut folders =
                FolderComparison::new(objects, prefix, mem::take(&mut reader.graph.tops));
            folders.run(landed.top(), jobs);
            if is_indexed
                && let Some(commit) =
                    hidden_before(chain, &reader.graph, &mut folders, landed.top())
            {
                objects.distrust_index(commit);
            }
            let interest = match &mut few {
                Some((few, search)) => {
                    let changes = || folders.changes.iter().flatten();
                    few.names
                        .extend(search.iter().flat_map(|search| changes().filter_map(search.name)));
                    let narrowed = interest.narrowed(few);
                    retain(&narrowed, prefix, &mut folders.changes);
                    narrowed
                }
                None => interest,
            };
            if !sides {
                reader.graph.tops = mem::take(&mut folders.tops);
                let jobs = reader.sides(&|stop| match folders.differs(stop.pair) {
                    true => Sides::All,
                    false => Sides::Lacking,
                });
                folders.tops = mem::take(&mut reader.graph.tops);
                let has_search = matches!(few, Some((_, Some(_))));
                folders.run(if has_search { landed.top() } else { interest.top() }, jobs);
            }
            // A merged branch may have had further files of these records, which never landed.
            if let Some((few, Some(search))) = &mut few {
                if adds_names(few, search, folders.changes.iter().flatten()) {
                    continue;
                }
                retain(&interest, prefix, &mut folders.changes);
            }
            let graph = reader.graph;
            let stopped = |stop: &ChangedLanding| folders.obstacles.get(&stop.pair).cloned();
            if let Some(obstacle) = graph.stops.iter().find_map(stopped) {
                return Err(obstacle);
            }
            let states = governance::read(objects, chain, &graph.stops, &folders.changes, prefix);
            let grew = named.add(&states, prefix);
            let landed = known.is_none().then(|| RecordFolders::of(&states, now));
            let landed = landed.filter(|landed| *landed != record_folders);
            if landed.is_none() && !grew {
                return Ok(Survey {
                    interest,
                    graph,
                    found: PairDifferences {
                        changes: folders.changes,
                        obstacles: folders.obstacles,
                    },
                    states,
                    folders: record_folders,
                    few: few.map(|(few, _)| few),
                });
            }
            record_folders = landed.unwrap_or(record_folders);
        }
    }
}

// Returns the commit before which something of interest differs from what the last landing that changed any left: an index hid
// the change.
fn hidden_before(
    chain: &Chain,
    graph: &Graph,
    folders: &mut FolderComparison<'_>,
    top: WatchedFolder<'_>,
) -> Option<Oid> {
    let (mut left, mut jobs, mut ends) = (None, Vec::new(), Vec::new());
    let mut compare = |old: Option<Oid>, end: &Commit, new: Option<Oid>| {
        if old != new {
            jobs.push(ComparisonJob { pair: ends.len(), old, new, others: Box::default() });
            ends.push(end.oid);
        }
    };
    for stop in graph.stops.iter().filter(|stop| folders.differs(stop.pair)) {
        let before = stop.landing.checked_sub(1).and_then(|before| chain.commits.get(before));
        let commit = chain.commits.get(stop.landing)?;
        compare(left, commit, before.map(|before| before.tree));
        left = Some(commit.tree);
    }
    let tip = chain.commits.last()?;
    compare(left, tip, Some(tip.tree));
    let mut between = folders.beside();
    between.run(top, jobs);
    let hidden =
        (0..ends.len()).find(|pair| between.differs(*pair) || between.obstacles.contains_key(pair));
    folders.tops = mem::take(&mut between.tops);
    ends.get(hidden?).copied()
}

struct NamedPaths {
    governance: BTreeSet<String>,
    approvals: BTreeSet<String>,
    redesigns: BTreeSet<String>,
}

impl NamedPaths {
    fn add(&mut self, states: &States, prefix: &LedgerPrefix) -> bool {
        let sizes = |named: &NamedPaths| {
            [&named.governance, &named.approvals, &named.redesigns].map(BTreeSet::len)
        };
        let before = sizes(self);
        self.governance.extend(states.paths(prefix));
        for state in states.each() {
            let policy = &state.governance.policy;
            self.approvals.extend(policy.records.iter().cloned());
            self.redesigns.insert(policy.redesigns.clone());
        }
        sizes(self) != before
    }
}

fn adds_names<'c>(
    few: &mut RecordFilter,
    search: &RecordSearch<'_>,
    changes: impl Iterator<Item = &'c FileChange>,
) -> bool {
    let both = |change: &FileChange| {
        let added = FileChange { old: change.new, ..change.clone() };
        (search.name)(change).or_else(|| (search.name)(&added))
    };
    let n_known = few.names.len();
    few.names.extend(changes.filter_map(both));
    few.names.len() > n_known
}

fn retain(interest: &Interest, prefix: &LedgerPrefix, changes: &mut [Vec<FileChange>]) {
    for changes in changes {
        changes.retain_mut(|change| {
            let kind = interest.kind_of(prefix, &change.path);
            let is_known = change.kind != WatchedKind::Other;
            change.kind = kind.filter(|_| is_known).unwrap_or(change.kind);
            kind.is_some()
        });
    }
}
