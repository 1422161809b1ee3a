//! Finds the suppressions in tracked files that no exception in force allows.
//!
//! Start at `scan`. Follows `docs/spec/interop.md`, 5. Each file is read once, in threads; a record is judged as
//! everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::diag::Finding;
use crate::formats::suppressions::SuppressionScanner;
use crate::formats::suppressions::entry::ScannedFile;
use crate::formats::suppressions::options::ScanOptions;
use crate::formats::{lock_files, suppressions};
use crate::history::content;
use crate::policy::Policy;
use crate::record::{credential, pattern};
use crate::rules::scan::SuppressionJudge;
use crate::rules::scan::suppression::UnreadPart;
use crate::rules::{audit, lint};
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::locate::Located;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::walk::Scope;
use crate::store::git::tracked::{TrackedFile, WorkContent, WorkFiles};
use crate::store::git::{Repository, reach};

/// How many files a thread takes at once.
const BATCH: usize = 64;

/// Where to look.
#[derive(Clone, Copy, Debug)]
pub struct ScanRequest<'r> {
    /// The folder that paths are named from.
    pub folder: &'r Path,
    /// The files and folders to search; empty for the whole repository.
    pub paths: &'r [PathBuf],
}

/// What was found.
pub struct ScanAnswer<'s> {
    /// The findings, sorted; their paths are those from the root of the repository.
    pub findings: Vec<Finding>,
    /// The number of files that were searched.
    pub n_files: usize,
    /// The number of suppressions.
    pub n_suppressions: usize,
    /// What its tool reads and could not be read here, by path and line: it may hide anything.
    pub unread: Vec<UnreadPart>,
    /// What could not be determined.
    pub doubts: Vec<String>,
    snapshot: Snapshot<'s>,
}

impl<'s> ScanAnswer<'s> {
    /// Returns the records that the suppressions were compared with.
    pub fn snapshot(&self) -> &Snapshot<'s> {
        &self.snapshot
    }
}

/// Compares the suppressions of a repository with its ledger.
pub(crate) fn scan<'s>(
    located: &'s Located,
    at: &Moment,
    request: &ScanRequest<'_>,
) -> Result<ScanAnswer<'s>, Error> {
    located.work_tree()?;
    let repository = located.repository()?;
    let top = repository
        .work_dir()
        .ok_or_else(|| Undetermined::Bare { root: located.root.clone() })?
        .to_owned();
    let tracked = repository.tracked().map_err(unread_index)?;
    let lock_files = lock_files_of(&tracked);
    let named = named_paths(request, &tracked)?;
    let snapshot = Snapshot::open(located, at, Scope::Everything)?;
    let policy = &snapshot.governance().policy;
    let scanner = SuppressionScanner::new(options(policy, lock_files)).map_err(|error| {
        Undetermined::other(error.to_string(), "this is a bug; please report it")
    })?;
    let wanted = tracked.iter().filter(|file| !is_excluded(&file.path, policy));
    let files: Vec<&TrackedFile> =
        wanted.clone().filter(|file| is_named(&file.path, &named)).collect();
    let mut scanned = scan_work_tree(&files, &top, &scanner);
    for file in files.iter().filter(|file| file.is_sparse) {
        scanned.read(file, staged(repository, file), &scanner);
    }
    if !scanned.special.is_empty() {
        let regular = wanted.filter(|file| !file.is_link).map(|file| file.path.as_str());
        scanned.judge_special(&top, &regular.collect(), &scanner);
    }
    let mut answer = ScanAnswer {
        findings: Vec::new(),
        n_files: scanned.n_files,
        n_suppressions: scanned.found.iter().map(|file| file.suppressions.len()).sum(),
        unread: Vec::new(),
        doubts: scanned.doubts,
        snapshot,
    };
    answer.judge(&scanned.found);
    Ok(answer)
}

impl ScanAnswer<'_> {
    fn judge(&mut self, found: &[ScannedFile]) {
        let snapshot = &self.snapshot;
        let judge = SuppressionJudge::new(snapshot.records(), snapshot.stamp().instant);
        let landings = &snapshot.history.mainline.landings;
        let is_on_branch =
            |commit: &str| landings.iter().any(|landing| landing.oid.to_string() == commit);
        let mut findings = Vec::new();
        for file in found {
            self.unread.extend(file.unread.iter().cloned());
            for suppression in &file.suppressions {
                let case = judge.suppression(suppression);
                findings.extend(lint::scan(&case));
                self.doubts.extend(case.doubt);
            }
            if let Some(generated) = &file.generated {
                let case = judge.generated(generated, is_on_branch(&generated.commit));
                findings.extend(lint::scan(&case));
            }
        }
        // An id or a path of a suppression may be a secret, as `import` takes it for one.
        for finding in &mut findings {
            finding.message = credential::hidden(mem::take(&mut finding.message));
            finding.help = credential::hidden(mem::take(&mut finding.help));
        }
        for unread in &mut self.unread {
            unread.reason = credential::hidden(mem::take(&mut unread.reason));
        }
        self.findings = audit::sorted(findings);
        self.unread.sort();
        self.doubts.sort();
        self.doubts.dedup();
    }
}

