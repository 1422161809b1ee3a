//! Decides whether an application may be deployed: its open automation exceptions need a rollback and approval, and none
//! of its causes may be frozen without a redesign.
//!
//! Pure. Start at [`answer`]. Follows `docs/spec/cli.md`, check, `--deploy`.

use crate::approval::verdict::Satisfied;
use crate::gate::answer::{Gap, GateAnswer, GateVerdict, Question};
use crate::gate::facts::{CoverEnd, Facts, cover_end};
use crate::gate::receipt::WaitingRequest;
use crate::gate::verdict::candidate::{self, Candidate, Fits, name};
use crate::policy::governance::{Governance, NO_POLICY, State};
use crate::record::Record;
use crate::record::folded::{folded, is_same};
use crate::record::subject::Subject;
use crate::record::vocabulary::{FixTarget, IdentityType};
use crate::status::reason;
use crate::status::state::{InForce, RecordState, Status};
use std::collections::{BTreeMap, BTreeSet};

/// A frozen pattern without a redesign in time.
///
/// Which patterns are frozen is decided elsewhere, from all records together, and passed on as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrozenPattern {
    /// What its records have in common, in words.
    pub title: String,
    /// The systems concerned, folded.
    systems: BTreeSet<String>,
}

impl FrozenPattern {
    /// Returns a pattern that concerns some systems, by any of their names.
    pub fn new<'n>(title: String, systems: impl Iterator<Item = &'n str>) -> FrozenPattern {
        FrozenPattern { title, systems: systems.map(|name| folded(name).into_owned()).collect() }
    }

    /// Tells whether it concerns an application; another spelling makes no other application.
    pub fn concerns(&self, application: &str) -> bool {
        self.systems.contains(folded(application).as_ref())
    }
}

/// Answers whether an application may be deployed: each of its open automation exceptions must have its safeguards, and
/// no frozen pattern without a redesign in time may concern it. `incomplete` says why other records may be unknown.
pub fn answer(
    question: &Question,
    record_states: &[&RecordState],
    frozen: &[FrozenPattern],
    (governance, incomplete): (&Governance, Option<String>),
    facts: &dyn Facts,
) -> GateAnswer {
    if governance.state == State::Absent {
        return candidate::answer(GateVerdict::Unknown, NO_POLICY.to_owned(), None, &[]);
    }
    let Some(application) = question.application.as_deref() else {
        let reason = "no application is named".to_owned();
        return candidate::answer(GateVerdict::Unknown, reason, None, &[]);
    };
    let mut lacking: BTreeMap<String, Candidate> = BTreeMap::new();
    for record_state in record_states {
        let is_landed = record_state.landed.is_some();
        let is_over = matches!(
            record_state.status,
            Status::Removed | Status::Closed | Status::Rejected | Status::Proposed
        );
        if is_over || !is_landed {
            continue;
        }
        if let Some(candidate) = safeguards(application, record_state, facts) {
            lacking.insert(candidate.id.clone(), candidate);
        }
    }
    let candidates: Vec<Candidate> = lacking.into_values().collect();
    let first = |fits: Fits| candidates.iter().find(|candidate| candidate.fits == fits);
    let named = |candidate: &Candidate| {
        let why = candidate.why_not.as_deref().unwrap_or("it can't be determined");
        format!("{}: {why}", candidate.id)
    };
    if let Some(found) = first(Fits::NotInForce).or_else(|| first(Fits::Ended)) {
        return candidate::answer(GateVerdict::Deny, named(found), Some(found), &candidates);
    }
    if let Some(pattern) = frozen.iter().find(|pattern| pattern.concerns(application)) {
        let reason = format!("{} is frozen and has no redesign in time", pattern.title);
        return candidate::answer(GateVerdict::Deny, reason, None, &candidates);
    }
    if let Some(found) = first(Fits::Undetermined) {
        return candidate::answer(GateVerdict::Unknown, named(found), Some(found), &candidates);
    }
    if let Some(why) = incomplete {
        let reason = format!("which other records concern it: {why}");
        return candidate::answer(GateVerdict::Unknown, reason, None, &candidates);
    }
    let reason = format!("nothing blocks a deployment of {application}");
    candidate::answer(GateVerdict::Allow, reason, None, &candidates)
}

