//! Rules that were approved at a tip of the approved ref which this clone saw, and which is lost.
//!
//! A force push that drops approved rules would let whoever pushes choose older ones. So nothing is answered until the rules
//! of today were approved after that, or the loss was accepted. Start at [`refuse`]. Follows `docs/spec/approval.md`, M5b.

use crate::approval;
use crate::approval::evidence::statement_file::{ApprovalFile, ApprovalSubject};
use crate::approval::governance::counted::{self, CountedGovernance};
use crate::approval::verdict::{ApprovalVerdict, Vote, VoteCounts};
use crate::diag::remedy::Remedy;
use crate::diag::{self, shell};
use crate::history::approvals_branch::{BranchStatement, MOST_COMMITS};
use crate::history::chain::{self, Chain};
use crate::history::content::After;
use crate::history::former;
use crate::history::governance::{GovernanceOrigin, MainlineGovernance};
use crate::history::objects::{Obstacle, Oid};
use crate::history::off_line;
use crate::history::refs::{self, APPROVALS_BRANCH, ApprovedRef};
use crate::history::tree::CommitTree;
use crate::history::version::Version;
use crate::history::walk;
use crate::history::walked::{History, MergedRule, MergedRules};
use crate::history::watched_paths::{self, RecordFilter};
use crate::record::time::Instant;
use crate::session::error::Undetermined;
use crate::session::error::lost_rules::LostRules;
use crate::store::git::Repository;
use std::collections::{BTreeSet, VecDeque};
use std::mem;

/// Fails if the approvals branch has more commits than are read: whoever pushes there could hide what older ones say.
pub(super) fn refuse_unread(chosen: &ApprovedRef, history: &History) -> Result<(), Undetermined> {
    if !history.approvals_branch.is_cut {
        return Ok(());
    }
    let reference = refs::approvals_ref(chosen.remote.as_deref());
    let newest = format!("\"$(git rev-list -1 {reference} -- '*.txt.sig')\"");
    let mut commands = match chosen.remote.as_deref().map(shell::quoted) {
        Some(remote) => {
            let push = format!("git push --force {remote} {newest}:refs/heads/{APPROVALS_BRANCH}");
            vec![push, format!("git fetch {remote}")]
        }
        None => vec![format!("git update-ref {reference} {newest}")],
    };
    commands.extend(off_line::clear_commands(&reference, Some(off_line::APPROVALS_PIN)));
    Err(Undetermined::other(
        format!("{APPROVALS_BRANCH} has more than {}", diag::count(MOST_COMMITS, "commit")),
        Remedy::run(commands).after("end it with the newest statement"),
    ))
}

/// Fails if other rules were approved at a lost tip than count now.
pub(super) fn refuse(
    repository: &Repository,
    chosen: &ApprovedRef,
    now: Instant,
    history: &History,
    counted: &CountedGovernance,
) -> Result<(), Undetermined> {
    let mut tips = history.lost_rules.clone();
    for tip in &chosen.seen {
        // A merge brought it back, and perhaps not the rules that it had.
        let is_beside =
            history.landed.contains_key(tip) && history.mainline.position(*tip).is_none();
        if is_beside && !former::has_landed_rules(history, repository, *tip)? {
            tips.push(*tip);
        }
    }
    let mut tips: Vec<(Oid, Option<&MergedRules>)> =
        tips.into_iter().map(|tip| (tip, None)).collect();
    let rules = history.named_governance();
    let untrusted = |merge: &&MergedRules| Some(merge.landing) > history.mainline.trusted;
    for merge in history.brought_rules.iter().filter(untrusted) {
        let brought = brought_tips(repository, (history, counted, &rules), merge)?;
        tips.extend(brought.into_iter().map(|tip| (tip, Some(merge))));
    }
    let has_policy = |state: &MainlineGovernance| matches!(state.origin, GovernanceOrigin::Own(_));
    let first = history.states.from().find(|(_, state)| has_policy(state));
    for (tip, brought) in tips {
        // A branch that begins a ledger may still be edited before anybody approves anything.
        if let Some(brought) = brought
            && first.is_none_or(|(first, _)| first == brought.landing)
            && !has_lived(repository, chosen, now, history, tip)?
        {
            continue;
        }
        if let Some(path) = lost_rule(repository, chosen, now, (history, counted, &rules), tip)? {
            let (reference, pin) = (chosen.reference.clone(), off_line::pin(tip));
            let merge = brought.and_then(|it| Some(history.mainline.landings.get(it.landing)?.oid));
            let lost = LostRules { tip, reference, path, pin, merge };
            return Err(Undetermined::LostRules(Box::new(lost)));
        }
    }
    Ok(())
}

