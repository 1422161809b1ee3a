//! Finds the files that differ between pairs of snapshots, folder by folder.
//!
//! Pure. Start at [`FolderComparison`]. Follows `docs/spec/performance.md`, growth: comparing snapshot by snapshot would
//! unpack the same folders again and again, so all pairs of one folder are compared, oldest to newest, before the next
//! folder is opened.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::history::folder::{self, Both, DEEPEST, MOST_ENTRIES, Mode, TreeObject};
use crate::history::objects::{Objects, Obstacle, Oid, OidMap};
use crate::history::paths::{self, LedgerPrefix};
use crate::history::watched_paths::{WatchedFolder, WatchedKind};

/// A pair of snapshots: an index into the caller's list of them.
pub type SnapshotPair = usize;

/// A file that differs between two snapshots. Only regular files are included; anything else counts as absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// The path from the ledger's root.
    pub path: Rc<str>,
    pub kind: WatchedKind,
    pub old: Option<Oid>,
    pub new: Option<Oid>,
    /// The ids of its bytes in the further snapshots of the pair.
    pub others: Box<[Option<Oid>]>,
}

/// Finds further records to read by what landed in some folders, whether or not these are record folders still.
#[derive(Clone, Copy)]
pub struct RecordSearch<'s> {
    pub folders: &'s [String],
    /// Returns the name of the file, in upper case and without suffix, if a change is one of such a record.
    pub name: &'s dyn Fn(&FileChange) -> Option<String>,
}

/// One folder of a pair, to be compared.
#[derive(Clone, Debug)]
pub struct ComparisonJob {
    pub pair: SnapshotPair,
    pub old: Option<Oid>,
    pub new: Option<Oid>,
    /// The folder in further snapshots, in which differing files are looked up.
    pub others: Box<[Option<Oid>]>,
}

/// All comparisons of one history walk.
pub struct FolderComparison<'o> {
    objects: &'o dyn Objects,
    prefix: &'o LedgerPrefix,
    /// The raw entries of interest of root folders that were already read, by id.
    pub tops: OidMap<Rc<[u8]>>,
    pub changes: Vec<Vec<FileChange>>,
    /// The pairs that could not be compared, with the reason.
    pub obstacles: BTreeMap<SnapshotPair, Obstacle>,
    n_seen: Vec<usize>,
}

struct FolderDifference<'a> {
    name: &'a [u8],
    both: Both,
    others: Vec<Option<(Mode, Oid)>>,
}

struct ComparedFolder<'p> {
    ledger_path: String,
    at: WatchedFolder<'p>,
}

impl<'p> ComparedFolder<'p> {
    fn inside(&self, name: &str) -> Option<WatchedFolder<'p>> {
        self.at.folder(name).filter(WatchedFolder::leads_on)
    }

    fn matters(&self, name: &str) -> bool {
        self.at.file(name).is_some() || self.inside(name).is_some()
    }
}

type SubfolderJobs = BTreeMap<String, Vec<ComparisonJob>>;

