//! Finds the suppressions of a place, and judges them by its ledger if it has one.
//!
//! Start at `scan`. Follows `docs/spec/interop.md`, 5; a record is judged as everywhere.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use crate::diag::Finding;
use crate::diag::code::Code;
use crate::diag::sorting::StableSort as _;
use crate::features::scan::ages::{self, EntryAge};
use crate::features::scan::base::{self, BaseComparison, ScanBase};
use crate::features::scan::entry::ScanEntry;
use crate::features::scan::merged::{self, BranchRecords};
use crate::features::scan::place::ScanPlace;
use crate::features::scan::search::{FileSearch, PassedOver, SearchedFile, SearchedFiles};
use crate::formats::suppressions::entry::IgnoredEntry;
use crate::formats::suppressions::options::ScanOptions;
use crate::formats::suppressions::{SuppressionScanner, kinds, promises};
use crate::history::objects::Oid;
use crate::history::refs::Cause;
use crate::ledger;
use crate::policy::closing::Scan;
use crate::policy::governance::State;
use crate::record::credential;
use crate::record::time::Instant;
use crate::rules::scan::covering::CoverDoubt;
use crate::rules::scan::promise::Promise;
use crate::rules::scan::suppression::{FoundSuppression, UnreadPart};
use crate::rules::scan::{Allowance, BranchChange, ScannedSuppression, SuppressionJudge};
use crate::rules::{audit, lint};
use crate::session::Session;
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::options::Moment;
use crate::session::scanned_files::RepositoryFiles;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::walk::Scope;
use crate::status::state::RecordState;
use crate::store::git::Repository;

/// Where to look, and for what.
#[derive(Clone, Copy, Debug)]
pub struct ScanRequest<'r> {
    /// The folder that paths are named from.
    pub folder: &'r Path,
    /// The files and folders to search; empty for the whole place.
    pub paths: &'r [PathBuf],
    /// The revision since which suppressions count as added; `None` for all of them.
    pub base: Option<&'r str>,
    /// Whether history is read for since when they are there.
    pub ages: bool,
    /// What the ids of a ledger that begins here begin with; the policy says it where there is one.
    pub prefixes: &'r [String],
}

/// A kind of suppressions, and how often it was found.
#[derive(Clone, Debug, Serialize)]
pub struct KindCount {
    /// Its name in the table of kinds.
    pub kind: &'static str,
    /// `security` or `supply-chain`.
    pub group: &'static str,
    /// The number of files that are of the kind, or have such a comment.
    pub files: usize,
    /// The number of suppressions.
    pub found: usize,
    /// Where it is read from, for people.
    #[serde(skip)]
    pub read_from: &'static str,
}

/// What was found.
pub struct ScanAnswer<'s> {
    /// The suppressions, the most urgent first.
    pub entries: Vec<ScanEntry>,
    /// The findings, sorted; their paths are those from the top.
    pub findings: Vec<Finding>,
    /// The suppressions that nothing objects to, for code scanning.
    pub standing: Vec<Finding>,
    /// The number of files that were searched.
    pub n_files: usize,
    pub passed_over: PassedOver,
    /// What its tool reads and could not be read here, by path and line: it may hide anything.
    pub unread: Vec<UnreadPart>,
    /// What looks like a suppression and its tool doesn't obey, by path and line.
    pub ignored: Vec<IgnoredEntry>,
    /// What could not be determined.
    pub doubts: Vec<String>,
    /// Why it is not known since when the suppressions are there.
    pub no_ages: Option<String>,
    /// The state that the branch was compared with.
    pub base: Option<ScanBase>,
    /// How many of the suppressions were at the base, and hide more now.
    pub n_widened: usize,
    /// How many of them were covered at the base, and are not now.
    pub n_cover_ended: usize,
    /// The revision that a check of a branch would name: the branch of the remote that others start from.
    pub base_to_name: Option<String>,
    /// The kinds that were looked for.
    pub kinds: Vec<KindCount>,
    /// The instant in question.
    pub instant: Instant,
    /// Whether the files are those that git tracks.
    pub is_in_git: bool,
    /// Whether that is another one than the present.
    pub is_simulated: bool,
    snapshot: Option<Snapshot<'s>>,
    merged: Option<Vec<RecordState>>,
}

impl<'s> ScanAnswer<'s> {
    /// Returns the records that the suppressions were compared with; `None` without a ledger.
    pub fn snapshot(&self) -> Option<&Snapshot<'s>> {
        self.snapshot.as_ref()
    }

    /// Tells whether the ledger has not landed yet: no file of its rules ever did. No exception can be in force then.
    pub fn begins_ledger(&self) -> bool {
        self.snapshot.as_ref().is_some_and(|snapshot| {
            let history = &snapshot.history;
            snapshot.governance().state == State::Absent
                && history.governance.is_empty()
                && history.lost_tips.is_empty()
        })
    }
}