// The ends of the lines of first parents that a merge brought on which a governance file may have been approved that has not
// counted since, nor before.
fn brought_tips(
    repository: &Repository,
    (history, counted, rules): (&History, &CountedGovernance, &BTreeSet<&str>),
    merge: &MergedRules,
) -> Result<Vec<Oid>, Obstacle> {
    let counts = |path: &str, blob: Option<Oid>| {
        let Some(trail) = history.governance.get(path) else { return false };
        let has = |version: &Version| version.files.first().map(|file| file.blob) == blob;
        if !rules.contains(path) {
            let mut versions = trail.versions.iter().enumerate();
            return blob.is_none()
                || versions.any(|(n, version)| has(version) && counted.is_approved(path, n));
        }
        let before = merge.landing.saturating_sub(1);
        let mut counting = (before..history.mainline.landings.len()).map(|at| {
            let version = trail.versions.get(counted.version(path, at)?)?;
            // What a merge left out takes away as it is: whether it was approved is not asked there.
            let has_landed = version.taken_away().is_none();
            version.files.first().filter(|_| has_landed).map(|file| file.blob)
        });
        counting.any(|counting| counting == blob)
    };
    let lost = merge.versions.iter().filter(|version| {
        rules.contains(version.path.as_str())
            && !counts(&version.path, version.blob)
            && may_be_approved(history, version, merge.landing)
    });
    let has_counted_text = |digits: &String| {
        history.governance.iter().any(|(path, trail)| {
            trail.versions.iter().any(|version| {
                let digest = version.digest.map(|digest| digest.to_string());
                digest.is_some_and(|digest| digest.starts_with(digits.as_str()))
                    && counts(path, version.files.first().map(|file| file.blob))
            })
        })
    };
    let approvals = merge.approvals.iter().filter(|(_, digits)| !has_counted_text(digits));
    let approvals = approvals.map(|(commit, _)| *commit);
    let lost: BTreeSet<Oid> = lost.map(|version| version.commit.oid).chain(approvals).collect();
    let mut tips = Vec::new();
    let mut seen = BTreeSet::new();
    let mut heads: VecDeque<Oid> = merge.parents.iter().copied().collect();
    // What a line has is decided on that line, not on one that was merged into it.
    while let Some(tip) = heads.pop_front() {
        let mut holds = false;
        let mut next = Some(tip).filter(|_| !lost.is_empty());
        while let Some(oid) = next.filter(|oid| history.landed.get(oid) == Some(&merge.landing))
            && seen.insert(oid)
        {
            let commit = chain::read(repository, oid)?;
            heads.extend(commit.parents.iter().skip(1));
            holds |= lost.contains(&oid);
            next = commit.parents.first().copied();
        }
        let is_parent = merge.parents.contains(&tip) && history.mainline.position(tip).is_none();
        if holds || is_parent && !has_counted(repository, history, &counts, tip)? {
            tips.push(tip);
        }
    }
    Ok(tips)
}

fn has_counted(
    repository: &Repository,
    history: &History,
    counts: &dyn Fn(&str, Option<Oid>) -> bool,
    tip: Oid,
) -> Result<bool, Obstacle> {
    let tree = CommitTree::of_commit(repository, tip, &history.prefix)?;
    for path in history.governance.keys() {
        let blob = tree.entry(path)?.map(|(_, blob)| blob);
        if !counts(path, blob) {
            return Ok(false);
        }
    }
    Ok(true)
}