impl<'o> FolderComparison<'o> {
    /// Creates comparisons; some root folders may already be known.
    pub fn new(
        objects: &'o dyn Objects,
        prefix: &'o LedgerPrefix,
        tops: OidMap<Rc<[u8]>>,
    ) -> FolderComparison<'o> {
        FolderComparison {
            objects,
            prefix,
            tops,
            changes: Vec::new(),
            obstacles: BTreeMap::new(),
            n_seen: Vec::new(),
        }
    }

    /// Creates comparisons of other pairs, which take over the root folders that are known.
    pub fn beside(&mut self) -> FolderComparison<'o> {
        FolderComparison::new(self.objects, self.prefix, std::mem::take(&mut self.tops))
    }

    /// Compares the root folders of all pairs, and then their subfolders; jobs must be in chronological order.
    pub fn run(&mut self, top: WatchedFolder<'_>, jobs: Vec<ComparisonJob>) {
        let n_pairs =
            jobs.iter().map(|job| job.pair + 1).max().unwrap_or(0).max(self.changes.len());
        self.changes.resize_with(n_pairs, Vec::new);
        self.n_seen.resize(n_pairs, 0);
        self.compare("", top, jobs, 0);
    }

    pub fn differs(&self, pair: SnapshotPair) -> bool {
        self.changes.get(pair).is_some_and(|changes| !changes.is_empty())
    }

    fn compare(
        &mut self,
        path: &str,
        at: WatchedFolder<'_>,
        jobs: Vec<ComparisonJob>,
        depth: usize,
    ) {
        let mut recent = Recent::default();
        let mut inside = SubfolderJobs::new();
        let place = ComparedFolder { ledger_path: self.prefix.inward(path), at };
        for job in jobs {
            if self.obstacles.contains_key(&job.pair) {
                continue;
            }
            let compared = if depth > DEEPEST {
                Err(too_large(path))
            } else {
                self.compare_one(&place, &job, &mut recent, &mut inside)
            };
            if let Err(obstacle) = compared {
                self.obstacles.insert(job.pair, obstacle);
            }
        }
        for (name, jobs) in inside {
            if let Some(at) = place.inside(&name) {
                self.compare(&paths::join(path, &name), at, jobs, depth + 1);
            }
        }
    }

    fn compare_one(
        &mut self,
        place: &ComparedFolder<'_>,
        job: &ComparisonJob,
        recent: &mut Recent,
        inside: &mut SubfolderJobs,
    ) -> Result<(), Obstacle> {
        let mut read = |oid: Option<Oid>| match oid {
            None => Ok(Rc::default()),
            Some(oid) => match self.tops.get(&oid) {
                Some(raw) => match TreeObject::parse(raw.to_vec()) {
                    Ok(folder) => Ok(Rc::new(folder)),
                    Err(cause) => Err(Obstacle::malformed(oid, cause)),
                },
                None => recent.read(self.objects, oid),
            },
        };
        let (old, new) = (read(job.old)?, read(job.new)?);
        let mut found = Vec::new();
        folder::differences(&old, &new, |name, both| {
            found.push(FolderDifference { name, both, others: Vec::new() });
        });
        found.retain(|difference| place.matters(&folder::text(difference.name)));
        // Further snapshots are opened only if something of interest differs.
        let others: &[Option<Oid>] = if found.is_empty() { &[] } else { &job.others };
        for other in others {
            let other = read(*other)?;
            for difference in &mut found {
                let (old, new) = difference.both;
                let mode = old.or(new).map_or(Mode::File, |(mode, _)| mode);
                let there = other.find(difference.name, mode);
                difference.others.push(there.map(|entry| (entry.mode, entry.oid)));
            }
        }
        for difference in found {
            self.take(place, job.pair, &difference, inside)?;
        }
        Ok(())
    }

    fn take(
        &mut self,
        place: &ComparedFolder<'_>,
        pair: SnapshotPair,
        difference: &FolderDifference<'_>,
        inside: &mut SubfolderJobs,
    ) -> Result<(), Obstacle> {
        if let Some(n_seen) = self.n_seen.get_mut(pair) {
            *n_seen += 1;
            // A change of everything removes and adds at most this many entries.
            if *n_seen > 2 * MOST_ENTRIES {
                return Err(too_large(&place.ledger_path));
            }
        }
        let name = folder::text(difference.name);
        let of = |wanted: Mode| {
            move |entry: &Option<(Mode, Oid)>| {
                entry.and_then(|(mode, oid)| if mode == wanted { Some(oid) } else { None })
            }
        };
        let (file, folder) = (of(Mode::File), of(Mode::Folder));
        let other = |entry: &Option<(Mode, Oid)>| {
            entry.and_then(|(mode, oid)| matches!(mode, Mode::Link | Mode::Other).then_some(oid))
        };
        let kind = place.at.file(&name);
        let mut add =
            |kind: WatchedKind, old: Option<Oid>, new: Option<Oid>, others: Box<[Option<Oid>]>| {
                if let Some(changes) = self.changes.get_mut(pair).filter(|_| old != new) {
                    // Most commits change one file, and there may be a million of them, so allocate exactly.
                    if changes.is_empty() {
                        changes.reserve_exact(1);
                    }
                    changes.push(FileChange {
                        path: paths::join(&place.ledger_path, &name).into(),
                        kind,
                        old,
                        new,
                        others,
                    });
                }
            };
        if let Some(kind) = kind {
            let others = difference.others.iter().map(&file).collect();
            add(kind, file(&difference.both.0), file(&difference.both.1), others);
        }
        if kind == Some(WatchedKind::Record) {
            let (old, new) = (other(&difference.both.0), other(&difference.both.1));
            add(WatchedKind::Other, old, new, Box::default());
        }
        let (old, new) = (folder(&difference.both.0), folder(&difference.both.1));
        if old != new && place.inside(&name).is_some() {
            inside.entry(name).or_default().push(ComparisonJob {
                pair,
                old,
                new,
                others: difference.others.iter().map(&folder).collect(),
            });
        }
        Ok(())
    }
}

fn too_large(folder: &str) -> Obstacle {
    Obstacle::TooLarge { folder: folder.to_owned() }
}

/// The folders read most recently: neighboring snapshots have most of them in common.
#[derive(Default)]
struct Recent {
    kept: Vec<(Oid, Rc<TreeObject>)>,
}

impl Recent {
    const MOST: usize = 12;

    fn read(&mut self, objects: &dyn Objects, oid: Oid) -> Result<Rc<TreeObject>, Obstacle> {
        let at = self.kept.iter().position(|(kept, _)| *kept == oid);
        let folder = match at.map(|at| self.kept.remove(at)) {
            Some((_, folder)) => folder,
            None => {
                let near = self.kept.last().map(|(_, near)| Rc::clone(near)).unwrap_or_default();
                Rc::new(folder::open(objects, Some(oid), &near)?)
            }
        };
        if self.kept.len() >= Self::MOST {
            self.kept.remove(0);
        }
        self.kept.push((oid, Rc::clone(&folder)));
        Ok(folder)
    }
}
