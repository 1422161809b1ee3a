//! Binds approval files to versions, and re-evaluates versions when approvals land after them.
//!
//! Pure. Start at `TrailEvaluator::land`, `TrailEvaluator::evaluate_until` and `TrailEvaluator::into_verdicts`. Follows
//! `docs/spec/approval.md`, S7 (binding and failures), E6, V6 and G2.

use crate::approval::count::{requirement, weigh};
use crate::approval::evidence::given::{
    self, CountedFile, LandedApprovalFile, StatementAge, StatementEvent, VersionEvidenceSet,
};
use crate::approval::fold::trail::{TrailEvaluator, TrailKind, VersionStep};
use crate::approval::verdict::{
    ApprovalObstacle, ApprovalVerdict, NotCounted, Satisfied, SelfAsserted, Statement,
    VerdictChange, Vote, VoteCounts,
};
use crate::history::governance::Position;
use crate::history::objects::Oid;
use crate::history::off_line::Lost;
use crate::history::version::{Version, VersionChange};
use crate::policy::demand::{EvidenceKind, Proof};
use crate::policy::governs;
use crate::policy::tier::Needed;
use crate::record::time::Instant;
use std::collections::{BTreeMap, BTreeSet};
use std::mem;

impl<'a> TrailEvaluator<'a> {
    pub(crate) fn land(&mut self, step: &VersionStep<'a>) {
        self.bar_older(step.version);
        let together = self.bring(step.version.landing.into());
        if self.is_fresh(step) {
            self.take(step);
        }
        self.judge(step);
        let is_fresh = self.verdicts.last().is_none_or(|verdict| verdict.carries.is_none());
        // Files that waited for these bytes apply to the version that they carry on, too.
        let about = if is_fresh { together } else { self.bound.waiting.clone() };
        self.apply_late(&about, (step.at, step.landing.map(|landing| landing.oid)));
    }

    pub(crate) fn evaluate_until(&mut self, end: Position) {
        while let Some(next) = self.statements.get(self.bound.landed) {
            let place = next.place();
            if place >= end {
                break;
            }
            let commit = self.counted_file(self.bound.landed).map(|file| file.landed.commit);
            let landing = self.context.history.mainline.landings.get(place.landing);
            let event = match place.after {
                Some(at) => (at, commit),
                None => (
                    landing.map_or(Instant::MIN, |landing| landing.effective),
                    landing.map(|landing| landing.oid),
                ),
            };
            let brought = self.bring(place);
            self.apply_late(&brought, event);
        }
    }

    fn bring(&mut self, place: Position) -> BTreeSet<usize> {
        let from = self.bound.landed;
        let statements = self.statements.get(from..).unwrap_or_default().iter();
        let n_brought = statements.take_while(|statement| statement.place() <= place).count();
        self.bound.landed = from + n_brought;
        let brought: BTreeSet<usize> = (from..from + n_brought).collect();
        self.bound.waiting.extend(&brought);
        brought
    }

    fn take(&mut self, step: &VersionStep<'a>) {
        let waiting: Vec<usize> = self.bound.waiting.iter().copied().collect();
        for statement in waiting {
            if self.is_about(statement, step.index) {
                self.bind(step.index, statement);
            }
        }
    }

    fn bind(&mut self, index: usize, statement: usize) -> bool {
        // What was said both beside the record and on the approvals branch counts once.
        if self.is_said_elsewhere(statement) {
            self.bound.waiting.remove(&statement);
            return false;
        }
        let before = self.befores.get(index).unwrap_or(&self.series);
        let bar = before.bar;
        let file = self.counted_file(statement);
        let step = self.step(index);
        let landing = step.and_then(|step| Some((step.version.landing, step.landing?)));
        let waited_too_long = |file: &CountedFile| {
            landing.is_some_and(|(index, landing)| file.waited_too_long(index, landing))
        };
        let age = match file {
            Some(file) if file.stated_at < bar => StatementAge::TooOld,
            Some(file) if waited_too_long(file) => StatementAge::WaitedTooLong,
            _ => StatementAge::Fresh,
        };
        // Rejections keep waiting: they apply to the bytes whenever they land.
        if file.is_some_and(|file| !file.rejects()) {
            self.bound.waiting.remove(&statement);
        }
        self.bound.bind(index, statement, age)
    }

