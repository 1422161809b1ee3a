//! Assembles the complete state of one record at one instant.
//!
//! Pure. Start at [`record_state`]. Follows `docs/spec/status.md` and `docs/spec/cli.md`, a record view.

use crate::approval::next::steps::{self, Blocker, NextSteps, Standing};
use crate::approval::next::text::Advised;
use crate::approval::next::text::{self, ContentNames};
use crate::approval::verdict::{ApprovalVerdict, BecomesApproved, FourEyes, Satisfied};
use crate::diag::shell;
use crate::history::approvals_branch::BranchStatement;
use crate::history::refs::APPROVALS_BRANCH;
use crate::history::version::{Content, Trail, Version, VersionBody, VersionChange};
use crate::history::walked::History;
use crate::policy::governance::Governance;
use crate::policy::tier;
use crate::policy::tier::fact::Facts;
use crate::policy::tiers::Degraded;
use crate::record::dates;
use crate::record::time::Instant;
use crate::record::vocabulary::{ControlStatus, Then};
use crate::status::answer::Rests;
use crate::status::clocks::{Clocks, FiredClock};
use crate::status::effective::{EvaluatedRecord, Ground};
use crate::status::past::TrailPast;
use crate::status::reason::{Reason, ReasonKind};
use crate::status::state::{
    ApprovedGrant, ControlFreshness, Fired, InForce, InPlace, LandingInfo, RecordFacts,
    RecordState, Renewals, Status,
};
use crate::status::{answer, duty, renewal, timeline, unanswered};
use std::rc::Rc;

pub(crate) fn record_state(subject: RecordFacts, instant: Instant) -> RecordState {
    match subject.history.trails.get(subject.key) {
        Some(trail) => of_trail(subject, trail, instant),
        None => vacant(subject),
    }
}

pub(crate) fn once_approved(
    subject: RecordFacts,
    content: Content,
    instant: Instant,
) -> RecordState {
    let trail = subject.history.trails.get(subject.key);
    let Some((trail, last)) = trail.and_then(|trail| Some((trail, trail.last()?))) else {
        return vacant(subject);
    };
    let (change, files) = match content {
        Content::Gone => (VersionChange::Removed, Vec::new()),
        _ => (VersionChange::Amended, last.files.clone()),
    };
    let tip = subject.history.mainline.landings.len().saturating_sub(1);
    let version = Version {
        n: last.n + 1,
        before: last.files.clone(),
        ..Version::new((tip, &last.commit), change, files, VersionBody::known(content))
    };
    let mut trail = trail.clone();
    trail.versions.push(version);
    let approved = ApprovalVerdict {
        satisfied: Satisfied::Yes,
        becomes_approved: BecomesApproved::AsApproved,
        ..ApprovalVerdict::without_evidence(FourEyes::Claimed)
    };
    let mut verdicts = subject.verdicts.to_vec();
    verdicts.push(Rc::new(approved));
    of_trail(RecordFacts { verdicts: &verdicts, ..subject }, &trail, instant)
}

/// Returns when the versions of a record landed: the effective times of their landings.
pub(super) fn landing_times(history: &History, trail: &Trail) -> Vec<Instant> {
    let landings = &history.mainline.landings;
    let effective =
        |version: &Version| landings.get(version.landing).map(|landed| landed.effective);
    trail.versions.iter().map(|version| effective(version).unwrap_or(Instant::MIN)).collect()
}

fn statements_not_fetched(history: &History) -> Option<Reason> {
    let missing = history.approvals_branch.unfetched()?;
    let lacks = if missing.is_followed { "has no" } else { "does not fetch" };
    let cause = format!("this clone {lacks} {}", missing.name);
    Some(
        ReasonKind::StatementsNotFetched
            .says(Advised::new(cause, format!(": {}", missing.command))),
    )
}