// Anything by which it may have counted on its own line, whose evidence is not weighed here.
fn may_be_approved(history: &History, version: &MergedRule, landing: usize) -> bool {
    let commit = &version.commit;
    let is_by_one = commit.parents.len() < 2
        && commit.author().email == commit.committer().email
        && !version.is_first
        && commit.trailers(&|_| false).is_empty();
    let is_about = |file: ApprovalFile| {
        let ApprovalSubject::Governance(path) = file.about else { return false };
        path.trim_start_matches("./") == version.path
            && version.digest.is_none_or(|digest| digest.to_string() == file.sha256)
    };
    let names = |text: &After| match text {
        After::Bytes(text) => ApprovalFile::read(text).is_ok_and(is_about),
        After::Missing(_) => true,
        After::Gone => false,
    };
    let files = history.approvals.iter().filter(|change| {
        change.landing == landing && watched_paths::is_of_governance(&change.path)
    });
    let mut texts = files.map(|change| &change.after);
    let mut statements = history.statements.iter();
    !is_by_one || texts.any(names) || statements.any(|statement| names(&statement.text))
}

/// Tells whether anything was approved on the line that ends with a commit: a ledger has been at work there.
fn has_lived(
    repository: &Repository,
    chosen: &ApprovedRef,
    now: Instant,
    history: &History,
    tip: Oid,
) -> Result<bool, Obstacle> {
    let chain = line_of(repository, chosen, now, history, tip)?;
    let lived = walk::walk(repository, chain, &history.prefix, Some(&history.folders))?;
    lived.parse(repository);
    let approvals = approval::judge(&lived);
    let of_records = approvals.trails.values().flatten().map(|verdict| &**verdict);
    let mut all = of_records.chain(approvals.counted.verdicts.values().flatten());
    Ok(all.any(|verdict| verdict.is_approved() && verdict.counted_statements().next().is_some()))
}

/// Returns the line of first parents that ends with a commit.
fn line_of(
    repository: &Repository,
    chosen: &ApprovedRef,
    now: Instant,
    history: &History,
    tip: Oid,
) -> Result<Chain, Obstacle> {
    let there = ApprovedRef { tip, seen: Vec::new(), trusted: None, ..chosen.clone() };
    let approvals = history.approvals_branch.clone();
    Ok(Chain { approvals, ..chain::walk(repository, &there, now)? })
}

/// Fails if other rules count with the statements that former tips of the approvals branch have alone.
pub(super) fn refuse_without_statements(
    chosen: &ApprovedRef,
    history: &mut History,
    counted: &CountedGovernance,
) -> Result<(), Undetermined> {
    let lost = history.lost_statements.iter();
    let about_rules = lost.filter(|lost| watched_paths::is_of_governance(&lost.path)).cloned();
    let all: Vec<_> = about_rules.chain(history.statements.iter().cloned()).collect();
    let Some(tip) =
        history.approvals_branch.lost_tip.filter(|_| all.len() > history.statements.len())
    else {
        return Ok(());
    };
    let then = count_with(history, all);
    let Some(path) = approved_by(history, &then, counted).next().cloned() else { return Ok(()) };
    let reference = refs::approvals_ref(chosen.remote.as_deref());
    let pin = off_line::APPROVALS_PIN.to_owned();
    Err(Undetermined::LostRules(Box::new(LostRules { tip, reference, path, pin, merge: None })))
}

/// Returns the governance files of which another version would count without the approvals branch.
pub(crate) fn rules_of_branch(history: &mut History, counted: &CountedGovernance) -> Vec<String> {
    if !history.statements.iter().any(|statement| watched_paths::is_of_governance(&statement.path))
    {
        return Vec::new();
    }
    let without = count_with(history, Vec::new());
    approved_by(history, counted, &without).cloned().collect()
}

fn count_with(history: &mut History, statements: Vec<BranchStatement>) -> CountedGovernance {
    let present = mem::replace(&mut history.statements, statements);
    let counted = counted::count_governance(history);
    history.statements = present;
    counted
}

