//! Which first parents of the approved ref a question covers, as of when, and under which policy.
//!
//! Start at [`OpenMainline::open`]. Follows `docs/spec/cli.md`, which tree, which clock, and `docs/spec/approval.md`, M1, T5.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crate::approval::evidence::statement::LedgerPlace;
use crate::approval::evidence::statement_file::{ApprovalDecision, ApprovalFile};
use crate::diag;
use crate::diag::remedy::Remedy;
use crate::diag::shell::quoted;
use crate::history::branch::Branch;
use crate::history::chain::{self, Chain};
use crate::history::chain::{ApprovalsBranch, RemoteBranch, UnpushedStatement};
use crate::history::objects::{Obstacle, Oid};
use crate::history::paths::{self, LedgerPrefix};
use crate::history::refs::{self, APPROVALS_BRANCH, ApprovedRef, HeadState};
use crate::history::tree::CommitTree;
use crate::history::walked::History;
use crate::ledger::tree::Tree as _;
use crate::policy::governance::{Governance, State};
use crate::policy::{self, Policy};
use crate::record::time::{Day, Instant};
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::facts::ExternalFacts;
use crate::session::locate::{self, Located, above, submodule};
use crate::session::options::{AsOf, Moment, Options};
use crate::store::git::Repository;

/// The mainline in question, before any record is read.
#[derive(Clone)]
pub(crate) struct OpenMainline<'h> {
    pub(crate) repository: &'h Repository,
    pub(crate) prefix: LedgerPrefix,
    pub(crate) chosen: ApprovedRef,
    pub(crate) chain: Chain,
    pub(crate) governance: Governance,
    pub(crate) instant: Instant,
    /// The end of the time for which notes count; `None` for the notes as they are now.
    pub(crate) until: Option<Instant>,
    pub(crate) now: Instant,
    /// Whether the answer is about a time other than the clock's.
    pub(crate) is_moved: bool,
    pub(crate) is_past: bool,
    /// Whether the policy is read although it is below another ledger, and nobody there approved it.
    pub(crate) reads_unapproved_policy: bool,
    /// Whether nothing outside the clone pins the history, so that git's own index of it may be used.
    pub(crate) may_be_indexed: bool,
    pub(crate) hides_levels: bool,
    pub(crate) facts: Arc<ExternalFacts>,
    pub(crate) is_automated: bool,
}

struct Timed {
    chain: Chain,
    instant: Instant,
    until: Option<Instant>,
    /// The end of the time for which statements of the approvals branch count.
    statements_until: Instant,
}

/// Reads the branch of signed statements that belongs to an approved ref, as it counts at an instant, past or present.
pub(crate) fn read_approvals(
    repository: &Repository,
    chosen: &ApprovedRef,
    chain: &Chain,
    (until, is_past): (Instant, bool),
) -> Result<ApprovalsBranch, Obstacle> {
    let remote = chosen.remote.as_deref();
    let tip = repository.tip_of(remote, APPROVALS_BRANCH);
    // What was seen later says nothing of an earlier state.
    let former = match &chosen.approvals_log {
        Some(log) if !is_past => log.as_slice(),
        _ => &[],
    };
    let mut branch = ApprovalsBranch::read(repository, tip, former, chain)?;
    let own = repository.tip_of(None, APPROVALS_BRANCH);
    let own = own.filter(|own| Some(*own) != tip && !branch.reaches(*own));
    let unpushed = own.and_then(|own| unpushed(repository, tip, own));
    let is_behind = own.zip(tip).is_some_and(|(own, tip)| {
        let lacking = Branch::between(repository, own, tip);
        matches!(lacking, Ok(Some(lacking)) if !lacking.commits.is_empty())
    });
    branch.remote = remote.map(|remote| {
        let name = format!("{remote}/{APPROVALS_BRANCH}");
        let approved = repository.last_fetch(&chosen.reference, remote, Some(chosen.tip));
        let last = repository.last_fetch(&format!("refs/remotes/{name}"), remote, tip);
        // A clone that has none asks for no fetch again and again.
        let perhaps = approved.perhaps_all.filter(|_| tip.is_none());
        let fetched = last.found.max(approved.all).max(perhaps);
        RemoteBranch {
            name,
            command: repository.fetch_of(remote, APPROVALS_BRANCH),
            is_followed: repository.follows(remote, APPROVALS_BRANCH),
            // After a fetch of all branches that found this tip, the remote has no such branch: another one would change nothing.
            is_known: tip.is_some() || approved.all.is_some(),
            fetched,
            seen: last.seen.max(fetched),
            is_behind,
            unpushed: unpushed.unwrap_or_default(),
        }
    });
    branch.until = Some(until);
    Ok(if is_past { branch.as_of(until) } else { branch })
}