fn options(policy: &Policy, lock_files: BTreeMap<String, Vec<String>>) -> ScanOptions {
    ScanOptions {
        lock_files: Arc::new(lock_files),
        tools: policy.scan.tools.clone(),
        rust_lints: policy.scan.rust_lints.clone(),
        prefixes: policy.id_prefix.clone(),
    }
}

/// Returns the lock files among the tracked files, by their folders.
fn lock_files_of(tracked: &[TrackedFile]) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in tracked.iter().filter(|file| !file.is_link) {
        if lock_files::is_lock_file(&file.path) {
            let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            found.entry(folder.to_owned()).or_default().push(file.path.clone());
        }
    }
    found
}

fn unread_index(error: impl std::fmt::Display) -> Undetermined {
    let cause = error.to_string();
    // libgit2 names the extension of the index that it doesn't know.
    let remedy = if cause.contains("'link'") {
        "the index is split: run `git config core.splitIndex false`, then `git update-index --no-split-index`"
    } else {
        "check the clone; after `git sparse-checkout set --sparse-index`, run `git sparse-checkout reapply --no-sparse-index`"
    };
    Undetermined::other(format!("the tracked files can't be listed: {cause}"), remedy)
}

/// Returns the named paths from the root of the repository; none stand for all of it. A path without a tracked file is
/// refused, since nothing would be found there.
fn named_paths(request: &ScanRequest<'_>, tracked: &[TrackedFile]) -> Result<Vec<String>, Error> {
    let mut named = Vec::new();
    for path in request.paths {
        let text = path.to_string_lossy();
        let below = reach::below(request.folder, &text).ok_or_else(|| {
            Usage::refused(
                format!("{text} is not in this repository"),
                "name files or folders of the repository",
            )
        })?;
        if !tracked.iter().any(|file| is_below(&below, &file.path)) {
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

fn is_named(path: &str, named: &[String]) -> bool {
    named.is_empty() || named.iter().any(|folder| is_below(folder, path))
}

fn is_below(folder: &str, path: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_excluded(path: &str, policy: &Policy) -> bool {
    policy.scan.exclude.iter().any(|excluded| pattern::matches_often(excluded, path))
}

/// What a search found so far.
#[derive(Debug, Default)]
struct FileSearch {
    found: Vec<ScannedFile>,
    n_files: usize,
    doubts: Vec<String>,
    /// The paths of links, and of what is reached by one.
    special: Vec<String>,
}

impl FileSearch {
    /// Adds a file, by its content or why that can't be read.
    fn read<B: AsRef<[u8]>>(
        &mut self,
        file: &TrackedFile,
        content: Result<WorkContent<B>, String>,
        scanner: &SuppressionScanner,
    ) {
        let bytes = match content {
            Ok(WorkContent::Bytes(bytes)) => bytes,
            Ok(WorkContent::Absent) => return,
            Ok(WorkContent::TooLarge) => {
                let why = format!("it has more than {} MiB: split it", suppressions::LARGEST >> 20);
                self.found.extend(scanner.unread(&file.path, &why));
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
        self.n_files += 1;
        let scanned = scanner.scan(&file.path, bytes.as_ref());
        self.found.push(scanned);
    }

    fn add(&mut self, other: FileSearch) {
        self.found.extend(other.found);
        self.n_files += other.n_files;
        self.doubts.extend(other.doubts);
        self.special.extend(other.special);
    }

    /// Adds the links to files that a tool reads, except those that lead to one that is searched where it is.
    fn judge_special(
        &mut self,
        top: &Path,
        regular: &BTreeSet<&str>,
        scanner: &SuppressionScanner,
    ) {
        for path in std::mem::take(&mut self.special) {
            let target = reach::below(top, &path);
            let is_searched = target.is_some_and(|target| {
                regular.contains(target.as_str()) && scanner.is_alike(&path, &target)
            });
            if !is_searched {
                let why = "it is a link, which is not followed: track a regular file instead";
                self.found.extend(scanner.unread(&path, why));
            }
        }
    }
}

/// Searches the files that are checked out, in as many threads as the machine has processors.
fn scan_work_tree(files: &[&TrackedFile], top: &Path, scanner: &SuppressionScanner) -> FileSearch {
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
                    for file in batch.iter().filter(|file| !file.is_sparse) {
                        let content = work_files.read(file).map_err(|cause| cause.to_string());
                        search.read(file, content, &scanner);
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

/// Returns the staged content of a file that is not checked out.
fn staged(repository: &Repository, file: &TrackedFile) -> Result<WorkContent<Vec<u8>>, String> {
    if file.is_link {
        return Ok(WorkContent::Special);
    }
    let largest = usize::try_from(suppressions::LARGEST).unwrap_or(usize::MAX);
    let found = content::bytes_within(repository, file.blob, largest);
    let found = found.map_err(|obstacle| obstacle.to_string())?;
    Ok(found.map_or(WorkContent::TooLarge, WorkContent::Bytes))
}