    fn is_said_elsewhere(&self, statement: usize) -> bool {
        let Some(own) = self.counted_file(statement).filter(|own| !own.rejects()) else {
            return false;
        };
        let is_same = |other: usize| {
            let other = if other != statement { self.counted_file(other) } else { None };
            other.is_some_and(|other| {
                let is_of_branch = own.landed.is_of_branch || other.landed.is_of_branch;
                is_of_branch && other.landed.file == own.landed.file
            })
        };
        let mut bound = self.bound.statements.iter().flatten();
        bound.any(|(other, _)| is_same(*other))
    }

    fn apply_late(&mut self, statements: &BTreeSet<usize>, (at, commit): (Instant, Option<Oid>)) {
        let mut first: Option<usize> = None;
        let waiting: Vec<usize> = statements.intersection(&self.bound.waiting).copied().collect();
        for statement in waiting {
            for target in self.targets(statement) {
                if self.bind(target, statement) {
                    first = Some(first.map_or(target, |first| first.min(target)));
                }
            }
        }
        if let Some(first) = first {
            self.replay(first, at, commit);
        }
        self.note_approved_after_removal(at);
        for statement in statements {
            if self.counted_file(*statement).is_some_and(|file| !file.waits) {
                self.bound.waiting.remove(statement);
            }
        }
    }

    /// Notes that people approved what somebody had removed before: it grants nothing, but later records are compared with it.
    fn note_approved_after_removal(&mut self, at: Instant) {
        let versions = &self.trail.versions;
        let removed = self.verdicts.len().checked_sub(1).filter(|removed| {
            let version = versions.get(*removed);
            version.is_some_and(|version| version.change == VersionChange::Removed)
                && !self.is_governance()
        });
        let Some(index) = removed.and_then(|removed| removed.checked_sub(1)) else { return };
        let about =
            self.bound.waiting.iter().copied().filter(|statement| self.is_about(*statement, index));
        let about: Vec<usize> = about.collect();
        let (Some(step), Some(before)) = (self.step(index), self.befores.get(index).cloned())
        else {
            return;
        };
        if about.is_empty() {
            return;
        }
        let (series, bound) = (mem::replace(&mut self.series, before), self.bound.clone());
        for statement in about {
            self.bind(index, statement);
        }
        let is_approved = self.verdict(&step).is_approved();
        (self.series, self.bound) = (series, bound);
        if let Some(verdict) = self.verdicts.get_mut(index)
            && is_approved
            && verdict.had_effect().is_none()
        {
            verdict.was_approved = Some(at);
        }
    }

    /// A file about a version that carries another's verdict applies to that one too: its bytes have the same content,
    /// and its additions need no approval of their own.
    fn targets(&self, statement: usize) -> Vec<usize> {
        let targets = self.targets_at_tip(statement);
        // What grants is the version approved last, whatever nobody approved stands there.
        match self.series.approved {
            Some(approved)
                if targets.is_empty()
                    && self.counted_file(statement).is_some_and(CountedFile::rejects)
                    && self.is_about(statement, approved) =>
            {
                vec![approved]
            }
            _ => targets,
        }
    }

    fn targets_at_tip(&self, statement: usize) -> Vec<usize> {
        let Some(tip) = self.verdicts.len().checked_sub(1) else {
            return Vec::new();
        };
        let origin = |index: usize| self.verdicts.get(index).and_then(|verdict| verdict.carries);
        let Some(carried) = origin(tip) else {
            return if self.is_about(statement, tip) { vec![tip] } else { Vec::new() };
        };
        if self.is_about(statement, carried) {
            // The file was unreadable under its first name, so the approval also applies to the first readable version
            // of these bytes (V6).
            let mut later = (carried..=tip).filter(|index| origin(*index) == Some(carried));
            let first_read =
                if self.is_read(carried) { None } else { later.find(|index| self.is_read(*index)) };
            return [carried].into_iter().chain(first_read).collect();
        }
        let chain: Vec<usize> =
            (0..=tip).rev().take_while(|index| origin(*index) == Some(carried)).collect();
        // Only bytes that are at the tip when the file lands (V6).
        if !self.is_about(statement, tip) {
            return Vec::new();
        }
        chain.into_iter().chain([carried]).collect()
    }

