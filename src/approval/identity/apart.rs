//! Whether two people are known to be two.
//!
//! Uses policy's accounts, approval's relation. Pure. Start at [`IdentityResolver::relation`], which everything that compares people
//! asks. Follows `docs/spec/approval.md`, 1.7, known to be different.

use crate::approval::identity::IdentityResolver;
use crate::approval::identity::resolved::Identity;
use crate::approval::relation::{Other, Relation, UnknownAccount};
use crate::policy::people;
use crate::policy::people::account::Account;
use crate::policy::people::person::Person;
use crate::record::address;
use std::rc::Rc;

/// What tells somebody from others, beside their address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum SeparatedBy {
    /// Nothing else.
    #[default]
    Address,
    /// A signature by a key that the signers file lists for this very address.
    OwnKey,
    /// One answer of a forge that names whose accounts the addresses are.
    Answer(Rc<ForgeAnswer>),
}

/// What one answer of a forge says: whose accounts some addresses are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ForgeAnswer {
    /// The domain of the forge's private addresses, as [`Account::forge`] has it.
    pub forge: String,
    /// Addresses, each with its login.
    pub logins: Vec<(String, String)>,
}

/// What is known of somebody's forge accounts, and of whether they are told from others without.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accounts {
    /// Those of which the policy does not say whose they are, with the key of `people.logins` that would.
    pub unmapped: Vec<(Account, String)>,
    /// Those that the person's own addresses name, and those whose number the policy knows.
    known: Vec<Account>,
}

impl Accounts {
    /// Takes on what is known by another statement of the same person: one that tells who it is tells of all.
    pub(crate) fn join(&mut self, other: Accounts) {
        if self.unmapped.is_empty() || other.unmapped.is_empty() {
            self.unmapped.clear();
        } else {
            self.unmapped.extend(other.unmapped);
        }
        self.known.extend(other.known);
    }
}

/// Returns how two people stand to each other, by what is known of their accounts.
pub(crate) fn compare(
    (one, own): (&Identity, &Accounts),
    (other, others): (&Identity, &Accounts),
) -> Relation {
    if one.is(other) {
        return Relation::Same;
    }
    if one.is_namesake(other) {
        return Relation::Namesake;
    }
    let (account, of_other) = match (own.unmapped.first(), others.unmapped.first()) {
        (None, None) => return Relation::Different,
        (Some(account), None) => (account, Other::Address(&other.person.email)),
        (None, Some(account)) => (account, Other::Address(&one.person.email)),
        (Some(account), Some(of_other)) => (account, Other::Account(of_other)),
    };
    let two = |one: &Account| others.known.iter().any(|other| one.is_other_than(other));
    if own.known.iter().any(two) {
        Relation::Different
    } else {
        Relation::Unknown(UnknownAccount::new(account, of_other))
    }
}

impl IdentityResolver<'_> {
    /// Returns how somebody who speaks stands to another person.
    ///
    /// Two are known to be different where neither is only known as an account, where their accounts at one forge are
    /// known to be two, or where one is a bot that everybody knows or the policy always listed.
    pub(crate) fn relation(
        &self,
        one: &Identity,
        told_by: &SeparatedBy,
        other: &Identity,
    ) -> Relation {
        if !one.is(other) && !self.is_unmapped(one) && !self.is_unmapped(other) {
            return if one.is_namesake(other) { Relation::Namesake } else { Relation::Different };
        }
        let own = self.accounts(one, told_by);
        let others = self.accounts(other, &SeparatedBy::Address);
        let relation = compare((one, &own), (other, &others));
        let by_answer = match told_by {
            SeparatedBy::Answer(answer) => self.are_two(answer, (one, &own), (other, &others)),
            SeparatedBy::Address | SeparatedBy::OwnKey => false,
        };
        match relation {
            Relation::Unknown(_)
                if by_answer || self.is_told_as_bot(one) || self.is_told_as_bot(other) =>
            {
                Relation::Different
            }
            relation => relation,
        }
    }

    /// Tells whether somebody is only known as an account, by any address of theirs.
    fn is_unmapped(&self, party: &Identity) -> bool {
        party.typed().iter().any(|it| {
            let face = self.met.face(self.at, &it.typed_name, &it.typed_email);
            face.person.unmapped().is_some()
        })
    }

    /// Returns what is known of somebody's accounts, by the state before the landing that brings what is said.
    pub(crate) fn accounts(&self, party: &Identity, told_by: &SeparatedBy) -> Accounts {
        let people = &self.at.policy.people;
        let mut accounts = Accounts::default();
        for typed in party.typed() {
            let face = self.met.face(self.at, &typed.typed_name, &typed.typed_email);
            let unmapped = face
                .person
                .unmapped()
                .filter(|_| *told_by != SeparatedBy::OwnKey)
                .map(|it| (it.clone(), it.login_key(people)));
            accounts.unmapped.extend(unmapped);
            accounts.known.extend(face.person.account.clone());
            accounts.known.extend(face.numbered.iter().cloned());
        }
        accounts
    }

    /// Tells whether somebody counts as one who is known by a key, and the signers file lists it for their address.
    pub(crate) fn told_by_key(&self, party: &Identity, persons: &[Person]) -> SeparatedBy {
        let mut keys = persons.iter().map(|person| &person.key);
        if keys.any(|key| *key == party.person.key) {
            SeparatedBy::OwnKey
        } else {
            SeparatedBy::Address
        }
    }

    /// Tells whether one answer of a forge names both as accounts, and as two.
    ///
    /// A login that only an address or the policy tells may be a former one: it joins, and proves no difference.
    fn are_two(
        &self,
        answer: &ForgeAnswer,
        (one, of_one): (&Identity, &Accounts),
        (other, of_other): (&Identity, &Accounts),
    ) -> bool {
        let [stated, of_others] = [one, other].map(|party| self.stated_logins(answer, party));
        if stated.is_empty() || of_others.is_empty() {
            return false;
        }
        let all = |stated: Vec<String>, accounts: &Accounts| -> Vec<String> {
            let known = accounts
                .known
                .iter()
                .filter(|it| it.forge == answer.forge)
                .map(|it| it.login.clone());
            stated.into_iter().chain(known).collect()
        };
        let (stated, of_others) = (all(stated, of_one), all(of_others, of_other));
        !stated.iter().any(|login| of_others.contains(login))
    }

    /// Returns the logins that one answer of a forge gives to somebody's addresses, in lower case.
    ///
    /// A private address must be the very one: the account of its number may have had another login.
    fn stated_logins(&self, answer: &ForgeAnswer, party: &Identity) -> Vec<String> {
        let is_own = |email: &str| {
            let face = self.met.face(self.at, "", email);
            let mut typed = party.typed().iter();
            match face.person.account {
                Some(_) => typed.any(|it| address::lower(&it.typed_email) == address::lower(email)),
                None => party.keys().iter().any(|key| face.keys.first() == Some(key)),
            }
        };
        let lines = answer.logins.iter().filter(|(email, _)| is_own(email));
        lines.map(|(_, login)| address::lower(login)).collect()
    }

    /// Tells whether somebody is a bot that everybody knows, or that an approved policy lists.
    pub(crate) fn is_told_as_bot(&self, party: &Identity) -> bool {
        let person = &party.person;
        people::is_known_bot(person)
            || people::is_bot(self.approved, person)
            || people::is_agent(self.approved, person)
    }
}
