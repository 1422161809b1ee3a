//! Git's commit-graph: which commits changed none of some paths, so that their folders need not be opened.
//!
//! Start at [`CommitGraph::open`]. Format: `gitformat-commit-graph(5)`, version 1. A wrong file can hide that a commit
//! changed something until another one changes it back, and nothing else: whatever counts is read from its objects, each commit
//! must be what the file says it is, and nothing may differ between the commits that are opened. Who can write the file can
//! write the refs of the clone, too.

use std::fs;
use std::path::Path;

use sha1::{Digest as _, Sha1};

use crate::history::commit::Commit;
use crate::history::objects::Oid;

/// The longest file that is read.
const LONGEST: u64 = 1 << 30;
/// A parent that does not exist.
const NO_PARENT: u32 = 0x7000_0000;
/// In a parent: the rest is the place of the further parents; in these: it is the last.
const FURTHER: u32 = 0x8000_0000;
const ENTRY: usize = 36;

/// A file, or a chain of files whose base is the first.
pub struct CommitGraph {
    files: Vec<GraphFile>,
}

struct GraphFile {
    /// The commits, sorted.
    oids: Vec<Oid>,
    /// The tree, parents and time of each.
    entries: Vec<u8>,
    /// The further parents of merges of more than two.
    edges: Vec<u8>,
    filters: Option<Filters>,
}

/// Which paths each commit of a file changed against its first parent.
struct Filters {
    /// Where the filter of each commit ends.
    ends: Vec<u32>,
    data: Vec<u8>,
    /// Version 1 hashes bytes above 0x7f wrongly.
    version: u32,
    n_hashes: u32,
}

/// The hashes of a path and of its leading folders.
pub(super) struct PathKey {
    is_ascii: bool,
    hashes: Vec<(u32, u32)>,
}

impl CommitGraph {
    /// Reads the commit-graph of a repository's common folder; `None` without one, or if it can't be used.
    pub fn open(common_dir: &Path) -> Option<CommitGraph> {
        let info = common_dir.join("objects/info");
        let single = info.join("commit-graph");
        let files = if single.is_file() {
            GraphFile::read(&single, &[]).map(|file| vec![file])
        } else {
            let folder = info.join("commit-graphs");
            let chain = read_file(&folder.join("commit-graph-chain"))?;
            let chain = String::from_utf8(chain).ok()?;
            let ids: Option<Vec<Oid>> = chain.lines().map(Oid::from_hex).collect();
            ids.and_then(|ids| {
                let path = |id: &Oid| folder.join(format!("graph-{id}.graph"));
                let files = ids.iter().enumerate();
                files.map(|(n, id)| GraphFile::read(&path(id), ids.get(..n)?)).collect()
            })
        };
        if files.is_none() {
            log::debug!("git's commit-graph can't be used: it is damaged or of another version");
        }
        Some(CommitGraph { files: files? })
    }

    /// Tells whether the newest file has filters of the paths that its commits changed.
    pub fn has_filters(&self) -> bool {
        self.files.last().is_some_and(|file| file.filters.is_some())
    }

    fn oid(&self, position: u32) -> Option<Oid> {
        let mut index = usize::try_from(position).ok()?;
        for file in &self.files {
            match file.oids.get(index) {
                Some(oid) => return Some(*oid),
                None => index -= file.oids.len(),
            }
        }
        None
    }

    /// Tells whether a commit may have changed one of some paths against its first parent; `None` if the file says that it
    /// is another commit.
    pub(super) fn may_change(&self, commit: &Commit, keys: &[PathKey]) -> Option<bool> {
        let files = self.files.iter().rev();
        let mut found =
            files.filter_map(|file| Some((file, file.oids.binary_search(&commit.oid).ok()?)));
        let Some((file, index)) = found.next() else {
            return Some(true);
        };
        let (tree, rest) = file.entries.chunks_exact(ENTRY).nth(index)?.split_at_checked(20)?;
        let time = u64::from(word(rest, 2)? & 3) << 32 | u64::from(word(rest, 3)?);
        // Git stores 0 for what it can't read, and 34 bits of the rest.
        let Some(committed) = commit.committed().filter(|_| time != 0) else {
            return Some(true);
        };
        let is_same = committed.unix() & 0x3_ffff_ffff == i64::try_from(time).ok()?
            && tree == commit.tree.as_bytes()
            && self.parents(file, [word(rest, 0)?, word(rest, 1)?])? == *commit.parents;
        let is_root = commit.parents.is_empty();
        is_same.then(|| is_root || keys.iter().any(|key| file.may_hold(index, key)))
    }

    fn parents(&self, file: &GraphFile, [first, second]: [u32; 2]) -> Option<Vec<Oid>> {
        let stated = [first, second].into_iter().filter(|it| *it != NO_PARENT && it & FURTHER == 0);
        let mut positions: Vec<u32> = stated.collect();
        if second & FURTHER != 0 {
            let mut at = usize::try_from(second & !FURTHER).ok()?;
            loop {
                let edge = word(&file.edges, at)?;
                positions.push(edge & !FURTHER);
                if edge & FURTHER != 0 {
                    break;
                }
                at += 1;
            }
        }
        positions.into_iter().map(|position| self.oid(position)).collect()
    }
}

