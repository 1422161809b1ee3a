//! The fold: evaluates the versions of one trail, oldest first, each by what was known when it landed.
//!
//! A version is carried (V6, V7b, V9), or judged by its own evidence and the approval files that wait for its bytes (S7).
//! Files that land later go to the version at the tip, which is then judged again (`approval::fold::late_evidence`).
//!
//! Pure. Start at `judge`. Follows `docs/spec/approval.md`, V5 to V9, A5, D1, D3, D7, M5 and M7.

use crate::approval::count::people::{self, FourEyesOutcome};
use crate::approval::count::requirement::{self, VersionDemand, combined_demand};
use crate::approval::count::weigh::VersionEvidence;
use crate::approval::evidence::given::{
    self, Scene, StatementAge, StatementEvent, VersionEvidenceSet,
};
use crate::approval::evidence::statement_file;
use crate::approval::people::at_landing::{GovernanceHistory, LandedGovernance, SignatureChecks};
use crate::approval::people::authors::{self, AuthorSet};
use crate::approval::people::identity::IdentityResolver;
use crate::approval::put_back;
use crate::approval::verdict::{
    ApprovalVerdict, BecomesApproved, FourEyes, Grace, NotCounted, Satisfied, VerdictChange, Vote,
    VoteCounts,
};
use crate::diag::code::Code;
use crate::history::change::differ;
use crate::history::governance::Position;
use crate::history::mainline::{Flag, Landing};
use crate::history::objects::Obstacle;
use crate::history::off_line::Loss;
use crate::history::version::{Content, FileAt, Trail, Version, VersionChange};
use crate::history::walked::History;
use crate::record::Record;
use crate::record::time::{Instant, When};
use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::rc::Rc;

struct Carried {
    from: usize,
    flag: Option<&'static str>,
}

#[derive(Clone, Copy)]
pub(crate) struct EvaluationContext<'a> {
    pub history: &'a History,
    pub governance_history: &'a GovernanceHistory<'a>,
    pub signature_checks: &'a SignatureChecks<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TrailKind<'a> {
    Record,
    /// A governance file, by its normalized path: it needs as much as the rules ask of any record, and its removal is
    /// judged like any change (G2).
    Governance(&'a str),
}

/// One version of a trail, with the governance before its landing.
pub(crate) struct VersionStep<'a> {
    pub index: usize,
    pub version: &'a Version,
    pub record: Option<&'a Record>,
    pub(super) landing: Option<&'a Landing>,
    pub state: LandedGovernance<'a>,
    pub resolver: IdentityResolver<'a>,
    pub at: Instant,
    pub scene: Scene<'a>,
    /// Whether its files lay in record folders until the next version.
    pub is_among_records: bool,
}

pub(crate) struct TrailEvaluator<'a> {
    pub context: EvaluationContext<'a>,
    pub of: TrailKind<'a>,
    pub trail: &'a Trail,
    /// The approval files about it, in landing order; for a governance file, only up to the landings judged so far.
    pub statements: Vec<StatementEvent<'a>>,
    pub series: TrailProgress,
    pub verdicts: Vec<ApprovalVerdict>,
    /// The progress before each version; kept only if the trail has approval files, which may land late.
    pub befores: Vec<TrailProgress>,
    pub bound: Bound,
    /// Whether a policy names it, so that one of its versions counts: not a record, nor a redesign.
    pub is_named: bool,
    /// The version of a named file that counts before the landing that is judged.
    pub counts: Option<usize>,
    /// The versions of a governance file that follow one that did not count when they landed.
    follows_uncounted: BTreeSet<usize>,
    /// The versions that had the bytes that counted when they landed: nothing of earlier authors is left in them.
    pub restores_counted: BTreeSet<usize>,
    was_approved: BTreeMap<usize, Instant>,
}

#[derive(Clone, Debug)]
pub(crate) struct TrailProgress {
    pub approved: Option<usize>,
    pub filer: AuthorSet,
    /// The author set of the last approved version, or of the first version if none is approved.
    pub reference: AuthorSet,
    /// The authors of unapproved changes that have landed since.
    pub waiting: AuthorSet,
    /// Whether a closure or a fired entry landed since the last approved version; restoring its content then
    /// does not restore its approval.
    pub is_interrupted: bool,
    /// Approvals older than this instant count for nothing that lands from here on: the last removal, closure, fired
    /// entry or newly approved version.
    pub bar: Instant,
    /// Why a version since is not known: it may have ended what is carried on or approved after it.
    pub hidden: Option<Obstacle>,
}

