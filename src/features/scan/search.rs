//! Which files are searched, and what is in them.
//!
//! Start at `SearchedFiles`. Each file is read once, in threads. Follows `docs/spec/interop.md`, 5.

use crate::diag::sorting::StableSort as _;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::features::scan::block::{BlockEnds, HiddenBlock};
use crate::features::scan::place::{self, ScanPlace, is_below};
use crate::formats::lock_files;
use crate::formats::suppressions::entry::ScannedFile;
use crate::formats::suppressions::readers::trivy;
use crate::formats::suppressions::{self, SuppressionScanner};
use crate::history::content;
use crate::history::introduced::comparable;
use crate::history::watched_paths;
use crate::record::file;
use crate::record::pattern;
use crate::rules::scan::suppression::{CommentReach, FoundSuppression};
use crate::session::error::{Error, Undetermined, Usage};
use crate::store::folder_files::FolderFiles;
use crate::store::git::tracked::{TrackedFile, WorkContent, WorkFiles};
use crate::store::git::{Repository, reach};

const BATCH: usize = 64;

const VENDORED: &[&str] = &["node_modules", "third_party", "vendor"];

pub(super) struct SearchedFiles<'p> {
    top: PathBuf,
    repository: Option<&'p Repository>,
    all: Vec<TrackedFile>,
    /// The named files and folders from the top; empty for all of it.
    named: Vec<String>,
    /// The folders outside git that were not entered.
    passed_over: Vec<String>,
    unread: Vec<String>,
}

