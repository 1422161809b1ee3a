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
use crate::history::walked::{History, MergedApproval, MergedRule, MergedRules};
use crate::history::watched_paths::{self, RecordFilter};
use crate::record::time::Instant;
use crate::session::error::Undetermined;
use crate::session::error::lost_rules::LostRules;
use crate::session::mainline;
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

/// Fails if other rules were approved at a lost tip than count now, with the notes as they were at an instant or are now.
pub(super) fn refuse(
    repository: &Repository,
    (chosen, now, until): (&ApprovedRef, Instant, Option<Instant>),
    history: &History,
    counted: &CountedGovernance,
) -> Result<(), Undetermined> {
    let rules = history.named_governance();
    let line = ApprovedLine { repository, chosen, now, until, history, counted, rules };
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
    let untrusted = |merge: &&MergedRules| Some(merge.landing) > history.mainline.trusted;
    for merge in history.brought_rules.iter().filter(untrusted) {
        let brought = line.brought_tips(merge)?;
        tips.extend(brought.into_iter().map(|tip| (tip, Some(merge))));
    }
    let has_policy = |state: &MainlineGovernance| matches!(state.origin, GovernanceOrigin::Own(_));
    let first = history.states.from().find(|(_, state)| has_policy(state));
    for (tip, brought) in tips {
        // A branch that begins a ledger may still be edited before anybody approves anything.
        if let Some(brought) = brought
            && first.is_none_or(|(first, _)| first == brought.landing)
            && !line.has_lived(tip)?
        {
            continue;
        }
        if let Some(path) = line.lost_rule(tip)? {
            let (reference, pin) = (chosen.reference.clone(), off_line::pin(tip));
            let merge = brought.and_then(|it| Some(history.mainline.landings.get(it.landing)?.oid));
            let lost = LostRules { tip, reference, path, pin, merge };
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
    rules: BTreeSet<&'a str>,
}

impl ApprovedLine<'_> {
    // The ends of the lines of first parents that a merge brought on which a governance file may have been approved, by what
    // this line has not decided on.
    fn brought_tips(&self, merge: &MergedRules) -> Result<Vec<Oid>, Obstacle> {
        let mut lost: BTreeSet<Oid> = BTreeSet::new();
        for version in &merge.versions {
            if self.rules.contains(version.path.as_str())
                && !self.has_decided(merge, version)
                && self.may_be_approved(version, merge.landing)
                && !self.is_taken_over(version)?
            {
                lost.insert(version.commit.oid);
            }
        }
        let approvals = merge.approvals.iter().filter(|approval| !self.has_taken(approval));
        lost.extend(approvals.map(|approval| approval.commit.oid));
        let mut tips = Vec::new();
        let mut seen = BTreeSet::new();
        let mut heads: VecDeque<Oid> = merge.parents.iter().copied().collect();
        // What a line has is decided on that line, not on one that was merged into it.
        while let Some(tip) = heads.pop_front() {
            let mut holds = false;
            let mut next = Some(tip).filter(|_| !lost.is_empty());
            let landed = |oid: &Oid| self.history.landed.get(oid) == Some(&merge.landing);
            while let Some(oid) = next.filter(landed)
                && seen.insert(oid)
            {
                let commit = chain::read(self.repository, oid)?;
                heads.extend(commit.parents.iter().skip(1));
                holds |= lost.contains(&oid);
                next = commit.parents.first().copied();
            }
            let is_parent =
                merge.parents.contains(&tip) && self.history.mainline.position(tip).is_none();
            if holds || is_parent && !self.has_counted_at(tip, merge.landing)? {
                tips.push(tip);
            }
        }
        Ok(tips)
    }

    fn has_counted_at(&self, tip: Oid, landing: usize) -> Result<bool, Obstacle> {
        let tree = CommitTree::of_commit(self.repository, tip, &self.history.prefix)?;
        for path in self.history.governance.keys() {
            let blob = tree.entry(path)?.map(|(_, blob)| blob);
            if !self.has_counted(path, blob, landing) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    // Whether a merge took it over from this line, as in a branch that keeps up with that.
    fn is_taken_over(&self, version: &MergedRule) -> Result<bool, Obstacle> {
        for parent in version.commit.parents.iter().skip(1) {
            if self.history.mainline.position(*parent).is_some() {
                let tree = CommitTree::of_commit(self.repository, *parent, &self.history.prefix)?;
                if tree.entry(&version.path)?.map(|(_, blob)| blob) == version.blob {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    // Anything by which it may have counted on its own line, whose evidence is not weighed here.
    fn may_be_approved(&self, version: &MergedRule, landing: usize) -> bool {
        let commit = &version.commit;
        let is_by_one = commit.parents.len() < 2
            && commit.author().email == commit.committer().email
            && !version.is_first
            && commit.trailers(&|_| false).is_empty()
            && self.history.notes.is_none();
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
        let files = self.history.approvals.iter().filter(|change| {
            change.landing == landing && watched_paths::is_of_governance(&change.path)
        });
        let mut texts = files.map(|change| &change.after);
        let mut statements = self.history.statements.iter();
        !is_by_one || texts.any(names) || statements.any(|statement| names(&statement.text))
    }

    // Whether this line decided on a change of rules that a merge brought, with all that was said about it there.
    fn has_decided(&self, merge: &MergedRules, version: &MergedRule) -> bool {
        let (path, blob) = (&*version.path, version.blob);
        let is_same = |other: &&MergedRule| other.path == path && other.blob == blob;
        let commits = merge.versions.iter().filter(is_same).map(|other| &other.commit);
        let approvals = merge.approvals.iter().filter(|approval| approval.is_about(version.digest));
        let mut said = commits.chain(approvals.map(|approval| &approval.commit));
        let last = said.try_fold(None, |last, commit| Some(last.max(Some(commit.committed()?))));
        self.has_kept(path, blob)
            || last.flatten().is_some_and(|last| self.has_approved(path, blob, Some(last)))
            || version.is_first && self.has_counted(path, blob, merge.landing)
    }

    // Whether this line decided on all texts that an approval may be about, no earlier than that was given.
    fn has_taken(&self, approval: &MergedApproval) -> bool {
        let Some(at) = approval.commit.committed() else { return false };
        let mut is_known = false;
        for (path, trail) in &self.history.governance {
            for version in trail.versions.iter().filter(|it| approval.is_about(it.digest)) {
                is_known = true;
                let blob = blob_of(version);
                if !self.has_kept(path, blob) && !self.has_approved(path, blob, Some(at)) {
                    return false;
                }
            }
        }
        is_known
    }

    // Whether a text of a governance file has counted since just before a landing. A redesign counts where it was approved.
    fn has_counted(&self, path: &str, blob: Option<Oid>, landing: usize) -> bool {
        let Some(trail) = self.history.governance.get(path) else { return false };
        if !self.rules.contains(path) {
            return blob.is_none() || self.has_approved(path, blob, None);
        }
        let before = landing.saturating_sub(1);
        let mut counting = (before..self.history.mainline.landings.len()).map(|at| {
            let version = trail.versions.get(self.counted.version(path, at)?)?;
            // What a merge left out takes away as it is: whether it was approved is not asked there.
            let has_landed = version.taken_away().is_none();
            version.files.first().filter(|_| has_landed).map(|file| file.blob)
        });
        counting.any(|counting| counting == blob)
    }

    // Whether a text of a governance file was approved, of an instant no earlier than that.
    fn has_approved(&self, path: &str, blob: Option<Oid>, since: Option<Instant>) -> bool {
        let versions = self.history.governance.get(path).into_iter().flat_map(|it| &it.versions);
        let verdicts = self.counted.verdicts.get(path).into_iter().flatten();
        versions.zip(verdicts).enumerate().any(|(n, (version, verdict))| {
            blob_of(version) == blob
                && self.counted.is_approved(path, n)
                && since.is_none_or(|since| verdict.approved_at >= Some(since))
        })
    }

    // Whether a text of a governance file counts, perhaps with more: since it began to, no approval put another in its place.
    fn has_kept(&self, path: &str, blob: Option<Oid>) -> bool {
        let Some(trail) = self.history.governance.get(path) else { return false };
        let counting = self.counted.versions_of(path);
        let has = |n: &usize| {
            let version = trail.versions.get(*n);
            version.is_some_and(|it| it.taken_away().is_none() && blob_of(it) == blob)
        };
        let Some(began) = counting.iter().rposition(has) else { return false };
        !counting.iter().skip(began + 1).any(|n| self.counted.is_approved(path, *n))
    }

    // The version of a governance file that counts, or of a redesign the last approved one: it decides about no approval.
    fn version(&self, path: &str) -> Option<&Version> {
        let versions = &self.history.governance.get(path)?.versions;
        let version = if self.rules.contains(path) {
            self.counted.version(path, usize::MAX)
        } else {
            (0..versions.len()).rev().find(|n| self.counted.is_approved(path, *n))
        };
        versions.get(version?)
    }

    // Whether anything was approved on the line that ends with a commit: a ledger has been at work there.
    fn has_lived(&self, tip: Oid) -> Result<bool, Obstacle> {
        let (chain, folders) = (self.line_of(tip)?, Some(&self.history.folders));
        let mut lived = walk::walk(self.repository, chain, &self.history.prefix, folders)?;
        mainline::read_notes(self.repository, &mut lived, self.until);
        lived.parse(self.repository);
        let approvals = approval::judge(&lived);
        let of_records = approvals.trails.values().flatten().map(|verdict| &**verdict);
        let mut all = of_records.chain(approvals.counted.verdicts.values().flatten());
        Ok(all
            .any(|verdict| verdict.is_approved() && verdict.counted_statements().next().is_some()))
    }

    // The line of first parents that ends with a commit.
    fn line_of(&self, tip: Oid) -> Result<Chain, Obstacle> {
        let there = ApprovedRef { tip, seen: Vec::new(), trusted: None, ..self.chosen.clone() };
        let approvals = self.history.approvals_branch.clone();
        Ok(Chain { approvals, ..chain::walk(self.repository, &there, self.now)? })
    }

    // The path of a governance file that was approved between where a lost tip parts from the line and that tip, if this
    // line has not decided on that, and nobody approved the file as it is now since then.
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
            let blob = trail.versions.get(n).and_then(blob_of);
            let present = self.version(path).and_then(blob_of);
            let is_decided = || {
                let at = verdict.approved_at;
                self.has_kept(path, blob) || at.is_some() && self.has_approved(path, blob, at)
            };
            if blob == present || is_decided() {
                return false;
            }
            // The approvals branch may have approved it after the last landing there.
            let last = lost.mainline.landings.last().map_or(self.now, |last| last.effective);
            let since = verdict.approved_at.map_or(last, |approved| approved.max(last));
            // The same text may have landed again, and been approved there.
            let trail = self.history.governance.get(*path);
            let versions = trail.into_iter().flat_map(|trail| &trail.versions);
            let verdicts = self.counted.verdicts.get(*path).into_iter().flatten();
            let mut same = versions.zip(verdicts).filter(|(other, _)| blob_of(other) == present);
            !same.any(|(_, verdict)| is_approved_since(verdict, since))
        });
        Ok(found.map(|(path, _)| path.clone()))
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
