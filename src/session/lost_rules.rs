//! Rules that were approved at a tip of the approved ref which this clone saw, and which is lost.
//!
//! A force push that drops approved rules would let whoever pushes choose older ones. So nothing is answered until the rules
//! of today were approved after that, or the loss was accepted. Start at [`refuse`]. Follows `docs/spec/approval.md`, M5b.

use crate::approval::count::requirement::{self, GovernanceVersion};
use crate::approval::governance::counted::{self, CountedGovernance};
use crate::approval::sources::keys::Keys;
use crate::approval::verdict::{ApprovalVerdict, Statement, Vote, VoteCounts};
use crate::diag::remedy::Remedy;
use crate::diag::{self, shell};
use crate::history::approvals_branch::{BranchStatement, MOST_COMMITS};
use crate::history::chain::{self, Chain, UnreadCommits};
use crate::history::objects::{Obstacle, Oid};
use crate::history::off_line;
use crate::history::refs::{self, APPROVALS_BRANCH, ApprovedRef};
use crate::history::tree::CommitTree;
use crate::history::version::Version;
use crate::history::walk;
use crate::history::walked::History;
use crate::history::watched_paths::{self, RecordFilter};
use crate::policy::demand::Proof;
use crate::policy::governance::Governance;
use crate::record::time::Instant;
use crate::session::error::Undetermined;
use crate::session::error::lost_rules::LostRules;
use crate::session::mainline;
use crate::store::git::Repository;
use std::collections::BTreeSet;
use std::mem;

/// Fails if the approvals branch has more commits than are read: whoever pushes there could hide what older ones say.
pub(super) fn refuse_unread(chosen: &ApprovedRef, history: &History) -> Result<(), Undetermined> {
    if history.approvals_branch.unread != Some(UnreadCommits::TooMany) {
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
    commands.extend(off_line::clear_commands(Some(&reference), Some(off_line::APPROVALS_PIN)));
    Err(Undetermined::other(
        format!("{APPROVALS_BRANCH} has more than {}", diag::count(MOST_COMMITS, "commit")),
        Remedy::run(commands).after("end it with the newest statement"),
    ))
}

/// Fails if other rules were approved at a lost tip than count now, with the notes as they were at an instant or are now.
pub(super) fn refuse(
    repository: &Repository,
    (chosen, now, until): (&ApprovedRef, Instant, Option<Instant>),
    history: &History,
    counted: &CountedGovernance,
) -> Result<(), Undetermined> {
    let named = history.named_governance();
    let line = ApprovedLine { repository, chosen, now, until, history, counted, named };
    let mut tips = history.lost_rules.clone();
    for tip in &chosen.seen {
        // A merge brought it back, and perhaps not the rules that it had.
        let is_beside =
            history.landed.contains_key(tip) && history.mainline.position(*tip).is_none();
        if is_beside && !line.has_decided_on(*tip)? {
            tips.push(*tip);
        }
    }
    for tip in tips {
        if let Some(path) = line.lost_rule(tip)? {
            let (reference, pin) = (chosen.reference.clone(), off_line::pin(tip));
            let lost = LostRules { tip, reference, path, pin, has_log: true };
            return Err(Undetermined::LostRules(Box::new(lost)));
        }
    }
    Ok(())
}

/// The approved branch with the rules that count on it.
struct ApprovedLine<'a> {
    repository: &'a Repository,
    chosen: &'a ApprovedRef,
    now: Instant,
    until: Option<Instant>,
    history: &'a History,
    counted: &'a CountedGovernance,
    named: BTreeSet<&'a str>,
}