/// Returns the requests for an application, in any spelling, that wait on branches.
pub fn waiting(application: &str, record_states: &[RecordState]) -> Vec<WaitingRequest> {
    let is_of_it = |state: &&RecordState| {
        let stated = state.stated.as_ref();
        state.status == Status::Proposed
            && stated.is_some_and(|record| concerns(&record.subject, application))
    };
    let request = |state: &RecordState| WaitingRequest {
        id: name(state),
        branch: state.pending.iter().find_map(|pending| pending.branch.clone()),
    };
    record_states.iter().filter(is_of_it).map(request).collect()
}

fn automates(version: &Record, application: &str) -> bool {
    let subject = &version.subject;
    let is_fixed_there =
        version.fix.as_ref().is_some_and(|fix| fix.target == FixTarget::Automation);
    let is_machine =
        subject.identity.is_some() && subject.identity_type != Some(IdentityType::Human);
    concerns(subject, application) && (is_fixed_there || is_machine)
}

/// Returns the content of a record in force whose tests a deployment of an application asks: a trigger that nobody approved away
/// still ends it.
pub fn tested<'r>(application: &str, record_state: &'r RecordState) -> Option<&'r Record> {
    let is_of_it = || versions(record_state).any(|version| concerns(&version.subject, application));
    let is_in_force = record_state.in_force == InForce::Yes;
    record_state.effective.as_deref().filter(|_| is_in_force && is_of_it())
}

// Returns the versions of a record that count: what nobody approved takes no record out.
fn versions(record_state: &RecordState) -> impl Iterator<Item = &Record> {
    let stated = record_state.stated.as_deref().or(record_state.last_read.as_deref());
    let granted = [record_state.effective.as_deref(), record_state.as_approved.as_deref()];
    stated.into_iter().chain(granted.into_iter().flatten())
}

/// Returns an open record of the application that lacks a safeguard, or that a test ends; `None` for any other.
fn safeguards<'a>(
    application: &str,
    record_state: &'a RecordState,
    facts: &dyn Facts,
) -> Option<Candidate<'a>> {
    let candidate = |fits, why: String| Candidate {
        record_state,
        id: name(record_state),
        why_not: Some(why),
        fits,
        gap: Gap::None,
        shared: None,
        uncounted: None,
        content: None,
    };
    // A record that can't be read now is judged by the last readable version.
    let Some(record) = record_state.stated.as_deref().or(record_state.last_read.as_deref()) else {
        let why = reason::causes(&record_state.reasons);
        return Some(match record_state.in_force {
            InForce::Undetermined => candidate(Fits::Undetermined, why),
            _ => candidate(Fits::Unreadable, why),
        });
    };
    let ended = || match cover_end(&Question::default(), tested(application, record_state)?, facts)?
    {
        CoverEnd::Met(why) => Some(candidate(Fits::Ended, why)),
        CoverEnd::Unknown(why) => Some(candidate(Fits::Undetermined, why)),
    };
    let mut versions = versions(record_state);
    if !versions.any(|version| automates(version, application)) {
        return ended();
    }
    if record_state.stated.is_none() {
        return Some(candidate(Fits::NotInForce, reason::causes(&record_state.reasons)));
    }
    if record.rollback.is_none() {
        let why = "has no rollback plan and criteria".to_owned();
        return Some(candidate(Fits::NotInForce, why));
    }
    match record_state.approval.as_ref().map(|verdict| &verdict.satisfied) {
        Some(Satisfied::Yes) if record_state.in_force == InForce::Undetermined => {
            Some(candidate(Fits::Undetermined, reason::causes(&record_state.reasons)))
        }
        Some(Satisfied::Yes) => ended(),
        Some(Satisfied::Undetermined(doubt)) => {
            Some(candidate(Fits::Undetermined, format!("could not determine: {doubt}")))
        }
        _ => Some(candidate(
            Fits::NotInForce,
            format!("is not approved: {}", reason::causes(&record_state.reasons)),
        )),
    }
}

/// Tells whether a record's subject is an application, under a former name too and in any spelling.
fn concerns(subject: &Subject, application: &str) -> bool {
    let mut names = subject.application.iter().chain(subject.aliases.iter().flatten());
    names.any(|name| is_same(name, application))
}
