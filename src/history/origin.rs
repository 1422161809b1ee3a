//! What the file of a record was before: a file with an unreadable id, another record's file, or a link.
//!
//! Pure. Start at [`Left`]. Follows `docs/spec/approval.md`, V2 and A5: the author of such a file is an author of what it
//! became.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::history::objects::{Oid, OidMap};
use crate::history::version::{FileAt, Trail, TrailKey, Version};
use crate::record::file;

/// The files that one snapshot has and the next one lacks, by path, bytes and name.
#[derive(Default)]
pub struct Left<'a> {
    by_path: HashMap<&'a str, Vec<&'a TrailKey>>,
    by_blob: OidMap<Vec<&'a TrailKey>>,
    /// Files with an unreadable id that are gone without anything in their place, by name.
    gone: BTreeMap<&'a str, Vec<&'a TrailKey>>,
}

impl<'a> Left<'a> {
    /// Adds a file that is gone or changed; `is_replaced` says that something else is in its place.
    pub fn add(&mut self, path: &'a str, blob: Oid, key: &'a TrailKey, is_replaced: bool) {
        self.by_path.entry(path).or_default().push(key);
        self.by_blob.entry(blob).or_default().push(key);
        if !is_replaced && matches!(key, TrailKey::Path(_)) {
            self.gone.entry(file::stem(path)).or_default().push(key);
        }
    }

    /// Returns the trails that the new files of a record belonged to just before, by path or by bytes.
    ///
    /// Of the unreadable files that are gone, those with the name of a new file count; if there are none, all count.
    pub fn origins<'f>(
        &self,
        key: &TrailKey,
        new: impl Iterator<Item = &'f FileAt>,
    ) -> BTreeSet<TrailKey> {
        let mut found: BTreeSet<&TrailKey> = BTreeSet::new();
        let mut alike: BTreeSet<&TrailKey> = BTreeSet::new();
        let mut any = false;
        for file in new {
            any = true;
            found.extend(self.by_path.get(&*file.path).into_iter().flatten());
            found.extend(self.by_blob.get(&file.blob).into_iter().flatten());
            alike.extend(self.gone.get(file::stem(&file.path)).into_iter().flatten());
        }
        if alike.is_empty() && any {
            found.extend(self.gone.values().flatten());
        } else {
            found.extend(alike);
        }
        let others = found.into_iter().filter(|found| *found != key);
        others.cloned().collect()
    }
}

/// Returns the files that a version has and the previous one lacks.
pub fn new_files<'v>(
    before: &'v [FileAt],
    after: &'v [FileAt],
) -> impl Iterator<Item = &'v FileAt> {
    after.iter().filter(|file| !before.contains(file))
}

/// Returns those of the set-aside trails that versions of other trails come from, directly or through each other.
pub fn needed<'t>(
    trails: impl Iterator<Item = &'t Trail>,
    apart: &'t BTreeMap<TrailKey, Trail>,
) -> BTreeSet<TrailKey> {
    let of = |trail: &'t Trail| trail.versions.iter().flat_map(|version| &version.origins);
    let mut wanted: Vec<&TrailKey> = trails.flat_map(of).collect();
    let mut needed = BTreeSet::new();
    while let Some(key) = wanted.pop() {
        if let Some(trail) = apart.get(key)
            && needed.insert(key.clone())
        {
            wanted.extend(of(trail));
        }
    }
    needed
}

/// Returns the versions of a trail's last series before a landing.
pub fn series(trail: &Trail, landing: usize) -> &[Version] {
    let n_before = trail.versions.partition_point(|version| version.landing < landing);
    let before = trail.versions.get(..n_before).unwrap_or_default();
    let begin = before.iter().rposition(|version| version.change.begins());
    before.get(begin.unwrap_or(0)..).unwrap_or_default()
}
