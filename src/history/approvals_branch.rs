//! The signed statements of the approvals branch: pairs of text and signature, each with the time of the first commit that has it.
//!
//! Anybody may push there, in any order and under any date, so neither does a file's later fate matter, nor the order of commits,
//! nor what else lies there: files that can't be statements are passed over one by one, and so is a commit that can't be read.
//!
//! Pure. Start at [`ApprovalsBranch::read`] and `collect_statements`. Follows `docs/spec/approval.md`, S7. `approval`
//! decides whose they are, and when they count.

use crate::diag::sorting::StableSort as _;
use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::rc::Rc;

use crate::history::chain::{self, ApprovalsBranch, Chain, UnreadCommits};
use crate::history::commit::Commit;
use crate::history::content::{self, After};
use crate::history::folder::Mode;
use crate::history::folders::{ComparisonJob, FolderComparison};
use crate::history::objects::{Extent, ObjectKind, Objects, Obstacle, Oid, OidMap};
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::history::watched_paths::{self, Interest, RecordFilter, WatchedKind};
use crate::record::time::Instant;

/// The maximum number of statements about other texts of the asked records that are read, the newest: they give nothing, and
/// their signers are told so. Anybody may push many.
const MOST_OF_OTHER_TEXTS: usize = 100;

/// The maximum number of commits that are read: what a longer branch says can't be determined. Less in a build for tests, one of
/// which pushes more.
pub const MOST_COMMITS: usize = if cfg!(exledger_test_variables) { 2_000 } else { 100_000 };

/// The maximum size of a text or a signature, in bytes.
const MOST_BYTES: usize = 16 * 1024;

/// The number of digits of a digest in a file's name.
pub const N_DIGITS: usize = 12;

const SIGNATURE: &str = ".txt.sig";
const TEXT: &str = ".txt";

/// A statement that the approvals branch brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchStatement {
    /// The path of the text, from the ledger's root.
    pub path: String,
    /// The earliest commit that has both, and its time.
    pub commit: Oid,
    pub committed: Instant,
    /// The ids of the text and its signature: the statement is this pair, wherever it stands.
    pub blobs: [Oid; 2],
    pub text: After,
    pub signature: After,
}

impl BranchStatement {
    /// Returns the beginning of the digest of the bytes that its path is about; empty if it names none.
    pub(crate) fn digits(&self) -> &str {
        digits(&self.path).unwrap_or_default()
    }
}

impl ApprovalsBranch {
    /// Reads the commits that a tip reaches and that are not landings, nor only reached through one; and those that only tips
    /// reach which this clone saw there before.
    ///
    /// # Errors
    /// [`Obstacle`] if this clone lacks a commit, except behind the end of a shallow one.
    pub fn read(
        objects: &dyn Objects,
        tip: Option<Oid>,
        former: &[Oid],
        chain: &Chain,
    ) -> Result<ApprovalsBranch, Obstacle> {
        let mut seen: HashSet<Oid> = chain.commits.iter().map(|commit| commit.oid).collect();
        let (commits, unread) = read_commits(objects, tip.as_slice(), &mut seen)?;
        let lost_tip = former.iter().copied().find(|former| !seen.contains(former));
        let (lost, lost_unread) = read_commits(objects, former, &mut seen)?;
        let unread = unread.or(lost_unread);
        Ok(ApprovalsBranch { tip, commits, unread, lost, lost_tip, ..ApprovalsBranch::default() })
    }
}

fn read_commits(
    objects: &dyn Objects,
    tips: &[Oid],
    seen: &mut HashSet<Oid>,
) -> Result<(Vec<Rc<Commit>>, Option<UnreadCommits>), Obstacle> {
    let mut commits = Vec::new();
    let mut unread = None;
    let mut left: VecDeque<Oid> = tips.iter().copied().collect();
    while let Some(oid) = left.pop_front() {
        if !seen.insert(oid) {
            continue;
        }
        if commits.len() >= MOST_COMMITS {
            return Ok((commits, Some(UnreadCommits::TooMany)));
        }
        match chain::read(objects, oid) {
            Ok(commit) => {
                if !objects.is_shallow(oid) {
                    left.extend(commit.parents.iter().copied());
                } else if !commit.parents.iter().all(|parent| seen.contains(parent)) {
                    let boundary = Obstacle::Shallow { commit: oid, extent: objects.extent() };
                    unread = Some(UnreadCommits::CutOff(boundary));
                }
                commits.push(Rc::new(commit));
            }
            Err(missing @ Obstacle::Missing { extent: Extent::Shallow { .. }, .. }) => {
                unread = Some(UnreadCommits::CutOff(missing));
            }
            Err(obstacle) if is_lacking(&obstacle) => return Err(obstacle),
            // Whoever pushes one must not hide what is below it.
            Err(_) => left.extend(stated_parents(objects, oid)),
        }
    }
    Ok((commits, unread))
}

fn stated_parents(objects: &dyn Objects, oid: Oid) -> Vec<Oid> {
    let Ok((ObjectKind::Commit, raw)) = objects.read(oid) else { return Vec::new() };
    let lines = raw.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty());
    let stated = lines.filter_map(|line| std::str::from_utf8(line.strip_prefix(b"parent ")?).ok());
    stated.filter_map(Oid::from_hex).collect()
}

pub(super) struct AskedStatements {
    pub(super) ids: BTreeSet<String>,
    pub(super) digests: HashSet<String>,
    pub(super) folders: BTreeSet<String>,
}

