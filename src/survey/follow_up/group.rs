//! A frozen group that needs a redesign: since when, what to do about it, and who is told.
//!
//! Pure. Start at [`follow_up`]. Follows `docs/spec/cli.md`, queue, and M54 of the mission.

use std::collections::BTreeSet;

use crate::approval::next::text;
use crate::diag::shell;
use crate::policy::people::person::Person;
use crate::policy::people::{self, RosterState};
use crate::policy::settings::{NotifyTarget, Recipient};
use crate::record::Record;
use crate::record::address::Address;
use crate::record::time::{Day, Instant};
use crate::survey::due::Timing;
use crate::survey::escalate::AdviceContext;
use crate::survey::follow_up::{FollowUp, FollowUpBucket, FollowUpSubject, FrozenGroup};
use crate::survey::patterns::CausePattern;
use crate::survey::patterns::linked::LinkedRedesign;
use crate::survey::redesign::RedesignStatus;
use crate::survey::redesign::step::new_command;

/// Returns what has to be done about a frozen group; `None` if a redesign is in time.
pub fn follow_up(pattern: &CausePattern<'_>, around: AdviceContext<'_>) -> Option<FollowUp> {
    if !pattern.lacks_redesign() {
        return None;
    }
    let responsible = with_roles(responsible(pattern, around).into_iter());
    let approvers =
        pattern.redesign.as_ref().map(|redesign| redesign.approvers.as_slice()).unwrap_or_default();
    let approvers = approvers.iter().map(|person| (person.clone(), "approver".to_owned()));
    let waits_for: Vec<Person> = if approvers.len() > 0 {
        approvers.clone().map(|(person, _)| person).collect()
    } else {
        responsible.iter().map(|(person, _)| person.clone()).collect()
    };
    let notify = around.governance.policy.patterns.notify.iter();
    let others = notify.flat_map(|target| notified(target, around));
    let roles = responsible
        .into_iter()
        .flat_map(|(person, roles)| roles.into_iter().map(move |role| (person.clone(), role)));
    let (action, command) = step(pattern);
    let subject = FollowUpSubject::Group(FrozenGroup {
        key: pattern.key().map(|(name, value)| (name, value.map(str::to_owned))).collect(),
        title: pattern.describe(),
        count: pattern.occurrences.len(),
        ids: pattern.records.iter().map(|record| record.id.clone()).collect(),
        redesign: pattern.redesign.clone(),
    });
    Some(FollowUp {
        subject,
        bucket: FollowUpBucket::FrozenPattern,
        timing: since(pattern, around).map_or(Timing::Undated, Timing::Since),
        action: format!("{}; {action}", pattern.remedy),
        command,
        recipients: with_roles(roles.chain(approvers).chain(others)),
        waits_for,
    })
}

/// Returns since when a group has been frozen without a redesign: since it reached the threshold, or the end of the
/// redesign's last day.
fn since(pattern: &CausePattern<'_>, around: AdviceContext<'_>) -> Option<Instant> {
    let threshold = around.governance.policy.patterns.threshold;
    let last = usize::try_from(threshold).ok()?.checked_sub(1)?;
    let frozen = pattern.occurrences.get(last)?.at;
    let due = pattern.redesign.as_ref().and_then(|redesign| redesign.due);
    let end = due.map(Day::end).filter(|end| *end <= around.instant);
    Some(end.map_or(frozen, |end| end.max(frozen)))
}

fn step(pattern: &CausePattern<'_>) -> (String, String) {
    let words = pattern.key().filter_map(|(name, value)| Some((name, value?)));
    let another = new_command(words, None);
    let Some(LinkedRedesign { id, status, path, due, approvers, .. }) = &pattern.redesign else {
        return ("file a redesign with an owner and a date".to_owned(), another);
    };
    match (status, path, due) {
        (RedesignStatus::Unapproved, Some(path), _) => (
            format!("have the redesign {id} {}", text::by_other(approvers)),
            shell::command("exledger approve --governance", &[path]),
        ),
        (RedesignStatus::Overdue | RedesignStatus::Ticket, _, Some(due)) => (
            format!("the redesign {id} was due on {due}: give it a later date, or file another"),
            another,
        ),
        (RedesignStatus::Recurred, ..) => (
            format!("the redesign {id} did not work: file another, with an owner and a date"),
            another,
        ),
        _ => {
            let status = status.as_str();
            (
                format!("the redesign {id} is {status}: file another, with an owner and a date"),
                another,
            )
        }
    }
}

/// Returns the active owners of the records, each with their role; for one who left the backup, and if all of them left,
/// the groups of the escalation chain.
fn responsible(pattern: &CausePattern<'_>, around: AdviceContext<'_>) -> Vec<(Person, String)> {
    let owners = pattern.records.iter().filter_map(|record| owner(&record.record, around));
    let owners: Vec<(Person, String)> = owners.collect();
    if !owners.is_empty() {
        return owners;
    }
    let chain = around.governance.policy.escalate.iter();
    let groups = chain.filter_map(|step| match &step.to {
        Recipient::Group(group) => Some(NotifyTarget::Group(group.clone())),
        _ => None,
    });
    groups.flat_map(|group| notified(&group, around)).collect()
}

fn owner(record: &Record, around: AdviceContext<'_>) -> Option<(Person, String)> {
    let active = |address: &Address| {
        let state = people::roster_state(around.governance, address);
        let is_active = state != RosterState::Inactive;
        is_active.then(|| people::identify(around.governance, "", address.as_str()))
    };
    let owner = &record.owner;
    match active(&owner.email) {
        Some(person) => Some((person.called(&owner.name), "owner".to_owned())),
        None => Some((active(owner.backup.as_ref()?)?, "backup".to_owned())),
    }
}

/// Returns the people to notify with their role: the group, or `contact` for an address.
fn notified(target: &NotifyTarget, around: AdviceContext<'_>) -> Vec<(Person, String)> {
    let role = match target {
        NotifyTarget::Group(name) => name,
        NotifyTarget::Address(_) => "contact",
    };
    let people = people::notified(around.governance, [target]).into_iter();
    people.map(|person| (person, role.to_owned())).collect()
}

fn with_roles(named: impl Iterator<Item = (Person, String)>) -> Vec<(Person, BTreeSet<String>)> {
    let mut found: Vec<(Person, BTreeSet<String>)> = Vec::new();
    for (person, role) in named {
        match found.iter_mut().find(|(known, _)| known.key == person.key) {
            Some((_, roles)) => drop(roles.insert(role)),
            None => found.push((person, BTreeSet::from([role]))),
        }
    }
    found
}
