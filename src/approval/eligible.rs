//! Who could approve some content: people whom its requirement or the policy names, other than its authors.
//!
//! Uses policy's people, `approval`'s keys and identities. Pure. Start at [`Eligibility`]. Follows
//! `docs/spec/approval.md`, I8 and D4: bots, agents, and people who may be an author never count.

use crate::approval::ask::Identities;
use crate::approval::demand::combined_demand;
use crate::approval::listed::OnlyListed;
use crate::approval::signature;
use crate::approval::verdict::MissingApproval;
use crate::policy::demand::{Proof, SelfApproval};
use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::people::{self, RosterState};
use crate::record::Record;
use crate::record::address::Address;
use std::collections::BTreeMap;

/// Decides who could approve one content.
pub struct Eligibility<'g> {
    governance: &'g Governance,
    identities: Identities<'g>,
    authors: Vec<Person>,
    owners: Vec<Person>,
    listed: Option<OnlyListed>,
    /// The weakest level of proof that counts.
    proof: Proof,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignedObject {
    ApprovalFile,
    Commit,
}

impl<'g> Eligibility<'g> {
    /// `makers` are the known authors; the requesters of both contents join them (A5).
    pub fn new(
        governance: &'g Governance,
        own: &Record,
        approved: Option<&Record>,
        makers: &[Person],
    ) -> Eligibility<'g> {
        let requesters = [Some(own), approved]
            .into_iter()
            .flatten()
            .filter_map(|record| record.requester.as_ref())
            .map(|address| people::identify(governance, "", address.as_str()));
        let demand = combined_demand(governance, Some(own), approved);
        let owners = match governance.policy.approval.owner_may_approve {
            true => Vec::new(),
            false => demand.owners,
        };
        Eligibility {
            governance,
            identities: Identities::from_governance(governance),
            authors: makers.iter().cloned().chain(requesters).collect(),
            owners,
            listed: OnlyListed::for_record(governance, Some(own), approved),
            proof: demand.terms.proof,
        }
    }

    /// Tells whether an approval by a person could count in some way.
    pub fn may_approve(&self, person: &Person) -> bool {
        self.is_reachable(person)
            && self.identities.relation_of_signer(person, &self.authors).is_different()
            && self.identities.relation_of_signer(person, &self.owners).is_different()
    }

    /// Tells whether a claimed approval by a person could count: a merge, or a review.
    pub(crate) fn may_claim(&self, person: &Person) -> bool {
        self.is_reachable(person)
            && self.identities.relation(person, &self.authors).is_different()
            && self.identities.relation(person, &self.owners).is_different()
    }

    /// Tells whether a person can sign something so that it counts; with `self_approval: allow`, an author can, too.
    pub(crate) fn can_sign(&self, person: &Person, object: SignedObject) -> bool {
        let authors_may = self.governance.policy.approval.self_approval == SelfApproval::Allow;
        let may = self.may_approve(person) || authors_may && self.is_reachable(person);
        may && self.identities.lists_key_for(person, (namespace(object), self.proof))
    }

    /// Returns the people who are named as the ones whose approval is missing, and could give it.
    pub fn named(&self, missing: &[MissingApproval]) -> Vec<Person> {
        let named = missing.iter().flat_map(|missing| &missing.who);
        self.eligible(named.cloned())
    }

    pub(crate) fn is_for_listed(&self) -> bool {
        self.listed.is_some()
    }

    /// Returns everyone who could approve, of those whom groups, the signers file or `people.logins` name; where only
    /// listed people approve, of those.
    pub fn known(&self) -> Vec<Person> {
        if let Some(listed) = &self.listed {
            return self.eligible(self.identities.listed(listed).into_iter());
        }
        let policy = &self.governance.policy;
        let members = policy.groups.values().flatten().map(Address::as_str);
        let logins = policy.people.logins.values().map(Address::as_str);
        let named = members.chain(logins).map(|it| people::identify(self.governance, "", it));
        let signers = self.identities.signers();
        self.eligible(named.chain(signers))
    }

    /// Returns those of the missing approvals' candidates who could approve, or everyone known if anyone may.
    pub fn candidates(&self, missing: &[MissingApproval]) -> Vec<Person> {
        let named = self.named(missing);
        let is_open = missing.iter().any(|missing| missing.is_for_anyone);
        if named.is_empty() && is_open { self.known() } else { named }
    }

    pub(crate) fn signers(&self, object: SignedObject) -> Vec<Person> {
        let signers = self.identities.signers().into_iter();
        let mut signers: Vec<Person> =
            signers.filter(|person| self.can_sign(person, object)).collect();
        signers.sort_by(|one, other| one.key.cmp(&other.key));
        signers.dedup_by(|one, other| one.key == other.key);
        signers
    }

    /// Tells whether a key is listed for a pattern of addresses, so that not everyone who can sign is known.
    pub(crate) fn has_unnamed_signers(&self, object: SignedObject) -> bool {
        self.identities.has_pattern_key(namespace(object))
    }

    /// Returns the people whose approval does not count, each once: authors, requesters, barred owners.
    pub(crate) fn barred(&self) -> Vec<Person> {
        let mut barred: Vec<Person> = Vec::new();
        for person in self.authors.iter().chain(&self.owners) {
            if !barred.iter().any(|known| known.key == person.key) {
                barred.push(person.clone());
            }
        }
        barred
    }

    /// Returns the authors who are known only as an account of a forge, each with the line to add to the policy.
    pub(crate) fn unknown_authors(&self) -> Vec<&Person> {
        let is_unknown =
            |author: &&Person| author.unmapped().is_some() && !self.identities.is_no_person(author);
        self.authors.iter().filter(is_unknown).collect()
    }

    fn eligible(&self, persons: impl Iterator<Item = Person>) -> Vec<Person> {
        let mut by_key: BTreeMap<String, Person> = BTreeMap::new();
        for person in persons.filter(|person| self.may_approve(person)) {
            by_key.entry(person.key.clone()).or_insert(person);
        }
        by_key.into_values().collect()
    }

    fn is_reachable(&self, person: &Person) -> bool {
        let address = Address::new(&person.email);
        let state = address.map(|it| people::roster_state(self.governance, &it));
        person.is_resolved()
            && state != Some(RosterState::Inactive)
            && !self.identities.is_no_person(person)
            && self.listed.as_ref().is_none_or(|it| self.identities.is_listed(it, person))
    }
}

fn namespace(object: SignedObject) -> &'static str {
    match object {
        SignedObject::ApprovalFile => signature::APPROVAL,
        SignedObject::Commit => signature::GIT,
    }
}
