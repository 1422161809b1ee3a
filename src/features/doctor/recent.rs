//! The newest commits of the approved branch: how they landed, who made them, and which change the ledger.
//!
//! Pure. Start at [`read`]. The number of commits that are read is limited, so that the answer takes no longer in an old
//! repository.

use std::collections::HashSet;

use crate::approval::evidence::statement_file::SIGNATURE;
use crate::approval::evidence::statement_file::{ApprovalFile, FOLDER};
use crate::approval::sources::forge;
use crate::approval::sources::message::CommitMessage;
use crate::history::commit::Commit;
use crate::history::folder::{self, Mode, TreeObject};
use crate::history::ident::Ident;
use crate::history::mainline::Mainline;
use crate::history::objects::{Objects, Obstacle, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::history::{chain, content};
use crate::policy::governance::Governance;
use crate::record::time::Instant;
use crate::survey::merging::{self, LandingKind};
use crate::yaml::node::Limits;

/// How many commits of the approved branch are read.
pub const MOST_LANDINGS: usize = 1_000;
/// How many commits of merged branches are read, of one merge and in all.
const MOST_OF_BRANCH: [usize; 2] = [100, 5_000];
/// Of how many landings that change the ledger the approval files are read.
const MOST_WITH_FILES: usize = 100;

/// The newest commits of the approved branch.
#[derive(Clone, Debug, Default)]
pub struct RecentCommits {
    /// Oldest first.
    pub landings: Vec<RecentLanding>,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct RecentLanding {
    pub commit: Commit,
    /// When it landed, at the earliest; on a branch without a policy, the committer's time.
    pub effective: Instant,
    pub kind: LandingKind,
    /// The `forge` of the policy that its committer or message shows; `None` if none does.
    pub forge: Option<&'static str>,
    /// Whether a person other than its author committed it.
    pub names_merger: bool,
    /// Whether it changes a record, an approval or a governance file.
    pub changes_ledger: bool,
    /// The commits of the branch that it merges, as many as are read.
    pub branch: Vec<Commit>,
    /// The approval files that it adds or changes.
    pub files: Vec<RecentApprovalFile>,
}

/// An approval file in a recent commit.
#[derive(Clone, Debug)]
pub struct RecentApprovalFile {
    pub file: ApprovalFile,
    /// Whether there is a signature beside it.
    pub is_signed: bool,
}

impl RecentCommits {
    pub fn count(&self, test: impl Fn(&RecentLanding) -> bool) -> usize {
        self.landings.iter().filter(|landing| test(landing)).count()
    }
}

/// Reads the newest commits of the approved branch.
///
/// # Errors
/// [`Obstacle`] if one of them, or a folder of it, can't be read. Merged branches are read as far as they are here.
pub fn read(
    objects: &dyn Objects,
    mainline: &Mainline,
    prefix: &LedgerPrefix,
    governance: &Governance,
) -> Result<RecentCommits, Obstacle> {
    let start = mainline.landings.len().saturating_sub(MOST_LANDINGS);
    let watched = WatchedPaths { objects, prefix, governance };
    let mut before = match start.checked_sub(1).and_then(|n| mainline.landings.get(n)) {
        Some(landing) => watched.entries(landing.tree)?,
        None => Vec::new(),
    };
    let mut branches = Branches {
        objects,
        seen: mainline.landings.iter().map(|landing| landing.oid).collect(),
        left: MOST_OF_BRANCH[1],
    };
    let mut landings = Vec::new();
    let mut changes = Vec::new();
    for landing in mainline.landings.get(start..).unwrap_or_default() {
        let commit = chain::read(objects, landing.oid)?;
        let entries = watched.entries(landing.tree)?;
        let changes_ledger = entries != before && entries.iter().any(Option::is_some);
        changes.push(changes_ledger.then(|| [before, entries.clone()]));
        before = entries;
        landings.push(RecentLanding {
            branch: branches.read(&commit),
            files: Vec::new(),
            changes_ledger,
            effective: landing.effective,
            ..classified(commit, governance)
        });
    }
    let mut with_files = landings.iter_mut().zip(changes).rev();
    let mut n_read = 0;
    while n_read < MOST_WITH_FILES
        && let Some((landing, change)) = with_files.next()
    {
        if let Some([before, after]) = change {
            landing.files = watched.approval_files(&before, &after)?;
            n_read += 1;
        }
    }
    Ok(RecentCommits { landings })
}

/// Returns how the newest commits of a branch without a policy came there, at most as many, as far as they can be read; and
/// who made or committed them, or the commits that they merge.
pub fn newest(objects: &dyn Objects, tip: Oid, most: usize) -> (Vec<LandingKind>, Vec<Ident>) {
    let governance = Governance::default();
    let commits = merging::newest(objects, tip, most);
    let seen = commits.iter().map(|commit| commit.oid).collect();
    let mut branches = Branches { objects, seen, left: MOST_OF_BRANCH[1] };
    let merged = commits.iter().flat_map(|commit| branches.read(commit)).collect::<Vec<_>>();
    let all = commits.iter().chain(&merged);
    let idents = all.flat_map(|commit| [commit.author().clone(), commit.committer().clone()]);
    let kinds = commits.iter().map(|commit| LandingKind::of(commit, &governance).0);
    (kinds.collect(), idents.collect())
}

fn classified(commit: Commit, governance: &Governance) -> RecentLanding {
    let text = commit.message();
    let committer = commit.committer();
    let adapter = forge::choose((&committer.name, &committer.email), &CommitMessage::read(&text));
    let (kind, names_merger) = LandingKind::of(&commit, governance);
    RecentLanding {
        kind,
        names_merger,
        forge: Some(adapter.name).filter(|name| *name != forge::GENERIC.name),
        changes_ledger: false,
        branch: Vec::new(),
        files: Vec::new(),
        effective: commit.committed().unwrap_or(Instant::MIN),
        commit,
    }
}

struct Branches<'o> {
    objects: &'o dyn Objects,
    seen: HashSet<Oid>,
    left: usize,
}

impl Branches<'_> {
    fn read(&mut self, merge: &Commit) -> Vec<Commit> {
        let mut found = Vec::new();
        let mut stack: Vec<Oid> = merge.parents.iter().skip(1).copied().collect();
        let most = MOST_OF_BRANCH[0].min(self.left);
        while found.len() < most
            && let Some(oid) = stack.pop()
        {
            if !self.seen.insert(oid) {
                continue;
            }
            // What is missing makes the check of the clone unknown.
            if let Ok(commit) = chain::read(self.objects, oid) {
                if !self.objects.is_shallow(oid) {
                    stack.extend(commit.parents.iter());
                }
                found.push(commit);
            }
        }
        self.left -= found.len();
        found
    }
}

