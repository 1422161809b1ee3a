//! The governance files at a base that landed without an approval, and trees with the versions
//! that count in their place.
//!
//! Start at [`UncountedFiles`]. Follows `docs/spec/approval.md`, G2: the governance of a branch is what counts where it
//! started, with its own changes.

use crate::session::error::Undetermined;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::approval::counted::CountedGovernance;
use crate::features::diff::compared::ProposedState;
use crate::history::paths::LedgerPrefix;
use crate::history::walked::History;
use crate::ledger::tree::{EntryKind, Tree, TreeError, TreeItem};
use crate::policy::governance::{Governance, State};

/// The governance files whose version at a base does not count, by path.
#[derive(Debug, Default)]
pub(crate) struct UncountedFiles {
    prefix: LedgerPrefix,
    files: BTreeMap<String, UncountedFile>,
}

#[derive(Debug)]
struct UncountedFile {
    landed: Option<Vec<u8>>,
    counts: Option<Vec<u8>>,
}

impl UncountedFiles {
    /// Returns the files that do not count at a landing of the approved ref.
    pub(crate) fn of(history: &History, counted: &CountedGovernance, landing: usize) -> Self {
        let files = counted
            .uncounted(history, landing)
            .into_iter()
            .map(|(path, [landed, counts])| (path, UncountedFile { landed, counts }));
        UncountedFiles { prefix: history.prefix.clone(), files: files.collect() }
    }

    /// Returns those paths whose files in a tree are still as they landed.
    pub(crate) fn still_in(&self, tree: &dyn Tree) -> Result<Vec<String>, Undetermined> {
        let tree = CountedTree { tree, files: self };
        let mut paths = Vec::new();
        for path in self.files.keys() {
            let instead = tree.instead(path)?;
            paths.extend(instead.map(|_| path.clone()));
        }
        Ok(paths)
    }

    /// Reads the governance of a tree, with the versions that count in place of those that merely landed.
    pub(crate) fn read(&self, tree: &dyn Tree) -> Result<Governance, TreeError> {
        Governance::read(&CountedTree { tree, files: self })
    }

    /// Returns the governance of a proposed state: its own governance files if it changes
    /// them, otherwise those that count.
    pub(crate) fn governance(
        &self,
        before: &Rc<Governance>,
        proposed: ProposedState<'_>,
    ) -> Result<Rc<Governance>, Undetermined> {
        if self.files.is_empty() || proposed.governance.state != State::Sound {
            return Ok(Rc::new(proposed.governance.clone()));
        }
        let read = self.read(proposed.tree);
        let read = Rc::new(read?);
        let is_unchanged = self.still_in(proposed.tree)?.len() == self.files.len();
        if read.state != State::Sound && is_unchanged { Ok(Rc::clone(before)) } else { Ok(read) }
    }
}

/// A tree with the counting versions of governance files in place of those that merely landed.
struct CountedTree<'t> {
    tree: &'t dyn Tree,
    files: &'t UncountedFiles,
}

impl CountedTree<'_> {
    /// Returns the replacement for the file of a path; `None` if the file itself applies.
    fn instead(&self, path: &str) -> Result<Option<Option<&[u8]>>, TreeError> {
        let path = self.files.prefix.plain(path);
        let Some(file) = self.files.files.get(&path) else {
            return Ok(None);
        };
        let own = self.tree.bytes(&path)?;
        // A work tree may have other line endings.
        let same = without_returns(own.as_deref()) == without_returns(file.landed.as_deref());
        Ok(same.then_some(file.counts.as_deref()))
    }
}

fn without_returns(bytes: Option<&[u8]>) -> Option<Vec<u8>> {
    let bytes = bytes?.iter().copied();
    Some(bytes.filter(|byte| *byte != b'\r').collect())
}

impl Tree for CountedTree<'_> {
    fn list(&self, folder: &str) -> Result<Vec<TreeItem>, TreeError> {
        self.tree.list(folder)
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, TreeError> {
        match self.instead(path)? {
            Some(bytes) => Ok(bytes.map(|_| EntryKind::File)),
            None => self.tree.kind(path),
        }
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        match self.instead(path)? {
            Some(bytes) => Ok(bytes.map(<[u8]>::to_vec)),
            None => self.tree.bytes(path),
        }
    }

    fn size(&self, path: &str) -> Result<Option<u64>, TreeError> {
        match self.instead(path)? {
            Some(bytes) => Ok(bytes.map(|it| u64::try_from(it.len()).unwrap_or(u64::MAX))),
            None => self.tree.size(path),
        }
    }

    fn target(&self, path: &str) -> Result<Option<String>, TreeError> {
        self.tree.target(path)
    }
}
