//! The governance before and after each landing, and the versions of the governance files.
//!
//! Pure. Start at [`States`]. Follows `docs/spec/approval.md`, G1 and G2.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::history::chain::Chain;
use crate::history::content::ContentCache;
use crate::history::digest::Digest;
use crate::history::folders::FileChange;
use crate::history::graph::ChangedLanding;
use crate::history::objects::{Objects, Obstacle, Oid, OidMap};
use crate::history::paths::LedgerPrefix;
use crate::history::trails;
use crate::history::tree::CommitTree;
use crate::history::version::{
    self, Content, Trail, TrailKey, Version, VersionBody, VersionChange,
};
use crate::history::watched_paths::WatchedKind;
use crate::ledger;
use crate::policy::governance;
use crate::policy::governance::Governance;
use crate::record::time::Instant;
use crate::yaml::node::Limits;

/// The governance after a commit of the mainline.
#[derive(Clone, Debug)]
pub struct MainlineGovernance {
    /// The files; the built-in defaults if there is no policy yet or none can be read.
    pub governance: Rc<Governance>,
    pub origin: GovernanceOrigin,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GovernanceOrigin {
    /// The commit's own tree, or this earlier one with the same files.
    Own(Oid),
    /// An earlier commit, because the tree has no readable policy: flag `earlier-policy`.
    Earlier(Oid),
    /// None: there has never been a policy.
    Defaults,
    Unknown(Obstacle),
}

impl MainlineGovernance {
    /// Returns the governance after a later commit that has no readable policy: the same files.
    pub fn without_successor(&self) -> MainlineGovernance {
        MainlineGovernance {
            governance: Rc::clone(&self.governance),
            origin: match &self.origin {
                GovernanceOrigin::Own(commit) | GovernanceOrigin::Earlier(commit) => {
                    GovernanceOrigin::Earlier(*commit)
                }
                other => other.clone(),
            },
        }
    }

    /// Returns the governance after a later commit whose files can't be determined.
    pub fn until(&self, obstacle: Obstacle) -> MainlineGovernance {
        let origin = GovernanceOrigin::Unknown(obstacle);
        MainlineGovernance { governance: Rc::clone(&self.governance), origin }
    }

    fn paths(&self, prefix: &LedgerPrefix) -> impl Iterator<Item = String> {
        let paths = self.governance.paths().into_iter();
        paths.map(|path| prefix.plain(&path))
    }

    /// Tells whether the policy names a governance file, by its normalized path.
    pub fn names(&self, prefix: &LedgerPrefix, path: &str) -> bool {
        self.paths(prefix).any(|named| named == path)
    }

    /// Tells whether a file, by its normalized path, is judged as governance: one that the policy names, or a redesign.
    pub fn governs(&self, prefix: &LedgerPrefix, path: &str) -> bool {
        self.names(prefix, path) || self.holds_redesign(prefix, path)
    }

    /// Tells whether a file, by its normalized path, is a redesign.
    pub fn holds_redesign(&self, prefix: &LedgerPrefix, path: &str) -> bool {
        let folder = prefix.plain(&self.governance.policy.redesigns);
        ledger::is_record_of(&[folder], path) && !self.names(prefix, path)
    }
}

/// A place in the order of events: a landing, or a time after it at which the approvals branch brought a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub landing: usize,
    /// The time after the landing; `None` for the landing itself.
    pub after: Option<Instant>,
}

impl Position {
    /// Returns the place before everything that follows a landing.
    pub fn directly_after(landing: usize) -> Position {
        Position { landing, after: Some(Instant::MIN) }
    }
}

impl From<usize> for Position {
    fn from(landing: usize) -> Position {
        Position { landing, after: None }
    }
}

/// The governance along the mainline, as runs of events with the same files.
#[derive(Clone, Debug)]
pub struct States {
    before_all: Rc<MainlineGovernance>,
    /// Where each run begins, and the governance from there on; empty until it is read.
    runs: Vec<(Position, OnceCell<Rc<MainlineGovernance>>)>,
}

