//! The governance files at a base that landed without an approval, and trees with the versions
//! that count in their place.
//!
//! Start at [`UncountedFiles`]. Follows `docs/spec/approval.md`, G2: the governance of a branch is what counts where it
//! started, with its own changes.

use crate::session::error::Undetermined;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::approval::governance::counted::CountedGovernance;
use crate::features::diff::compared::ProposedState;
use crate::history::objects::Oid;
use crate::history::paths::LedgerPrefix;
use crate::history::version::Version;
use crate::history::walked::History;
use crate::ledger::tree::{EntryKind, Tree, TreeError, TreeItem};
use crate::policy::governance::{Governance, State};
use crate::rules::change_cases::{GovernanceChange, How, InheritedLine, LineChange};
use crate::view::patch;

#[derive(Debug, Default)]
pub(crate) struct UncountedFiles {
    prefix: LedgerPrefix,
    files: BTreeMap<String, UncountedFile>,
}

#[derive(Debug)]
struct UncountedFile {
    landed: Option<Vec<u8>>,
    counts: Option<Vec<u8>>,
    /// The versions since the one that counts, oldest first, each with the commit that landed it.
    since: Vec<(Oid, Option<Vec<u8>>)>,
}

impl UncountedFiles {
    pub(crate) fn of(history: &History, counted: &CountedGovernance, landing: usize) -> Self {
        let files =
            counted.uncounted(history, landing).into_iter().map(|(path, [landed, counts])| {
                let since = versions_since(history, counted, &path, landing);
                (path, UncountedFile { landed, counts, since })
            });
        UncountedFiles { prefix: history.prefix.clone(), files: files.collect() }
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    pub(crate) fn still_in(&self, tree: &dyn Tree) -> Result<Vec<String>, Undetermined> {
        let tree = CountedTree { tree, files: self };
        let mut paths = Vec::new();
        for path in self.files.keys() {
            let instead = tree.instead(path)?;
            paths.extend(instead.map(|_| path.clone()));
        }
        Ok(paths)
    }

    /// Adds to the last change of each file what the branch keeps of versions that do not count.
    pub(crate) fn find_inherited(
        &self,
        changes: &mut [GovernanceChange],
        tree: &dyn Tree,
    ) -> Result<(), TreeError> {
        let mut seen = BTreeSet::new();
        for change in changes.iter_mut().rev() {
            if seen.insert(change.path.clone()) && change.how != How::Removed {
                let text = tree.bytes(&change.path)?;
                change.inherited = self.inherited(&change.path, text.as_deref());
            }
        }
        Ok(())
    }

    fn inherited(&self, path: &str, text: Option<&[u8]>) -> Vec<InheritedLine> {
        let Some(file) = self.files.get(&self.prefix.plain(path)) else {
            return Vec::new();
        };
        let since = file.since.iter().map(|(_, bytes)| bytes.as_deref());
        let versions: Vec<String> = [file.counts.as_deref()]
            .into_iter()
            .chain(since)
            .chain([text])
            .map(|bytes| without_returns(bytes).unwrap_or_default())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .collect();
        let traced = patch::trace_lines(&versions);
        // The first version is the one that counts, and the last one is the branch's.
        let landed = |version: usize| file.since.get(version.checked_sub(1)?);
        let inherited = |version: usize, change: LineChange| {
            let (commit, _) = landed(version)?;
            Some(InheritedLine { commit: commit.short(), change })
        };
        let added = traced.came_with.iter().zip(1..);
        added
            .filter_map(|(version, number)| inherited(*version, LineChange::Added(number)))
            .chain(
                traced
                    .taken_out
                    .into_iter()
                    .filter_map(|(version, line)| inherited(version, LineChange::TakenOut(line))),
            )
            .collect()
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

fn versions_since(
    history: &History,
    counted: &CountedGovernance,
    path: &str,
    landing: usize,
) -> Vec<(Oid, Option<Vec<u8>>)> {
    let versions = history.governance.get(path).map_or(&[][..], |trail| &trail.versions);
    let from = counted.version(path, landing).map_or(0, |counts| counts + 1);
    let since = versions.iter().skip(from).take_while(|version| version.landing <= landing);
    let bytes = |version: &Version| history.bytes_of(version).map(|bytes| bytes.to_vec());
    since.map(|version| (version.commit.oid, bytes(version))).collect()
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
            Some(bytes) => Ok(bytes.map(|byte| u64::try_from(byte.len()).unwrap_or(u64::MAX))),
            None => self.tree.size(path),
        }
    }

    fn target(&self, path: &str) -> Result<Option<String>, TreeError> {
        self.tree.target(path)
    }
}
