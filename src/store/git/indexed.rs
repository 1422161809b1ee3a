//! The objects of a repository, with git's commit-graph to tell what need not be opened.
//!
//! Start at [`IndexedObjects`]. It is used where nothing outside the clone pins the history or asks for proof.

use std::cell::Cell;

use crate::history::objects::{ChangeTest, Extent, Merge, ObjectKind, Objects, Obstacle, Oid};
use crate::store::git::Repository;
use crate::store::git::commit_graph::{CommitGraph, PathKey};

/// The objects of a repository, with its commit-graph to tell what need not be opened.
pub struct IndexedObjects<'r> {
    repository: &'r Repository,
    graph: Cell<Option<&'r CommitGraph>>,
    /// The commit of which the graph says that it is another one.
    pub disagrees: Cell<Option<Oid>>,
}

impl<'r> IndexedObjects<'r> {
    /// Takes the commit-graph, if it may be used.
    pub fn of(repository: &'r Repository, is_used: bool) -> IndexedObjects<'r> {
        let graph = if is_used { repository.commit_graph() } else { None };
        IndexedObjects { repository, graph: Cell::new(graph), disagrees: Cell::new(None) }
    }

    /// Reads something; again if the graph is found to be wrong on the way, since what it said before has left something out.
    pub fn read_with<T>(&self, mut read: impl FnMut(&dyn Objects) -> T) -> T {
        let is_wrong = self.disagrees.get().is_some();
        let found = read(self);
        match self.disagrees.get().filter(|_| !is_wrong) {
            Some(_) => read(self),
            None => found,
        }
    }
}

impl Objects for IndexedObjects<'_> {
    fn read(&self, oid: Oid) -> Result<(ObjectKind, Vec<u8>), Obstacle> {
        self.repository.read(oid)
    }

    fn size(&self, oid: Oid) -> Result<u64, Obstacle> {
        self.repository.size(oid)
    }

    fn is_shallow(&self, oid: Oid) -> bool {
        self.repository.is_shallow(oid)
    }

    fn extent(&self) -> Extent {
        self.repository.extent()
    }

    fn merge(&self, base: &[u8], ours: &[u8], theirs: &[u8]) -> Merge {
        self.repository.merge(base, ours, theirs)
    }

    fn has_replacements(&self) -> bool {
        self.repository.has_replacements()
    }

    fn changes(&self, paths: &[String]) -> Option<ChangeTest<'_>> {
        self.graph.get().filter(|graph| graph.has_filters())?;
        let keys: Vec<PathKey> = paths.iter().map(|path| PathKey::of(path)).collect();
        Some(Box::new(move |commit| {
            let may = self.graph.get().map_or(Some(true), |graph| graph.may_change(commit, &keys));
            may.unwrap_or_else(|| {
                self.distrust_index(commit.oid);
                true
            })
        }))
    }

    fn distrust_index(&self, commit: Oid) {
        self.disagrees.set(Some(commit));
        self.graph.set(None);
    }
}