impl TrailProgress {
    pub(crate) fn since(bar: Instant) -> TrailProgress {
        TrailProgress {
            approved: None,
            filer: AuthorSet::default(),
            reference: AuthorSet::default(),
            waiting: AuthorSet::default(),
            is_interrupted: false,
            bar,
            hidden: None,
        }
    }

    pub(crate) fn end_support(&mut self, at: Instant) {
        self.bar = self.bar.max(at);
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Bound {
    /// The sha256 of each version's bytes; empty if the trail has no approval files.
    pub(super) digests: Vec<Option<String>>,
    pub(super) statements: Vec<Vec<(usize, StatementAge)>>,
    pub(super) waiting: BTreeSet<usize>,
    pub(super) landed: usize,
}

impl Bound {
    pub(crate) fn new(trail: &Trail) -> Bound {
        Bound {
            digests: trail.versions.iter().map(digest).collect(),
            statements: vec![Vec::new(); trail.versions.len()],
            waiting: BTreeSet::new(),
            landed: 0,
        }
    }

    pub(crate) fn is_bound(&self, statement: usize) -> bool {
        let mut bound = self.statements.iter().flatten();
        bound.any(|(known, _)| *known == statement)
    }

    pub(super) fn bind(&mut self, index: usize, statement: usize, age: StatementAge) -> bool {
        let Some(bound) = self.statements.get_mut(index) else {
            return false;
        };
        let is_new = !bound.iter().any(|(known, _)| *known == statement);
        if is_new {
            bound.push((statement, age));
        }
        is_new
    }
}

/// Returns why its bytes, or what the merge that landed it took away, can't be read (V2, M5).
fn why_hidden(version: &Version) -> Option<&Obstacle> {
    match version.record.content() {
        Content::Missing(obstacle) => Some(obstacle),
        _ => version.truncated.as_ref(),
    }
}

/// Returns the sha256 of a version's bytes; for a removed governance file, that of no bytes.
fn digest(version: &Version) -> Option<String> {
    match version.digest {
        Some(digest) => Some(digest.to_string()),
        None => version.files.is_empty().then(|| statement_file::digest(b"")),
    }
}

pub(crate) fn judge<'a>(
    context: EvaluationContext<'a>,
    of: TrailKind<'a>,
    trail: &'a Trail,
    statements: Vec<StatementEvent<'a>>,
    was_approved: BTreeMap<usize, Instant>,
) -> Vec<ApprovalVerdict> {
    let mut fold = TrailEvaluator::new(context, of, trail, statements);
    fold.was_approved = was_approved;
    fold.pass(usize::MAX);
    fold.into_verdicts()
}

impl<'a> TrailEvaluator<'a> {
    pub(crate) fn step(&self, index: usize) -> Option<VersionStep<'a>> {
        let version = self.trail.versions.get(index)?;
        let landing = self.context.history.mainline.landings.get(version.landing);
        let state = self.context.governance_history.before(version.landing);
        let resolver = self.context.governance_history.resolver(version.landing);
        let at = landing.map_or(Instant::MIN, |landing| landing.effective);
        Some(VersionStep {
            index,
            version,
            record: version.record.record().map(AsRef::as_ref),
            landing,
            resolver,
            state,
            at,
            is_among_records: self.is_among_records(index),
            scene: Scene {
                resolver,
                version,
                at,
                signature_checks: self.context.signature_checks,
                self_approval: state.self_approval,
            },
        })
    }

