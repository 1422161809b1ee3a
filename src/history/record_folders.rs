//! The folders that hold records: those that the policy names, and those that one named before.
//!
//! Pure. Start at [`RecordFolders::of`]. Follows `docs/spec/approval.md`, V8.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

use crate::history::commit::Commit;
use crate::history::folders::FileChange;
use crate::history::governance::States;
use crate::history::paths::LedgerPrefix;
use crate::history::version::FileAt;
use crate::history::watched_paths::WatchedKind;
use crate::policy::governance::State;

/// The record folders of a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordFolders {
    /// Those that hold records now, for the whole history.
    pub now: Vec<String>,
    /// Those that did before, each with the landing since which it holds none: its records are removed then, unless they moved.
    pub former: BTreeMap<String, usize>,
}

impl RecordFolders {
    /// Returns the folders of a policy, and those that one before it named.
    pub fn of(states: &States, now: &[String]) -> RecordFolders {
        let states = states.from().map(|(from, state)| (from, &state.governance));
        let sound = states.filter(|(_, governance)| governance.state == State::Sound);
        let mut former = BTreeMap::new();
        let mut before: &[String] = &[];
        for (from, governance) in sound {
            let folders = &governance.policy.records;
            let gone = before.iter().filter(|folder| !folders.contains(folder));
            former.extend(gone.map(|folder| (folder.clone(), from)));
            before = folders;
        }
        former.retain(|folder, _| !now.contains(folder));
        RecordFolders { now: now.to_vec(), former }
    }

    /// Returns all of them.
    pub fn all(&self) -> Vec<String> {
        self.now.iter().chain(self.former.keys()).cloned().collect()
    }

    fn until(&self, prefix: &LedgerPrefix, path: &str) -> Option<usize> {
        if prefix.is_inside(&self.now, path) {
            return None;
        }
        let holds = |folder: &String| prefix.is_inside(std::slice::from_ref(folder), path);
        let holding = self.former.iter().filter(|(folder, _)| holds(folder));
        holding.map(|(_, until)| *until).max()
    }

    /// Returns the landings since which a folder holds none, with their commits, in order.
    pub fn left(&self, commits: &[Rc<Commit>]) -> Vec<(usize, Rc<Commit>)> {
        let landings: BTreeSet<usize> = self.former.values().copied().collect();
        let commit = |landing: usize| Some((landing, Rc::clone(commits.get(landing)?)));
        landings.into_iter().filter_map(commit).collect()
    }

    /// Returns what a landing changes of record files: those that stand in a folder that holds records no more are gone.
    pub fn changes<'c>(
        &self,
        (prefix, landing): (&LedgerPrefix, usize),
        changes: impl Iterator<Item = &'c FileChange>,
        standing: impl Iterator<Item = FileAt>,
    ) -> Vec<FileChange> {
        let mut kept: Vec<FileChange> = Vec::new();
        for change in changes {
            match self.until(prefix, &change.path) {
                Some(until) if until < landing => {}
                Some(until) if until == landing => {
                    kept.push(FileChange { new: None, ..change.clone() });
                }
                _ => kept.push(change.clone()),
            }
        }
        if self.former.values().all(|until| *until != landing) {
            return kept;
        }
        let changed: HashSet<Rc<str>> = kept.iter().map(|change| Rc::clone(&change.path)).collect();
        let left = standing.filter(|file| {
            !changed.contains(&file.path) && self.until(prefix, &file.path) == Some(landing)
        });
        kept.extend(left.map(|file| FileChange {
            path: file.path,
            kind: WatchedKind::Record,
            old: Some(file.blob),
            new: None,
            others: Box::default(),
        }));
        kept
    }
}
