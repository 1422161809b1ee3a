//! Since when a line is in a file, and who brought it there: one walk of first parents, for the lines of many files.
//!
//! Pure. Start at [`introductions`]. Follows `docs/spec/interop.md`, 5, ages: lines are compared without the blanks around
//! them, so that a reformatting elsewhere changes nothing.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};
use std::mem;

use crate::history::chain;
use crate::history::commit::Commit;
use crate::history::content;
use crate::history::folder::{self, Mode, TreeObject};
use crate::history::objects::{Objects, Obstacle, Oid};
use crate::history::paths::{self, LedgerPrefix};
use crate::history::tree::CommitTree;
use crate::record::time::Instant;

/// After how many landings a search ends.
pub const MOST_LANDINGS: usize = 20_000;

/// How many bytes of a line are compared.
const LONGEST: usize = 1000;

/// Returns a line as it is compared: without the blanks around it, and no more than the beginning of a long one.
pub fn comparable(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii();
    line.get(..LONGEST).unwrap_or(line)
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedLine {
    /// The file, from the root of the repository.
    pub path: String,
    /// The line, as [`comparable`] returns it.
    pub text: String,
    /// How many lines above it in the file say the same.
    pub n_before: usize,
}

/// Where a line comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Introduction {
    By(IntroducingCommit),
    /// No commit has it yet.
    Uncommitted,
    /// It was there before the instant at which the search ended.
    Before(Instant),
    /// The clone ends before it began.
    Unknown,
}

/// The commit that brought a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntroducingCommit {
    pub oid: Oid,
    /// When it was written.
    pub at: Instant,
    /// The name and the address of its author, as the commit has them.
    pub author: (String, String),
}

/// Returns where each of some lines comes from, that are in the work tree of a commit.
///
/// In a merge, a line is followed into the parent that brought it. A line of a new file is followed into a file of the
/// same name, or of the same content, that the commit removes.
pub fn introductions(
    objects: &dyn Objects,
    head: Oid,
    lines: &[TracedLine],
) -> Result<Vec<Introduction>, Obstacle> {
    let mut search = Search {
        objects,
        found: vec![Introduction::Uncommitted; lines.len()],
        merged: Vec::new(),
        n_left: MOST_LANDINGS,
    };
    let head = chain::read(objects, head)?;
    let mut files: BTreeMap<&str, Vec<OpenLine>> = BTreeMap::new();
    for (index, line) in lines.iter().enumerate() {
        let open = OpenLine { index, text: line.text.clone(), nth: line.n_before };
        files.entry(&line.path).or_default().push(open);
    }
    let tree = tree_of(objects, head.tree);
    let mut open = Vec::new();
    for (path, mut lines) in files {
        let Some(blob) = blob_at(&tree, path)? else { continue };
        let counts = Counts::read(objects, blob, &lines)?;
        lines.retain(|line| counts.has(line));
        open.push(TracedFile::new(path.to_owned(), blob, lines));
    }
    search.walk(head, open)?;
    // What a merge brought is followed into its branch, which may have merges of its own.
    search.n_left = search.n_left.max(MOST_LANDINGS / 2);
    while let Some((commit, files)) = search.merged.pop() {
        let commit = chain::read(objects, commit)?;
        search.walk(commit, files)?;
    }
    Ok(search.found)
}

/// Returns the people among `wanted` who wrote a commit since an instant that a commit reaches; `key` names a person by
/// name and address.
///
/// Commits are read by their times, newest first, so the search ends where history is older.
pub fn active(
    objects: &dyn Objects,
    head: Oid,
    since: Instant,
    wanted: &BTreeSet<String>,
    key: &dyn Fn(&str, &str) -> String,
) -> Result<BTreeSet<String>, Obstacle> {
    let mut active = BTreeSet::new();
    let mut seen = HashSet::from([head]);
    let first = chain::read(objects, head)?;
    let mut next = BinaryHeap::from([(first.committed(), head)]);
    let mut read = HashMap::from([(head, first)]);
    while let Some((at, oid)) = next.pop() {
        let Some(commit) = read.remove(&oid) else { continue };
        if at.is_some_and(|at| at < since) || active.len() == wanted.len() {
            break;
        }
        let author = commit.author();
        if author.time.is_some_and(|time| time >= since) {
            active
                .extend(Some(key(&author.name, &author.email)).filter(|key| wanted.contains(key)));
        }
        if objects.is_shallow(oid) {
            continue;
        }
        for parent in commit.parents.iter().filter(|parent| seen.insert(**parent)) {
            let commit = chain::read(objects, *parent)?;
            next.push((commit.committed(), *parent));
            read.insert(*parent, commit);
        }
    }
    Ok(active)
}