    pub(crate) fn new(
        context: EvaluationContext<'a>,
        of: TrailKind<'a>,
        trail: &'a Trail,
        statements: Vec<StatementEvent<'a>>,
    ) -> TrailEvaluator<'a> {
        let takes_files = matches!(of, TrailKind::Governance(_)) || !statements.is_empty();
        TrailEvaluator {
            context,
            of,
            trail,
            statements,
            series: TrailProgress::since(Instant::MIN),
            verdicts: Vec::with_capacity(trail.versions.len()),
            befores: Vec::with_capacity(trail.versions.len()),
            bound: if takes_files { Bound::new(trail) } else { Bound::default() },
            is_named: false,
            counts: None,
            follows_uncounted: BTreeSet::new(),
            restores_counted: BTreeSet::new(),
            was_approved: BTreeMap::new(),
        }
    }

    pub(crate) fn pass(&mut self, landing: usize) {
        // The governance before a later landing is not known yet: nothing may ask for it.
        let has_landed = |version: &Version| version.landing <= landing;
        while self.trail.versions.get(self.verdicts.len()).is_some_and(has_landed)
            && let Some(step) = self.step(self.verdicts.len())
        {
            self.evaluate_until(step.version.landing.into());
            if step.version.taken_away().is_some() {
                // It counts after the landing, and so after the approvals that land there.
                self.evaluate_until(Position::directly_after(step.version.landing));
            }
            self.compare_with_counted(&step);
            self.land(&step);
        }
        self.evaluate_until(landing.saturating_add(1).into());
    }

    pub(crate) fn judge(&mut self, step: &VersionStep<'a>) {
        self.bar_older(step.version);
        if !self.bound.digests.is_empty() {
            self.befores.push(self.series.clone());
        }
        let mut verdict = self.verdict(step);
        if let Some(obstacle) = why_hidden(step.version) {
            self.series.hidden.get_or_insert_with(|| obstacle.clone());
        }
        if let Some(obstacle) = &self.series.hidden
            && verdict.satisfied == Satisfied::Yes
        {
            verdict.satisfied = Satisfied::Undetermined(Box::new(obstacle.clone().into()));
            verdict.result = FourEyes::Indeterminate;
            (verdict.approved_at, verdict.approved_in) = (None, None);
        }
        verdict.turns = turns(step, &verdict);
        let taken_back = self.was_approved.get(&step.index).map(|at| step.at.max(*at));
        let without_waiting = if !verdict.is_approved() { verdict.was_approved } else { None };
        if let Some(since) = taken_back.max(without_waiting) {
            verdict.was_approved = Some(since);
            // What it took away stays taken: no older version comes back with its approval, nor an older statement.
            self.series.is_interrupted = true;
            self.series.end_support(since);
        }
        self.verdicts.push(verdict);
    }

    pub(super) fn verdict(&mut self, step: &VersionStep<'a>) -> ApprovalVerdict {
        if (put_back::A3 || put_back::N2)
            && self.is_hidden(step.index)
            && let Some(from) = step.index.checked_sub(1)
        {
            return self.carry(step, &Carried { from, flag: None });
        }
        if let Some(taken) = step.version.taken_away() {
            match taken.loss {
                Loss::Removal => self.begin_series(step),
                _ => self.series.is_interrupted = true,
            }
            return ApprovalVerdict {
                makers: authors::sorted(&authors::of_version(step.resolver, step.version)),
                ..ApprovalVerdict::without_evidence(FourEyes::NotApplicable)
            };
        }
        match step.version.change {
            VersionChange::Removed if !self.is_governance() => {
                let verdict = self.removed(step);
                self.series = TrailProgress::since(self.series.bar.max(step.at));
                return verdict;
            }
            VersionChange::Introduced | VersionChange::Readded | VersionChange::Inherited => {
                self.begin_series(step);
            }
            VersionChange::Amended
            | VersionChange::Moved
            | VersionChange::AmendedMoved
            | VersionChange::Removed => {
                if let Some(carried) = self.carried(step) {
                    return self.carry(step, &carried);
                }
            }
        }
        self.fresh(step)
    }

    /// Begins a series. A removal off the line, or of one of several files, takes approvals away, and no author: those of what
    /// stands there remain (A5), as authors of the first version of the series too. The removal of a governance file is a change
    /// like any other: what was approved of it, and by whom it was changed since, remains (G2).
    fn begin_series(&mut self, step: &VersionStep) {
        let mut begun = TrailProgress::since(self.series.bar);
        let is_left_over = step.version.is_left_over();
        if self.is_off_line(step.index) || self.follows_off_line(step) || is_left_over {
            begun.waiting = mem::take(&mut self.series.waiting);
            begun.waiting.join(&self.series.filer);
            begun.waiting.join(&self.series.reference);
            begun.filer.join_members(&begun.waiting);
            begun.filer.doubt.clone_from(&begun.waiting.unnamed);
        } else if self.is_governance() {
            begun.waiting = mem::take(&mut self.series.waiting);
        }
        begun.approved = if self.is_governance() { self.series.approved } else { None };
        self.series = begun;
    }

    pub(crate) fn is_governance(&self) -> bool {
        matches!(self.of, TrailKind::Governance(_))
    }

    pub(crate) fn is_fresh(&self, step: &VersionStep<'a>) -> bool {
        let amended = matches!(
            step.version.change,
            VersionChange::Amended | VersionChange::Moved | VersionChange::AmendedMoved
        );
        !amended || self.carried(step).is_none()
    }

    pub(crate) fn evidence(&self, step: &VersionStep<'a>) -> VersionEvidenceSet<'a> {
        // Whoever made the merge did not approve what it brings back.
        let mut evidence = match self.brings_back(step) {
            true => given::of_landing(step.scene),
            false => given::of_version(step.scene),
        };
        evidence.bar_before(self.series.bar);
        if self.follows_uncounted.contains(&step.index) {
            evidence.bar_approvals_from(0, &NotCounted::FollowsUncounted);
        }
        self.add_statements(&mut evidence, step);
        evidence.limit();
        if !step.is_among_records {
            evidence.bar_all_but_files();
        }
        evidence
    }

    fn compare_with_counted(&mut self, step: &VersionStep) {
        if !self.is_named || step.state.commit.is_none() {
            return;
        }
        let bytes = |index: usize| {
            let version = self.trail.versions.get(index);
            version.and_then(|version| version.files.first()).map(|file| file.blob)
        };
        let counts = self.counts.and_then(bytes);
        let before = self.trail.find_followed(step.index, self.counts);
        if before.is_some_and(|before| bytes(before) != counts) {
            self.follows_uncounted.insert(step.index);
        }
        if self.counts.is_some() && bytes(step.index) == counts {
            self.restores_counted.insert(step.index);
        }
    }

    pub(crate) fn follows_uncounted(&self, step: &VersionStep) -> bool {
        self.follows_uncounted.contains(&step.index)
    }

    pub(super) fn record(&self, index: Option<usize>) -> Option<&'a Record> {
        let version = self.trail.versions.get(index?)?;
        version.record.record().map(AsRef::as_ref)
    }

    /// Returns the record that requirements are also taken from, and that narrower versions are compared with.
    pub(crate) fn base(&self) -> Option<&'a Record> {
        self.record(self.series.approved)
    }

    /// Returns the earlier verdict that a version carries on, if any (V5, V6, V7b, V9).
    fn carried(&self, step: &VersionStep) -> Option<Carried> {
        let from = step.index.checked_sub(1)?;
        if self.enters_record_folder(step) || self.follows_off_line(step) {
            return None;
        }
        let previous = |flag| Some(Carried { from, flag });
        if step.version.change == VersionChange::Moved {
            return if self.is_readable_again(step, from) { None } else { previous(None) };
        }
        let after = step.record?;
        let before = self.record(Some(from));
        if before.is_some_and(|before| differ::is_equal(before, after)) {
            return previous(Some("cosmetic"));
        }
        if let Some(from) = self.series.approved
            && !self.series.is_interrupted
            && self.record(Some(from)).is_some_and(|approved| differ::is_equal(approved, after))
            && (self.is_governance()
                || !self.is_barred_since(from, step.version.landing)
                    && !self.is_replaced_since(from, step))
        {
            let flag = Some("restored-to-approved-content");
            return Some(Carried { from, flag });
        }
        before.filter(|before| requirement::only_adds(before, after))?;
        previous(None)
    }

    /// Tells whether a moved file is the first correctly named version of bytes approved under a wrong name (V6). Bytes that
    /// had their right name before were judged then.
    fn is_readable_again(&self, step: &VersionStep, from: usize) -> bool {
        let approved_in_vain = |before: &ApprovalVerdict| {
            before.satisfied == Satisfied::Yes
                && before.becomes_approved == BecomesApproved::AsLanded
                && self.record(before.carries).is_none()
        };
        step.record.is_some()
            && self.record(Some(from)).is_none()
            && self.verdicts.get(from).is_some_and(approved_in_vain)
    }

    /// Gives a version the verdict of an earlier one; its own evidence vouches for the entries that it adds (V9).
    fn carry(&mut self, step: &VersionStep<'a>, carried: &Carried) -> ApprovalVerdict {
        let own = authors::of_version(step.resolver, step.version);
        let demand = self.demand(step);
        let evidence = self.evidence(step);
        let mut reference = self.series.reference.clone();
        reference.widen(step.resolver);
        let outcome = step.judge_four_eyes(&reference, &demand, &evidence);
        let mut flags = step.flags(self.before(step));
        flags.extend(carried.flag);
        flags.extend(&own.flags);
        let witnesses = self.witnesses(step, &demand, &evidence, None);
        let mut verdict = match self.verdicts.get(carried.from) {
            Some(earlier) => earlier.clone(),
            None => return self.fresh(step),
        };
        if step.fires(self.before(step)) {
            self.series.end_support(step.at);
        }
        verdict.makers = authors::sorted(&own);
        verdict.carries = Some(verdict.carries.unwrap_or(carried.from));
        verdict.landed_by = evidence.landed_by.map(|identity| identity.person);
        verdict.pull_request = evidence.pull_request;
        verdict.flags = flags;
        // What rejected the content still does.
        verdict.statements.retain(|statement| {
            statement.vote == Vote::Vetoes && statement.counts == VoteCounts::Yes
        });
        verdict.statements.extend(outcome.statements);
        verdict.refused = Vec::new();
        verdict.witnessed_at = if !witnesses.is_empty() { Some(step.at) } else { None };
        verdict.witnesses = witnesses;
        verdict.grace = Grace::None;
        verdict.approved_at = verdict.approved_at.map(|at| at.max(step.at));
        if verdict.becomes_approved == BecomesApproved::AsApproved {
            // Under a wrong name, the same content is unreadable, and the version before has the record.
            if step.record.is_some() || self.is_governance() {
                self.series.approved = Some(step.index);
            }
            self.series.waiting = AuthorSet::default();
            self.series.is_interrupted = false;
        } else {
            self.interrupt(step);
        }
        verdict
    }

    pub(crate) fn before(&self, step: &VersionStep) -> Option<&'a Record> {
        match step.version.change {
            VersionChange::Introduced | VersionChange::Readded | VersionChange::Inherited => None,
            _ => self.record(step.index.checked_sub(1)),
        }
    }

    fn removed(&self, step: &VersionStep<'a>) -> ApprovalVerdict {
        let before = step.index.checked_sub(1);
        let demand = combined_demand(step.state.governance, self.record(before), self.base());
        let evidence = given::of_unsigned(step.scene);
        let witnesses = self.witnesses(step, &demand, &evidence, None);
        ApprovalVerdict {
            witnessed_at: if !witnesses.is_empty() { Some(step.at) } else { None },
            witnesses,
            ..removed(step)
        }
    }

    /// Tells whether a version's files lay in record folders until the next version; governance files need not.
    fn is_among_records(&self, index: usize) -> bool {
        let Some(version) = self.trail.versions.get(index) else {
            return false;
        };
        let next = self.trail.versions.get(index + 1);
        let until = next.map(|next| next.landing);
        let mut counting = self.context.governance_history.record_folders(version.landing, until);
        self.is_governance() || counting.all(|folders| self.are_inside(folders, &version.files))
    }

    /// Tells whether a version moves a file from elsewhere into a record folder: its landing introduces the record.
    fn enters_record_folder(&self, step: &VersionStep) -> bool {
        let folders = &step.state.governance.policy.records;
        step.is_among_records
            && !self.is_governance()
            && !self.are_inside(folders, &step.version.before)
    }

    fn are_inside(&self, folders: &[String], files: &[FileAt]) -> bool {
        let prefix = &self.context.history.prefix;
        let mut files = files.iter();
        files.all(|file| prefix.is_inside(folders, &file.path))
    }
}

