//! The redesigns that need attention: late, without effect, or not assessed; and who is told.
//!
//! Pure. Start at [`follow_ups`]. Follows `docs/spec/cli.md`, queue, and M89 of the mission.

use crate::diag::sorting::StableSort as _;
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::redesign::{Redesign, RedesignOutcome};
use crate::policy::settings::Recipient;
use crate::record::time::{Day, Instant};
use crate::survey::due::Timing;
use crate::survey::escalate::{self, AdviceContext};
use crate::survey::follow_up::{DueRedesign, FollowUp, FollowUpBucket, FollowUpSubject};
use crate::survey::redesign::doubt::is_within;
use crate::survey::redesign::step::next_step;
use crate::survey::redesign::{RedesignState, RedesignStatus, watched_until};

/// Returns what has to be done about redesigns, by bucket, the one that has waited longest first.
pub fn follow_ups(states: &[RedesignState], around: AdviceContext<'_>) -> Vec<FollowUp> {
    let mut due: Vec<FollowUp> =
        states.iter().filter_map(|state| follow_up(state, states, around)).collect();
    due.order_by_key(|item| (item.bucket, item.timing.at(), item.id().map(str::to_owned)));
    due
}

fn follow_up(
    state: &RedesignState,
    states: &[RedesignState],
    around: AdviceContext<'_>,
) -> Option<FollowUp> {
    let redesign = state.redesign.as_ref()?;
    let (bucket, since) = bucket(state, redesign, states, around.governance)?;
    let step = next_step(state, around.governance)?;
    let later = state.landed_after.iter().flat_map(|occurrence| &occurrence.ids);
    let records: BTreeSet<&String> = state.records.iter().chain(later).collect();
    Some(FollowUp {
        subject: FollowUpSubject::Redesign(DueRedesign {
            id: state.id.clone()?,
            redesign: Rc::clone(redesign),
            status: state.status,
            due: state.due,
            records: records.into_iter().cloned().collect(),
        }),
        bucket,
        timing: since.map_or(Timing::Undated, Timing::Since),
        action: step.action,
        command: step.command,
        waits_for: waits_for(redesign, bucket, around.governance),
        recipients: recipients(redesign, since, around),
    })
}

fn bucket(
    state: &RedesignState,
    redesign: &Redesign,
    states: &[RedesignState],
    governance: &Governance,
) -> Option<(FollowUpBucket, Option<Instant>)> {
    match state.status {
        RedesignStatus::Overdue => Some((FollowUpBucket::RedesignOverdue, state.due.map(Day::end))),
        RedesignStatus::Recurred => {
            let outcome = redesign.assessed.as_ref().map(|assessed| assessed.outcome);
            let is_over = outcome == Some(RedesignOutcome::Abandoned)
                || states.iter().any(|other| follows(other, state, redesign, governance));
            (!is_over).then(|| (FollowUpBucket::RedesignRecurred, recurred(state, redesign)))
        }
        RedesignStatus::Unassessed => {
            let patterns = &governance.policy.patterns;
            let end = state.done.map(|done| watched_until(redesign, done, patterns).end());
            Some((FollowUpBucket::RedesignUnassessed, end))
        }
        _ => None,
    }
}

fn recurred(state: &RedesignState, redesign: &Redesign) -> Option<Instant> {
    let mut landed: Vec<Instant> =
        state.landed_after.iter().map(|occurrence| occurrence.at).collect();
    landed.sort();
    let most = usize::try_from(redesign.at_most()).unwrap_or(usize::MAX);
    let assessed = redesign.assessed.as_ref();
    let assessed = assessed.filter(|assessment| assessment.outcome == RedesignOutcome::Recurred);
    let assessed = assessed.map(|assessment| assessment.date.start());
    landed.get(most).copied().into_iter().chain(assessed).min()
}

/// Tells whether another redesign takes the place of one that did not work: it is about the same pattern or a wider one,
/// and was not done before. If it is late, or isn't assessed in time, it needs attention itself.
fn follows(
    other: &RedesignState,
    state: &RedesignState,
    redesign: &Redesign,
    governance: &Governance,
) -> bool {
    use RedesignStatus::{Effective, Open, Overdue, Unassessed, Watching};
    let is_counted = matches!(other.status, Open | Overdue | Watching | Unassessed | Effective);
    let is_later = other.done.is_none() || other.done > state.done;
    let other_redesign = other.redesign.as_deref();
    other.id != state.id
        && is_counted
        && is_later
        && other_redesign
            .is_some_and(|other| is_within(&redesign.pattern, &other.pattern, governance))
}

/// Returns who can do it: the owner; an assessment is somebody else's.
fn waits_for(redesign: &Redesign, bucket: FollowUpBucket, governance: &Governance) -> Vec<Person> {
    if bucket == FollowUpBucket::RedesignUnassessed {
        return Vec::new();
    }
    let owner = &redesign.owner;
    let people = escalate::owning_people(owner, &Recipient::Owner, governance).into_iter();
    people.map(|person| named(person, redesign)).collect()
}

fn recipients(
    redesign: &Redesign,
    since: Option<Instant>,
    around: AdviceContext<'_>,
) -> Vec<(Person, BTreeSet<String>)> {
    let found = escalate::chain_recipients(since, around, &|recipient| {
        escalate::owning_people(&redesign.owner, recipient, around.governance)
    });
    let is_owner = |roles: &BTreeSet<String>| roles.contains(Recipient::Owner.as_str());
    let named = |(person, roles): (Person, BTreeSet<String>)| {
        if is_owner(&roles) { (named(person, redesign), roles) } else { (person, roles) }
    };
    found.into_iter().map(named).collect()
}

/// Returns the owner with the name that the redesign states, if no other name is known.
fn named(person: Person, redesign: &Redesign) -> Person {
    if person.name.is_empty() { person.called(&redesign.owner.name) } else { person }
}