// Returns what landed; `None` if nothing did yet.
fn landed<'s>(
    session: &'s Session,
    repository: &Repository,
    at: &Moment,
) -> Result<Option<Snapshot<'s>>, Error> {
    match Snapshot::open(session.current()?, at, Scope::Everything) {
        // A detached HEAD has commits though no branch does.
        Err(Error::Undetermined(Undetermined::NoApprovedRef(none)))
            if none.cause == Cause::Empty && repository.find("HEAD").is_none() =>
        {
            Ok(None)
        }
        snapshot => {
            let snapshot = snapshot?;
            snapshot.refuse_incomplete()?;
            Ok(Some(snapshot))
        }
    }
}

pub(super) fn scan<'s>(
    place: &'s ScanPlace,
    at: &Moment,
    request: &ScanRequest<'_>,
) -> Result<ScanAnswer<'s>, Error> {
    let files = SearchedFiles::list(place, request.folder, request.paths)?;
    let (repository, snapshot) = match place {
        ScanPlace::Ledger(session) => {
            let repository = session.repository()?;
            let snapshot = landed(session, repository, at)?;
            (Some(repository), snapshot)
        }
        ScanPlace::Repository(repository) => (Some(&**repository), None),
        ScanPlace::Folder(_) => (None, None),
    };
    let mut base = request.base.map(|name| open_base(repository, name)).transpose()?;
    let unlimited = Scan { exclude: Vec::new(), ..Scan::default() };
    let policy = snapshot.as_ref().map(|snapshot| &snapshot.governance().policy);
    let settings = policy.map_or(&unlimited, |policy| &policy.scan);
    let options = ScanOptions {
        lock_files: Arc::new(files.lock_files()),
        trivy_files: Arc::new(files.trivy_files()),
        tools: settings.tools.clone(),
        rust_lints: settings.rust_lints.clone(),
        prefixes: policy.map_or(request.prefixes, |policy| &policy.id_prefix).to_vec(),
    };
    let scanner = SuppressionScanner::new(options).map_err(a_bug)?;
    let before_scanner = match (&mut base, repository) {
        (Some(base), Some(repository)) => Some(base.scanner_before(repository, &files, &scanner)?),
        _ => None,
    };
    let instant =
        snapshot.as_ref().map_or(at.on.unwrap_or(at.now), |snapshot| snapshot.stamp().instant);
    let judged = snapshot.as_ref().map(|snapshot| (snapshot, instant));
    let merged = match (place, &mut base, judged) {
        (ScanPlace::Ledger(session), Some(base), Some(judged)) => {
            merged_records(session, judged, base, &files)?
        }
        _ => None,
    };
    let only = base.as_ref().map(|base| &base.changed);
    let mut search = files.search(&scanner, &settings.exclude, only);
    if let (ScanPlace::Ledger(session), Some(policy), Some(repository)) =
        (place, policy, repository)
    {
        // A record quotes what it accepts; no tool reads it.
        let root = root_of(session, repository);
        search.found.retain(|file| {
            let below = file.path.strip_prefix(&root).filter(|_| file.is_record);
            !below.is_some_and(|path| ledger::is_record_of(&policy.records, path))
        });
    }
    let mut changes = Vec::new();
    if let (Some(base), Some(repository), Some(scanner)) = (&base, repository, &before_scanner) {
        let reaches = |path: &str| files.reaches(path, &settings.exclude);
        let before = base.search(repository, scanner, &reaches)?;
        let is_there = |path: &str| files.has(path);
        let judged = judged.map(|(snapshot, instant)| (snapshot, merged.as_deref(), instant));
        changes = changes_since((repository, base.commit), judged, &mut search, &before, &is_there);
    }
    let unknown = settings.tools.iter().filter(|tool| kinds::find(tool).is_none());
    search.doubts.extend(unknown.map(|tool| {
        format!("`scan.tools` names {tool}, which is not a kind of suppressions: exledger scan --kinds lists them")
    }));
    let (ages, no_ages) = read_ages(repository, &search, request.ages, instant);
    let count =
        |is: &dyn Fn(&BranchChange) -> bool| changes.iter().filter(|change| is(change)).count();
    let mut answer = ScanAnswer {
        entries: Vec::new(),
        findings: Vec::new(),
        standing: Vec::new(),
        n_files: search.n_files,
        passed_over: mem::take(&mut search.passed_over),
        unread: Vec::new(),
        ignored: Vec::new(),
        doubts: mem::take(&mut search.doubts),
        no_ages,
        base,
        n_widened: count(&|change| matches!(change, BranchChange::Widened(_))),
        n_cover_ended: count(&|change| matches!(change, BranchChange::CoverEnded(_))),
        base_to_name: repository.and_then(base_to_name),
        kinds: counted(&search, settings),
        instant,
        is_in_git: repository.is_some(),
        is_simulated: at.on.is_some(),
        snapshot,
        merged,
    };
    answer.judge(&search, (ages, changes)).map_err(a_bug)?;
    Ok(answer)
}

