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
use crate::history::walked::History;
use crate::history::watched_paths::{self, RecordFilter};
use crate::record::time::Instant;
use crate::session::error::Undetermined;
use crate::session::error::lost_rules::LostRules;
use crate::store::git::Repository;
use std::collections::BTreeSet;
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
    let tips = tips.into_iter().map(|tip| (tip, None));
    let brought = history.brought_rules.iter().filter(|(landing, parent)| {
        let is_trusted = Some(*landing) <= history.mainline.trusted;
        !is_trusted && history.mainline.position(*parent).is_none()
    });
    let brought = brought.map(|(landing, parent)| (*parent, Some(*landing)));
    let has_policy = |state: &MainlineGovernance| matches!(state.origin, GovernanceOrigin::Own(_));
    let first = history.states.from().find(|(_, state)| has_policy(state));
    let rules = history.named_governance();
    for (tip, landing) in tips.chain(brought) {
        if let Some(landing) = landing {
            if counts_all(repository, (history, counted, &rules), landing, tip)? {
                continue;
            }
            // A branch that begins a ledger may still be edited before anybody approves anything.
            if first.is_none_or(|(first, _)| first == landing)
                && !has_lived(repository, chosen, now, history, tip)?
            {
                continue;
            }
        }
        if let Some(path) = lost_rule(repository, chosen, now, (history, counted, &rules), tip)? {
            let (reference, pin) = (chosen.reference.clone(), off_line::pin(tip));
            let merge = landing.and_then(|it| Some(history.mainline.landings.get(it)?.oid));
            let lost = LostRules { tip, reference, path, pin, merge };
            return Err(Undetermined::LostRules(Box::new(lost)));
        }
    }
    Ok(())
}

/// Tells whether each governance file of a commit that a merge brought has counted since, or counted before.
fn counts_all(
    repository: &Repository,
    (history, counted, rules): (&History, &CountedGovernance, &BTreeSet<&str>),
    landing: usize,
    tip: Oid,
) -> Result<bool, Obstacle> {
    let tree = CommitTree::of_commit(repository, tip, &history.prefix)?;
    for (path, trail) in &history.governance {
        let blob = tree.entry(path)?.map(|(_, blob)| blob);
        if !rules.contains(path.as_str()) {
            let versions = trail.versions.iter().enumerate();
            let mut approved = versions.filter(|(n, _)| counted.is_approved(path, *n));
            let has = |version: &Version| version.files.first().map(|file| file.blob) == blob;
            if blob.is_some() && !approved.any(|(_, version)| has(version)) {
                return Ok(false);
            }
            continue;
        }
        let before = landing.checked_sub(1).into_iter();
        let mut counts = before.chain(landing..history.mainline.landings.len()).map(|at| {
            let version = trail.versions.get(counted.version(path, at)?)?;
            Some(version.files.first()?.blob)
        });
        if !counts.any(|counts| counts == blob) || is_replaced(history, counted, path, landing) {
            return Ok(false);
        }
    }
    Ok(true)
}

// The approvals branch has a statement about another text of the file, from after what counts since a merge was signed, and before
// that merge: on the line that it brought, the other text may have been approved.
fn is_replaced(history: &History, counted: &CountedGovernance, path: &str, landing: usize) -> bool {
    let counts = counted.version(path, landing);
    let verdict = counts.and_then(|n| counted.verdicts.get(path)?.get(n));
    let signed = verdict.into_iter().flat_map(|verdict| verdict.counted_statements());
    let first = signed.map(|statement| statement.stated_at).min();
    let (Some(first), Some(merge)) = (first, history.mainline.landings.get(landing)) else {
        return false;
    };
    let digest = counts.and_then(|n| history.governance.get(path)?.versions.get(n)?.digest);
    history.statements.iter().any(|statement| {
        let After::Bytes(text) = &statement.text else { return false };
        ApprovalFile::read(text).is_ok_and(|file| {
            file.about == ApprovalSubject::Governance(path.to_owned())
                && digest.is_none_or(|digest| digest.to_string() != file.sha256)
                && (first..=merge.effective).contains(&file.at)
        })
    })
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
        let now_approved = present.and_then(|n| counted.verdicts.get(*path)?.get(n));
        !now_approved.is_some_and(|verdict| is_approved_since(verdict, since))
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