/// The objects at the paths of the ledger: first the record folders, then the governance files.
type LedgerEntries = Vec<Option<(Mode, Oid)>>;

struct WatchedPaths<'o> {
    objects: &'o dyn Objects,
    prefix: &'o LedgerPrefix,
    governance: &'o Governance,
}

impl WatchedPaths<'_> {
    fn entries(&self, tree: Oid) -> Result<LedgerEntries, Obstacle> {
        let tree = CommitTree::new(self.objects, tree, self.prefix);
        let records = self.governance.policy.records.iter().cloned();
        let paths = records.chain(self.governance.paths());
        paths.map(|path| Ok(tree.entry(&path)?)).collect()
    }

    fn approval_files(
        &self,
        before: &[Option<(Mode, Oid)>],
        after: &[Option<(Mode, Oid)>],
    ) -> Result<Vec<RecentApprovalFile>, Obstacle> {
        let mut files = Vec::new();
        for n in 0..self.governance.policy.records.len() {
            let [old, new] = [before, after].map(|entries| entries.get(n).copied().flatten());
            if old == new {
                continue;
            }
            let approvals = |entry: Option<(Mode, Oid)>| -> Result<Option<Oid>, Obstacle> {
                let oid = entry.filter(|(mode, _)| *mode == Mode::Folder).map(|(_, oid)| oid);
                let folder = folder::open(self.objects, oid, &TreeObject::default())?;
                let found = folder.find(FOLDER.as_bytes(), Mode::Folder);
                Ok(found.filter(|entry| entry.mode == Mode::Folder).map(|entry| entry.oid))
            };
            self.added([approvals(old)?, approvals(new)?], 0, &mut files)?;
        }
        Ok(files)
    }

    fn added(
        &self,
        [old, new]: [Option<Oid>; 2],
        depth: usize,
        files: &mut Vec<RecentApprovalFile>,
    ) -> Result<(), Obstacle> {
        /// A folder for each record; below that of governance, one for each file.
        const DEEPEST: usize = 2;
        if old == new || depth > DEEPEST {
            return Ok(());
        }
        let old = folder::open(self.objects, old, &TreeObject::default())?;
        let new = folder::open(self.objects, new, &old)?;
        let mut changed = Vec::new();
        folder::differences(&old, &new, |name, both| changed.push((name, both)));
        for (name, (before, after)) in changed {
            let folder_of = |entry: Option<(Mode, Oid)>| {
                entry.filter(|(mode, _)| *mode == Mode::Folder).map(|(_, oid)| oid)
            };
            match after {
                Some((Mode::Folder, oid)) => {
                    self.added([folder_of(before), Some(oid)], depth + 1, files)?;
                }
                Some((Mode::File, oid)) if name.ends_with(b".txt") => {
                    let signature = [name, SIGNATURE.as_bytes()].concat();
                    let is_signed = new.find(&signature, Mode::File).is_some();
                    let bytes = content::bytes_within(self.objects, oid, Limits::RECORD.bytes)?;
                    let file = bytes.and_then(|bytes| ApprovalFile::read(&bytes).ok());
                    files.extend(file.map(|file| RecentApprovalFile { file, is_signed }));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
