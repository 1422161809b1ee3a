//! Whom the escalation chain names for a due record: the owner, and others once it has waited long enough.
//!
//! Pure. Start at `escalation_recipients`. Follows M75 and M81 of the mission, and `docs/spec/policy.md` (escalate).

use crate::approval::next::steps::Merging;
use crate::approval::next::who::KnownIdentities;
use crate::diag::sorting::StableSort as _;
use crate::history::chain::RemoteBranch;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::policy::settings::{Escalation, Recipient};
use crate::record::address::Address;
use crate::record::time::{Instant, Term};
use crate::record::{Owner, Record};
use crate::status::state::{Pending, RecordState};
use crate::survey::due::{Bucket, DueRecord, Urgency};
use crate::survey::next_step::Asker;
use std::collections::BTreeSet;
use std::fmt;

/// The context besides the records.
#[derive(Clone, Copy, Debug)]
pub struct AdviceContext<'a> {
    /// The people and the escalation chain.
    pub governance: &'a Governance,
    pub known: &'a KnownIdentities,
    /// How long a request may wait for approval.
    pub request_sla: Term,
    /// The name of the ref on which records are approved, such as `origin/main`.
    pub base: &'a str,
    pub remote: Option<&'a str>,
    /// What this clone knows of the remote's branch of signed statements.
    pub statements: Option<&'a RemoteBranch>,
    pub instant: Instant,
    pub landed: &'a dyn LandedFacts,
    /// Who asks; `None` where the answer is for anybody.
    pub asker: Option<&'a Asker>,
}

/// What the commit in question holds besides the records, read when it is asked for.
pub trait LandedFacts {
    // Whether `lint` finds an error in the landed text of a record.
    fn refuses(&self, record_state: &RecordState) -> bool;
    // The same of the text that a branch proposes.
    fn refuses_on(&self, record_state: &RecordState, pending: &Pending) -> bool;
    // The command that puts back the approved text of a record, if the landed one changed what only a command may change.
    fn put_back(&self, record_state: &RecordState) -> Option<String>;
    fn merging(&self) -> Merging;
    // The name of the approved branch, if this clone's own lacks commits of the remote's, and a pull can bring them.
    fn behind(&self) -> Option<String>;
    // Whether the checkout has the landed file of a record, and not just an older text of it.
    fn is_here(&self, record_state: &RecordState) -> bool;
}

impl fmt::Debug for dyn LandedFacts + '_ {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("LandedFacts")
    }
}

pub(super) fn escalation_recipients(
    record_state: &RecordState,
    due: &DueRecord,
    record: &Record,
    around: AdviceContext<'_>,
) -> Vec<(Person, BTreeSet<String>)> {
    let mut found: Vec<(Person, BTreeSet<String>)> = Vec::new();
    if due.urgency != Urgency::Overdue {
        // Before the deadline only the owner is notified; about a request that still has time, nobody is.
        if due.bucket != Bucket::WaitingApproval {
            let owner = active_people(record_state, record, &Recipient::Owner, around.governance);
            let backup =
                || active_people(record_state, record, &Recipient::Backup, around.governance);
            if owner.is_empty() {
                notify(&mut found, backup(), "backup");
            } else {
                notify(&mut found, owner, "owner");
            }
        }
        return found;
    }
    let since = due.timing.since(around.instant);
    let since = match due.bucket {
        Bucket::WaitingApproval => since.map(|at| around.request_sla.after(at)),
        _ => since,
    };
    chain_recipients(since, around, &|recipient| {
        active_people(record_state, record, recipient, around.governance)
    })
}

/// Returns the people whom the chain names about something that has been overdue since an instant, each with their
/// roles; `people` returns the active people of a step.
pub(super) fn chain_recipients(
    since: Option<Instant>,
    around: AdviceContext<'_>,
    people: &dyn Fn(&Recipient) -> Vec<Person>,
) -> Vec<(Person, BTreeSet<String>)> {
    let mut found: Vec<(Person, BTreeSet<String>)> = Vec::new();
    // If a step has no active recipient, the next step is notified at once.
    let mut is_vacant = false;
    let mut chain: Vec<&Escalation> = around.governance.policy.escalate.iter().collect();
    chain.order_by_key(|step| step.after.seconds());
    for step in chain {
        let is_late = match since {
            Some(since) => step.after.after(since) <= around.instant,
            None => step.after.is_zero(),
        };
        if !is_late && !is_vacant {
            continue;
        }
        let people = people(&step.to);
        is_vacant = people.is_empty();
        notify(&mut found, people, step.to.as_str());
    }
    found
}

fn notify(found: &mut Vec<(Person, BTreeSet<String>)>, people: Vec<Person>, role: &str) {
    for person in people {
        match found.iter_mut().find(|(known, _)| known.key == person.key) {
            Some((_, roles)) => drop(roles.insert(role.to_owned())),
            None => found.push((person, BTreeSet::from([role.to_owned()]))),
        }
    }
}

/// Returns the active people of a recipient: without those who are inactive on the roster or listed as ownerless.
pub(super) fn active_people(
    record_state: &RecordState,
    record: &Record,
    recipient: &Recipient,
    governance: &Governance,
) -> Vec<Person> {
    let named = match recipient {
        Recipient::RiskOwner => {
            record.risk.owner.iter().map(|owner| identified(owner, governance)).collect()
        }
        _ => owning_people(&record.owner, recipient, governance),
    };
    let is_gone = |person: &Person| {
        let mut gone =
            record_state.ownerless.iter().map(|owner| people::key_of(governance, owner.as_str()));
        gone.any(|gone| gone == person.key)
    };
    named
        .into_iter()
        .filter(|it| !people::has_left(governance, &it.email) && !is_gone(it))
        .collect()
}

/// Returns the people of a recipient for something that has only an owner: without those who are inactive on the roster.
pub(super) fn owning_people(
    owner: &Owner,
    recipient: &Recipient,
    governance: &Governance,
) -> Vec<Person> {
    let named = match recipient {
        Recipient::Owner => vec![identified(&owner.email, governance)],
        Recipient::Backup => owner.backup.iter().map(|it| identified(it, governance)).collect(),
        Recipient::RiskOwner => Vec::new(),
        Recipient::Group(group) => people::members(governance, group),
    };
    named.into_iter().filter(|person| !people::has_left(governance, &person.email)).collect()
}

fn identified(address: &Address, governance: &Governance) -> Person {
    people::identify(governance, "", address.as_str())
}
