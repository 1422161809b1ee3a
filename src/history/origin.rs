//! What the file of a record was before it was that record's: a file whose id could not be read, another record's, a link.
//!
//! Uses history's objects, version. Pure. Start at [`Left`]. Follows `docs/spec/approval.md`, V2 and A5: whoever made such
//! a file made what it became.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::history::objects::Oid;
use crate::history::version::{FileAt, Trail, TrailKey, Version};
use crate::record::file;

/// The files that one snapshot held and the next one does not, by path, bytes and name.
#[derive(Default)]
pub struct Left<'a> {
    by_path: HashMap<&'a str, Vec<&'a TrailKey>>,
    by_blob: HashMap<Oid, Vec<&'a TrailKey>>,
    /// Files whose id could not be read and in whose place nothing stands any more, by their names.
    gone: BTreeMap<&'a str, Vec<&'a TrailKey>>,
}

impl<'a> Left<'a> {
    /// Adds a file that is gone or has other bytes; `is_replaced` says that something else stands in its place.
    pub fn add(&mut self, path: &'a str, blob: Oid, key: &'a TrailKey, is_replaced: bool) {
        self.by_path.entry(path).or_default().push(key);
        self.by_blob.entry(blob).or_default().push(key);
        if !is_replaced && matches!(key, TrailKey::Path(_)) {
            self.gone.entry(file::stem(path)).or_default().push(key);
        }
    }

    /// Returns whose the new files of a record were just before: by path, or by bytes.
    ///
    /// Of files that could not be read and are gone, it may be any that has the name of a new one; where none has, all.
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

/// Returns the files that a version has and the one before it had not.
pub fn new_files<'v>(
    before: &'v [FileAt],
    after: &'v [FileAt],
) -> impl Iterator<Item = &'v FileAt> {
    after.iter().filter(|file| !before.contains(file))
}

/// Returns, of trails that are set apart, those from which versions of others come, directly or through each other.
pub fn needed<'t>(
    trails: impl Iterator<Item = &'t Trail>,
    mut apart: BTreeMap<TrailKey, Trail>,
) -> BTreeMap<TrailKey, Trail> {
    let of = |trail: &Trail| -> Vec<TrailKey> {
        let versions = trail.versions.iter();
        versions.flat_map(|it| it.origins.iter().cloned()).collect()
    };
    let mut wanted: Vec<TrailKey> = trails.flat_map(of).collect();
    let mut needed = BTreeMap::new();
    while let Some(key) = wanted.pop() {
        if let Some(trail) = apart.remove(&key) {
            wanted.extend(of(&trail));
            needed.insert(key, trail);
        }
    }
    needed
}

/// Returns the versions of a trail's last series before a landing.
pub fn series(trail: &Trail, landing: usize) -> &[Version] {
    let n_before = trail.versions.partition_point(|it| it.landing < landing);
    let before = trail.versions.get(..n_before).unwrap_or_default();
    let begin = before.iter().rposition(|version| version.change.begins());
    before.get(begin.unwrap_or(0)..).unwrap_or_default()
}
