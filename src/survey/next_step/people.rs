//! Who can take a step: the owner, the possible approvers, the reviewers of a closure, and the recipients of the chain.
//!
//! Pure. Start at `AdviceCase::people`.

use super::{AdviceCase, By, known_content};
use crate::approval::next::who::Identities;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::policy::settings::Recipient;
use crate::status::state::RecordState;
use crate::survey::branch;
use crate::survey::due::DueRecord;
use crate::survey::escalate::{self, AdviceContext};
use std::collections::BTreeSet;

impl AdviceCase<'_> {
    pub(super) fn people(&self, by: By) -> Vec<Person> {
        let governance = self.around.governance;
        let named = match by {
            By::Approvers(missing, _) => missing.into_iter().flat_map(|it| it.who).collect(),
            By::Named(people) => people,
            By::Proposer(author) => author.into_iter().collect(),
            By::Control(place) => {
                let control =
                    self.record.and_then(|record| record.compensating_controls.get(place));
                let owner = control.map(|control| &control.owner);
                owner
                    .map(|owner| people::identify(governance, "", owner.as_str()))
                    .into_iter()
                    .collect()
            }
            By::Owner => self.accountable(),
            By::Successor => self.first_there(&[]),
            By::Reviewer => self.reviewers(),
            By::Anybody => Vec::new(),
        };
        self.called(named)
    }

    /// Returns the owner of the record; if its content can't be read, whoever landed it.
    fn accountable(&self) -> Vec<Person> {
        let landed = self.record_state.landed.as_ref();
        match self.record {
            Some(_) => self.first_there(&[Recipient::Owner]),
            None => landed.and_then(|landed| landed.by.clone()).into_iter().collect(),
        }
    }

    /// Returns the first recipients with an active person, then backup and risk owner.
    fn first_there(&self, first: &[Recipient]) -> Vec<Person> {
        let Some(record) = self.record else {
            return Vec::new();
        };
        let rest = [Recipient::Backup, Recipient::RiskOwner];
        let chain = self.around.governance.policy.escalate.iter();
        let mut recipients =
            first.iter().cloned().chain(rest).chain(chain.map(|step| step.to.clone()));
        let active_people =
            |to| escalate::active_people(self.record_state, record, &to, self.around.governance);
        recipients
            .find_map(|to| Some(active_people(to)).filter(|found| !found.is_empty()))
            .unwrap_or_default()
    }

    /// Returns the first active person named by the record who neither closed it nor landed the
    /// closure: risk owner, backup, owner.
    fn reviewers(&self) -> Vec<Person> {
        let Some(record) = self.record else {
            return Vec::new();
        };
        let governance = self.around.governance;
        let closer = record
            .closure
            .as_ref()
            .map(|closure| closure.by.as_str())
            .map(|by| people::identify(governance, "", by));
        let authors = self.record_state.approval.iter().flat_map(|approval| &approval.makers);
        let closers: Vec<&Person> = closer.iter().chain(authors).collect();
        let identities = Identities::from_governance(governance);
        let is_other = |person: &Person| {
            let relation = identities.relation(person, closers.iter().copied());
            relation.is_different()
        };
        let recipients = [Recipient::RiskOwner, Recipient::Backup, Recipient::Owner];
        let active_people =
            |to: &Recipient| escalate::active_people(self.record_state, record, to, governance);
        let mut found = recipients.iter().flat_map(active_people).filter(is_other);
        found.next().into_iter().collect()
    }

    // Returns who can't take a step that everybody else could: the authors of what is to be approved and those who approved it,
    // or who closed the record.
    pub(super) fn but(&self, by: &By) -> Vec<Person> {
        match by {
            By::Approvers(_, is_on_branch) => {
                let authors = self.authors(*is_on_branch).into_iter();
                self.called(authors.chain(self.counted(*is_on_branch)).collect())
            }
            By::Reviewer => {
                let closure = self.record.and_then(|record| record.closure.as_ref());
                let closer = closure
                    .map(|closure| closure.by.as_str())
                    .map(|by| people::identify(self.around.governance, "", by));
                self.called(closer.into_iter().collect())
            }
            _ => Vec::new(),
        }
    }

    /// Returns the people without duplicates, the owner under the name that the record gives.
    fn called(&self, people: Vec<Person>) -> Vec<Person> {
        let mut seen = BTreeSet::new();
        let owner = self.record.map(|record| &record.owner);
        let unique = people.into_iter().filter(|person| seen.insert(person.key.clone()));
        unique
            .map(|person| {
                let is_owner = |email: &str| self.key_of(email) == person.key;
                match owner.filter(|owner| is_owner(owner.email.as_str())) {
                    Some(owner) if person.name.is_empty() => person.called(&owner.name),
                    _ => person,
                }
            })
            .collect()
    }

    fn key_of(&self, email: &str) -> String {
        people::key_of(self.around.governance, email)
    }

    /// Returns whom the escalation chain has reached by now, except those who can take the step and the owner.
    pub(super) fn escalated(&self, due: &DueRecord, waits_for: &[Person]) -> Vec<Person> {
        let Some(record) = self.record else {
            return Vec::new();
        };
        let is_new = |person: &Person| waits_for.iter().all(|other| other.key != person.key);
        let reached = escalate::escalation_recipients(self.record_state, due, record, self.around)
            .into_iter();
        reached
            .filter(|(_, roles)| !roles.contains(Recipient::Owner.as_str()))
            .map(|(person, _)| person)
            .filter(is_new)
            .collect()
    }
}

/// Returns the people who asked for a record: its requester, and whoever filed it; without bots and agents.
pub fn requesters(
    record_state: &RecordState,
    filer: Option<&Person>,
    around: AdviceContext<'_>,
) -> Vec<Person> {
    let governance = around.governance;
    let identities = Identities::from_governance(governance);
    let record = known_content(record_state);
    let stated = record
        .and_then(|record| record.requester.as_ref())
        .map(|address| people::identify(governance, "", address.as_str()));
    let mut people: Vec<Person> = Vec::new();
    for person in stated.iter().chain(filer) {
        if person.is_resolved() && !identities.is_no_person(person) {
            branch::add(&mut people, person.clone());
        }
    }
    people
}
