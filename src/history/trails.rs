//! Builds the versions of records, landing by landing: which files contain which record, and how it changed.
//!
//! Pure. Start at [`TrailSet`]. Follows `docs/spec/approval.md`, V1 to V4, V7 and V8.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use crate::history::commit::Commit;
use crate::history::content::{ContentCache, FileId};
use crate::history::folders::FileChange;
use crate::history::objects::{Obstacle, Oid};
use crate::history::origin::{self, Left};
use crate::history::version::{self, FileAt, Trail, TrailKey, Version, VersionChange};
use crate::history::watched_paths::WatchedKind;
use crate::record::file;
use crate::record::id::Id;

/// The files of a record, sorted by path; nearly always one.
pub type TrailFiles = Vec<FileAt>;

/// The records after some landing, and their versions so far.
pub struct TrailSet<'o> {
    pub contents: ContentCache<'o>,
    pub trails: BTreeMap<TrailKey, Trail>,
    owners: HashMap<Rc<str>, TrailKey>,
    files: HashMap<TrailKey, TrailFiles>,
    /// Files with an unreadable id, which stand for the record that they contained just before (V2).
    unreadable: HashSet<Rc<str>>,
}

#[derive(Clone, Copy, Debug)]
pub struct LandedFiles<'a> {
    /// Its index in the mainline.
    pub landing: usize,
    pub commit: &'a Rc<Commit>,
    /// Why everything earlier is unknown.
    pub cut_off: Option<&'a Obstacle>,
}

#[derive(Default)]
struct TrailStep {
    before: BTreeMap<TrailKey, TrailFiles>,
    /// The files that are gone or changed: path, owner, bytes.
    left: Vec<(Rc<str>, TrailKey, Oid)>,
}

impl<'o> TrailSet<'o> {
    pub fn new(contents: ContentCache<'o>) -> TrailSet<'o> {
        TrailSet {
            contents,
            trails: BTreeMap::new(),
            owners: HashMap::new(),
            files: HashMap::new(),
            unreadable: HashSet::new(),
        }
    }

    /// Applies the record files that a landing changed, and returns the records that got a version.
    pub fn land<'c>(
        &mut self,
        landed: LandedFiles<'_>,
        changes: impl Iterator<Item = &'c FileChange> + Clone,
    ) -> Vec<TrailKey> {
        let mut step = TrailStep::default();
        for change in changes.clone() {
            if let (Some(old), Some(owner)) = (change.old, self.owners.get(&change.path).cloned()) {
                self.lift(&mut step, &change.path, &owner);
                step.left.push((Rc::clone(&change.path), owner, old));
            }
        }
        let mut unread = Vec::new();
        for change in changes {
            let Some(new) = change.new else { continue };
            if change.kind == WatchedKind::Other {
                let key = TrailKey::Other(change.path.to_string());
                self.put(&mut step, &change.path, new, key);
                continue;
            }
            self.contents.read(&change.path, new);
            match self.contents.file_id(&change.path, new) {
                FileId::Id(id) => {
                    self.put(&mut step, &change.path, new, TrailKey::Id(id.to_string()));
                }
                FileId::Missing(_) => {
                    let key = step.stood_at(&change.path).unwrap_or_else(|| named(&change.path));
                    self.put(&mut step, &change.path, new, key);
                }
                FileId::Unreadable => unread.push((Rc::clone(&change.path), new)),
            }
        }
        self.part(&mut step);
        for (path, new) in unread {
            self.put_unread(&mut step, &path, new);
        }
        self.push(landed, step)
    }

    /// Returns the files of all records.
    pub fn standing(&self) -> impl Iterator<Item = FileAt> {
        self.files.values().flatten().cloned()
    }

    fn lift(&mut self, step: &mut TrailStep, path: &Rc<str>, owner: &TrailKey) {
        let files = self.files.entry(owner.clone()).or_default();
        step.before.entry(owner.clone()).or_insert_with(|| files.clone());
        files.retain(|file| file.path != *path);
        self.owners.remove(path);
        self.unreadable.remove(path);
    }

    fn put(&mut self, step: &mut TrailStep, path: &Rc<str>, blob: Oid, owner: TrailKey) {
        let files = self.files.entry(owner.clone()).or_default();
        step.before.entry(owner.clone()).or_insert_with(|| files.clone());
        let at = files.partition_point(|file| file.path < *path);
        if files.get(at).is_some_and(|file| file.path == *path) {
            files.remove(at);
        }
        if files.is_empty() {
            files.reserve_exact(1);
        }
        let file = FileAt { path: Rc::clone(path), blob };
        files.insert(at, file);
        self.owners.insert(Rc::clone(path), owner);
    }