impl ApprovedLine<'_> {
    // Whether each governance file of a tip counts, or did as the first one or approved: then this line decided what came after.
    fn has_decided_on(&self, tip: Oid) -> Result<bool, Obstacle> {
        let tree = CommitTree::of_commit(self.repository, tip, &self.history.prefix)?;
        for (path, trail) in &self.history.governance {
            let blob = tree.entry(path)?.map(|(_, blob)| blob);
            let present = self.present_version(path);
            let first = self.counted.versions_of(path).first().copied();
            let decided = |n: &usize| {
                Some(*n) == present || Some(*n) == first || self.counted.is_approved(path, *n)
            };
            let is_same = |n: usize| trail.versions.get(n).and_then(blob_of) == blob;
            let mut known = (0..trail.versions.len()).filter(decided);
            if !known.any(is_same) && (blob.is_some() || present.is_some()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    // The line of first parents that ends with a commit.
    fn line_of(&self, tip: Oid) -> Result<Chain, Obstacle> {
        let there = ApprovedRef { tip, seen: Vec::new(), trusted: None, ..self.chosen.clone() };
        let approvals = self.history.approvals_branch.clone();
        Ok(Chain { approvals, ..chain::walk(self.repository, &there, self.now)? })
    }

    // The path of a governance file that was approved between where a lost tip parts from the line and that tip, and that nobody
    // approved as it is now since then.
    fn lost_rule(&self, tip: Oid) -> Result<Option<String>, Obstacle> {
        let (chain, none) = (self.line_of(tip)?, RecordFilter::default());
        let (prefix, records) = (&self.history.prefix, Some(&self.history.folders));
        let mut lost = walk::walk_named(self.repository, chain, prefix, records, (&none, None))?;
        mainline::read_notes(self.repository, &mut lost, self.until);
        lost.begins = self.history.begins;
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
            if began.is_none_or(|commit| self.history.mainline.position(commit).is_some()) {
                return false;
            }
            let own = self.history.governance.get(*path);
            let present = self.present_version(path).and_then(|n| own?.versions.get(n));
            let present = present.and_then(blob_of);
            if present == trail.versions.get(n).and_then(blob_of) {
                return false;
            }
            // The approvals branch may have approved it after the last landing there.
            let last = lost.mainline.landings.last().map_or(self.now, |last| last.effective);
            let since = verdict.approved_at.map_or(last, |approved| approved.max(last));
            let rules = &lost_counted.approved.at(usize::MAX).governance;
            // The same text may have landed again, and been approved there.
            let versions = own.into_iter().flat_map(|trail| &trail.versions);
            let verdicts = self.counted.verdicts.get(*path).into_iter().flatten();
            let mut same = versions.zip(verdicts).filter(|(other, _)| blob_of(other) == present);
            !same.any(|(other, verdict)| {
                let bytes = self.history.bytes_of(other).map(AsRef::as_ref);
                let version = GovernanceVersion { path, bytes, prefix };
                is_approved_since(verdict, since, version, rules)
            })
        });
        Ok(found.map(|(path, _)| path.clone()))
    }

    // The version of a governance file that counts, or of a redesign the last approved one: it decides about no approval.
    fn present_version(&self, path: &str) -> Option<usize> {
        if self.named.contains(path) {
            return self.counted.version(path, usize::MAX);
        }
        let n_versions = self.history.governance.get(path)?.versions.len();
        (0..n_versions).rev().find(|n| self.counted.is_approved(path, *n))
    }
}

fn blob_of(version: &Version) -> Option<Oid> {
    version.files.first().map(|file| file.blob)
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
    let has_log = history.approvals_branch.tip.is_some();
    Err(Undetermined::LostRules(Box::new(LostRules { tip, reference, path, pin, has_log })))
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

/// Tells whether the approvals of a version that were given after an instant are what it needs, and what the rules that were lost
/// ask for: nobody gives themselves less to need.
fn is_approved_since(
    verdict: &ApprovalVerdict,
    since: Instant,
    version: GovernanceVersion,
    lost: &Governance,
) -> bool {
    let keys = Keys::from_governance(lost, lost);
    let proof = lost.policy.strongest_proof();
    let is_listed = |statement: &Statement| {
        let key = statement.key.as_deref();
        proof == Proof::Claimed
            || key.is_some_and(|key| keys.lists_key(lost, key, &statement.person))
    };
    let counting = verdict.statements.iter().filter(|statement| {
        statement.vote == Vote::Approves
            && statement.counts == VoteCounts::Yes
            && statement.stated_at > since
            && statement.level >= proof
            && is_listed(statement)
    });
    let approvers: Vec<_> = counting.collect();
    let people: BTreeSet<&str> =
        approvers.iter().map(|approver| approver.person.key.as_str()).collect();
    let has = |group: &String| approvers.iter().any(|approver| approver.groups.contains(group));
    let before = requirement::governance_needed(version, lost);
    [&verdict.needed, &before].iter().all(|needed| {
        people.len() >= needed.count.max(1) as usize && needed.each_of.iter().all(has)
    })
}
