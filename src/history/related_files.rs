//! Finds files near a few records at their landings that a walk of only these records would miss.
//!
//! Pure. Start at [`LedgerLocation::hides`]. Follows `docs/spec/approval.md`, V2 and V3: an id stays the same wherever its
//! file is and whatever its name.

use std::collections::{BTreeSet, HashMap};

use crate::history::chain;
use crate::history::content::{self, ContentCache, FileId};
use crate::history::folder::{self, DEEPEST, MOST_ENTRIES, Mode};
use crate::history::folders::{ComparisonJob, FileChange, FolderComparison};
use crate::history::objects::{Objects, Obstacle, Oid};
use crate::history::paths::{self, LedgerPrefix};
use crate::history::tree::CommitTree;
use crate::history::walked::History;
use crate::history::watched_paths::{Interest, RecordFilter, WatchedKind};
use crate::ledger;
use crate::record::file;
use crate::yaml::node::Limits;

/// A repository, and the folders of its records.
pub struct LedgerLocation<'o> {
    pub objects: &'o dyn Objects,
    pub prefix: &'o LedgerPrefix,
    pub folders: &'o [String],
}

/// Looks in one record folder, landing by landing, for files with a requested name that are elsewhere. Landings have nearly
/// all subfolders in common: one that was searched at the same path is not opened again.
struct FolderSearch<'s> {
    objects: &'s dyn Objects,
    folder: &'s str,
    few: &'s RecordFilter,
    /// The subfolders without such a file, with how many entries are below each.
    searched: HashMap<(Oid, String), usize>,
    n_entries: usize,
}

impl<'s> FolderSearch<'s> {
    fn new(objects: &'s dyn Objects, folder: &'s str, few: &'s RecordFilter) -> FolderSearch<'s> {
        FolderSearch { objects, folder, few, searched: HashMap::new(), n_entries: 0 }
    }

    fn finds(&mut self, tree: &CommitTree<'_>) -> Result<bool, Obstacle> {
        let folder = self.folder.trim_end_matches('/');
        self.n_entries = 0;
        match tree.entry(folder)? {
            Some((Mode::Folder, oid)) => {
                let path = if folder == "." { "" } else { folder };
                self.finds_below(path.to_owned(), oid, 1)
            }
            _ => Ok(false),
        }
    }

    fn finds_below(&mut self, path: String, oid: Oid, depth: usize) -> Result<bool, Obstacle> {
        let too_large = || Obstacle::TooLarge { folder: path.clone() };
        if depth > DEEPEST {
            return Err(too_large());
        }
        let place = (oid, path.clone());
        let before = self.n_entries;
        if let Some(n_below) = self.searched.get(&place) {
            self.n_entries += n_below;
            return if self.n_entries > MOST_ENTRIES { Err(too_large()) } else { Ok(false) };
        }
        let raw = folder::read(self.objects, oid)?;
        for entry in folder::entries(&raw) {
            let entry = entry.map_err(|cause| Obstacle::malformed(oid, cause))?;
            let below = paths::join(&path, &folder::text(entry.name));
            self.n_entries += 1;
            if self.n_entries > MOST_ENTRIES {
                return Err(too_large());
            }
            let is_found = match entry.mode {
                Mode::File => {
                    ledger::is_record(self.folder, &below) && self.few.is_elsewhere(&below)
                }
                Mode::Folder => self.finds_below(below, entry.oid, depth + 1)?,
                Mode::Link | Mode::Submodule | Mode::Other => false,
            };
            if is_found {
                return Ok(true);
            }
        }
        self.searched.insert(place, self.n_entries - before);
        Ok(false)
    }
}

impl LedgerLocation<'_> {
    /// Tells whether, at the landing of a version of these records, there were files that a walk of
    /// only these records would miss.
    pub fn hides(&self, history: &History, few: &RecordFilter) -> Result<bool, Obstacle> {
        let versions = || history.trails.values().flat_map(|trail| &trail.versions);
        let landings: BTreeSet<usize> = versions().map(|version| version.landing).collect();
        Ok(versions().any(|version| !version.origins.is_empty())
            || self.was_elsewhere(history, &landings, few)?
            || self.was_otherwise(history, &landings, few))
    }

