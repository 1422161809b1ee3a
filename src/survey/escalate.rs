//! Whom the escalation chain names for a due record: the owner, and others once it has waited long enough.
//!
//! Uses policy's people and chain, status, survey's buckets. Pure. Start at `escalation_recipients`. Follows M75 and M81 of
//! the mission, and `docs/spec/policy.md` (escalate).

use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::people::{self, RosterState};
use crate::policy::settings::{Escalation, Recipient};
use crate::record::Record;
use crate::record::address::Address;
use crate::record::time::{Instant, Term};
use crate::status::state::RecordState;
use crate::survey::due::{Bucket, DueRecord, Urgency};
use std::collections::BTreeSet;

/// The context besides the records.
#[derive(Clone, Copy, Debug)]
pub struct AdviceContext<'a> {
    /// The people and the escalation chain.
    pub governance: &'a Governance,
    /// How long a request may wait for approval.
    pub request_sla: Term,
    /// The name of the ref on which records are approved, such as `origin/main`.
    pub base: &'a str,
    /// Quotes an argument for the shell: anybody can choose the names of branches, files and controls.
    pub quote: fn(&str) -> String,
    pub instant: Instant,
}

/// Returns the people to notify about a record, each with their roles.
pub(super) fn escalation_recipients(
    record_state: &RecordState,
    due: &DueRecord,
    record: &Record,
    around: AdviceContext<'_>,
) -> Vec<(Person, BTreeSet<String>)> {
    let mut found: Vec<(Person, BTreeSet<String>)> = Vec::new();
    let mut notify = |people: Vec<Person>, role: &str| {
        for person in people {
            match found.iter_mut().find(|(known, _)| known.key == person.key) {
                Some((_, roles)) => drop(roles.insert(role.to_owned())),
                None => found.push((person, BTreeSet::from([role.to_owned()]))),
            }
        }
    };
    if due.urgency != Urgency::Overdue {
        // Before the deadline only the owner is notified; about a request that still has time, nobody is.
        if due.bucket != Bucket::WaitingApproval {
            let owner = active_people(record_state, record, &Recipient::Owner, around.governance);
            let backup =
                || active_people(record_state, record, &Recipient::Backup, around.governance);
            if owner.is_empty() { notify(backup(), "backup") } else { notify(owner, "owner") }
        }
        return found;
    }
    let since = due.timing.since(around.instant);
    let since = match due.bucket {
        Bucket::WaitingApproval => since.map(|at| around.request_sla.after(at)),
        _ => since,
    };
    // If a step has no active recipient, the next step is notified at once.
    let mut is_vacant = false;
    let mut chain: Vec<&Escalation> = around.governance.policy.escalate.iter().collect();
    chain.sort_by_key(|step| step.after.seconds());
    for step in chain {
        let is_late = match since {
            Some(since) => step.after.after(since) <= around.instant,
            None => step.after.is_zero(),
        };
        if !is_late && !is_vacant {
            continue;
        }
        let people = active_people(record_state, record, &step.to, around.governance);
        is_vacant = people.is_empty();
        notify(people, step.to.as_str());
    }
    found
}

/// Returns the active people of a recipient: without those who are inactive on the roster or listed as ownerless.
pub(super) fn active_people(
    record_state: &RecordState,
    record: &Record,
    recipient: &Recipient,
    governance: &Governance,
) -> Vec<Person> {
    let one = |address: &Address| people::identify(governance, "", address.as_str());
    let named = match recipient {
        Recipient::Owner => vec![one(&record.owner.email)],
        Recipient::Backup => record.owner.backup.iter().map(one).collect(),
        Recipient::RiskOwner => record.risk.owner.iter().map(one).collect(),
        Recipient::Group(group) => people::members(governance, group),
    };
    let is_active = |person: &Person| {
        let mut gone =
            record_state.ownerless.iter().map(|owner| people::key_of(governance, owner.as_str()));
        let state = Address::new(&person.email).map(|it| people::roster_state(governance, &it));
        state != Some(RosterState::Inactive) && !gone.any(|gone| gone == person.key)
    };
    named.into_iter().filter(is_active).collect()
}
