//! Finds files near a few records at their landings that a walk of only these records would miss.
//!
//! Pure. Start at [`LedgerLocation::hides`]. Follows `docs/spec/approval.md`, V2 and V3: an id stays the same wherever its
//! file is and whatever its name.

use std::collections::BTreeSet;

use crate::history::chain;
use crate::history::content::{self, ContentCache, FileId};
use crate::history::folders::{ComparisonJob, FileChange, FolderComparison};
use crate::history::objects::{Objects, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::walked::History;
use crate::history::watched_paths::{Interest, RecordFilter, WatchedKind};
use crate::record::file;
use crate::yaml::node::Limits;

/// A repository, and the folders of its records.
pub struct LedgerLocation<'o> {
    pub objects: &'o dyn Objects,
    pub prefix: &'o LedgerPrefix,
    pub folders: &'o [String],
}

impl LedgerLocation<'_> {
    /// Tells whether, at the landing of a version of these records, there were files that a walk of
    /// only these records would miss.
    pub fn hides(&self, history: &History, few: &RecordFilter) -> bool {
        let versions = || history.trails.values().flat_map(|trail| &trail.versions);
        let landings: BTreeSet<usize> = versions().map(|version| version.landing).collect();
        versions().any(|version| !version.origins.is_empty())
            || self.was_otherwise(history, &landings, few)
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