    fn was_elsewhere(
        &self,
        history: &History,
        landings: &BTreeSet<usize>,
        few: &RecordFilter,
    ) -> Result<bool, Obstacle> {
        let around: BTreeSet<usize> = landings
            .iter()
            .flat_map(|landing| [landing.checked_sub(1), Some(*landing)])
            .flatten()
            .collect();
        let mut searches: Vec<FolderSearch<'_>> = self
            .folders
            .iter()
            .map(|folder| FolderSearch::new(self.objects, folder, few))
            .collect();
        for landing in around {
            let Some(landing) = history.mainline.landings.get(landing) else {
                continue;
            };
            let tree = CommitTree::new(self.objects, landing.tree, self.prefix);
            for search in &mut searches {
                if search.finds(&tree)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Tells whether a file of another name, with a requested id or possibly the record's predecessor, was added,
    /// removed or changed when a version landed, or in a branch merged then; or whether this is undetermined.
    fn was_otherwise(
        &self,
        history: &History,
        landings: &BTreeSet<usize>,
        few: &RecordFilter,
    ) -> bool {
        let interest = Interest::new(self.prefix, self.folders);
        let tree = |landing: usize| Some(history.mainline.landings.get(landing)?.tree);
        let mut pairs: Vec<(Option<Oid>, Option<Oid>)> = landings
            .iter()
            .map(|landing| (landing.checked_sub(1).and_then(tree), tree(*landing)))
            .collect();
        let is_merge = |landing: &usize| {
            let landing = history.mainline.landings.get(*landing);
            landing.is_some_and(|landing| landing.parents.len() > 1)
        };
        if landings.iter().any(is_merge) {
            let brought = history.landed.iter();
            for (commit, _) in brought.filter(|(_, landing)| landings.contains(landing)) {
                let Ok(commit) = chain::read(self.objects, *commit) else {
                    return true;
                };
                let first = commit.parents.first();
                // Beyond the end of a shallow clone there is nothing to compare with, and all walks stop there.
                let before = first.and_then(|first| chain::read(self.objects, *first).ok());
                if first.is_none() || before.is_some() {
                    pairs.push((before.map(|before| before.tree), Some(commit.tree)));
                }
            }
        }
        let jobs = pairs.into_iter().enumerate().map(|(pair, (old, new))| ComparisonJob {
            pair,
            old,
            new,
            others: Box::default(),
        });
        let mut folders = FolderComparison::new(self.objects, self.prefix, Default::default());
        folders.run(interest.top(), jobs.collect());
        let is_other = |change: &&FileChange| {
            let name = file::stem(&change.path).to_ascii_uppercase();
            change.kind == WatchedKind::Record && !few.names.contains(&name)
        };
        let mut changes = folders.changes.iter().flatten().filter(is_other);
        !folders.obstacles.is_empty()
            || changes.any(|change| {
                let mut blobs = [change.old, change.new].into_iter().flatten();
                let may_have_become = if change.new.is_none() { change.old } else { None };
                blobs.any(|blob| self.bears(&change.path, blob, few))
                    || may_have_become.is_some_and(|blob| !self.has_id(&change.path, blob))
            })
    }

    fn has_id(&self, path: &str, blob: Oid) -> bool {
        let file_id = ContentCache::new(self.objects).file_id(path, blob);
        matches!(file_id, FileId::Id(_))
    }

    fn bears(&self, path: &str, blob: Oid, few: &RecordFilter) -> bool {
        let bytes = match content::bytes_within(self.objects, blob, Limits::RECORD.bytes) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return false,
            Err(_) => return true,
        };
        let text = String::from_utf8_lossy(&bytes);
        // After a backslash, any letter may be written as an escape.
        if !text.contains('\\') {
            let upper = text.to_ascii_uppercase();
            return few.names.iter().any(|name| upper.contains(name.as_str()));
        }
        let source = file::read(path, &bytes);
        let stated = source.root.as_ref().and_then(|root| root.at("id")?.text());
        stated.is_some_and(|id| few.names.contains(&id.to_ascii_uppercase()))
    }
}
