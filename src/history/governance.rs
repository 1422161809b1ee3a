//! The governance that each landing finds: which policy judges it, who is who; and the versions of those files.
//!
//! Uses policy, history's chain, folders, graph, tree, version. Pure. Start at [`States`]. Follows
//! `docs/spec/approval.md`, G1 and G2.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::history::chain::Chain;
use crate::history::content::{self, Contents};
use crate::history::folders::FileChange;
use crate::history::graph::Stop;
use crate::history::interest::Kind;
use crate::history::objects::{Objects, Obstacle, Oid};
use crate::history::paths::Prefix;
use crate::history::trails;
use crate::history::tree::{self, CommitTree};
use crate::history::version::{self, Body, Change, Content, Key, MadeInMerge, Trail, Version};
use crate::policy::governance;
use crate::policy::governance::Governance;
use crate::yaml::Limits;

/// The governance that holds after a commit of the mainline.
#[derive(Clone, Debug)]
pub struct State {
    /// The files; the built-in defaults where there is no policy yet or none can be read.
    pub governance: Rc<Governance>,
    /// Where they are from.
    pub origin: Origin,
}

/// Where governance files are from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The tree of the commit itself or, the files being the same, of this earlier one.
    Own(Oid),
    /// An earlier commit, as there is no readable policy in the tree: flag `earlier-policy`.
    Earlier(Oid),
    /// Nowhere: there has never been a policy.
    Defaults,
    /// It can't be told.
    Unknown(Obstacle),
}

impl State {
    /// Returns the paths of the governance files, without detours.
    fn paths(&self, prefix: &Prefix) -> impl Iterator<Item = String> {
        let paths = self.governance.paths().into_iter();
        paths.map(|path| prefix.plain(&path))
    }
}

/// The governance along the mainline.
#[derive(Clone, Debug)]
pub struct States {
    before_all: Rc<State>,
    by_landing: Vec<Rc<State>>,
}

impl States {
    /// Returns the states of a mainline of which nothing is judged.
    pub fn unread() -> States {
        States {
            before_all: Rc::new(State {
                governance: Rc::default(),
                origin: Origin::Defaults,
            }),
            by_landing: Vec::new(),
        }
    }

    /// Returns the state in the tree of a landing.
    pub fn at(&self, landing: usize) -> &Rc<State> {
        self.by_landing
            .get(landing)
            .or(self.by_landing.last())
            .unwrap_or(&self.before_all)
    }

    /// Returns the state at the first parent of a landing, which judges what lands there.
    pub fn before(&self, landing: usize) -> &Rc<State> {
        match landing.checked_sub(1) {
            Some(parent) => self.at(parent),
            None => &self.before_all,
        }
    }

    /// Returns the paths that any policy of the mainline named, without detours.
    pub fn paths(&self, prefix: &Prefix) -> BTreeSet<String> {
        self.each().flat_map(|state| state.paths(prefix)).collect()
    }

    /// Returns the states of the mainline, oldest first, each once.
    pub fn each(&self) -> impl Iterator<Item = &Rc<State>> {
        let runs = self.by_landing.chunk_by(Rc::ptr_eq);
        runs.filter_map(|run| run.first())
    }

    /// Returns the same mainline under other governance: what a function makes of the state after each landing.
    pub fn under(&self, mut other: impl FnMut(usize, &Rc<State>) -> Rc<State>) -> States {
        let by_landing = self.by_landing.iter().enumerate();
        States {
            before_all: Rc::clone(&self.before_all),
            by_landing: by_landing.map(|(n, state)| other(n, state)).collect(),
        }
    }
}

/// Reads the governance of each landing, anew only where a governance file changed.
pub fn read(
    objects: &dyn Objects,
    chain: &Chain,
    stops: &[Stop],
    changes: &[Vec<FileChange>],
    prefix: &Prefix,
) -> States {
    let origin = match &chain.mainline.boundary {
        Some(obstacle) => Origin::Unknown(obstacle.clone()),
        None => Origin::Defaults,
    };
    let before_all = Rc::new(State {
        governance: Rc::default(),
        origin,
    });
    let mut states = States {
        by_landing: Vec::with_capacity(chain.commits.len()),
        before_all: Rc::clone(&before_all),
    };
    let mut stops = stops.iter().peekable();
    let mut current = before_all;
    for (landing, commit) in chain.commits.iter().enumerate() {
        let stop = stops.next_if(|stop| stop.landing == landing);
        let changed = stop.and_then(|stop| changes.get(stop.pair));
        let is_other = changed
            .is_some_and(|changes| changes.iter().any(|change| change.kind == Kind::Governance));
        if is_other {
            let tree = CommitTree::new(objects, commit.tree, prefix);
            current = Rc::new(next(&tree, commit.oid, &current));
        }
        states.by_landing.push(Rc::clone(&current));
    }
    states
}

fn next(tree: &CommitTree<'_>, commit: Oid, before: &State) -> State {
    let own = match Governance::read(tree) {
        Ok(own) => own,
        Err(error) => {
            return State {
                governance: Rc::clone(&before.governance),
                origin: Origin::Unknown(tree::obstacle(&error)),
            };
        }
    };
    if own.state == governance::State::Sound {
        return State {
            governance: Rc::new(own),
            origin: Origin::Own(commit),
        };
    }
    State {
        governance: Rc::clone(&before.governance),
        origin: match &before.origin {
            Origin::Own(earlier) | Origin::Earlier(earlier) => Origin::Earlier(*earlier),
            other => other.clone(),
        },
    }
}

/// Adds the versions that a landing makes of governance files: those that the policy before it or in it names.
pub fn land(
    trails: &mut BTreeMap<String, Trail>,
    contents: &Contents<'_>,
    states: &States,
    prefix: &Prefix,
    landed: trails::Landed<'_>,
    changes: &[FileChange],
) -> Vec<String> {
    let named: BTreeSet<String> = [states.before(landed.landing), states.at(landed.landing)]
        .iter()
        .flat_map(|state| state.paths(prefix))
        .collect();
    let mut paths = Vec::new();
    for change in changes {
        let path = &change.path;
        if change.kind != Kind::Governance || !named.contains(&**path) {
            continue;
        }
        let was_there = trails.contains_key(&**path);
        let before = version::file_at(path, change.old);
        let files = version::file_at(path, change.new);
        let Some(kind) = trails::change(&before, &files, was_there) else {
            continue;
        };
        let most = Limits::POLICY.bytes;
        let read = change.new.map(|blob| contents.bytes_within(blob, most));
        let (record, digest) = match read {
            None => (Content::Gone, None),
            Some(Ok(bytes)) => (Content::File, bytes.map(|bytes| content::digest(&bytes))),
            Some(Err(obstacle)) => (Content::Missing(obstacle), None),
        };
        let trail = trails.entry(path.to_string()).or_insert_with(|| Trail {
            key: Key::Path(path.to_string()),
            versions: Vec::new(),
            became: None,
        });
        trail.versions.push(Version {
            n: trail.versions.len() + 1,
            landing: landed.landing,
            commit: Rc::clone(landed.commit),
            change: landed.cut_off.map_or(kind, |_| Change::Inherited),
            before,
            files,
            origins: Box::default(),
            record: Body::known(record),
            digest,
            touched: Vec::new(),
            nested: Vec::new(),
            tags: Vec::new(),
            made_in_merge: MadeInMerge::No,
            truncated: landed.cut_off.cloned(),
        });
        paths.push(path.to_string());
    }
    paths
}