// Says that the approvals branch lost a statement about the bytes at the tip: whether it counted, `verify` tells.
fn statement_lost(history: &History, trail: &Trail) -> Option<Reason> {
    let (tip, digest) = (history.approvals_branch.lost_tip?, trail.last()?.digest?.to_string());
    let mut digits = history.lost_statements.iter().map(BranchStatement::digits);
    digits.find(|digits| !digits.is_empty() && digest.starts_with(digits))?;
    let cause = format!(
        "{APPROVALS_BRANCH} lost, with its former tip {}, a signed statement about it",
        tip.short()
    );
    Some(ReasonKind::StatementLost.says(Advised::new(cause, ": exledger verify".to_owned())))
}

/// Returns the state of a record that is not on the approved ref.
fn vacant(subject: RecordFacts) -> RecordState {
    RecordState {
        key: subject.key.to_string(),
        path: String::new(),
        status: Status::Proposed,
        in_force: InForce::No,
        reasons:
            [ReasonKind::OnlyProposed.says("proposed: it grants nothing until it is approved")]
                .into_iter()
                .chain(statements_not_fetched(subject.history))
                .collect(),
        decided_at: None,
        effective: None,
        stated: None,
        last_read: None,
        approved: None,
        as_approved: None,
        changed_since_approval: false,
        approval: None,
        landed: None,
        awaits_witness: false,
        closed_in: None,
        digest: None,
        not_after: None,
        days_left: None,
        ended: None,
        unanswered: Vec::new(),
        tier: None,
        renewals: Renewals::default(),
        in_place: InPlace::default(),
        duties: Vec::new(),
        fired: Vec::new(),
        ownerless: Vec::new(),
        controls: Vec::new(),
        end: None,
        pending: Vec::new(),
    }
}

fn of_trail(subject: RecordFacts, trail: &Trail, instant: Instant) -> RecordState {
    let governance = subject.governance;
    let landed = landing_times(subject.history, trail);
    let past = TrailPast {
        trail,
        verdicts: subject.verdicts,
        tip: trail.versions.len().saturating_sub(1),
        known: None,
        landed: &landed,
    };
    let ground = Ground::evaluate(past, governance);
    let clocks = timeline::clocks(past, &ground, governance);
    let answer = answer::at(&ground, clocks.as_ref(), instant);
    let mut record_state = RecordState {
        status: answer.status,
        in_force: answer.in_force,
        reasons: answer.reasons,
        decided_at: answer.decided_at,
        in_place: timeline::in_place(past, governance, instant),
        end: timeline::end(&ground, clocks.as_ref(), instant),
        ..vacant(subject)
    };
    record_state.take_landed(subject, past);
    let shown = match (&ground, &clocks) {
        (Ground::Judged(judged), Some(clocks)) => {
            record_state.take_judged(past, judged, clocks, instant);
            record_state.awaits_witness = awaits_witness(past, judged, governance, instant);
            matches!(answer.rests, Rests::OnApproval)
        }
        _ => {
            record_state.ended = timeline::ended(past, governance, instant);
            let approved = past.last_approved().and_then(|index| past.shared(index));
            record_state.as_approved = approved.cloned();
            true
        }
    };
    if let Some(verdict) = record_state.approval.clone() {
        let approval = OpenApproval {
            next: &steps::steps(Standing::Landed(&verdict)),
            verdict: &verdict,
            names: ContentNames {
                id: &subject.key.to_string(),
                signers: &governance.policy.approval.signers,
            },
        };
        let rests = answer.rests;
        record_state.explain(past, approval, (!shown).then_some(rests));
    }
    let waits = |reason: &Reason| reason.kind() == ReasonKind::EmergencyUnapproved;
    if record_state.status == Status::Unapproved && record_state.ended.is_none()
        || record_state.reasons.iter().any(waits)
    {
        record_state.reasons.extend(statement_lost(subject.history, trail));
        record_state.reasons.extend(statements_not_fetched(subject.history));
    }
    record_state
}