impl<'p> SearchedFiles<'p> {
    pub(super) fn list(
        place: &'p ScanPlace,
        folder: &Path,
        named: &[PathBuf],
    ) -> Result<SearchedFiles<'p>, Error> {
        let mut files = SearchedFiles::list_tracked(place, folder, named)?;
        files.add_behind_links();
        Ok(files)
    }

    fn add_behind_links(&mut self) {
        for path in self.named_by_trivy().into_values().collect::<BTreeSet<_>>() {
            let is_link = |folder: &str| self.find(folder).is_some_and(|file| file.is_link);
            if !folders_of(&path).any(is_link) {
                continue;
            }
            // A file that isn't there hides nothing, but where a link leads that can't be followed is unknown.
            let target = reach::below(&self.top, &path).filter(|target| *target != path);
            let is_there = |target: String| self.has(&target) || self.top.join(target).exists();
            if target.is_none_or(is_there)
                && let Err(at) = self.position(&path)
            {
                self.all.insert(at, TrackedFile::of_folder(Path::new(&path), true));
            }
        }
    }

    fn list_tracked(
        place: &'p ScanPlace,
        folder: &Path,
        named: &[PathBuf],
    ) -> Result<SearchedFiles<'p>, Error> {
        let repository = match place {
            ScanPlace::Ledger(session) => {
                session.work_tree()?;
                session.repository()?
            }
            ScanPlace::Repository(repository) => repository,
            ScanPlace::Folder(top) => {
                let named = named_paths(folder, named, None)?;
                let listed = FolderFiles::list(top, &named, is_vendored_name);
                return Ok(SearchedFiles {
                    top: top.clone(),
                    repository: None,
                    all: listed.files,
                    named,
                    passed_over: listed.passed_over,
                    unread: listed.unread,
                });
            }
        };
        let bare = || Undetermined::Bare { root: repository.common_dir().to_owned() };
        let top = repository.work_dir().ok_or_else(bare)?.to_owned();
        let all = repository.tracked().map_err(Undetermined::from)?;
        let named = named_paths(folder, named, Some(&all))?;
        let repository = Some(repository);
        Ok(SearchedFiles {
            top,
            repository,
            all,
            named,
            passed_over: Vec::new(),
            unread: Vec::new(),
        })
    }

    pub(super) fn lock_files(&self) -> BTreeMap<String, Vec<String>> {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for file in self.all.iter().filter(|file| !file.is_link) {
            if lock_files::is_lock_file(&file.path) {
                let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
                found.entry(folder.to_owned()).or_default().push(file.path.clone());
            }
        }
        found
    }

    pub(super) fn trivy_files(&self) -> BTreeSet<String> {
        let mut named: BTreeSet<String> = self.named_by_trivy().into_values().collect();
        named.retain(|path| self.has(path));
        named
    }

    pub(super) fn named_by_trivy(&self) -> BTreeMap<String, String> {
        let is_settings = |file: &&TrackedFile| !file.is_link && trivy::is_settings(&file.path);
        let mut work_files = WorkFiles::new(&self.top, suppressions::LARGEST);
        let named = self.all.iter().filter(is_settings).filter_map(|file| {
            let named = |bytes: &[u8]| trivy::named_ignore_file(&file.path, bytes);
            match content_of(&mut work_files, self.repository, file) {
                Ok(WorkContent::Bytes(bytes)) => Some((file.path.clone(), named(&bytes)?)),
                _ => None,
            }
        });
        named.collect()
    }

    pub(super) fn known_links(&self, scanner: &SuppressionScanner) -> Vec<(&str, Option<String>)> {
        let links = self.all.iter().filter(|file| file.is_link && scanner.knows(&file.path));
        links.map(|file| (file.path.as_str(), reach::below(&self.top, &file.path))).collect()
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|file| file.path.as_str())
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.position(path).is_ok()
    }

    fn find(&self, path: &str) -> Option<&TrackedFile> {
        self.all.get(self.position(path).ok()?)
    }

    fn position(&self, path: &str) -> Result<usize, usize> {
        self.all.binary_search_by(|file| file.path.as_str().cmp(path))
    }

    pub(super) fn reaches(&self, path: &str, exclude: &[String]) -> bool {
        self.is_named(path)
            && self.vendor_of(path).is_none()
            && !pattern::matches_any(exclude, path)
    }

    fn is_named(&self, path: &str) -> bool {
        self.named.is_empty() || self.named.iter().any(|folder| is_below(folder, path))
    }

    /// Returns the name of the folder of others' code that a path is in, unless the folder itself is named.
    fn vendor_of(&self, path: &str) -> Option<&'static str> {
        let named = self.named.iter().filter(|folder| is_below(folder, path));
        let begin = named.map(|folder| folder.len()).max().unwrap_or_default();
        let (folders, _) = path.get(begin..)?.rsplit_once('/')?;
        VENDORED.iter().find(|name| folders.split('/').any(|part| part == **name)).copied()
    }

    pub(super) fn search(
        &self,
        scanner: &SuppressionScanner,
        exclude: &[String],
        only: Option<&BTreeSet<String>>,
    ) -> FileSearch {
        let mut search = FileSearch { doubts: self.unread.clone(), ..FileSearch::default() };
        for folder in &self.passed_over {
            search.passed_over.vendor(folder.rsplit('/').next().unwrap_or(folder));
        }
        let mut files: Vec<&TrackedFile> = Vec::new();
        for file in self.all.iter().filter(|file| self.is_named(&file.path)) {
            if only.is_some_and(|only| !only.contains(&file.path)) {
                continue;
            }
            match self.vendor_of(&file.path) {
                Some(vendor) => search.passed_over.vendor(vendor),
                None if pattern::matches_any(exclude, &file.path) => {
                    search.passed_over.excluded += 1
                }
                None => files.push(file),
            }
        }
        search.add(in_threads(&files, &self.top, scanner));
        let absent = std::mem::take(&mut search.absent);
        if let Some(repository) = self.repository {
            for file in absent.iter().filter_map(|index| files.get(*index)) {
                search.read(0, file, staged(repository, file), scanner);
            }
        }
        if !search.special.is_empty() {
            let is_searched = |file: &&TrackedFile| {
                !file.is_link
                    && self.vendor_of(&file.path).is_none()
                    && !pattern::matches_any(exclude, &file.path)
            };
            let regular = self.all.iter().filter(is_searched);
            let regular: BTreeMap<&str, &TrackedFile> =
                regular.map(|file| (file.path.as_str(), file)).collect();
            search.judge_special((&self.top, self.repository), &regular, scanner);
        }
        search.found.order_by(|one, other| one.path.cmp(&other.path));
        search
    }
}

pub(super) fn folders_of(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').filter_map(|(at, _)| path.get(..at))
}

fn is_vendored_name(name: &str) -> bool {
    VENDORED.contains(&name)
}