    fn is_read(&self, index: usize) -> bool {
        let version = self.trail.versions.get(index);
        version.is_some_and(|version| version.record.record().is_some())
    }

    fn is_about(&self, statement: usize, index: usize) -> bool {
        let version = self.trail.versions.get(index);
        let is_removed = version.is_some_and(|version| version.change == VersionChange::Removed);
        if is_removed && !self.is_governance() {
            return false;
        }
        let Some(Some(digest)) = self.bound.digests.get(index) else {
            return false;
        };
        match self.statements.get(statement) {
            Some(StatementEvent::CountedFile(counted_file)) => {
                let stated = &counted_file.landed.file.sha256;
                stated == digest || counted_file.rejects() && self.repeats(stated, index)
            }
            Some(StatementEvent::Gap { digits, .. }) => digest.starts_with(digits.as_str()),
            Some(StatementEvent::Refused(..)) | None => false,
        }
    }

    /// Tells whether a version only adds (V9), or another layout, to an earlier one with some bytes.
    fn repeats(&self, sha256: &str, index: usize) -> bool {
        let mut earlier = self.bound.digests.iter().take(index).enumerate();
        earlier.any(|(before, digest)| {
            digest.as_deref() == Some(sha256)
                && match self.of {
                    TrailKind::Record => {
                        let both = self.record(Some(before)).zip(self.record(Some(index)));
                        both.is_some_and(|(before, after)| requirement::only_adds(before, after))
                    }
                    TrailKind::Governance(path) => {
                        let bytes = |index: usize| {
                            self.context.history.bytes_of(self.trail.versions.get(index)?)
                        };
                        let both = bytes(before).zip(bytes(index));
                        both.is_some_and(|(one, other)| governs::says_the_same(path, one, other))
                    }
                }
        })
    }

    fn is_taken_back(&self, statement: usize) -> bool {
        let mut landed = (0..self.bound.landed).filter_map(|other| self.counted_file(other));
        let own = self.counted_file(statement).filter(|own| own.rejects());
        own.is_some_and(|own| landed.any(|other| takes_back(other, own)))
    }