// Returns the bytes of a file; `None` of a pipe or device, which may have no end.
fn read_file(path: &Path) -> Option<Vec<u8>> {
    let found = fs::metadata(path).ok()?;
    if found.is_file() && found.len() <= LONGEST { fs::read(path).ok() } else { None }
}

impl GraphFile {
    /// Reads a file whose base files have these ids, and checks its form and its hash.
    fn read(path: &Path, bases: &[Oid]) -> Option<GraphFile> {
        let bytes = read_file(path)?;
        let (content, checksum) = bytes.split_at_checked(bytes.len().checked_sub(20)?)?;
        let [b'C', b'G', b'P', b'H', 1, 1, n_chunks, n_bases, ..] = *content else { return None };
        if usize::from(n_bases) != bases.len() || Sha1::digest(content).as_slice() != checksum {
            return None;
        }
        let mut chunks = Vec::new();
        for n in 0..usize::from(n_chunks) {
            // The name of each is followed by where it begins, and that by the name of the next.
            let [name, high, begin, _, next_high, end] =
                [0, 1, 2, 3, 4, 5].map(|at| word(content, 2 + n * 3 + at));
            let [begin, end] = [begin?, end?].map(|at| usize::try_from(at).ok());
            let chunk =
                content.get(begin?..end?).filter(|_| (high, next_high) == (Some(0), Some(0)));
            chunks.push((name?.to_be_bytes(), chunk?));
        }
        let chunk =
            |wanted: &[u8; 4]| chunks.iter().find(|(name, _)| name == wanted).map(|chunk| chunk.1);
        let counts = words(chunk(b"OIDF")?);
        let n_commits = usize::try_from(*counts.last()?).ok()?;
        let of_commits = |name: &[u8; 4], each: usize| {
            chunk(name).filter(|chunk| Some(chunk.len()) == n_commits.checked_mul(each))
        };
        let stated = chunk(b"BASE").unwrap_or_default().chunks(20).map(Oid::from_bytes);
        let is_sound =
            counts.len() == 256 && counts.is_sorted() && stated.eq(bases.iter().copied().map(Some));
        let filters = of_commits(b"BIDX", 4).zip(chunk(b"BDAT"));
        is_sound.then_some(GraphFile {
            oids: of_commits(b"OIDL", 20)?.chunks(20).filter_map(Oid::from_bytes).collect(),
            entries: of_commits(b"CDAT", ENTRY)?.to_vec(),
            edges: chunk(b"EDGE").unwrap_or_default().to_vec(),
            filters: filters.and_then(|(ends, data)| Filters::parse(words(ends), data)),
        })
    }

    fn may_hold(&self, index: usize, key: &PathKey) -> bool {
        let Some(filters) = &self.filters else { return true };
        let Some(bits) = filters.of_commit(index).filter(|bits| !bits.is_empty()) else {
            return true;
        };
        let is_set = |hash: u32| {
            let bit = usize::try_from(hash).unwrap_or_default() % (bits.len() * 8);
            bits.get(bit / 8).is_none_or(|byte| byte >> (bit % 8) & 1 == 1)
        };
        filters.version == 1 && !key.is_ascii
            || key.hashes.iter().all(|(first, second)| {
                (0..filters.n_hashes).all(|n| is_set(first.wrapping_add(n.wrapping_mul(*second))))
            })
    }
}

impl Filters {
    fn parse(ends: Vec<u32>, data: &[u8]) -> Option<Filters> {
        let (version, n_hashes) = (word(data, 0)?, word(data, 1)?);
        let data = data.get(12..)?.to_vec();
        let is_sound = matches!(version, 1 | 2) && (1..=32).contains(&n_hashes) && ends.is_sorted();
        is_sound.then_some(Filters { ends, data, version, n_hashes })
    }

    fn of_commit(&self, index: usize) -> Option<&[u8]> {
        let end = |index: usize| usize::try_from(*self.ends.get(index)?).ok();
        let begin = index.checked_sub(1).map_or(Some(0), end)?;
        self.data.get(begin..end(index)?)
    }
}

impl PathKey {
    pub(super) fn of(path: &str) -> PathKey {
        let folders = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        let parts = folders.chain([path]).map(str::as_bytes);
        let hashes = parts.map(|part| (murmur3(0x293a_e76f, part), murmur3(0x7e64_6e2c, part)));
        PathKey { is_ascii: path.is_ascii(), hashes: hashes.collect() }
    }
}

fn murmur3(seed: u32, bytes: &[u8]) -> u32 {
    let little = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, it| word << 8 | u32::from(*it));
    let mix = |word: u32| word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let (whole, tail) = bytes.split_at(bytes.len() / 4 * 4);
    let mut hash = whole.chunks(4).fold(seed, |hash, word| {
        (hash ^ mix(little(word))).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
    });
    hash ^= mix(little(tail)) ^ u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

/// Returns a number by its place among numbers of 32 bits.
fn word(bytes: &[u8], place: usize) -> Option<u32> {
    let at = place.checked_mul(4)?;
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

fn words(bytes: &[u8]) -> Vec<u32> {
    (0..bytes.len() / 4).filter_map(|place| word(bytes, place)).collect()
}