    /// Detaches unreadable files from the record that they stand for, once the record is readable at another path.
    fn part(&mut self, step: &mut TrailStep) {
        let keys: Vec<TrailKey> = step.before.keys().cloned().collect();
        for key in keys {
            let files = self.files.get(&key).cloned().unwrap_or_default();
            let is_back = files.iter().any(|file| !self.unreadable.contains(&file.path));
            let mut parted = files;
            parted.retain(|file| is_back && self.unreadable.contains(&file.path));
            for FileAt { path, blob } in parted {
                self.lift(step, &path, &key);
                self.put(step, &path, blob, TrailKey::Path(path.to_string()));
                step.left.push((path, key.clone(), blob));
            }
        }
    }

    /// Tells whether a file in which a record stood is still there, and no longer says which record it is: what is readable elsewhere
    /// is another one's beginning (V3). Over a second file, the one that stood there before goes on, unless the second names an end.
    fn is_parted(&mut self, left: &[(Rc<str>, TrailKey, Oid)], key: &TrailKey) -> bool {
        let files = self.files.get(key).filter(|files| !files.is_empty());
        let (TrailKey::Id(_), Some(files)) = (key, files) else { return false };
        let there = left.iter().filter(|(_, owner, _)| owner == key).filter_map(|(path, ..)| {
            let owner = self.owners.get(path).filter(|owner| matches!(owner, TrailKey::Path(_)));
            self.files.get(owner?)?.first().cloned()
        });
        let parted: Vec<FileAt> = there.collect();
        let is_standing = |own: &FileAt| {
            let is_readable = !self.unreadable.contains(&own.path);
            is_readable && files.iter().any(|file| file.path == own.path)
        };
        if !self.trails.get(key).and_then(own_file).is_some_and(is_standing) {
            return !parted.is_empty();
        }
        parted.iter().any(|file| {
            let body = self.contents.read(&file.path, file.blob).0;
            self.contents.parse(&body);
            body.content().ends(&[])
        })
    }

    /// Assigns a file with an unreadable id to the record that it contained just before, else to its path.
    fn put_unread(&mut self, step: &mut TrailStep, path: &Rc<str>, blob: Oid) {
        let by_path = step.stood_at(path);
        let moved = || {
            let from = step
                .left
                .iter()
                .find(|(old_path, _, old)| *old == blob && !self.owners.contains_key(old_path));
            from.map(|(_, key, _)| key.clone())
        };
        let before = by_path.or_else(moved);
        let is_free = |key: &TrailKey| self.files.get(key).is_none_or(TrailFiles::is_empty);
        let owner = match before {
            Some(key @ TrailKey::Id(_)) if is_free(&key) => {
                self.unreadable.insert(Rc::clone(path));
                key
            }
            _ => TrailKey::Path(path.to_string()),
        };
        self.put(step, path, blob, owner);
    }

    fn push(&mut self, landed: LandedFiles<'_>, step: TrailStep) -> Vec<TrailKey> {
        let mut keys = Vec::new();
        let mut left = Left::default();
        for (path, key, blob) in &step.left {
            let is_replaced = self.owners.contains_key(path);
            left.add(path, *blob, key, is_replaced);
        }
        for (key, before) in step.before {
            let after = self.files.get(&key).cloned().unwrap_or_default();
            let was_there = self.trails.contains_key(&key);
            let Some(change) = change(&before, &after, was_there) else {
                continue;
            };
            let is_parted = self.is_parted(&step.left, &key);
            let change = match self.trails.get(&key) {
                Some(trail) if is_parted || loses_own(trail, &before, &after) => {
                    VersionChange::Readded
                }
                _ => change,
            };
            let cut_off = landed.cut_off.cloned();
            let change = match cut_off {
                Some(_) => VersionChange::Inherited,
                None => change,
            };
            let (record, digest) = self.contents.read_all(&after);
            let is_gone = after.is_empty();
            if is_gone {
                self.files.remove(&key);
            }
            let trail = self.trails.entry(key.clone()).or_insert_with(|| Trail::new(key.clone()));
            // Most records land once or twice; spare capacity would dominate memory use.
            if trail.versions.len() == trail.versions.capacity() {
                let n_more = trail.versions.len().max(1);
                trail.versions.reserve_exact(n_more);
            }
            let origins = left.origins(&key, origin::new_files(&before, &after));
            let left_at = if is_gone { before.clone() } else { Vec::new() };
            trail.versions.push(Version {
                n: trail.versions.len() + 1,
                before,
                origins: origins.into_iter().collect(),
                digest,
                truncated: cut_off,
                ..Version::new((landed.landing, landed.commit), change, after, record)
            });
            let readable =
                |path: &str| self.owners.get(path).filter(|key| matches!(key, TrailKey::Id(_)));
            trail.became = match &key {
                TrailKey::Path(path) if is_gone => readable(path).cloned(),
                // Its only fault may have been the name, which another id mends.
                TrailKey::Id(_) if is_gone && trail.was_never_readable() => {
                    let mut paths = left_at.iter().map(|file| &file.path);
                    paths.find_map(|path| readable(path)).cloned()
                }
                _ => None,
            };
            keys.push(key);
        }
        keys
    }
}