// What can't be read is as if it were not there: it counts for nobody.
fn unpushed(repository: &Repository, tip: Option<Oid>, own: Oid) -> Option<Vec<UnpushedStatement>> {
    let tree = |commit| CommitTree::of_commit(repository, commit, &LedgerPrefix::default()).ok();
    let read = |tree: &CommitTree<'_>, path: &str| {
        ApprovalFile::read(&tree.bytes(path).ok().flatten()?).ok()
    };
    let (pushed, new) = (tip.and_then(tree), tree(own)?);
    let written = repository.written(tip, own).ok()?.into_iter();
    let stated = written.filter_map(|path| {
        let stated = read(&new, &path)?;
        let later = pushed.as_ref().and_then(|pushed| read(pushed, &path));
        let is_replaced = later.is_some_and(|later| later.at >= stated.at);
        (!is_replaced).then(|| UnpushedStatement {
            about: stated.about.to_string(),
            sha256: stated.sha256,
            is_rejection: stated.decision == ApprovalDecision::Reject,
        })
    });
    Some(stated.collect())
}

const UNSET: &str = "git config --unset exledger.trustedFrom";

/// How many branches of a remote are searched for a policy.
const MOST_BRANCHES: usize = 100;

// How many landings are searched for a policy that was removed.
const MOST_LANDINGS: usize = 1000;

// Returns the error for a policy that the approved ref has in a folder or above it, and the checkout has not; `None` if it has
// none there, or no ref can be chosen.
pub(crate) fn removed_policy(folder: &Path, options: Options) -> Option<Undetermined> {
    let found = Repository::discover(folder).ok()?;
    let inside = LedgerPrefix::new(&found.prefix(folder)?);
    let located = Located::at(found.work_dir()?.to_owned(), options).ok()?;
    let (chosen, repository) = (approved_ref(&located).ok()?, located.repository().ok()?);
    let folders: Vec<_> = std::iter::once(inside.clone()).chain(inside.above()).collect();
    let path = match policy_path(repository, chosen.tip, &folders) {
        Err(unreadable) => return Some(unreadable),
        Ok(path) => path?,
    };
    let named = format!("on {}", chosen.reference);
    if has_merged(repository, chosen.tip) {
        let from = version_of(repository, &path, &chosen.reference);
        return Some(removed(&path, &named, &from));
    }
    let what = format!("{path} is {named}, and not in this checkout");
    Some(Undetermined::other(what, merge_first(repository, &chosen)))
}

/// Returns the last commit of the approved ref that had a policy for a folder, and the path of that, if it has none any more.
pub(crate) fn last_policy(folder: &Path, options: Options) -> Option<(Oid, String)> {
    let found = Repository::discover(folder).ok()?;
    let inside = LedgerPrefix::new(&found.prefix(folder)?);
    let located = Located::at(found.work_dir()?.to_owned(), options).ok()?;
    let (mut at, repository) = (approved_ref(&located).ok()?.tip, located.repository().ok()?);
    let folders: Vec<_> = std::iter::once(inside.clone()).chain(inside.above()).collect();
    for _ in 0..MOST_LANDINGS {
        at = *chain::read(repository, at).ok()?.parents.first()?;
        if let Some(path) = policy_path(repository, at, &folders).ok()? {
            return Some((at, path));
        }
    }
    None
}

/// Returns a branch of the approved ref's remote that has a policy for a folder: the remote and the branch.
pub(crate) fn find_branch_with_policy(folder: &Path, options: Options) -> Option<(String, String)> {
    let found = Repository::discover(folder).ok()?;
    let inside = LedgerPrefix::new(&found.prefix(folder)?);
    let located = Located::at(found.work_dir()?.to_owned(), options).ok()?;
    let remote = approved_ref(&located).ok()?.remote?;
    let repository = located.repository().ok()?;
    let folders: Vec<_> = std::iter::once(inside.clone()).chain(inside.above()).collect();
    let start = format!("refs/remotes/{remote}/");
    let refs = repository.refs().ok()?;
    let branches = refs.names.iter();
    let mut branches = branches
        .filter_map(|(name, tip)| Some((name.strip_prefix(&start)?, *tip)))
        .take(MOST_BRANCHES);
    let (branch, _) =
        branches.find(|(_, tip)| matches!(policy_path(repository, *tip, &folders), Ok(Some(_))))?;
    Some((remote, branch.to_owned()))
}