// Tells whether a review or a verification that the version at the tip brings would put off a duty, were somebody else to vouch
// for it.
fn awaits_witness(
    past: TrailPast,
    judged: &EvaluatedRecord,
    governance: &Governance,
    instant: Instant,
) -> bool {
    let is_strict = judged.tier.as_ref().is_some_and(|tier| tier.degraded == Degraded::Deny);
    let tip = past.verdict(past.tip).filter(|tip| {
        tip.witnessed_at.is_none() && tip.satisfied == Satisfied::Yes && judged.closure.is_none()
    });
    let Some(tip) = tip.filter(|_| is_strict) else {
        return false;
    };
    let witnessed = ApprovalVerdict { witnessed_at: past.landed(past.tip), ..tip.clone() };
    let mut verdicts = past.verdicts.to_vec();
    verdicts.pop();
    verdicts.push(Rc::new(witnessed));
    let duties = |past: TrailPast| {
        let clocks = Clocks::read(past, judged, governance);
        let n_waiting = clocks.fired.iter().filter(|fired| clocks.waits(fired, instant)).count();
        (duty::duties(past, judged, &clocks, instant), n_waiting)
    };
    duties(past) != duties(TrailPast { verdicts: &verdicts, ..past })
}

#[derive(Clone, Copy)]
struct OpenApproval<'a> {
    verdict: &'a ApprovalVerdict,
    next: &'a NextSteps,
    names: ContentNames<'a>,
}

impl OpenApproval<'_> {
    fn how_to_approve(self) -> String {
        text::sentence(self.next, self.names)
    }

    fn reasons(self) -> Vec<Reason> {
        if self.verdict.lacking().is_none() {
            return Vec::new();
        }
        let reason = |blocker: &Blocker| {
            let text = text::blocker(blocker, self.next, self.names);
            Some(ReasonKind::of_blocker(blocker)?.says(text))
        };
        let needed = self.next.missing.iter();
        let mut needed: Vec<Reason> = needed
            .map(|missing| ReasonKind::StillNeeded.says(text::still_needed(missing)))
            .collect();
        let mut reasons: Vec<Reason> = self.next.blockers.iter().filter_map(reason).collect();
        let after_cause = reasons.split_off(reasons.len().min(1));
        reasons.append(&mut needed);
        reasons.extend(after_cause);
        reasons
    }
}

impl RecordState {
    /// Adds the reasons from the approval of the landed version; `rests` is what a grant without approval is based on.
    fn explain(&mut self, past: TrailPast, approval: OpenApproval<'_>, rests: Option<Rests>) {
        if self.changed_since_approval && self.status != Status::Unapproved {
            let reason = self.changed(past, approval);
            self.reasons.push(reason);
        }
        match (self.status, rests) {
            // A record that is over needs no approval.
            (Status::Unapproved, _) if self.ended.is_some() => {
                self.reasons = self.ended_unapproved().into_iter().collect();
                self.decided_at = self.ended;
            }
            (Status::Unapproved, _) => {
                self.reasons.extend(approval.reasons());
                self.reasons.extend(brought_back(past));
                self.reasons.extend(unread_then(past, approval));
            }
            (_, Some(Rests::OnGrace(until))) => {
                let cause = format!(
                    "an emergency that nobody has approved yet: it counts {}",
                    dates::lasts(until)
                );
                let how = Advised::new(cause, format!("; {}", approval.how_to_approve()));
                self.reasons.push(ReasonKind::EmergencyUnapproved.says(how));
            }
            _ => {}
        }
    }

    fn ended_unapproved(&self) -> Option<Reason> {
        let end = self.ended.map(dates::ended)?;
        Some(match self.in_place.days {
            0 => ReasonKind::EndedUnapproved.says(Advised::new(
                format!("ended {end} without having been approved"),
                format!(
                    ": run `{}`, and file a new record if it is still needed",
                    shell::command("exledger reject", &[&self.key])
                ),
            )),
            _ => ReasonKind::EndedInForce.says(Advised::new(
                format!("was in force and ended {end}"),
                ": close it; access may still be live",
            )),
        })
    }