fn root_of(session: &Session, repository: &Repository) -> String {
    let root = repository.prefix(&session.located().root).unwrap_or_default();
    if root.is_empty() { root } else { format!("{root}/") }
}

fn merged_records(
    session: &Session,
    (snapshot, instant): (&Snapshot<'_>, Instant),
    base: &mut ScanBase,
    files: &SearchedFiles<'_>,
) -> Result<Option<Vec<RecordState>>, Error> {
    let repository = session.repository()?;
    let root = root_of(session, repository);
    let branch = BranchRecords { repository, root: &root, base };
    let merged = merged::records(snapshot, &branch, instant)?;
    if merged.is_some() {
        // What they cover may be anywhere.
        base.changed.extend(files.paths().map(str::to_owned));
    }
    Ok(merged)
}

fn changes_since(
    (repository, base): (&Repository, Oid),
    judged: Option<(&Snapshot<'_>, Option<&[RecordState]>, Instant)>,
    search: &mut FileSearch,
    before: &[SearchedFile],
    is_there: &dyn Fn(&str) -> bool,
) -> Vec<BranchChange> {
    let then = RepositoryFiles::new(repository, Some(base));
    let now = judged.map(|(snapshot, ..)| snapshot.scanned_files());
    let judges = judged.zip(now.as_ref()).map(|((snapshot, merged, instant), now)| {
        let records = snapshot.records();
        let then = SuppressionJudge::new(records, instant, &then);
        (then, SuppressionJudge::new(records, instant, now).with_merged(merged, now))
    });
    let doubts: RefCell<BTreeSet<CoverDoubt>> = RefCell::default();
    let judge = |judge: &SuppressionJudge<'_>, found: &FoundSuppression| {
        judge.suppression(ScannedSuppression { found, promise: None, change: None })
    };
    let was_covered = |found: &FoundSuppression| {
        let judges = judges.as_ref();
        judges.is_some_and(|(then, _)| judge(then, found).allowance() != Allowance::Refused)
    };
    let is_covered = |found: &FoundSuppression| {
        let judges = judges.as_ref();
        judges.is_none_or(|(_, now)| judge(now, found).allowance() == Allowance::Allowed)
    };
    let cover_ended = |before: &FoundSuppression, found: &FoundSuppression| {
        let (then, now) = judges.as_ref()?;
        let (had, has) = (judge(then, before), judge(now, found));
        match (had.allowance(), has.allowance()) {
            (Allowance::Refused, _) | (_, Allowance::Allowed) => return None,
            (Allowance::Allowed, Allowance::Refused) => {
                return Some(BranchChange::CoverEnded(had.record));
            }
            // Whatever the status of a record is, it is that of both.
            (Allowance::Undetermined, Allowance::Undetermined)
                if had.doubts.iter().all(|doubt| {
                    matches!(doubt, CoverDoubt::Status(_)) && has.doubts.contains(doubt)
                }) => {}
            _ => doubts.borrow_mut().extend(had.doubts.into_iter().chain(has.doubts)),
        }
        None
    };
    let comparison = BaseComparison {
        is_there,
        cover_ended: &cover_ended,
        was_covered: &was_covered,
        is_covered: &is_covered,
    };
    let changes = base::keep_changed(search, before, &comparison);
    search.doubts.extend(doubts.into_inner().iter().map(ToString::to_string));
    changes
}

fn a_bug(error: impl std::fmt::Display) -> Undetermined {
    Undetermined::other(error.to_string(), "this is a bug; please report it")
}

fn open_base(repository: Option<&Repository>, name: &str) -> Result<ScanBase, Error> {
    let refused = || Usage::refused("this folder is not in a git repository", "leave out --base");
    if name.trim().is_empty() {
        let help = "name a branch or a commit; in CI, look whether the variable is set";
        return Err(Usage::refused("--base is empty", help).into());
    }
    ScanBase::open(repository.ok_or_else(refused)?, name)
}

fn counted(search: &FileSearch, settings: &Scan) -> Vec<KindCount> {
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &search.found {
        for kind in &file.content.kinds {
            *files.entry(kind).or_default() += 1;
        }
        for suppression in &file.content.suppressions {
            *found.entry(suppression.kind).or_default() += 1;
        }
    }
    let is_wanted = |name: &str| match settings.tools.is_empty() {
        true => name != "rust" || !settings.rust_lints.is_empty(),
        false => settings.tools.iter().any(|tool| tool == name),
    };
    let wanted = kinds::kinds().iter().filter(|kind| is_wanted(kind.name));
    let count = wanted.map(|kind| KindCount {
        kind: kind.name,
        group: kind.group.as_str(),
        files: files.get(kind.name).copied().unwrap_or_default(),
        found: found.get(kind.name).copied().unwrap_or_default(),
        read_from: kind.files,
    });
    count.collect()
}

fn base_to_name(repository: &Repository) -> Option<String> {
    let remote = repository.first_remote()?;
    let head = repository.find(&format!("refs/remotes/{remote}/HEAD")).and_then(|it| it.name);
    let named = head.and_then(|name| Some(name.strip_prefix("refs/remotes/")?.to_owned()));
    let usual = || {
        let names = ["main", "master"].map(|name| format!("{remote}/{name}"));
        names.into_iter().find(|name| repository.find(&format!("refs/remotes/{name}")).is_some())
    };
    named.or_else(usual)
}

fn read_ages(
    repository: Option<&Repository>,
    search: &FileSearch,
    is_wanted: bool,
    instant: Instant,
) -> (Vec<EntryAge>, Option<String>) {
    let Some(repository) = repository.filter(|_| is_wanted) else {
        return (Vec::new(), None);
    };
    let Some(head) = repository.find("HEAD") else {
        return (Vec::new(), None);
    };
    match ages::read(repository, head.oid, &search.found, instant) {
        Ok(ages) => (ages, None),
        Err(obstacle) => (Vec::new(), Some(obstacle.to_string())),
    }
}

impl ScanAnswer<'_> {
    fn judge(
        &mut self,
        search: &FileSearch,
        (ages, changes): (Vec<EntryAge>, Vec<BranchChange>),
    ) -> Result<(), regex::Error> {
        let snapshot = self.snapshot.as_ref();
        let files = snapshot.map(Snapshot::scanned_files);
        let judge = match snapshot.zip(files.as_ref()) {
            Some((snapshot, files)) => {
                SuppressionJudge::new(snapshot.records(), self.instant, files)
                    .with_merged(self.merged.as_deref(), files)
            }
            None => SuppressionJudge::without_ledger(self.instant),
        };
        let landings = snapshot
            .map(|snapshot| snapshot.history.mainline.landings.as_slice())
            .unwrap_or_default();
        let is_on_branch =
            |commit: &str| landings.iter().any(|landing| landing.oid.to_string() == commit);
        let (mut ages, mut changes) = (ages.into_iter(), changes.iter());
        for file in &search.found {
            self.unread.extend(file.content.unread.iter().cloned());
            self.ignored.extend(file.content.ignored.iter().cloned());
            for (found, line) in file.content.suppressions.iter().zip(&file.lines) {
                let promise: Option<Promise> =
                    found.reason.as_deref().map(promises::read).transpose()?.flatten();
                let scanned =
                    ScannedSuppression { found, promise: promise.as_ref(), change: changes.next() };
                let case = judge.suppression(scanned);
                self.findings.extend(lint::scan(&case));
                self.doubts.extend(case.doubts.iter().map(ToString::to_string));
                let age = ages.next().unwrap_or_default();
                let group = kinds::find(found.kind).map_or("security", |kind| kind.group.as_str());
                let about = (snapshot.is_some(), group);
                let entry =
                    ScanEntry::of(found, line, promise.as_ref(), &case, age, about, self.instant);
                self.entries.push(entry);
            }
            if let Some(generated) = file.content.generated.as_ref().filter(|_| snapshot.is_some())
            {
                let case = judge.generated(generated, is_on_branch(&generated.commit));
                self.findings.extend(lint::scan(&case));
            }
        }
        // An id or a path of a suppression may be a secret, as `import` takes it for one.
        for finding in &mut self.findings {
            finding.message = credential::hidden(mem::take(&mut finding.message));
            finding.remedy = mem::take(&mut finding.remedy).map(credential::hidden);
        }
        for unread in &mut self.unread {
            unread.reason = credential::hidden(mem::take(&mut unread.reason));
        }
        let findings = audit::sorted(mem::take(&mut self.findings)).into_iter();
        (self.standing, self.findings) =
            findings.partition(|finding| finding.rule == Code::ScanSuppression);
        self.entries.sort_by_cached_key(ScanEntry::rank);
        for ignored in &mut self.ignored {
            ignored.what = credential::hidden(mem::take(&mut ignored.what));
        }
        self.unread.order_by(Ord::cmp);
        self.doubts.order_by(Ord::cmp);
        self.doubts.dedup();
        Ok(())
    }
}