/// Returns the path of the policy that a commit has in the first of some folders that holds one.
fn policy_path(
    repository: &Repository,
    commit: Oid,
    folders: &[LedgerPrefix],
) -> Result<Option<String>, Undetermined> {
    for prefix in folders {
        let tree = CommitTree::of_commit(repository, commit, prefix)?;
        if tree.kind(policy::FILE)?.is_some() {
            return Ok(Some(paths::join(&prefix.folder(), policy::FILE)));
        }
    }
    Ok(None)
}

/// Refuses a ledger above the one that was asked about, whose policy the branch has, or had where it began, and this checkout has
/// not.
pub(crate) fn refuse_above_removed(located: &Located) -> Result<(), Undetermined> {
    let Some(repository) = located.repository_or_none() else { return Ok(()) };
    let above = repository.prefix(&located.root).unwrap_or_default();
    let below = located.asked().iter().filter(|folder| folder.len() > above.len());
    let folders: Vec<LedgerPrefix> = below.map(|folder| LedgerPrefix::new(folder)).collect();
    let path_in = |prefix: &LedgerPrefix| paths::join(&prefix.folder(), policy::FILE);
    for path in folders.iter().map(path_in) {
        if repository.indexed_bytes(&path)?.is_some() {
            return Err(removed(&path, "in git's index", ""));
        }
    }
    let Some(head) = repository.find("HEAD").filter(|_| !folders.is_empty()) else {
        return Ok(());
    };
    let chosen = approved_ref(located).ok();
    let branch =
        chosen.and_then(|chosen| Branch::between(repository, chosen.tip, head.oid).ok()?);
    let begun = branch.and_then(|branch| branch.bases.first().copied());
    let begun = begun.map(|commit| (commit, "where the branch began", format!("{commit} ")));
    let places = [Some((head.oid, "at HEAD", "HEAD ".to_owned())), begun];
    for (commit, named, from) in places.into_iter().flatten() {
        if let Some(path) = policy_path(repository, commit, &folders)? {
            return Err(removed(&path, named, &from));
        }
    }
    Ok(())
}

fn removed(path: &str, named: &str, from: &str) -> Undetermined {
    let what = format!("{path} is {named}, and not in this checkout");
    let restore = format!("git checkout {from}-- :/{}", quoted(path));
    Undetermined::other(what, Remedy::run([restore]).after("put it back"))
}

// Returns where the checkout's own version of a file is, for `git checkout`: in the index, else at HEAD, else at the approved ref.
fn version_of(repository: &Repository, path: &str, reference: &str) -> String {
    let tracked = repository.tracked().unwrap_or_default();
    if tracked.iter().any(|file| file.path == path) {
        return String::new();
    }
    let is_there = |head: Oid| {
        let tree = CommitTree::of_commit(repository, head, &LedgerPrefix::default()).ok()?;
        tree.kind(path).ok()?
    };
    let head = repository.find("HEAD").and_then(|head| is_there(head.oid));
    if head.is_some() { "HEAD ".to_owned() } else { format!("{reference} ") }
}

pub(crate) fn unmerged_ledger(folder: &Path, options: Options) -> Option<Undetermined> {
    let found = Repository::discover(folder).ok()?;
    let inside = LedgerPrefix::new(&found.prefix(folder)?);
    let located = Located::at(found.work_dir()?.to_owned(), options).ok()?;
    let (chosen, repository) = (approved_ref(&located).ok()?, located.repository().ok()?);
    if has_merged(repository, chosen.tip) {
        return None;
    }
    let tree = CommitTree::of_commit(repository, chosen.tip, &inside).ok()?;
    let tracked = repository.tracked().ok()?;
    let paths = tree.list("").ok()?.into_iter();
    let mut paths = paths.map(|item| paths::join(&inside.folder(), &item.path));
    let is_absent = |path: &String| {
        path.ends_with(&format!("/{}", policy::FILE)) && tracked.iter().all(|it| it.path != *path)
    };
    let path = paths.find(is_absent)?;
    let what = format!("{path} is on {}, and not in this checkout", chosen.reference);
    Some(Undetermined::other(what, merge_first(repository, &chosen)))
}

