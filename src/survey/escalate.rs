//! Who is notified of what is due: the owner, and those whom the escalation chain names after it has waited long
//! enough.
//!
//! Uses policy's people and chain, status, survey's buckets. Pure. Start at [`calls`]. Follows M75 and M81 of the
//! mission, and `docs/spec/policy.md` (escalate).

use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::people::{self, RosterState};
use crate::policy::settings::{Escalation, Recipient};
use crate::record::Record;
use crate::record::address::Address;
use crate::record::time::{Instant, Term};
use crate::status::state::RecordState;
use crate::survey::due::{Bucket, DueRecord, Urgency};
use std::collections::{BTreeMap, BTreeSet};

/// All that one person is told.
#[derive(Debug)]
pub struct Call<'a> {
    pub person: Person,
    /// Of which records, worst first, and as what.
    pub records: Vec<EscalatedTo<'a>>,
}

/// A record that somebody is told of.
#[derive(Clone, Debug)]
pub struct EscalatedTo<'a> {
    pub standing: &'a RecordState,
    pub due: &'a DueRecord,
    /// As what the person is told: `owner`, `backup`, `risk_owner` or a group.
    pub roles: BTreeSet<String>,
}

/// What is known beside the records.
#[derive(Clone, Copy, Debug)]
pub struct AdviceContext<'a> {
    /// Who is who, and the chain.
    pub governance: &'a Governance,
    /// How long a request may wait.
    pub request_sla: Term,
    /// What people call the ref on which records are approved, such as `origin/main`.
    pub base: &'a str,
    /// Writes a word as a shell takes it for one word: names of branches, files and controls are anybody's.
    pub word: fn(&str) -> String,
    pub instant: Instant,
}

/// Returns what each person is told, by address; each person once, and nothing of what is well.
///
/// `content` is what people are told of a record, where anything can be.
pub fn calls<'a>(
    records: &'a [(&'a RecordState, DueRecord)],
    content: &dyn Fn(&'a RecordState) -> Option<&'a Record>,
    around: AdviceContext<'_>,
) -> Vec<Call<'a>> {
    // Whom a record names by address alone, another one may name as its owner.
    let names: BTreeMap<&str, &str> = records
        .iter()
        .filter_map(|(standing, _)| content(standing))
        .map(|record| (record.owner.email.as_str(), record.owner.name.as_str()))
        .collect();
    let mut by_key: BTreeMap<String, Call<'a>> = BTreeMap::new();
    for (standing, due) in records {
        let Some(record) = content(standing) else {
            continue;
        };
        for (person, roles) in summoned(standing, due, record, around) {
            let name = names.get(person.email.as_str());
            let person = match name.filter(|_| person.name.is_empty()) {
                Some(name) => person.called(name),
                None => person,
            };
            let call = by_key
                .entry(person.key.clone())
                .or_insert_with(|| Call { person, records: Vec::new() });
            call.records.push(EscalatedTo { standing, due, roles });
        }
    }
    let mut calls: Vec<Call<'a>> = by_key.into_values().collect();
    for call in &mut calls {
        call.records.sort_by_key(|told| (told.due.order(), told.standing.key.clone()));
    }
    calls
}

/// Returns who is told of a record, each person with the roles in which that is.
pub(super) fn summoned(
    standing: &RecordState,
    due: &DueRecord,
    record: &Record,
    around: AdviceContext<'_>,
) -> Vec<(Person, BTreeSet<String>)> {
    let mut found: Vec<(Person, BTreeSet<String>)> = Vec::new();
    let mut tell = |people: Vec<Person>, role: &str| {
        for person in people {
            match found.iter_mut().find(|(known, _)| known.key == person.key) {
                Some((_, roles)) => drop(roles.insert(role.to_owned())),
                None => found.push((person, BTreeSet::from([role.to_owned()]))),
            }
        }
    };
    if due.urgency != Urgency::Overdue {
        // What has a deadline is its owner's; a request that still has time is nobody's.
        if due.bucket != Bucket::WaitingApproval {
            let owner = there(standing, record, &Recipient::Owner, around.governance);
            let backup = || there(standing, record, &Recipient::Backup, around.governance);
            if owner.is_empty() { tell(backup(), "backup") } else { tell(owner, "owner") }
        }
        return found;
    }
    let since = due.timing.since(around.instant);
    let since = match due.bucket {
        Bucket::WaitingApproval => since.map(|at| around.request_sla.after(at)),
        _ => since,
    };
    // Where nobody is there to be told, the next one is told at once.
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
        let people = there(standing, record, &step.to, around.governance);
        is_vacant = people.is_empty();
        tell(people, step.to.word());
    }
    found
}

/// Returns the people of a recipient who are there: not those whom the roster does not know as active.
pub(super) fn there(
    standing: &RecordState,
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
    let is_there = |person: &Person| {
        let mut gone =
            standing.ownerless.iter().map(|owner| people::key_of(governance, owner.as_str()));
        let state = Address::new(&person.email).map(|it| people::roster_state(governance, &it));
        state != Some(RosterState::Inactive) && !gone.any(|gone| gone == person.key)
    };
    named.into_iter().filter(is_there).collect()
}