/// Returns the named paths from the top; none stand for all of it. A path at which git tracks no file is refused, since
/// nothing would be found there.
fn named_paths(
    folder: &Path,
    paths: &[PathBuf],
    tracked: Option<&[TrackedFile]>,
) -> Result<Vec<String>, Error> {
    let mut named = Vec::new();
    for path in paths {
        let text = path.display();
        let below = place::below(folder, path).ok_or_else(|| {
            Usage::refused(
                format!("{text} is not in the repository of the other paths"),
                "search one repository at a time",
            )
        })?;
        let has_file =
            |files: &[TrackedFile]| files.iter().any(|file| is_below(&below, &file.path));
        if tracked.is_some_and(|tracked| !has_file(tracked)) {
            return Err(Usage::refused(
                format!("git tracks no file at {text}"),
                "name tracked files or folders, or `git add` them first",
            )
            .into());
        }
        named.push(below);
    }
    Ok(named)
}

#[derive(Debug)]
pub(super) struct SearchedFile {
    pub(super) path: String,
    pub(super) content: ScannedFile,
    /// Whether it reads as a record, in whatever folder.
    pub(super) is_record: bool,
    pub(super) lines: Vec<SuppressionLine>,
    pub(super) outline: Vec<u64>,
}

#[derive(Clone, Debug)]
pub(super) struct SuppressionLine {
    pub(super) text: String,
    pub(super) about: String,
    /// The line by which its age is told, and how many above that say the same: the first one from the entry on that has a
    /// letter or digit, since a `{` is like any other.
    pub(super) telling: (String, usize),
    pub(super) indent: usize,
    pub(super) neighbors: Neighbors,
    pub(super) block: Option<HiddenBlock>,
}

// The lines next to an entry that are not empty, by which equal ones are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Neighbors {
    // The nearest one first.
    pub(super) above: Vec<u64>,
    pub(super) below: Option<u64>,
}

impl Neighbors {
    fn of(lines: &[&[u8]], found: &FoundSuppression) -> Neighbors {
        let (first, last) = (index_of(*found.lines.start()), index_of(*found.lines.end()));
        let above = lines.get(..first).unwrap_or_default().iter().rev();
        let below = lines.get(last.saturating_add(1)..).unwrap_or_default().iter();
        let is_text = |line: &&&[u8]| !line.is_empty();
        let above = above.take(MOST_UNTELLING).filter(is_text).take(MOST_NEIGHBORS);
        Neighbors {
            above: above.map(|line| hashed(line)).collect(),
            below: below.take(MOST_UNTELLING).find(is_text).map(|line| hashed(line)),
        }
    }
}

impl SearchedFile {
    pub(super) fn read(scanner: &SuppressionScanner, path: &str, bytes: &[u8]) -> SearchedFile {
        let content = scanner.scan(path, bytes);
        let mut lines = Vec::new();
        if !content.suppressions.is_empty() {
            let whole: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
            let all: Vec<&[u8]> = whole.iter().map(|line| comparable(line)).collect();
            let mut seen: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
            let has_word = |line: &[u8]| line.iter().any(u8::is_ascii_alphanumeric);
            let telling = |index: usize| {
                let mut lines = all.iter().enumerate().skip(index).take(MOST_UNTELLING);
                lines.find(|(_, line)| has_word(line)).map_or(index, |(index, _)| index)
            };
            let own = content.suppressions.iter().map(|found| telling(index_of(found.line)));
            let wanted: BTreeSet<&[u8]> = own.filter_map(|index| all.get(index)).copied().collect();
            for (index, line) in all.iter().enumerate().filter(|(_, line)| wanted.contains(*line)) {
                seen.entry(line).or_default().push(index);
            }
            let alone = alone(&content, &whole);
            // At the end of a line, that of zizmor is about the line.
            let is_around = |found: &FoundSuppression| {
                HIDING_AROUND.contains(&found.kind)
                    && (found.kind != "zizmor"
                        || alone.contains(&(found.kind, index_of(found.line))))
            };
            let around = match content.suppressions.iter().any(is_around) {
                true => lines_around(&whole),
                false => Vec::new(),
            };
            let is_block = |found: &FoundSuppression| found.reach == CommentReach::Block;
            let hash = |line: &&[u8]| if has_word(line) { hashed(line) } else { 0 };
            let block_ends = content.suppressions.iter().any(is_block);
            let block_ends =
                block_ends.then(|| BlockEnds::of(&whole, all.iter().map(hash).collect()));
            // Of several above each other each is about what is below the last one.
            let below = |index: usize, found: &FoundSuppression| {
                let next = index.saturating_add(1 + lines_more(&all, index, found));
                let mut lines = (next..).take(MOST_STACKED);
                let is_code = |line: &usize| {
                    let text = all.get(*line).copied().unwrap_or_default();
                    let is_of_item = match found.kind {
                        "rust" => text.starts_with(b"#[") || text.starts_with(b"//"),
                        "spotbugs" => text.first().is_none_or(|first| b"@/*".contains(first)),
                        _ => false,
                    };
                    !(alone.contains(&(found.kind, *line)) || is_of_item)
                };
                lines.find(is_code).unwrap_or(next)
            };
            for found in &content.suppressions {
                let index = index_of(found.line);
                let line = |index: usize| all.get(index).copied().unwrap_or_default();
                let text = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
                let equal = seen.get(line(telling(index))).map(Vec::as_slice).unwrap_or_default();
                let n_before = equal.partition_point(|other| *other < telling(index));
                let raw = whole.get(index).copied().unwrap_or_default();
                let about = match hides_next(found) || found.kind == "spotbugs" {
                    true => text(line(below(index, found))),
                    false if is_around(found) => around.get(index).cloned().unwrap_or_default(),
                    false => String::new(),
                };
                lines.push(SuppressionLine {
                    text: text(line(index)),
                    about,
                    telling: (text(line(telling(index))), n_before),
                    indent: raw.len() - raw.trim_ascii_start().len(),
                    neighbors: Neighbors::of(&all, found),
                    block: block_ends.as_ref().and_then(|ends| ends.block(found)),
                });
            }
        }
        let is_record = !content.is_empty()
            && watched_paths::is_record(path)
            && file::read(path, bytes).record.is_some();
        let is_wide = |found: &FoundSuppression| found.reach > CommentReach::Line;
        let outline = match content.suppressions.iter().any(is_wide) {
            true => outline(bytes),
            false => Vec::new(),
        };
        SearchedFile { path: path.to_owned(), content, is_record, lines, outline }
    }
}