fn merge_first(repository: &Repository, chosen: &ApprovedRef) -> Remedy {
    let short = chosen.reference.strip_prefix("refs/remotes/").unwrap_or(&chosen.reference);
    let head = repository.find("HEAD").map(|head| head.oid);
    let is_apart = |head| {
        let branch = Branch::between(repository, chosen.tip, head).ok().flatten();
        branch.is_some_and(|branch| branch.bases.is_empty() && branch.truncated.is_none())
    };
    match head.is_some_and(is_apart) {
        false => Remedy::run([format!("git merge {}", quoted(short))]).after("merge it first"),
        true => Remedy::run([format!("git switch --detach {}", quoted(short))])
            .after("this branch has no commit in common with it: leave it first"),
    }
}

fn has_merged(repository: &Repository, wanted: Oid) -> bool {
    let mut seen = BTreeSet::new();
    let head = repository.refs().ok().and_then(|refs| match refs.head {
        HeadState::Branch(name) => refs.names.get(&name).copied(),
        HeadState::Detached(commit) => Some(commit),
    });
    let mut open = Vec::from_iter(head);
    while let Some(oid) = open.pop() {
        if oid == wanted {
            return true;
        }
        if seen.insert(oid)
            && let Ok(commit) = chain::read(repository, oid)
        {
            open.extend(commit.parents.iter());
        }
    }
    false
}

pub(crate) fn own_branch(located: &Located) -> Option<String> {
    let refs::HeadState::Branch(head) = located.repository().ok()?.refs().ok()?.head else {
        return None;
    };
    let bare = head.strip_prefix("refs/heads/")?.to_owned();
    let approved = approved_ref(located).ok()?.reference;
    let remote = approved.strip_prefix("refs/remotes/");
    let approved = match remote.and_then(|rest| rest.split_once('/')) {
        Some((_, name)) => name,
        None => approved.strip_prefix("refs/heads/").unwrap_or(&approved),
    };
    (bare != approved).then_some(bare)
}

pub(crate) fn approved_ref(located: &Located) -> Result<ApprovedRef, Undetermined> {
    let repository = located.repository()?;
    let mut found = repository.refs()?;
    let options = &located.options;
    if options.ignores_configured_ref {
        found.configured = None;
    }
    let chosen = refs::choose(
        &found,
        options.approved_ref.as_deref(),
        &|name| repository.find(name),
        options.target_branch.as_deref(),
    );
    let trusted = match (options.trusted_from, &found.trusted_from) {
        (Some(trusted), _) => Some(trusted),
        (None, Some(text)) => Some(Oid::from_hex(text).ok_or_else(|| {
            Undetermined::Other {
                what: format!("exledger.trustedFrom is {text:?}, not the full id of a commit"),
                remedy: Remedy::run([UNSET])
                    .after(format!("set the 40 hexadecimal digits, or run `{UNSET}`")),
            }
        })?),
        (None, None) => None,
    };
    let chosen = chosen?;
    // The reflog of a local branch also holds what its user amended.
    let is_fetched = chosen.reference.starts_with("refs/remotes/")
        || found.is_bare && chosen.reference.starts_with("refs/heads/");
    let seen = match is_fetched {
        true => repository.seen_tips(&chosen.reference)?.into_keys().collect(),
        false => Vec::new(),
    };
    let approvals = refs::approvals_ref(chosen.remote.as_deref());
    let approvals_log = match is_fetched {
        true => Some(repository.seen_approvals(&approvals)?.into_keys().collect()),
        false => None,
    };
    Ok(ApprovedRef { trusted, seen, approvals_log, ..chosen })
}

impl<'h> OpenMainline<'h> {
    /// Finds the mainline in question, and the policy of its tree.
    pub(crate) fn open(located: &'h Located, at: &Moment) -> Result<OpenMainline<'h>, Error> {
        // Proposals of this work tree are read under the policy of this work tree.
        if at.as_of.is_none() {
            locate::governance(&located.tree)?;
        }
        OpenMainline::of(located, at, approved_ref(located)?)
    }

    /// Returns the mainline in question of an approved ref that was chosen before, whatever it names by now.
    pub(crate) fn of(
        located: &'h Located,
        at: &Moment,
        chosen: ApprovedRef,
    ) -> Result<OpenMainline<'h>, Error> {
        let repository = located.repository()?;
        if !located.options.reads_unapproved_policy {
            submodule::refuse(located)?;
        }
        let mut timed = as_of(repository, &chosen, at)?;
        let prefix = repository.ledger_prefix(&located.root);
        timed.chain.others.noted = above::noted(&prefix, located.asked());
        let counting = (timed.statements_until, at.as_of.is_some());
        timed.chain.approvals = read_approvals(repository, &chosen, &timed.chain, counting)?;
        let tree = CommitTree::of_commit(repository, timed.chain.mainline.tip, &prefix)?;
        let governance = locate::governance(&tree)?;
        if governance.state == State::Absent && located.work_tree().is_err() {
            let reference = chosen.reference;
            return Err(Undetermined::NoPolicy { reference }.into());
        }
        let mainline = &timed.chain.mainline;
        log::info!(
            "approved ref: {} at {}, {} by first parents",
            mainline.reference,
            mainline.tip,
            diag::count(mainline.landings.len(), "commit")
        );
        let facts = located.facts(timed.chain.mainline.tip)?;
        let is_pinned = chosen.is_pinned() || matches!(at.as_of, Some(AsOf::Revision(_)));
        Ok(OpenMainline {
            repository,
            prefix,
            may_be_indexed: !is_pinned,
            chosen,
            chain: timed.chain,
            governance,
            instant: timed.instant,
            until: timed.until,
            now: at.now,
            is_moved: at.is_moved(),
            is_past: at.as_of.is_some(),
            reads_unapproved_policy: located.options.reads_unapproved_policy,
            hides_levels: located.options.hides_levels,
            facts,
            is_automated: located.options.is_automated,
        })
    }
}