    fn counted_file(&self, statement: usize) -> Option<&CountedFile<'a>> {
        match self.statements.get(statement)? {
            StatementEvent::CountedFile(counted_file) => Some(counted_file),
            StatementEvent::Gap { .. } | StatementEvent::Refused(..) => None,
        }
    }

    fn replay(&mut self, from: usize, at: Instant, commit: Option<Oid>) {
        let Some(before) = self.befores.get(from).cloned() else {
            return;
        };
        let old: Vec<ApprovalVerdict> = self.verdicts.drain(from..).collect();
        self.befores.truncate(from);
        self.series = before;
        let commit = commit.map(|commit| commit.to_string()).unwrap_or_default();
        for (n, old) in old.into_iter().enumerate() {
            let Some(step) = self.step(from + n) else {
                break;
            };
            self.judge(&step);
            let is_record = !self.is_governance();
            if let Some(verdict) = self.verdicts.last_mut() {
                let since = old.was_approved.or(old.approved_since()).filter(|_| is_record);
                let turned = settle(verdict, old, at, &commit);
                if let Some(since) = since.filter(|_| !verdict.is_approved()) {
                    // A rejection takes the approval away; what the version took away stays taken.
                    verdict.was_approved = verdict.was_approved.max(Some(since));
                    self.series.is_interrupted = true;
                    self.series.end_support(since);
                }
                // Whoever approves the same text again takes back what was said of another one before.
                let is_anew = verdict.counted_statements().any(|statement| statement.at == at);
                let is_fresh = verdict.satisfied == Satisfied::Yes && verdict.carries.is_none();
                if is_fresh && (turned || is_anew) {
                    self.series.end_support(at);
                }
            }
        }
    }

    fn is_by_merge(&self, step: &VersionStep) -> bool {
        let before = step.index.checked_sub(1).and_then(|before| self.trail.versions.get(before));
        let lost = before.and_then(Version::taken_away).map(|taken| taken.by);
        matches!(lost, Some(Lost::Merge(_, merge)) if merge == step.version.commit.oid)
    }

    pub(crate) fn add_statements(
        &self,
        evidence: &mut VersionEvidenceSet<'a>,
        step: &VersionStep<'a>,
    ) {
        let bound = self.bound.statements.get(step.index).into_iter().flatten();
        for (statement, age) in bound {
            match self.statements.get(*statement) {
                Some(StatementEvent::CountedFile(counted_file)) => {
                    let age =
                        if self.is_taken_back(*statement) { StatementAge::TakenBack } else { *age };
                    let n_before = evidence.given.len();
                    given::add_file(evidence, step.scene, counted_file, age);
                    if self.follows_uncounted(step) && !counted_file.continues {
                        evidence.bar_approvals_from(n_before, &NotCounted::FollowsUncounted);
                    }
                }
                Some(StatementEvent::Gap { obstacle, .. }) => {
                    let doubt = || ApprovalObstacle::ApprovalFile(obstacle.clone());
                    evidence.doubt.get_or_insert_with(doubt);
                }
                Some(StatementEvent::Refused(..)) | None => {}
            }
        }
        if let Some(notes) = &self.context.history.notes {
            let n_before = evidence.given.len();
            given::add_notes(evidence, step.scene, notes);
            if self.brings_back(step) && self.is_by_merge(step) {
                evidence.bar_approvals_from(n_before, &NotCounted::BroughtBack);
            }
            if self.follows_uncounted(step) {
                evidence.bar_approvals_from(n_before, &NotCounted::FollowsUncounted);
            }
        }
    }

    /// Tells whether enough people are said to have approved what landed between an approved version and another, whatever keeps
    /// that from counting: a list of keys that waits, whom somebody calls an author, the name of the file. What is only said gives
    /// nothing and takes nothing back, but nothing older comes back with its approval behind it.
    pub(super) fn is_replaced_since(&self, approved: usize, step: &VersionStep) -> bool {
        let mut groups_of: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut demands: Vec<Needed> =
            self.verdicts.get(approved).map(|verdict| verdict.needed.clone()).into_iter().collect();
        for index in approved + 1..step.index {
            let Some(verdict) = self.verdicts.get(index) else { continue };
            let version = self.trail.versions.get(index);
            // Nobody can have approved what can't be read at all.
            let says_something =
                version.is_some_and(|version| version.record.content().ending().is_some());
            if !says_something || self.has_content_of(approved, verdict) {
                continue;
            }
            // Whoever made it, by a commit of their own, approved nothing; whom others name as an author may have, and who signs.
            let is_own = |statement: &Statement| {
                let mut authors = verdict.authors.iter().filter(|author| author.by_own_commit);
                statement.key.is_none()
                    && authors.any(|author| author.person.key == statement.person.key)
            };
            let stated =
                verdict.statements.iter().cloned().chain(self.refused(index, step.version.landing));
            let approving = stated.filter(|said| said.vote == Vote::Approves && !is_own(said));
            for statement in approving {
                let groups = groups_of.entry(statement.person.key.clone()).or_default();
                groups.extend(statement.groups);
            }
            demands.extend(self.step(index).map(|step| self.demand(&step).terms.needed()));
        }
        let member_of: Vec<Vec<String>> = groups_of.into_values().collect();
        !member_of.is_empty() && demands.iter().any(|needed| weigh::are_enough(needed, &member_of))
    }

    fn has_content_of(&self, approved: usize, verdict: &ApprovalVerdict) -> bool {
        let origin =
            self.verdicts.get(approved).and_then(|verdict| verdict.carries).unwrap_or(approved);
        verdict.carries == Some(origin)
    }

    fn refused(&self, index: usize, until: usize) -> impl Iterator<Item = Statement> {
        let digest = self.bound.digests.get(index).and_then(Option::as_ref);
        self.statements.iter().filter_map(move |event| match event {
            StatementEvent::Refused(landed, bad)
                if event.place().landing <= until
                    && !landed.is_of_branch
                    && digest == Some(&landed.file.sha256) =>
            {
                Some(uncounted(landed, NotCounted::BadFile(bad.clone())))
            }
            _ => None,
        })
    }

    /// Returns the verdicts, each with the inapplicable files that landed while its version was at the tip.
    pub(crate) fn into_verdicts(mut self) -> Vec<ApprovalVerdict> {
        for (n, event) in self.statements.iter().enumerate() {
            let (landed, why_not) = match event {
                _ if self.bound.is_bound(n) || self.is_said_elsewhere(n) => continue,
                StatementEvent::Gap { .. } => continue,
                StatementEvent::Refused(landed, bad) => {
                    (landed.as_ref(), NotCounted::BadFile(bad.clone()))
                }
                StatementEvent::CountedFile(counted_file) => {
                    let landed = &counted_file.landed;
                    (landed, NotCounted::OtherBytes(landed.file.sha256.clone()))
                }
            };
            let mut versions = self.trail.versions.iter();
            let at_tip = versions.rposition(|version| version.landing <= event.place().landing);
            if let Some(verdict) = self.verdicts.get_mut(at_tip.unwrap_or(0)) {
                verdict.refused.push(uncounted(landed, why_not));
            }
        }
        self.verdicts
    }
}