#[derive(Debug)]
struct OpenLine {
    index: usize,
    text: String,
    nth: usize,
}

#[derive(Debug)]
struct TracedFile {
    path: String,
    blob: Oid,
    lines: Vec<OpenLine>,
    passed: Vec<OlderVersion>,
    n_done: usize,
    /// How many are passed before one is read: one, or ever more of a long file.
    stride: usize,
}

impl TracedFile {
    fn new(path: String, blob: Oid, lines: Vec<OpenLine>) -> TracedFile {
        TracedFile { path, blob, lines, passed: Vec::new(), n_done: 0, stride: 1 }
    }
}

#[derive(Clone, Copy, Debug)]
struct OlderVersion {
    changed_by: Oid,
    blob: Oid,
}

/// From how many bytes on not every version of a file is read.
const LONG_FILE: usize = 256 << 10;

struct Counts {
    of: HashMap<String, usize>,
    n_bytes: usize,
}

impl Counts {
    fn read(objects: &dyn Objects, blob: Oid, lines: &[OpenLine]) -> Result<Counts, Obstacle> {
        let bytes = content::bytes(objects, blob)?;
        let mut of: HashMap<String, usize> =
            lines.iter().map(|line| (line.text.clone(), 0)).collect();
        for line in bytes.split(|byte| *byte == b'\n') {
            if let Some(n) = of.get_mut(&*String::from_utf8_lossy(comparable(line))) {
                *n += 1;
            }
        }
        Ok(Counts { of, n_bytes: bytes.len() })
    }

    /// Tells whether a version has a line, if equal ones are counted from the top.
    fn has(&self, line: &OpenLine) -> bool {
        self.of.get(&line.text).is_some_and(|n| line.nth < *n)
    }
}

struct Search<'o> {
    objects: &'o dyn Objects,
    found: Vec<Introduction>,
    merged: Vec<(Oid, Vec<TracedFile>)>,
    n_left: usize,
}