fn as_of(repository: &Repository, chosen: &ApprovedRef, at: &Moment) -> Result<Timed, Error> {
    let chain = chain::walk(repository, chosen, at.now)?;
    match &at.as_of {
        None => Ok(Timed { chain, instant: at.instant(), until: None, statements_until: at.now }),
        Some(AsOf::Instant(instant)) => {
            // What was effective then may lie behind the commit at which the clone ends.
            let position =
                chain.mainline.at(*instant).ok_or_else(|| match &chain.mainline.boundary {
                    Some(obstacle) => Undetermined::Object(obstacle.clone()),
                    None => {
                        let reference = chosen.reference.clone();
                        Undetermined::NothingEffective { reference, instant: *instant }
                    }
                })?;
            Ok(Timed {
                chain: chain.cut(position),
                instant: at.on.unwrap_or(*instant),
                until: Some(*instant),
                statements_until: *instant,
            })
        }
        Some(AsOf::Revision(rev)) => {
            let position = position_of(repository, &chain, rev)?;
            let next = chain.mainline.landings.get(position.saturating_add(1));
            let statements_until = next.map_or(at.now, |next| next.effective.plus_seconds(-1));
            let chain = chain.cut(position);
            let last = chain.mainline.landings.last();
            let effective = last.map_or(at.now, |landing| landing.effective);
            Ok(Timed {
                chain,
                instant: at.on.unwrap_or(effective),
                until: Some(effective),
                statements_until,
            })
        }
    }
}

fn position_of(repository: &Repository, chain: &Chain, rev: &str) -> Result<usize, Error> {
    let owned = rev.to_owned();
    let found = repository.resolve(rev).map_err(|unresolved| {
        Error::of_revision(rev, unresolved, || {
            let day = Day::nearly(rev).map(|day| day.to_string());
            let similar = day.or_else(|| repository.branch_like(rev));
            Usage::NoRevision { rev: owned.clone(), similar }
        })
    })?;
    if let Some(position) = chain.mainline.position(found.oid) {
        return Ok(position);
    }
    let containing = chain.containing(repository, found.oid);
    let within = containing.and_then(|position| chain.mainline.landings.get(position));
    Err(Usage::NotOnApprovedRef {
        rev: owned,
        reference: chain.mainline.reference.clone(),
        within: within.map(|landing| landing.oid),
    }
    .into())
}

/// Reads the notes into a history, as they were at an instant or as they are now. Tells whether everything that counts
/// is here: the notes are, or the policy does not count notes.
pub(crate) fn read_notes(
    repository: &Repository,
    history: &mut History,
    until: Option<Instant>,
) -> bool {
    if !history.heeds_notes() {
        return true;
    }
    let found = repository.find(refs::REVIEW_NOTES);
    if let Some(found) = &found {
        history.read_notes(repository, found.oid, until);
    }
    found.is_some()
}

/// Returns where a ledger is; its root commit, if its policy gives no name and that can be determined.
pub(crate) fn ledger_place(located: &Located, policy: &Policy, now: Instant) -> LedgerPlace {
    let Some(repository) = located.repository_or_none() else {
        return LedgerPlace::new(None, &LedgerPrefix::default());
    };
    let root = || {
        let chosen = approved_ref(located).ok()?;
        chain::walk(repository, &chosen, now).ok()?.mainline.root()
    };
    let root = if policy.name.is_none() { root() } else { None };
    LedgerPlace::new(root, &repository.ledger_prefix(&located.root))
}
