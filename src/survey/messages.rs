//! Who gets a message about which records: the escalation chain, those who can approve, and those who asked.
//!
//! Pure. Start at [`messages`]. Follows `docs/spec/cli.md`, queue, and M75 of the mission.

use crate::diag::shell;
use crate::diag::sorting::StableSort as _;
use std::collections::{BTreeMap, BTreeSet};

use crate::policy::people::person::Person;
use crate::record::Record;
use crate::status::reason;
use crate::status::state::{InForce, RecordState};
use crate::survey::decided::{DecisionKind, RecordDecision};
use crate::survey::due::{Bucket, DueRecord, Timing, Urgency};
use crate::survey::escalate::{self, AdviceContext};
use crate::survey::follow_up::{FollowUp, FollowUpBucket};
use crate::survey::next_step::{self, Asker, approval};
use crate::survey::queue::QueueItem;

/// Everything that one person gets a message about.
#[derive(Debug)]
pub struct PersonMessage<'a> {
    pub person: Person,
    /// What is due, most urgent first, then what needs attention and is not a record, then what was decided.
    pub items: Vec<MessageItem<'a>>,
}

/// What an item of a message is about.
#[derive(Clone, Copy, Debug)]
pub enum ItemSubject<'a> {
    Record(&'a RecordState),
    FollowUp(&'a FollowUp),
}

impl<'a> ItemSubject<'a> {
    /// Returns the id; `None` for a group, which has none.
    pub fn id(self) -> Option<&'a str> {
        match self {
            ItemSubject::Record(record_state) => Some(record_state.id()),
            ItemSubject::FollowUp(follow_up) => follow_up.id(),
        }
    }
}

/// A record, or something else that needs attention, in a message.
#[derive(Clone, Debug)]
pub struct MessageItem<'a> {
    pub subject: ItemSubject<'a>,
    /// Why it is in the message.
    pub topic: MessageTopic,
    pub timing: Timing,
    /// The person's roles: `approver`, `requester`, `owner`, `backup`, `risk_owner` or a group.
    pub roles: BTreeSet<String>,
    /// What to do, or what to know: a lower-case sentence without a full stop.
    pub action: String,
    pub command: String,
    /// The branch that the record is on; `None` if it has landed.
    pub branch: Option<String>,
}

/// Why a record is in a message to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageTopic {
    /// It is due, and the person can do something about it.
    Due(DueRecord),
    /// The person can approve it.
    Approve(DueRecord),
    /// It waits for an approval that the person can't give.
    Waits(DueRecord),
    /// It is not a record, and needs attention.
    FollowUp(FollowUpBucket),
    /// It was decided.
    Decided(DecisionKind),
}

impl MessageTopic {
    /// Returns the name of the bucket in answers.
    pub fn bucket(&self) -> &'static str {
        match self {
            MessageTopic::Due(due) | MessageTopic::Approve(due) | MessageTopic::Waits(due) => {
                due.bucket.as_str()
            }
            MessageTopic::FollowUp(bucket) => bucket.as_str(),
            MessageTopic::Decided(_) => "decided",
        }
    }

    /// Returns why a record is due; `None` if it was decided, and for what is not a record.
    pub fn due(&self) -> Option<&DueRecord> {
        match self {
            MessageTopic::Due(due) | MessageTopic::Approve(due) | MessageTopic::Waits(due) => {
                Some(due)
            }
            MessageTopic::FollowUp(_) | MessageTopic::Decided(_) => None,
        }
    }
}

/// What messages are about.
pub struct MessageSubjects<'a, 's> {
    /// The records that need attention; those that nothing is due about are in no message.
    pub items: &'s [QueueItem<'a>],
    /// What else needs attention.
    pub follow_ups: &'a [FollowUp],
    pub decided: &'s [RecordDecision<'a>],
    /// Returns who filed a record, if git names them.
    pub filer: &'s dyn Fn(&RecordState) -> Option<Person>,
}