impl Search<'_> {
    fn walk(&mut self, from: Commit, files: Vec<TracedFile>) -> Result<(), Obstacle> {
        let mut at = from;
        let mut watch = Watch::new(files);
        while !watch.files.is_empty() {
            let parent = at.parents.first().copied();
            if parent.is_none() || self.objects.is_shallow(at.oid) || self.n_left == 0 {
                for file in &mut watch.files {
                    self.read_on(file)?;
                }
            }
            let Some(parent) = parent else {
                for file in mem::take(&mut watch.files) {
                    self.begin(&at, file.lines);
                }
                break;
            };
            if self.objects.is_shallow(at.oid) || self.n_left == 0 {
                let known = if self.n_left == 0 { at.committed() } else { None };
                let end = known.map_or(Introduction::Unknown, Introduction::Before);
                for line in watch.files.iter().flat_map(|file| &file.lines) {
                    self.set(line, end.clone());
                }
                break;
            }
            self.n_left -= 1;
            let parent = chain::read(self.objects, parent)?;
            let changed = watch.move_to(self.objects, parent.tree)?;
            if !changed.is_empty() {
                self.compare(&at, &parent, changed, &mut watch)?;
            }
            at = parent;
        }
        Ok(())
    }

    fn compare(
        &mut self,
        at: &Commit,
        parent: &Commit,
        changed: Vec<(usize, Option<Oid>)>,
        watch: &mut Watch,
    ) -> Result<(), Obstacle> {
        let mut moved = Vec::new();
        for (index, blob) in changed {
            let Some(file) = watch.files.get_mut(index) else { continue };
            if let Some(blob) = blob {
                file.blob = blob;
                file.passed.push(OlderVersion { changed_by: at.oid, blob });
                if file.passed.len() - file.n_done >= file.stride {
                    self.read_on(file)?;
                }
                continue;
            }
            self.read_on(file)?;
            let mut gone = mem::take(&mut file.lines);
            if gone.is_empty() {
                continue;
            }
            let tree = tree_of(self.objects, parent.tree);
            for path in removed(self.objects, [at.tree, parent.tree], &file.path, file.blob)? {
                let Some(blob) = blob_at(&tree, &path)? else { continue };
                let counts = Counts::read(self.objects, blob, &gone)?;
                let lines: Vec<OpenLine> = gone.extract_if(.., |line| counts.has(line)).collect();
                moved.extend((!lines.is_empty()).then(|| TracedFile::new(path, blob, lines)));
            }
            let path = file.path.clone();
            self.leave(at, &path, gone)?;
        }
        if !moved.is_empty() || watch.files.iter().any(|file| file.lines.is_empty()) {
            watch.files.retain(|file| !file.lines.is_empty());
            watch.files.extend(moved);
            watch.sort();
        }
        Ok(())
    }

    /// Reads the last of the versions that were passed, and ends the lines that it lacks.
    /// Of a long file each reading lets four times as many pass.
    fn read_on(&mut self, file: &mut TracedFile) -> Result<(), Obstacle> {
        let done = mem::replace(&mut file.n_done, file.passed.len());
        let Some(last) = file.passed.get(done..).and_then(<[_]>::last) else { return Ok(()) };
        let counts = Counts::read(self.objects, last.blob, &file.lines)?;
        file.stride = if counts.n_bytes < LONG_FILE { 1 } else { file.stride * 4 };
        let gone: Vec<OpenLine> = file.lines.extract_if(.., |line| !counts.has(line)).collect();
        self.narrow(file, (done, file.passed.len() - 1), gone)
    }

    /// Finds by halving where lines began that the last of some versions lacks, and the one before them has.
    fn narrow(
        &mut self,
        file: &TracedFile,
        (first, last): (usize, usize),
        lines: Vec<OpenLine>,
    ) -> Result<(), Obstacle> {
        let middle = usize::midpoint(first, last);
        let (false, Some(version)) = (lines.is_empty(), file.passed.get(middle)) else {
            return Ok(());
        };
        if first < last {
            let counts = Counts::read(self.objects, version.blob, &lines)?;
            let (older, newer) = lines.into_iter().partition(|line| counts.has(line));
            self.narrow(file, (first, middle), newer)?;
            return self.narrow(file, (middle + 1, last), older);
        }
        // What was taken back and made again later has the same content before both.
        match file.passed.iter().position(|passed| passed.blob == version.blob) {
            Some(newest) if newest < last => self.narrow(file, (0, newest), lines),
            _ => {
                let at = chain::read(self.objects, version.changed_by)?;
                self.leave(&at, &file.path, lines)
            }
        }
    }

    fn leave(&mut self, at: &Commit, path: &str, lines: Vec<OpenLine>) -> Result<(), Obstacle> {
        let mut left = lines;
        for parent in at.parents.iter().skip(1) {
            if left.is_empty() {
                break;
            }
            let tree = chain::read(self.objects, *parent)?.tree;
            let Some(blob) = blob_at(&tree_of(self.objects, tree), path)? else {
                continue;
            };
            let counts = Counts::read(self.objects, blob, &left)?;
            let lines: Vec<OpenLine> = left.extract_if(.., |line| counts.has(line)).collect();
            if !lines.is_empty() {
                let file = TracedFile::new(path.to_owned(), blob, lines);
                match self.merged.iter_mut().find(|(oid, _)| oid == parent) {
                    Some((_, files)) => files.push(file),
                    None => self.merged.push((*parent, vec![file])),
                }
            }
        }
        self.begin(at, left);
        Ok(())
    }

    fn begin(&mut self, at: &Commit, lines: Vec<OpenLine>) {
        let author = at.author();
        let Some(time) = author.time.or_else(|| at.committed()) else {
            lines.iter().for_each(|line| self.set(line, Introduction::Unknown));
            return;
        };
        let by = Introduction::By(IntroducingCommit {
            oid: at.oid,
            at: time,
            author: (author.name.clone(), author.email.clone()),
        });
        for line in lines {
            self.set(&line, by.clone());
        }
    }

    fn set(&mut self, line: &OpenLine, introduction: Introduction) {
        if let Some(found) = self.found.get_mut(line.index) {
            *found = introduction;
        }
    }
}