/// Returns the statements of the branch, and those that are lost with its former tips.
pub(super) fn collect_statements(
    objects: &dyn Objects,
    prefix: &LedgerPrefix,
    branch: &ApprovalsBranch,
    asked: &dyn Fn() -> AskedStatements,
) -> Result<[Vec<BranchStatement>; 2], Obstacle> {
    if branch.commits.is_empty() && branch.lost.is_empty() {
        return Ok(Default::default());
    }
    let asked = asked();
    let present = statements_of(objects, prefix, &branch.commits, &asked)?;
    let mut lost = statements_of(objects, prefix, &branch.lost, &asked)?;
    let known: HashSet<[Oid; 2]> = present.iter().map(|statement| statement.blobs).collect();
    lost.retain(|lost| !known.contains(&lost.blobs));
    Ok([present, lost])
}

fn statements_of(
    objects: &dyn Objects,
    prefix: &LedgerPrefix,
    commits: &[Rc<Commit>],
    AskedStatements { ids, digests, folders }: &AskedStatements,
) -> Result<Vec<BranchStatement>, Obstacle> {
    let few = RecordFilter::of(ids.clone());
    let interest = Interest::of_statements(prefix, folders.iter(), &few);
    let trees: OidMap<Oid> = commits.iter().map(|commit| (commit.oid, commit.tree)).collect();
    // Oldest first, so that a folder is read with the one before it at hand.
    let commits: Vec<&Rc<Commit>> = commits.iter().rev().collect();
    let jobs = commits.iter().enumerate().map(|(pair, commit)| {
        let parent = if !objects.is_shallow(commit.oid) { commit.parents.first() } else { None };
        let read = |parent: &Oid| chain::read(objects, *parent).ok().map(|commit| commit.tree);
        let old = parent.and_then(|parent| trees.get(parent).copied().or_else(|| read(parent)));
        ComparisonJob { pair, old, new: Some(commit.tree), others: Box::default() }
    });
    let mut comparison = FolderComparison::new(objects, prefix, OidMap::default());
    comparison.run(interest.top(), jobs.collect());
    let mut first: BTreeMap<(String, [Oid; 2]), (Instant, Oid)> = BTreeMap::new();
    for (commit, changes) in commits.into_iter().zip(&comparison.changes) {
        // Without a time nobody knows since when it counts.
        let Some(committed) = commit.committed() else { continue };
        let tree = CommitTree::new(objects, commit.tree, prefix);
        let changed = changes.iter().filter(|change| change.kind == WatchedKind::Approval);
        let changed: HashMap<&str, Oid> =
            changed.filter_map(|change| Some((&*change.path, change.new?))).collect();
        let paths: BTreeSet<&str> =
            changed.keys().filter_map(|path| text_path(path, digests)).collect();
        for path in paths {
            let find = |path: &str| match changed.get(path) {
                Some(blob) => Some(*blob),
                None => match tree.entry(path) {
                    Ok(Some((Mode::File, blob))) => Some(blob),
                    _ => None,
                },
            };
            let Some(text) = find(path) else { continue };
            let Some(signature) = find(&format!("{path}.sig")) else { continue };
            let since = (committed, commit.oid);
            match first.entry((path.to_owned(), [text, signature])) {
                Entry::Vacant(vacant) => drop(vacant.insert(since)),
                Entry::Occupied(mut known) => *known.get_mut() = since.min(*known.get()),
            }
        }
    }
    if let Some(obstacle) = comparison.obstacles.into_values().find(is_lacking) {
        return Err(obstacle);
    }
    let (mut kept, mut of_other_texts): (Vec<_>, Vec<_>) = first
        .into_iter()
        .partition(|((path, _), _)| digits(path).is_some_and(|digits| digests.contains(digits)));
    of_other_texts.order_by_key(|(_, since)| Reverse(*since));
    of_other_texts.truncate(MOST_OF_OTHER_TEXTS);
    kept.extend(of_other_texts);
    let mut statements: Vec<BranchStatement> = Vec::new();
    for ((path, blobs), (committed, commit)) in kept {
        let read = |blob| match content::bytes_within(objects, blob, MOST_BYTES) {
            Ok(bytes) => bytes.map(|bytes| After::Bytes(bytes.into())),
            Err(obstacle) => Some(After::Missing(obstacle)),
        };
        if let [Some(text), Some(signature)] = blobs.map(read) {
            statements.push(BranchStatement { path, commit, committed, blobs, text, signature });
        }
    }
    statements.order_by_key(|statement| (statement.committed, statement.commit));
    Ok(statements)
}

/// Tells whether a clone lacks something, so that other clones may see more.
fn is_lacking(obstacle: &Obstacle) -> bool {
    matches!(obstacle, Obstacle::Missing { .. } | Obstacle::Unreadable { .. })
}

/// Returns the path of the text that a path is of, or of whose signature; `None` if its name has not the form of one, or is about
/// a governance file and has none of the digests.
fn text_path<'p>(path: &'p str, digests: &HashSet<String>) -> Option<&'p str> {
    let bare = path.strip_suffix(SIGNATURE).or_else(|| path.strip_suffix(TEXT))?;
    let digits = digits(path)?;
    let is_asked = !watched_paths::is_of_governance(path) || digests.contains(digits);
    path.get(..bare.len() + TEXT.len()).filter(|_| is_asked)
}

fn digits(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?;
    let is_form = name.get(N_DIGITS..)?.starts_with('-');
    name.get(..N_DIGITS).filter(|_| is_form)
}