fn hashed(line: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    line.hash(&mut hasher);
    hasher.finish()
}

fn outline(bytes: &[u8]) -> Vec<u64> {
    let lines = bytes.split(|byte| *byte == b'\n').map(comparable);
    let mut hashes: Vec<u64> = lines.filter(|line| !line.is_empty()).map(hashed).collect();
    hashes.sort_unstable();
    hashes
}

pub(super) const HIDING_NEXT: &[&str] =
    &["codeql", "golangci-lint", "gosec", "hadolint", "kics", "rust", "semgrep", "trivy"];

pub(super) const HIDING_AROUND: &[&str] = &["checkov", "zizmor"];

// Returns how many lines more than its first one an annotation has.
fn lines_more(lines: &[&[u8]], index: usize, found: &FoundSuppression) -> usize {
    if found.kind != "spotbugs" {
        return 0;
    }
    let mut depth = 0_i64;
    let mut ends = |line: &&[u8]| {
        for byte in *line {
            depth += i64::from(*byte == b'(') - i64::from(*byte == b')');
        }
        depth <= 0
    };
    let mut lines = lines.get(index..).unwrap_or_default().iter().take(MOST_STACKED).copied();
    lines.position(|line| ends(&line)).unwrap_or_default()
}

fn lines_around(lines: &[&[u8]]) -> Vec<String> {
    let indent = |line: &[u8]| line.len() - line.trim_ascii_start().len();
    let is_comment = |line: &[u8]| [&b"#"[..], b"//"].iter().any(|sign| line.starts_with(sign));
    // A comment is in the block of the line below it, if that is indented more.
    let mut indents: Vec<usize> = Vec::with_capacity(lines.len());
    let mut next = 0;
    for line in lines.iter().rev() {
        let text = line.trim_ascii();
        if !text.is_empty() && !is_comment(text) {
            next = indent(line);
        }
        indents.push(next.max(indent(line)));
    }
    let mut around: Vec<(usize, u64)> = Vec::new();
    let hashes = lines.iter().zip(indents.into_iter().rev()).map(|(line, indent)| {
        let text = comparable(line);
        if text.is_empty() {
            return String::new();
        }
        while around.pop_if(|(outer, _)| *outer >= indent).is_some() {}
        let outer = around.last().map(|(_, hash)| *hash);
        if !is_comment(text) {
            // The lines themselves may be long, and around thousands of comments.
            let mut hasher = DefaultHasher::new();
            (outer, text).hash(&mut hasher);
            around.push((indent, hasher.finish()));
        }
        outer.map_or_else(String::new, |hash| format!("{hash:x}"))
    });
    hashes.collect()
}