fn turns(step: &VersionStep, verdict: &ApprovalVerdict) -> Vec<VerdictChange> {
    let landed = VerdictChange {
        at: step.at,
        commit: step.version.commit.oid.to_string(),
        satisfied: verdict.satisfied.clone(),
        becomes_approved: verdict.becomes_approved,
        result: verdict.result,
    };
    match verdict.approved_at.filter(|at| *at > step.at) {
        None => vec![landed],
        Some(at) => vec![
            VerdictChange {
                satisfied: Satisfied::No,
                becomes_approved: BecomesApproved::AsLanded,
                ..landed.clone()
            },
            VerdictChange { at, ..landed },
        ],
    }
}

fn removed(step: &VersionStep) -> ApprovalVerdict {
    let evidence = given::of_landing(step.scene);
    ApprovalVerdict {
        makers: authors::sorted(&authors::of_version(step.resolver, step.version)),
        landed_by: evidence.landed_by.map(|identity| identity.person),
        pull_request: evidence.pull_request,
        flags: step.flags(None),
        policy_commit: step.state.commit.map(|commit| commit.to_string()),
        ..ApprovalVerdict::without_evidence(FourEyes::NotApplicable)
    }
}

impl ApprovalVerdict {
    // Without spare capacity: a long history has tens of thousands.
    pub(crate) fn kept(mut self) -> Rc<ApprovalVerdict> {
        self.approvers.shrink_to_fit();
        self.authors.shrink_to_fit();
        self.makers.shrink_to_fit();
        self.missing.shrink_to_fit();
        self.statements.shrink_to_fit();
        self.refused.shrink_to_fit();
        self.witnesses.shrink_to_fit();
        self.turns.shrink_to_fit();
        Rc::new(self)
    }
}