    /// Adds to the reasons of an ended record whether it can still be renewed, considering earlier
    /// records for the same exception.
    pub(crate) fn note_renewals_left(&mut self, instant: Instant) {
        let record = self.effective.as_deref();
        let is_left = renewal::is_left(&self.renewals, record, instant);
        let ended = self.reasons.iter_mut().find(|reason| reason.kind() == ReasonKind::Ended);
        if let (Some(ended), Some(end)) = (ended, self.not_after) {
            *ended = renewal::ended(end, is_left);
        }
    }

    fn changed(&self, past: TrailPast, approval: OpenApproval<'_>) -> Reason {
        let approved = self.approved.as_ref();
        let is_approved = |version: &&Version| {
            approved.is_some_and(|approved| version.commit.oid.to_string() == approved.commit)
        };
        let since = past
            .trail
            .versions
            .iter()
            .find(is_approved)
            .map_or_else(String::new, |version| format!(" in {}", version.commit.oid.short()));
        if approval.verdict.satisfied == Satisfied::Yes {
            return ReasonKind::OnlyNarrowed.says(format!(
                "changed since its approval{since}: the change only narrows it, so it applies at once"
            ));
        }
        ReasonKind::ChangedSince.says(Advised::new(
            format!(
                "changed since its approval{since}: only what the approved and the merged version both allow is in force"
            ),
            format!("; to approve the rest, {}", approval.how_to_approve()),
        ))
    }

    fn take_landed(&mut self, subject: RecordFacts, past: TrailPast) {
        let version = past.version(past.tip);
        let verdict = past.verdict(past.tip);
        self.approval = past.verdicts.get(past.tip).cloned();
        self.landed = version.zip(verdict).map(|(version, verdict)| LandingInfo {
            commit: version.commit.oid.to_string(),
            at: past.landed(past.tip).unwrap_or(Instant::MIN),
            by: verdict.landed_by.clone(),
            pull_request: verdict.pull_request.clone(),
        });
        let file = last_file(past.trail, past.tip);
        if let Some(path) = file {
            path.clone_into(&mut self.path);
        }
        self.digest = version.and_then(digest);
        self.stated = past.shared(past.tip).cloned();
        self.closed_in = closing(past, &self.path).filter(|_| self.is_reopened());
        self.last_read = match &self.stated {
            Some(_) => None,
            None => (0..past.tip).rev().find_map(|index| past.shared(index)).cloned(),
        };
        if let Some(record) = &self.stated {
            let tier = tier::resolve(&subject.governance.policy, &Facts::of(record));
            self.tier = tier.map(Rc::new);
        }
    }

    fn take_judged(
        &mut self,
        past: TrailPast,
        judged: &EvaluatedRecord,
        clocks: &Clocks,
        instant: Instant,
    ) {
        let granted = judged.approved.is_some() || judged.grace.is_some();
        let begins = judged.approved.unwrap_or(judged.first);
        self.as_approved = past.shared(begins).filter(|_| granted).cloned();
        if granted && judged.unequal.is_empty() {
            self.effective = Some(Rc::clone(&judged.record));
        }
        let end = timeline::end_date(past, judged, clocks);
        self.ended = timeline::ended_as(past, judged, clocks, instant);
        self.unanswered = match judged.closure {
            Some(_) => Vec::new(),
            None => unanswered::unanswered_reviews(past, judged),
        };
        self.not_after = end;
        self.days_left = end.map(|end| end.days_since(instant));
        self.tier.clone_from(&judged.tier);
        self.renewals = renewal::count_renewals(past, judged, clocks);
        self.note_renewals_left(instant);
        self.duties = duty::duties(past, judged, clocks, instant);
        self.ownerless = clocks.ownerless.iter().map(|(owner, _)| owner.clone()).collect();
        self.fired = clocks.fired.iter().map(|fired| fired_at(clocks, fired, instant)).collect();
        self.controls = controls(past, judged, clocks, instant);
        let tip = past.tip;
        self.changed_since_approval = match judged.approved {
            Some(approved) => approved != tip,
            None => judged.grace.is_some() && tip > judged.first,
        };
        self.approved = judged.approved.and_then(|index| {
            let version = past.version(index)?;
            let verdict = past.verdict(index)?;
            Some(ApprovedGrant {
                commit: version.commit.oid.to_string(),
                at: verdict.approved_at.or(past.landed(index))?,
                digest: digest(version),
                approvers: verdict.approvers.clone(),
            })
        });
    }
}