fn hides_next(found: &FoundSuppression) -> bool {
    let label = found.label.to_lowercase();
    let is_said = ["next-line", "nextline"].iter().any(|word| label.contains(word));
    let is_of_ruff = found.kind == "ruff" && label.contains("ignore[");
    found.reach < CommentReach::File && (is_said || is_of_ruff || HIDING_NEXT.contains(&found.kind))
}

fn alone(content: &ScannedFile, lines: &[&[u8]]) -> BTreeSet<(&'static str, usize)> {
    let is_alone = |found: &&FoundSuppression| {
        let n_before = index_of(found.column);
        let line = lines.get(index_of(found.line)).copied().unwrap_or_default();
        // The signs are a byte each.
        let before = line.get(..n_before).unwrap_or_default();
        before.iter().all(|byte| SIGNS.contains(&char::from(*byte)))
    };
    let alone = content.suppressions.iter().filter(is_alone);
    alone.map(|found| (found.kind, index_of(found.line))).collect()
}

pub(super) const SIGNS: [char; 8] = ['#', '/', '*', ' ', '\t', '-', '<', '!'];

const MOST_STACKED: usize = 64;

const MOST_UNTELLING: usize = 8;

const MOST_NEIGHBORS: usize = 3;

fn index_of(line: u32) -> usize {
    usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX)
}

/// What was not searched, because no tool reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PassedOver {
    pub links: usize,
    /// Binary files.
    pub binary: usize,
    /// Files that are larger than 1 MiB.
    pub large: usize,
    /// Files that the policy excludes.
    pub excluded: usize,
    /// Files of others' code; outside git, its folders.
    pub vendored: usize,
    /// The names of the folders of others' code.
    pub folders: BTreeSet<String>,
}

impl PassedOver {
    /// Returns how many were passed over in all.
    pub fn count(&self) -> usize {
        self.links + self.binary + self.large + self.excluded + self.vendored
    }

    fn vendor(&mut self, folder: &str) {
        self.vendored += 1;
        if !self.folders.contains(folder) {
            self.folders.insert(folder.to_owned());
        }
    }

    fn add(&mut self, other: PassedOver) {
        self.links += other.links;
        self.binary += other.binary;
        self.large += other.large;
        self.excluded += other.excluded;
        self.vendored += other.vendored;
        self.folders.extend(other.folders);
    }
}

#[derive(Debug, Default)]
pub(super) struct FileSearch {
    pub(super) found: Vec<SearchedFile>,
    pub(super) n_files: usize,
    pub(super) passed_over: PassedOver,
    pub(super) doubts: Vec<String>,
    special: Vec<String>,
    absent: Vec<usize>,
}

impl FileSearch {
    fn read<B: AsRef<[u8]>>(
        &mut self,
        index: usize,
        file: &TrackedFile,
        content: Result<WorkContent<B>, String>,
        scanner: &SuppressionScanner,
    ) {
        let bytes = match content {
            Ok(WorkContent::Bytes(bytes)) => bytes,
            Ok(WorkContent::Absent) => {
                self.absent.push(index);
                return;
            }
            Ok(WorkContent::TooLarge) => {
                let why = format!("it has more than {} MiB: split it", suppressions::LARGEST >> 20);
                match scanner.unread(&file.path, &why) {
                    Some(content) => self.unread(&file.path, content),
                    None => self.passed_over.large += 1,
                }
                return;
            }
            Ok(WorkContent::Special) => {
                self.special.push(file.path.clone());
                return;
            }
            Err(cause) => {
                self.doubts.push(format!("{} can't be read: {cause}", file.path));
                return;
            }
        };
        let bytes = bytes.as_ref();
        if suppressions::is_binary(bytes) && !scanner.knows(&file.path) {
            self.passed_over.binary += 1;
            return;
        }
        self.n_files += 1;
        let searched = SearchedFile::read(scanner, &file.path, bytes);
        if !searched.content.is_empty() {
            self.found.push(searched);
        }
    }

    fn unread(&mut self, path: &str, content: ScannedFile) {
        self.found.push(SearchedFile {
            path: path.to_owned(),
            content,
            is_record: false,
            lines: Vec::new(),
            outline: Vec::new(),
        });
    }