fn fires(before: Option<&Record>, after: Option<&Record>) -> bool {
    let Some(after) = after else { return false };
    let closed =
        after.closure.is_some() && before.is_none_or(|before| before.closure != after.closure);
    let known = before.map_or(&[][..], |before| before.fired.as_slice());
    closed || after.fired.iter().any(|firing| !known.contains(firing))
}

impl<'a> VersionStep<'a> {
    /// Tells whether the version ends the record, given the one before: also in a misnamed, doubled or broken file.
    pub(crate) fn fires(&self, before: Option<&Record>) -> bool {
        let content = self.version.record.content();
        let n_known = before.map_or(0, |before| before.fired.len());
        fires(before, content.ending().map(AsRef::as_ref))
            || content.unread_end().is_beyond(n_known)
    }

    pub(crate) fn judge_four_eyes(
        &self,
        authors: &AuthorSet,
        demand: &VersionDemand,
        evidence: &VersionEvidenceSet<'a>,
    ) -> FourEyesOutcome {
        let ledger = self.resolver.at.policy.name.as_deref();
        let suspicious = self.landing.is_some_and(|landing| landing.is_suspicious(ledger));
        people::judge(VersionEvidence {
            resolver: self.resolver,
            authors,
            demand,
            evidence,
            landing: &self.version.commit,
            self_approval: self.state.self_approval,
            is_suspicious_merge: suspicious,
        })
    }

    pub(crate) fn flags(&self, before: Option<&Record>) -> BTreeSet<&'static str> {
        let mut flags = BTreeSet::new();
        for flag in self.landing.iter().flat_map(|landing| &landing.flags) {
            match flag {
                Flag::FutureDated => flags.insert(Code::FutureDated.as_str()),
                Flag::ClockSkew => flags.insert(Code::ClockSkew.as_str()),
                Flag::Suspicious | Flag::Malformed => continue,
            };
        }
        if self.state.is_earlier {
            flags.insert("earlier-policy");
        }
        let starts = self.record.and_then(|record| record.starts.as_ref());
        let moved = before.is_none_or(|before| before.starts.as_ref() != starts);
        let earlier = starts.is_some_and(|starts| match starts {
            When::Day(day) => *day < self.at.day(),
            When::Instant(instant, _) => *instant < self.at,
        });
        if moved && earlier {
            flags.insert("retroactive");
        }
        flags
    }
}