// Returns the commit of the last version that states a closure in a file at a path.
fn closing(past: TrailPast, path: &str) -> Option<String> {
    let states = |index: &usize| {
        let record = past.record(*index);
        record.is_some_and(|record| record.closure.is_some())
            && last_file(past.trail, *index) == Some(path)
    };
    let version = past.version((0..past.tip).rev().find(states)?)?;
    Some(version.commit.oid.to_string())
}

/// Returns the reason for a file that was restored exactly as it was before its removal, or before an end that can't be read.
fn brought_back(past: TrailPast) -> Option<Reason> {
    let first = past.first();
    let version = past.version(first)?;
    let earlier = past
        .trail
        .versions
        .iter()
        .take(first)
        .rev()
        .find(|earlier| version.digest.is_some() && earlier.digest == version.digest)?;
    let what = match past.follows_unread_end(first) {
        true => "it named a closure or a firing while it could not be read",
        false => "the file was removed",
    };
    Some(ReasonKind::BroughtBack.says(format!(
        "the same bytes were merged in {} before {what}; approvals from then do not carry over",
        earlier.commit.oid.short()
    )))
}

/// Returns the reason for a record that was approved while its file had a wrong name: it could not be
/// read, so it granted nothing.
fn unread_then(past: TrailPast, approval: OpenApproval<'_>) -> Option<Reason> {
    let first = approval.verdict.carries.unwrap_or(past.tip);
    let before = first.checked_sub(1)?;
    let unread = past.version(before)?;
    let moved = past.version(first)?.change == VersionChange::Moved;
    let was_approved = past.verdict(before)?.satisfied == Satisfied::Yes;
    (moved && was_approved && unread.record.record().is_none()).then(|| {
        ReasonKind::ApprovedUnread.says(format!(
            "the version approved in {} could not be read, so it grants nothing: its file had another name, and someone other than its authors must approve it under this name",
            unread.commit.oid.short()
        ))
    })
}

fn controls(
    past: TrailPast,
    judged: &EvaluatedRecord,
    clocks: &Clocks,
    instant: Instant,
) -> Vec<ControlFreshness> {
    let landed = past.record(past.tip).map(|record| record.compensating_controls.as_slice());
    let status = |id: &str| {
        let matching = judged
            .record
            .compensating_controls
            .iter()
            .chain(landed.unwrap_or_default())
            .filter(|control| control.id == id);
        let is_gone = !landed.unwrap_or_default().iter().any(|other| other.id == id);
        matching
            .map(|control| control.status)
            .min_by_key(|status| match status {
                ControlStatus::Withdrawn => 0,
                ControlStatus::Planned => 1,
                ControlStatus::Active => 2,
            })
            .filter(|_| !is_gone)
    };
    let controls = clocks.controls.iter().map(|control| {
        let dropped = clocks.dropped.iter().any(|dropped| dropped.id == control.id);
        ControlFreshness {
            id: control.id.clone(),
            status: status(&control.id),
            dropped,
            fresh: !dropped && control.stale_from.is_none_or(|from| instant < from),
            until: control.stale_from,
        }
    });
    controls.collect()
}

fn fired_at(clocks: &Clocks, fired: &FiredClock, instant: Instant) -> Fired {
    let waits = fired.then != Then::Review || clocks.waits(fired, instant);
    Fired { trigger: fired.trigger.clone(), then: fired.then, at: fired.landed, is_waiting: waits }
}

fn last_file(trail: &Trail, tip: usize) -> Option<&str> {
    let versions = trail.versions.get(..=tip)?;
    let mut files = versions.iter().rev().filter_map(|version| version.files.first());
    Some(&files.next()?.path)
}

fn digest(version: &Version) -> Option<String> {
    Some(version.digest?.to_string())
}