impl Default for States {
    fn default() -> States {
        States::unread()
    }
}

impl States {
    /// Returns the states of a mainline that is not evaluated.
    pub fn unread() -> States {
        let before_all =
            MainlineGovernance { governance: Rc::default(), origin: GovernanceOrigin::Defaults };
        States::of_runs(Rc::new(before_all), [])
    }

    /// Returns states to be filled in run by run; the places at which runs begin are sorted.
    pub fn of_runs(
        before_all: Rc<MainlineGovernance>,
        from: impl IntoIterator<Item = Position>,
    ) -> States {
        let runs = from.into_iter().map(|from| (from, OnceCell::new()));
        States { before_all, runs: runs.collect() }
    }

    /// Fills in the governance of the run that begins at a place, unless it is already known.
    pub fn fill(&self, from: Position, state: Rc<MainlineGovernance>) {
        let run = self.runs.binary_search_by_key(&from, |(from, _)| *from);
        if let Some((_, cell)) = run.ok().and_then(|run| self.runs.get(run)) {
            cell.get_or_init(|| state);
        }
    }

    fn push(&mut self, from: usize, state: Rc<MainlineGovernance>) {
        self.runs.push((from.into(), OnceCell::from(state)));
    }

    /// Returns how many runs begin before a place.
    pub fn runs_before(&self, place: impl Into<Position>) -> usize {
        let place = place.into();
        self.runs.partition_point(|(from, _)| *from < place)
    }

    pub fn n_runs(&self) -> usize {
        self.runs.len()
    }

    pub fn after_runs(&self, n_runs: usize) -> &Rc<MainlineGovernance> {
        let runs = self.runs.get(..n_runs).unwrap_or(&self.runs).iter();
        let mut states = runs.rev().filter_map(|(_, state)| state.get());
        states.next().unwrap_or(&self.before_all)
    }

    /// Returns the state after a landing, up to the next one.
    pub fn at(&self, landing: usize) -> &Rc<MainlineGovernance> {
        self.after_runs(self.runs.partition_point(|(from, _)| from.landing <= landing))
    }

    /// Returns the state before a place; that before a landing judges it.
    pub fn before(&self, place: impl Into<Position>) -> &Rc<MainlineGovernance> {
        self.after_runs(self.runs_before(place))
    }

    /// Returns the state before the first landing.
    pub fn before_all(&self) -> &Rc<MainlineGovernance> {
        &self.before_all
    }

    /// Returns the normalized paths that any policy of the mainline named.
    pub fn paths(&self, prefix: &LedgerPrefix) -> BTreeSet<String> {
        self.each().flat_map(|state| state.paths(prefix)).collect()
    }

    /// Tells whether [`States::each`] lacks a state, because nobody could read or asked for it.
    pub fn lacks_any(&self) -> bool {
        self.runs.iter().any(|(_, state)| state.get().is_none())
    }

    /// Returns the states of the mainline, oldest first, each once.
    pub fn each(&self) -> impl Iterator<Item = &Rc<MainlineGovernance>> {
        self.runs.iter().filter_map(|(_, state)| state.get())
    }

    /// Tells whether some of these restrict in retrospect what any state did not.
    pub(crate) fn are_restricted_by(&self, later: &[Rc<Governance>]) -> bool {
        let mut states = self.each().chain([self.before_all()]);
        states.any(|state| !later.iter().all(|later| later.restricts_the_same(&state.governance)))
    }

    /// Returns the landings where a run begins, or after which one does, each with the governance from there on.
    pub fn from(&self) -> impl Iterator<Item = (usize, &Rc<MainlineGovernance>)> {
        let runs = self.runs.iter();
        runs.filter_map(|(from, state)| Some((from.landing, state.get()?)))
    }