struct Watch {
    files: Vec<TracedFile>,
    top: WatchedName,
}

#[derive(Default)]
struct WatchedName {
    /// The folder that it was in the last commit; `None` before it was read, and where there was none.
    oid: Option<Oid>,
    inside: BTreeMap<Vec<u8>, WatchedName>,
    file: Option<usize>,
}

impl Watch {
    fn new(files: Vec<TracedFile>) -> Watch {
        let mut watch = Watch { files, top: WatchedName::default() };
        watch.sort();
        watch
    }

    fn sort(&mut self) {
        self.top = WatchedName::default();
        for (index, file) in self.files.iter().enumerate() {
            let parts = file.path.split('/');
            let name = parts.fold(&mut self.top, |at, part| {
                at.inside.entry(part.as_bytes().to_vec()).or_default()
            });
            name.file = Some(index);
        }
    }

    fn move_to(
        &mut self,
        objects: &dyn Objects,
        tree: Oid,
    ) -> Result<Vec<(usize, Option<Oid>)>, Obstacle> {
        let mut there = Vec::new();
        self.top.move_to(objects, Some((Mode::Folder, tree)), &mut there)?;
        let differs = |(index, blob): &(usize, Option<Oid>)| {
            self.files.get(*index).is_some_and(|file| Some(file.blob) != *blob)
        };
        Ok(there.into_iter().filter(differs).collect())
    }
}

impl WatchedName {
    fn move_to(
        &mut self,
        objects: &dyn Objects,
        entry: Option<(Mode, Oid)>,
        there: &mut Vec<(usize, Option<Oid>)>,
    ) -> Result<(), Obstacle> {
        if let Some(index) = self.file {
            let blob = entry.filter(|(mode, _)| *mode == Mode::File).map(|(_, oid)| oid);
            there.push((index, blob));
        }
        let folder = entry.filter(|(mode, _)| *mode == Mode::Folder).map(|(_, oid)| oid);
        if self.inside.is_empty() || (folder.is_some() && folder == self.oid) {
            return Ok(());
        }
        self.oid = folder;
        let raw = folder.map(|oid| folder::read(objects, oid)).transpose()?.unwrap_or_default();
        let mut inside: HashMap<&[u8], (Mode, Oid)> = HashMap::new();
        for entry in folder::entries(&raw) {
            let entry =
                entry.map_err(|cause| Obstacle::malformed(folder.unwrap_or(Oid::NULL), cause))?;
            if self.inside.contains_key(entry.name) {
                inside.insert(entry.name, (entry.mode, entry.oid));
            }
        }
        for (name, below) in &mut self.inside {
            below.move_to(objects, inside.get(name.as_slice()).copied(), there)?;
        }
        Ok(())
    }
}

fn blob_at(tree: &CommitTree<'_>, path: &str) -> Result<Option<Oid>, Obstacle> {
    let entry = tree.entry(path)?.filter(|(mode, _)| *mode == Mode::File);
    Ok(entry.map(|(_, oid)| oid))
}

fn tree_of<'o>(objects: &'o dyn Objects, root: Oid) -> CommitTree<'o> {
    CommitTree::new(objects, root, &LedgerPrefix::default())
}

/// Returns the files of the second tree that the first lacks, with the name or the content of another file.
fn removed(
    objects: &dyn Objects,
    [after, before]: [Oid; 2],
    path: &str,
    blob: Oid,
) -> Result<Vec<String>, Obstacle> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut found = Vec::new();
    let mut pairs = vec![(String::new(), Some(after), before)];
    while let Some((folder, after, before)) = pairs.pop() {
        let old = folder::open(objects, Some(before), &TreeObject::default())?;
        let new = folder::open(objects, after, &old)?;
        folder::differences(&old, &new, |entry, both| {
            let (Some((mode, oid)), now) = both else { return };
            let path = || paths::join(&folder, &folder::text(entry));
            match mode {
                Mode::Folder => pairs.push((path(), now.map(|(_, oid)| oid), oid)),
                Mode::File if now.is_none() && oid == blob => found.push((0, path())),
                Mode::File if now.is_none() && entry == name.as_bytes() => found.push((1, path())),
                _ => {}
            }
        });
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}