/// Returns the governance files of which an approved version counts by some statements, and another one by others.
fn approved_by<'h>(
    history: &'h History,
    counted: &CountedGovernance,
    other: &CountedGovernance,
) -> impl Iterator<Item = &'h String> {
    history.governance.keys().filter(|path| {
        let version = counted.version(path, usize::MAX);
        let is_approved = version.is_some_and(|version| counted.is_approved(path, version));
        is_approved && version != other.version(path, usize::MAX)
    })
}

/// Returns the path of a governance file that was approved between where a lost tip parts from the line and that tip, and
/// that nobody approved as it is now since then.
fn lost_rule(
    repository: &Repository,
    chosen: &ApprovedRef,
    now: Instant,
    (history, counted, rules): (&History, &CountedGovernance, &BTreeSet<&str>),
    tip: Oid,
) -> Result<Option<String>, Obstacle> {
    let chain = line_of(repository, chosen, now, history, tip)?;
    let none = RecordFilter::default();
    let records = Some(&history.folders);
    let mut lost = walk::walk_named(repository, chain, &history.prefix, records, (&none, None))?;
    lost.begins = history.begins;
    let lost_counted = counted::count_governance(&lost);
    let found = lost.governance.iter().find(|(path, trail)| {
        let n_versions = trail.versions.len();
        let approved = (0..n_versions).rev().find(|n| lost_counted.is_approved(path, *n));
        // A first policy counts without an approval.
        let counts = || lost_counted.version(path, usize::MAX);
        let Some(n) = approved.or_else(counts) else { return false };
        let verdict = lost_counted.verdicts.get(*path).and_then(|verdicts| verdicts.get(n));
        let Some(verdict) = verdict else { return false };
        let approved_in = verdict.approved_in.as_deref().and_then(Oid::from_hex);
        let began = approved_in.or_else(|| {
            let is_first = verdict.policy_commit.is_none();
            Some(trail.versions.get(n)?.commit.oid).filter(|_| is_first)
        });
        if began.is_none_or(|commit| history.mainline.position(commit).is_some()) {
            return false;
        }
        let present = present_version((history, counted, rules), path);
        let version = present.and_then(|n| history.governance.get(*path)?.versions.get(n));
        let blob = |version: Option<&Version>| Some(version?.files.first()?.blob);
        if blob(version) == blob(trail.versions.get(n)) {
            return false;
        }
        // The approvals branch may have approved it after the last landing there.
        let last = lost.mainline.landings.last().map_or(now, |last| last.effective);
        let since = verdict.approved_at.map_or(last, |approved| approved.max(last));
        // The same text may have landed again, and been approved there.
        let versions = history.governance.get(*path).into_iter().flat_map(|trail| &trail.versions);
        let verdicts = counted.verdicts.get(*path).into_iter().flatten();
        let mut same =
            versions.zip(verdicts).filter(|(other, _)| blob(Some(other)) == blob(version));
        !same.any(|(_, verdict)| is_approved_since(verdict, since))
    });
    Ok(found.map(|(path, _)| path.clone()))
}

/// Returns the version of a governance file that counts, or of a redesign the last approved one: it decides about no approval.
fn present_version(
    (history, counted, rules): (&History, &CountedGovernance, &BTreeSet<&str>),
    path: &str,
) -> Option<usize> {
    if rules.contains(path) {
        return counted.version(path, usize::MAX);
    }
    let n_versions = history.governance.get(path)?.versions.len();
    (0..n_versions).rev().find(|n| counted.is_approved(path, *n))
}

/// Tells whether the approvals given after an instant are as many, and from the groups, that a version needs.
fn is_approved_since(verdict: &ApprovalVerdict, since: Instant) -> bool {
    let counting = verdict.statements.iter().filter(|statement| {
        statement.vote == Vote::Approves
            && statement.counts == VoteCounts::Yes
            && statement.stated_at > since
    });
    let approvers: Vec<_> = counting.collect();
    let people: BTreeSet<&str> =
        approvers.iter().map(|approver| approver.person.key.as_str()).collect();
    let has = |group: &String| approvers.iter().any(|approver| approver.groups.contains(group));
    people.len() >= verdict.needed.count.max(1) as usize && verdict.needed.each_of.iter().all(has)
}