    /// Returns the places where runs begin.
    pub fn places(&self) -> impl Iterator<Item = Position> {
        self.runs.iter().map(|(from, _)| *from)
    }
}

/// Reads the governance of each landing, again only if a governance file changed.
pub fn read(
    objects: &dyn Objects,
    chain: &Chain,
    stops: &[ChangedLanding],
    changes: &[Vec<FileChange>],
    prefix: &LedgerPrefix,
) -> States {
    let mut states = States::unread();
    let mut stops = stops.iter().peekable();
    let mut current = Rc::clone(states.before_all());
    for (landing, commit) in chain.commits.iter().enumerate() {
        let stop = stops.next_if(|stop| stop.landing == landing);
        let changed = stop.and_then(|stop| changes.get(stop.pair));
        let is_other = changed.is_some_and(|changes| {
            changes.iter().any(|change| change.kind == WatchedKind::Governance)
        });
        if is_other {
            let tree = CommitTree::new(objects, commit.tree, prefix);
            current = Rc::new(next(&tree, commit.oid, &current));
            states.push(landing, Rc::clone(&current));
        }
    }
    states
}

fn next(tree: &CommitTree<'_>, commit: Oid, before: &MainlineGovernance) -> MainlineGovernance {
    match Governance::read(tree) {
        Err(error) => before.until(error.into()),
        Ok(own) if own.state == governance::State::Sound => {
            MainlineGovernance { governance: Rc::new(own), origin: GovernanceOrigin::Own(commit) }
        }
        Ok(_) => before.without_successor(),
    }
}

/// The versions of governance files so far, with their bytes.
#[derive(Clone, Debug, Default)]
pub struct GovernanceFiles {
    /// The trail of each file that any policy on the mainline names, and of each redesign, by path, from the file's first
    /// landing.
    pub trails: BTreeMap<String, Trail>,
    /// The bytes of the files, by id.
    pub bytes: OidMap<Rc<[u8]>>,
}

/// Adds the versions of governance files made by a landing, and returns their paths.
pub fn land(
    governance_files: &mut GovernanceFiles,
    contents: &ContentCache<'_>,
    landed: trails::LandedFiles<'_>,
    changes: &[FileChange],
) -> Vec<String> {
    let GovernanceFiles { trails, bytes } = governance_files;
    let mut paths = Vec::new();
    for change in changes {
        let path = &change.path;
        if change.kind != WatchedKind::Governance {
            continue;
        }
        let was_there = trails.contains_key(&**path);
        let before = version::file_at(path, change.old);
        let files = version::file_at(path, change.new);
        let Some(kind) = trails::change(&before, &files, was_there) else {
            continue;
        };
        // The largest limit of any of them: each is checked against its own limit when it is read.
        let most = Limits::ROSTER.bytes;
        let read = change.new.map(|blob| contents.bytes_within(blob, most));
        let (record, digest) = match read {
            None => (Content::Gone, None),
            Some(Ok(read)) => {
                let digest = read.as_deref().map(Digest::of);
                // A file that is too long is rejected wherever it is read, and so are as many blanks.
                let read = read.unwrap_or_else(|| vec![b' '; most + 1]);
                bytes.extend(change.new.map(|blob| (blob, read.into())));
                (Content::File, digest)
            }
            Some(Err(obstacle)) => (Content::Missing(obstacle), None),
        };
        let trail = trails
            .entry(path.to_string())
            .or_insert_with(|| Trail::new(TrailKey::Path(path.to_string())));
        let change = landed.cut_off.map_or(kind, |_| VersionChange::Inherited);
        let record = VersionBody::known(record);
        trail.versions.push(Version {
            n: trail.versions.len() + 1,
            before,
            digest,
            truncated: landed.cut_off.cloned(),
            ..Version::new((landed.landing, landed.commit), change, files, record)
        });
        paths.push(path.to_string());
    }
    paths
}