fn uncounted(landed: &LandedApprovalFile<'_>, why_not: NotCounted) -> Statement {
    let (file, resolver) = (&landed.file, landed.resolver);
    let person = resolver.identity("", file.by.as_str()).person;
    Statement {
        groups: resolver.groups(&person, Proof::Claimed),
        person,
        level: Proof::Claimed,
        kind: match file.via {
            Some(_) => EvidenceKind::Review,
            None => EvidenceKind::Detached,
        },
        self_asserted: SelfAsserted::No,
        is_author: false,
        stated_by: None,
        commit: landed.commit.to_string(),
        at: landed.effective,
        stated_at: file.stated_at(landed.effective),
        reason: file.reason.clone(),
        source: Some(landed.path.clone()),
        key: None,
        level_reason: None,
        via: file.via.clone(),
        vote: file.decision.into(),
        counts: VoteCounts::No(why_not),
    }
}

/// Tells whether one file takes back another: a later signed approval of the same bytes by the same person.
fn takes_back(yes: &CountedFile, no: &CountedFile) -> bool {
    let by = |counted_file: &CountedFile| {
        let landed = &counted_file.landed;
        landed.resolver.identity("", landed.file.by.as_str())
    };
    !yes.rejects()
        && yes.signed().is_some_and(|yes| weigh::takes_back(Some(yes), no.signed()))
        && yes.landed.file.sha256 == no.landed.file.sha256
        && yes.stated_at > no.stated_at
        && by(yes).is_surely(&by(no))
}

fn settle(verdict: &mut ApprovalVerdict, old: ApprovalVerdict, at: Instant, commit: &str) -> bool {
    let turned = verdict.satisfied != old.satisfied
        || verdict.becomes_approved != old.becomes_approved
        || verdict.result != old.result;
    verdict.turns = old.turns;
    if turned {
        verdict.turns.push(VerdictChange {
            at,
            commit: commit.to_owned(),
            satisfied: verdict.satisfied.clone(),
            becomes_approved: verdict.becomes_approved,
            result: verdict.result,
        });
    }
    (verdict.approved_at, verdict.approved_in) = match (&verdict.satisfied, &old.satisfied) {
        (Satisfied::Yes, Satisfied::Yes) => (old.approved_at, old.approved_in),
        (Satisfied::Yes, _) => (Some(at), Some(commit.to_owned())),
        _ => (None, None),
    };
    verdict.witnessed_at = match (verdict.witnesses.is_empty(), old.witnessed_at) {
        (true, _) => None,
        (false, Some(since)) => Some(since),
        (false, None) => Some(at),
    };
    turned
}