/// Returns the messages by address, one per person; healthy records are left out.
pub fn messages<'a>(
    subjects: &MessageSubjects<'a, '_>,
    around: AdviceContext<'_>,
) -> Vec<PersonMessage<'a>> {
    let mut post = Post { by_key: BTreeMap::new(), names: names(subjects) };
    for item in subjects.items {
        if let (Some(due), Some(record)) = (&item.due, item.record_state.known_content()) {
            post.due(item.record_state, due, record, subjects, around);
        }
    }
    for follow_up in subjects.follow_ups {
        post.follow_up(follow_up);
    }
    for decision in subjects.decided {
        post.decided(decision, subjects, around);
    }
    let mut messages: Vec<PersonMessage<'a>> = post.by_key.into_values().collect();
    for message in &mut messages {
        message.items.order_by_key(order);
    }
    messages
}

fn order(item: &MessageItem<'_>) -> impl Ord + use<> {
    let place = match item.topic {
        MessageTopic::Due(_) | MessageTopic::Approve(_) | MessageTopic::Waits(_) => 0,
        MessageTopic::FollowUp(_) => 1,
        MessageTopic::Decided(_) => 2,
    };
    let key = match item.subject {
        ItemSubject::Record(record_state) => record_state.key.clone(),
        ItemSubject::FollowUp(follow_up) => follow_up.title().to_owned(),
    };
    (place, item.topic.due().map(DueRecord::order), item.timing.at(), key)
}

/// Returns the names of owners by address: another record may name the same person by address alone.
fn names<'a>(subjects: &MessageSubjects<'a, '_>) -> BTreeMap<&'a str, &'a str> {
    let due = subjects.items.iter().map(|item| item.record_state);
    let decided = subjects.decided.iter().map(|decision| decision.record_state);
    due.chain(decided)
        .filter_map(RecordState::known_content)
        .map(|record| (record.owner.email.as_str(), record.owner.name.as_str()))
        .collect()
}

struct Post<'a> {
    by_key: BTreeMap<String, PersonMessage<'a>>,
    names: BTreeMap<&'a str, &'a str>,
}

impl<'a> Post<'a> {
    fn due(
        &mut self,
        record_state: &'a RecordState,
        due: &DueRecord,
        record: &Record,
        subjects: &MessageSubjects<'a, '_>,
        around: AdviceContext<'_>,
    ) {
        let step = approval::awaited_approval(record_state, due, around);
        let mut recipients: Vec<(Person, BTreeSet<String>)> =
            escalate::escalation_recipients(record_state, due, record, around);
        // The record's own step may be another one than the approval that it also waits for.
        let is_step = step.as_ref().is_some_and(|step| step.due.bucket == due.bucket);
        if let Some(step) = &step {
            if is_step && due.urgency == Urgency::Overdue {
                let filer = (subjects.filer)(record_state);
                for person in next_step::people::requesters(record_state, filer.as_ref(), around) {
                    add(&mut recipients, person, "requester");
                }
            }
            for person in &step.approvers {
                add(&mut recipients, person.clone(), "approver");
            }
        }
        let next = next_step::next(record_state, record_state.id(), Some(due), around);
        for (person, roles) in recipients {
            let is_approver = roles.contains("approver");
            let others: BTreeSet<String> =
                roles.iter().filter(|role| *role != "approver").cloned().collect();
            let item =
                |topic, timing, roles, action: &str, command: Option<&str>, branch| MessageItem {
                    subject: ItemSubject::Record(record_state),
                    topic,
                    timing,
                    roles,
                    action: action.to_owned(),
                    command: command.unwrap_or_default().to_owned(),
                    branch,
                };
            let branch = step.as_ref().and_then(|step| step.branch.clone());
            if is_approver && let Some(step) = step.as_ref() {
                let roles = if is_step { roles.clone() } else { approver() };
                let (due, at) = (step.due.clone(), step.due.timing);
                let topic = MessageTopic::Approve(due.clone());
                let asker = Asker { person: Some(person.clone()), ..Asker::default() };
                let around = AdviceContext { asker: Some(&asker), ..around };
                let own = next_step::next(record_state, record_state.id(), Some(&due), around);
                let command = own.command.as_deref();
                let approve = item(topic, at, roles, &own.action, command, branch.clone());
                self.send(&person, approve);
            }
            if others.is_empty() || is_approver && is_step {
                continue;
            }
            let timing = due.timing;
            self.send(
                &person,
                match step.as_ref().filter(|_| is_step) {
                    Some(step) => item(
                        MessageTopic::Waits(due.clone()),
                        timing,
                        others,
                        &step.wait,
                        Some(&step.look),
                        branch,
                    ),
                    None => item(
                        MessageTopic::Due(due.clone()),
                        timing,
                        others,
                        &next.action,
                        next.command.as_deref(),
                        own_branch(record_state, due),
                    ),
                },
            );
        }
    }