impl TrailStep {
    fn stood_at(&self, path: &str) -> Option<TrailKey> {
        let left = self.left.iter().find(|(old, ..)| &**old == path);
        left.map(|(_, key, _)| key.clone())
    }
}

fn named(path: &str) -> TrailKey {
    match Id::new(&file::stem(path).to_ascii_uppercase()) {
        Some(id) => TrailKey::Id(id.to_string()),
        None => TrailKey::Path(path.to_owned()),
    }
}

/// Returns how a record changed; `None` if neither bytes nor paths did.
pub fn change(before: &[FileAt], after: &[FileAt], was_there: bool) -> Option<VersionChange> {
    let paths = |files| -> Vec<&str> { <[FileAt]>::iter(files).map(|file| &*file.path).collect() };
    let same_bytes = blobs(before) == blobs(after);
    let same_paths = paths(before) == paths(after);
    match (before.is_empty(), after.is_empty()) {
        (true, true) => None,
        (true, false) if was_there => Some(VersionChange::Readded),
        (true, false) => Some(VersionChange::Introduced),
        (false, true) => Some(VersionChange::Removed),
        (false, false) => match (same_bytes, same_paths) {
            (true, true) => None,
            (true, false) => Some(VersionChange::Moved),
            (false, true) => Some(VersionChange::Amended),
            (false, false) => Some(VersionChange::AmendedMoved),
        },
    }
}

/// Tells whether a record that had or gets several files loses the one that was its only file before, and keeps another (V3).
fn loses_own(trail: &Trail, before: &[FileAt], after: &[FileAt]) -> bool {
    if after.is_empty() || before.len().max(after.len()) < 2 {
        return false;
    }
    let Some(own) = own_file(trail) else { return false };
    let holds = |files: &[FileAt]| files.iter().any(|file| file.path == own.path);
    holds(before) && !holds(after)
}

// Returns the file in which a record stood alone last; `None` if it is gone since then.
fn own_file(trail: &Trail) -> Option<&FileAt> {
    let landed = trail.versions.iter().rev().filter(|version| version.taken_away().is_none());
    let mut files = landed.map(|version| version.files.as_slice());
    files.find(|files| files.len() < 2)?.first()
}

/// Returns the records whose bytes differ between two snapshots, each with its differing bytes before and after.
pub fn differing<'c>(
    contents: &mut ContentCache<'_>,
    changes: impl Iterator<Item = &'c FileChange>,
) -> BTreeMap<TrailKey, Bytes> {
    let mut differing: BTreeMap<TrailKey, Bytes> = BTreeMap::new();
    for change in changes {
        for file in version::file_at(&change.path, change.old) {
            for key in keys(contents, change, file.blob) {
                differing.entry(key).or_default().old.push(file.clone());
            }
        }
        for file in version::file_at(&change.path, change.new) {
            for key in keys(contents, change, file.blob) {
                differing.entry(key).or_default().new.push(file.clone());
            }
        }
    }
    differing.retain(|_, bytes| blobs(&bytes.old) != blobs(&bytes.new));
    differing
}

/// The files of one record that differ between two snapshots.
#[derive(Clone, Debug, Default)]
pub struct Bytes {
    pub old: Vec<FileAt>,
    pub new: Vec<FileAt>,
}

/// Returns the bytes of files, sorted.
pub fn blobs(files: &[FileAt]) -> Vec<Oid> {
    let mut blobs: Vec<Oid> = files.iter().map(|file| file.blob).collect();
    blobs.sort();
    blobs
}

/// Returns the records that a file of a branch may belong to; if its id can't be read, its path and name decide.
/// One author too many only withholds an approval; one too few could grant one.
fn keys(contents: &mut ContentCache<'_>, change: &FileChange, blob: Oid) -> Vec<TrailKey> {
    let path = &*change.path;
    if change.kind == WatchedKind::Other {
        return vec![TrailKey::Other(path.to_owned())];
    }
    match contents.file_id(path, blob) {
        FileId::Id(id) => vec![TrailKey::Id(id.to_string())],
        FileId::Missing(_) => vec![named(path)],
        FileId::Unreadable => {
            let mut keys = vec![TrailKey::Path(path.to_owned()), named(path)];
            keys.dedup();
            keys
        }
    }
}
