//! The one evaluator: computes the status of a record at an instant, with its reasons.
//!
//! Pure. Start at [`at`]. Follows `docs/spec/status.md`, the table.

use crate::approval::next::text::Advised;
use crate::diag;
use crate::diag::shell;
use crate::policy::people::RosterState;
use crate::policy::tiers::Degraded;
use crate::record::dates;
use crate::record::decision::Closure;
use crate::record::id::Id;
use crate::record::time::Instant;
use crate::record::vocabulary::{ClosureOutcome, Then, Vocabulary};
use crate::status::clocks::Clocks;
use crate::status::effective::{EvaluatedRecord, Ground};
use crate::status::reason::{Reason, ReasonKind};
use crate::status::renewal;
use crate::status::state::{InForce, Status};

#[derive(Clone, Debug)]
pub(crate) struct StatusAnswer {
    pub status: Status,
    pub in_force: InForce,
    /// The evaluator's own reasons, to which those of the approval are added.
    pub reasons: Vec<Reason>,
    /// What the grant is based on.
    pub rests: Rests,
    /// The instant that decides, if a date does.
    pub decided_at: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rests {
    /// An approval; or nothing is granted.
    OnApproval,
    /// The grace period of an emergency, until an instant.
    OnGrace(Instant),
}

pub(crate) fn at(ground: &Ground, clocks: Option<&Clocks>, instant: Instant) -> StatusAnswer {
    match (ground, clocks) {
        (Ground::Unknown(doubt), _) => {
            let mut answer = plain_answer(Status::Unknown, vec![Reason::obstacle(doubt.clone())]);
            answer.in_force = InForce::Undetermined;
            answer
        }
        (Ground::Removed, _) => plain_answer(
            Status::Removed,
            vec![ReasonKind::FileGone.says(Advised::new(
                "the file was removed from the approved ref",
                ": records are closed, never removed; restore it and close it",
            ))],
        ),
        (Ground::Conflicted(paths), _) => plain_answer(
            Status::Conflicted,
            vec![ReasonKind::SeveralFiles.says(Advised::new(
                format!(
                    "{} have this id: {}",
                    diag::count(paths.n, "file"),
                    diag::some(&paths.first, paths.n)
                ),
                "; remove all but one, or give each its own id",
            ))],
        ),
        (Ground::Invalid, _) | (Ground::Judged(_), None) => {
            plain_answer(
                Status::Invalid,
                vec![ReasonKind::Unreadable.says(Advised::new(
                    "the file can't be read as a record",
                    ": run `exledger lint`",
                ))],
            )
        }
        (Ground::Judged(judged), Some(clocks)) => of_judged(judged, clocks, instant),
    }
}

fn plain_answer(status: Status, reasons: Vec<Reason>) -> StatusAnswer {
    StatusAnswer {
        status,
        in_force: InForce::No,
        reasons,
        rests: Rests::OnApproval,
        decided_at: None,
    }
}

fn of_judged(judged: &EvaluatedRecord, clocks: &Clocks, instant: Instant) -> StatusAnswer {
    if let Some((_, closure)) = &judged.closure {
        return closed(closure);
    }
    let rests = match (judged.approved, &judged.grace) {
        (Some(_), _) => Rests::OnApproval,
        (None, Some(until)) if instant < *until => Rests::OnGrace(*until),
        (None, _) => {
            return plain_answer(Status::Unapproved, lapsed(judged).into_iter().collect());
        }
    };
    if !judged.unequal.is_empty() {
        let fields = judged.unequal.join(", ");
        let reason = format!(
            "changes merged since the approval affect {fields}: they need their own approval"
        );
        let reason = ReasonKind::FieldsDiffer.says(reason);
        return plain_answer(Status::Unapproved, vec![reason]);
    }
    let mut answer = in_window(judged, clocks, instant);
    answer.rests = rests;
    answer
}

fn closed(closure: &Closure) -> StatusAnswer {
    let (status, how) = match closure.outcome {
        ClosureOutcome::Rejected => (Status::Rejected, "rejected".to_owned()),
        outcome => (Status::Closed, format!("closed ({})", outcome.as_str())),
    };
    let reason = format!("{how} on {} by {}: {}", closure.date, closure.by, closure.reason.trim());
    plain_answer(status, vec![ReasonKind::ClosedBy.says(reason)])
}

fn lapsed(judged: &EvaluatedRecord) -> Option<Reason> {
    if let Some(used) = &judged.used_grace {
        let who = used.person.as_ref().map_or("somebody", |person| &person.email);
        return Some(ReasonKind::GraceUsedUp.says(format!(
            "no grace: {who} filed {} about the same subject, and nobody else looked at it",
            used.by
        )));
    }
    let until = judged.grace?;
    Some(ReasonKind::EmergencyLapsed.says(format!(
        "the emergency had to be approved {}, and a review entry is not an approval",
        dates::by(until)
    )))
}

fn in_window(judged: &EvaluatedRecord, clocks: &Clocks, instant: Instant) -> StatusAnswer {
    if let Some(starts) = clocks.starts.filter(|starts| instant < *starts) {
        let reason = ReasonKind::NotStarted.says(format!("starts {}", dates::begins(starts)));
        return decided(Status::Scheduled, reason, starts);
    }
    if instant >= clocks.not_after {
        let reason = renewal::ended(clocks.not_after, true);
        return decided(Status::Expired, reason, clocks.not_after);
    }
    if let Some(fired) = clocks.revoked() {
        let then = match fired.then {
            Then::Close => "close",
            _ => "revoke",
        };
        let reason = ReasonKind::TriggerEnded.says(Advised::new(
            format!("trigger {} fired on {} ({then})", fired.trigger, fired.day),
            ": close it",
        ));
        return decided(Status::Revoked, reason, fired.landed);
    }
    let worries = collect_worries(&judged.record.id, clocks, instant);
    if worries.is_empty() {
        let reason =
            ReasonKind::InForce.says(format!("in force {}", dates::lasts(clocks.not_after)));
        let mut answer = plain_answer(Status::Active, vec![reason]);
        answer.in_force = InForce::Yes;
        return answer;
    }
    let mut answer = plain_answer(Status::Degraded, worries);
    answer.decided_at = missed(clocks, instant);
    let tier = judged.tier.as_ref();
    answer.in_force = match tier.map(|tier| tier.degraded) {
        Some(Degraded::Grant) => InForce::Yes,
        Some(Degraded::Deny) | None => InForce::No,
    };
    let says = match answer.in_force {
        InForce::Yes => "still grants while degraded",
        _ => "grants nothing while degraded",
    };
    if let Some(tier) = tier {
        let says = format!("tier {} {says}{}", tier.tier, tier.silence());
        let reason = ReasonKind::TierSays.says(says);
        answer.reasons.push(reason);
    }
    answer
}

fn decided(status: Status, reason: Reason, at: Instant) -> StatusAnswer {
    StatusAnswer { decided_at: Some(at), ..plain_answer(status, vec![reason]) }
}

/// Returns the first instant at which a review or a verification was missed.
fn missed(clocks: &Clocks, instant: Instant) -> Option<Instant> {
    let controls = clocks.controls.iter();
    let stale = controls.filter_map(|control| control.stale_from);
    let dates = clocks.review_overdue(instant).into_iter().chain(stale);
    dates.filter(|date| *date <= instant).min()
}

fn collect_worries(record: &Id, clocks: &Clocks, instant: Instant) -> Vec<Reason> {
    let mut worries = Vec::new();
    if let Some(overdue) = clocks.review_overdue(instant).filter(|from| *from <= instant) {
        worries.push(ReasonKind::ReviewOverdue.says(Advised::new(
            format!("a review was due {}", dates::by(overdue)),
            format!(": run `{}`", shell::command("exledger review", &[record.as_str()])),
        )));
        if let Some(by) = clocks.discounted.last() {
            worries.push(
                ReasonKind::ReviewedByAuthor.says(format!(
                    "the review by {by} does not count: someone who could approve this, and did not write it, must push or merge one"
                )),
            );
        }
    }
    for control in &clocks.controls {
        let is_dropped = clocks.dropped.iter().any(|dropped| dropped.id == control.id);
        let stale = control.stale_from.filter(|from| *from <= instant);
        let Some(stale) = stale.filter(|_| !is_dropped) else {
            continue;
        };
        let id = &control.id;
        worries.push(ReasonKind::ControlStale.says(Advised::new(
            format!("control {id} had to be verified again {}", dates::by(stale)),
            format!(
                ": run `{}`",
                shell::command("exledger review", &[record.as_str(), "--control", id])
            ),
        )));
        if control.discounted {
            worries.push(ReasonKind::VerifiedByAuthor.says(format!(
                "the verification of control {id} does not count: someone who could approve this, and did not write it, must push or merge one, on a later date"
            )));
        }
    }
    for dropped in &clocks.dropped {
        let now = dropped.landed.map_or("gone", Vocabulary::as_str);
        worries.push(ReasonKind::ControlDropped.says(Advised::new(
            format!("control {} was dropped since the approval (now {now})", dropped.id),
            ": restore it, or have the change approved",
        )));
    }
    if clocks.bare {
        worries.push(ReasonKind::NoControlLeft.says(Advised::new(
            "no compensating control is left, but the tier requires one",
            ": add one, and have that approved",
        )));
    }
    for fired in &clocks.fired {
        if clocks.waits(fired, instant) {
            worries.push(ReasonKind::TriggerWaits.says(Advised::new(
                format!("trigger {} fired on {} and waits for a review", fired.trigger, fired.day),
                format!(": run `{}`", shell::command("exledger review", &[record.as_str()])),
            )));
        }
    }
    for (owner, state) in &clocks.ownerless {
        let how = match state {
            RosterState::Inactive => "is inactive in the roster",
            _ => "is not in the roster",
        };
        worries.push(ReasonKind::Ownerless.says(Advised::new(
            format!("ownerless: {owner} {how}"),
            format!("; run `{}`", shell::command("exledger transfer", &[record.as_str()])),
        )));
    }
    worries
}