    fn follow_up(&mut self, follow_up: &'a FollowUp) {
        for (person, roles) in &follow_up.recipients {
            let item = MessageItem {
                subject: ItemSubject::FollowUp(follow_up),
                topic: MessageTopic::FollowUp(follow_up.bucket),
                timing: follow_up.timing,
                roles: roles.clone(),
                action: follow_up.action.clone(),
                command: follow_up.command.clone(),
                branch: None,
            };
            self.send(person, item);
        }
    }

    fn decided(
        &mut self,
        decision: &RecordDecision<'a>,
        subjects: &MessageSubjects<'a, '_>,
        around: AdviceContext<'_>,
    ) {
        let record_state = decision.record_state;
        let filer = (subjects.filer)(record_state);
        for person in next_step::people::requesters(record_state, filer.as_ref(), around) {
            // Nobody needs a message about their own decision.
            if decision.by.iter().any(|by| by.key == person.key) {
                continue;
            }
            let item = MessageItem {
                subject: ItemSubject::Record(record_state),
                topic: MessageTopic::Decided(decision.kind),
                timing: Timing::Since(decision.at),
                roles: BTreeSet::from(["requester".to_owned()]),
                action: decided(decision),
                command: shell::command("exledger show", &[record_state.id()]),
                branch: None,
            };
            self.send(&person, item);
        }
    }

    fn send(&mut self, person: &Person, item: MessageItem<'a>) {
        let name = self.names.get(person.email.as_str());
        let person = match name.filter(|_| person.name.is_empty()) {
            Some(name) => person.called(name),
            None => person.clone(),
        };
        let message = self
            .by_key
            .entry(person.key.clone())
            .or_insert_with(|| PersonMessage { person, items: Vec::new() });
        message.items.push(item);
    }
}

fn approver() -> BTreeSet<String> {
    BTreeSet::from(["approver".to_owned()])
}

fn add(recipients: &mut Vec<(Person, BTreeSet<String>)>, person: Person, role: &str) {
    match recipients.iter_mut().find(|(known, _)| known.key == person.key) {
        Some((_, roles)) => drop(roles.insert(role.to_owned())),
        None => recipients.push((person, BTreeSet::from([role.to_owned()]))),
    }
}

fn own_branch(record_state: &RecordState, due: &DueRecord) -> Option<String> {
    let is_proposed = record_state.landed.is_none() && due.bucket != Bucket::OverdueClosure;
    let pending = if is_proposed { record_state.pending.first() } else { None };
    pending.and_then(|pending| pending.branch.clone())
}

fn decided(decision: &RecordDecision<'_>) -> String {
    let names: Vec<&str> = decision.by.iter().map(|person| person.email.as_str()).collect();
    let by = if names.is_empty() { String::new() } else { format!(" by {}", names.join(" and ")) };
    let line = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let why = decision
        .reason
        .as_ref()
        .map(line)
        .filter(|text| !text.is_empty())
        .map_or_else(String::new, |why| format!(": {why}"));
    match decision.kind {
        DecisionKind::Approved => {
            let state = reason::first(&decision.record_state.reasons);
            format!("approved{by}: {state}")
        }
        DecisionKind::Vetoed => {
            let then = match decision.record_state.in_force {
                InForce::Yes => "what was approved before stays in force",
                _ => "it grants nothing until the text changes, or they approve it",
            };
            format!("vetoed{by}{why}; {then}")
        }
        DecisionKind::Rejected => format!("rejected{by}{why}"),
        DecisionKind::Revoked => format!("revoked{by}{why}; it grants nothing any more"),
    }
}