    fn add(&mut self, other: FileSearch) {
        self.found.extend(other.found);
        self.n_files += other.n_files;
        self.passed_over.add(other.passed_over);
        self.doubts.extend(other.doubts);
        self.special.extend(other.special);
        self.absent.extend(other.absent);
    }

    fn judge_special(
        &mut self,
        (top, repository): (&Path, Option<&Repository>),
        regular: &BTreeMap<&str, &TrackedFile>,
        scanner: &SuppressionScanner,
    ) {
        let mut work_files = WorkFiles::new(top, suppressions::LARGEST);
        for path in std::mem::take(&mut self.special) {
            if !scanner.knows(&path) {
                self.passed_over.links += 1;
                continue;
            }
            let target = reach::below(top, &path);
            if let Some(target) = target.and_then(|target| regular.get(target.as_str())) {
                let content = content_of(&mut work_files, repository, target);
                if !matches!(content, Ok(WorkContent::Absent | WorkContent::Special)) {
                    let mut link = TrackedFile::clone(target);
                    link.path = path;
                    self.read(0, &link, content, scanner);
                    continue;
                }
            }
            // A file below a linked folder is reached by a link, too.
            let found = top.join(&path).symlink_metadata().map(|found| found.file_type());
            let is_link = found.is_ok_and(|kind| kind.is_symlink() || kind.is_file());
            let why = match is_link {
                true => "it is a link to no file that is searched: track a regular file instead",
                false => "it is not a regular file: track one instead",
            };
            if let Some(content) = scanner.unread(&path, why) {
                self.unread(&path, content);
            }
        }
    }
}

fn in_threads(files: &[&TrackedFile], top: &Path, scanner: &SuppressionScanner) -> FileSearch {
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    let n_threads = n_threads.min(files.len().div_ceil(BATCH)).max(1);
    let next = AtomicUsize::new(0);
    let all = Mutex::new(FileSearch::default());
    std::thread::scope(|scope| {
        for _ in 0..n_threads {
            scope.spawn(|| {
                let mut search = FileSearch::default();
                let mut work_files = WorkFiles::new(top, suppressions::LARGEST);
                let scanner = scanner.clone();
                loop {
                    let start = next.fetch_add(BATCH, Ordering::Relaxed);
                    let end = (start + BATCH).min(files.len());
                    let Some(batch) = files.get(start..end).filter(|batch| !batch.is_empty())
                    else {
                        break;
                    };
                    for (index, file) in (start..).zip(batch) {
                        let content = in_work_tree(&mut work_files, file);
                        search.read(index, file, content, &scanner);
                    }
                }
                // A thread that panicked left its part out, so the lock of the others still holds what they found.
                let mut all = all.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                all.add(search);
            });
        }
    });
    all.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn in_work_tree<'w>(
    work_files: &'w mut WorkFiles,
    file: &TrackedFile,
) -> Result<WorkContent<&'w [u8]>, String> {
    match file.is_sparse {
        true => Ok(WorkContent::Absent),
        false => work_files.read(file).map_err(|cause| cause.to_string()),
    }
}

fn content_of(
    work_files: &mut WorkFiles,
    repository: Option<&Repository>,
    file: &TrackedFile,
) -> Result<WorkContent<Vec<u8>>, String> {
    match (in_work_tree(work_files, file)?, repository) {
        (WorkContent::Bytes(bytes), _) => Ok(WorkContent::Bytes(bytes.to_vec())),
        (WorkContent::Absent, Some(repository)) => staged(repository, file),
        (WorkContent::Absent, None) => Ok(WorkContent::Absent),
        (WorkContent::TooLarge, _) => Ok(WorkContent::TooLarge),
        (WorkContent::Special, _) => Ok(WorkContent::Special),
    }
}

fn staged(repository: &Repository, file: &TrackedFile) -> Result<WorkContent<Vec<u8>>, String> {
    if file.is_link {
        return Ok(WorkContent::Special);
    }
    let largest = usize::try_from(suppressions::LARGEST).unwrap_or(usize::MAX);
    let found = content::bytes_within(repository, file.blob, largest);
    let found = found.map_err(|obstacle| obstacle.to_string())?;
    Ok(found.map_or(WorkContent::TooLarge, WorkContent::Bytes))
}
