//! The relation of two identities: the same person, possibly the same, or known to be different.
//!
//! Pure. Start at [`Relation`], and at `IdentityResolver::relation`, which every comparison of people uses. Follows
//! `docs/spec/approval.md`, 1.7, known to be different.

use crate::approval::people::identity::{Identity, IdentityResolver};
use crate::diag::sorting::StableSort as _;
use crate::policy::people;
use crate::policy::people::account::Account;
use crate::policy::people::person::Person;
use crate::record::address;
use std::rc::Rc;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relation {
    Same,
    /// They have the same name, or similar addresses, and nothing says that they are the same person.
    Namesake,
    /// At least one is known only as a forge account whose owner is unknown.
    Unknown(UnknownAccount),
    Different,
}

impl Relation {
    /// Returns the nearer of two relations: it decides how one person relates to several others.
    #[must_use]
    pub fn nearest(self, other: Relation) -> Relation {
        if other.rank() < self.rank() { other } else { self }
    }

    pub fn is_different(&self) -> bool {
        *self == Relation::Different
    }

    fn rank(&self) -> u8 {
        match self {
            Relation::Same => 0,
            Relation::Namesake => 1,
            Relation::Unknown(_) => 2,
            Relation::Different => 3,
        }
    }
}

/// A forge account that may or may not be somebody else's, and what to add to the policy to settle that.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("it is not known that {account} is not {other}: add {}, then approve again", to_add(.keys))]
pub struct UnknownAccount {
    /// The account: login and domain.
    pub account: String,
    /// The person or account it may be: an address, or another account.
    pub other: String,
    /// The keys that `people.logins` needs, each without its address: `nweber`.
    pub keys: Vec<String>,
}

impl UnknownAccount {
    /// Returns the lines to add, as the object of a sentence: `` `nweber: ADDRESS` to people.logins ``.
    pub fn to_add(&self) -> String {
        to_add(&self.keys)
    }
}

pub(crate) fn to_add(keys: &[String]) -> String {
    let lines: Vec<String> = keys.iter().map(|key| format!("`{}`", line(key))).collect();
    format!("{} to people.logins", lines.join(" and "))
}

pub(crate) fn each_once(people: impl Iterator<Item = Person>) -> Vec<Person> {
    let mut people: Vec<Person> = people.collect();
    people.order_by(|one, other| one.key.cmp(&other.key));
    people.dedup_by(|one, other| one.key == other.key);
    people
}

/// Returns the line to add to `people.logins` for a key: `odiaz: ADDRESS`.
pub fn line(key: &str) -> String {
    if key.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        format!("{key}: ADDRESS")
    } else {
        format!("\"{key}\": ADDRESS")
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum SeparatedBy {
    #[default]
    Address,
    /// A signature by a key that the signers file lists for this exact address.
    OwnKey,
    Answer(Rc<ForgeAnswer>),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ForgeAnswer {
    /// The domain of the forge's private addresses, as in [`Account::forge`].
    pub forge: String,
    pub logins: Vec<(String, String)>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Accounts {
    /// Accounts that the policy assigns to nobody, each with the key that `people.logins` would need.
    pub unmapped: Vec<(Account, String)>,
    /// Accounts named by the person's own addresses, and accounts whose number the policy lists.
    known: Vec<Account>,
}

impl Accounts {
    /// Adds the accounts from another statement of the same person. One statement that identifies them identifies all.
    pub(crate) fn join(&mut self, other: Accounts) {
        if self.unmapped.is_empty() || other.unmapped.is_empty() {
            self.unmapped.clear();
        } else {
            self.unmapped.extend(other.unmapped);
        }
        self.known.extend(other.known);
    }
}

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
    let ((account, key), other, other_key) = match (own.unmapped.first(), others.unmapped.first()) {
        (None, None) => return Relation::Different,
        (Some(account), None) => (account, other.person.email.clone(), None),
        (None, Some(account)) => (account, one.person.email.clone(), None),
        (Some(account), Some((other, key))) => (account, other.to_string(), Some(key)),
    };
    let two = |one: &Account| others.known.iter().any(|other| one.is_other_than(other));
    if own.known.iter().any(two) {
        return Relation::Different;
    }
    let mut keys: Vec<String> = [Some(key), other_key].into_iter().flatten().cloned().collect();
    keys.dedup();
    Relation::Unknown(UnknownAccount { account: account.to_string(), other, keys })
}

impl IdentityResolver<'_> {
    pub(crate) fn relation(
        &self,
        one: &Identity,
        separated_by: &SeparatedBy,
        other: &Identity,
    ) -> Relation {
        if let SeparatedBy::Answer(answer) = separated_by
            && self.is_one_account(answer, one, other)
        {
            return Relation::Same;
        }
        if !one.is(other) && !self.is_unmapped(one) && !self.is_unmapped(other) {
            return if one.is_namesake(other) { Relation::Namesake } else { Relation::Different };
        }
        let own = self.accounts(one, separated_by);
        let others = self.accounts(other, &SeparatedBy::Address);
        let relation = compare((one, &own), (other, &others));
        let by_answer = match separated_by {
            SeparatedBy::Answer(answer) => self.are_two(answer, (one, &own), (other, &others)),
            SeparatedBy::Address | SeparatedBy::OwnKey => false,
        };
        match relation {
            Relation::Unknown(_)
                if by_answer || self.is_trusted_as_bot(one) || self.is_trusted_as_bot(other) =>
            {
                Relation::Different
            }
            relation => relation,
        }
    }

    fn is_unmapped(&self, identity: &Identity) -> bool {
        identity.typed().iter().any(|typed| {
            let face = self.met.face(self.at, &typed.typed_name, &typed.typed_email);
            face.person.unmapped().is_some()
        })
    }

    pub(crate) fn accounts(&self, identity: &Identity, separated_by: &SeparatedBy) -> Accounts {
        let people = &self.at.policy.people;
        let mut accounts = Accounts::default();
        for typed in identity.typed() {
            let face = self.met.face(self.at, &typed.typed_name, &typed.typed_email);
            let unmapped = face
                .person
                .unmapped()
                .filter(|_| *separated_by != SeparatedBy::OwnKey)
                .map(|account| (account.clone(), account.login_key(people)));
            accounts.unmapped.extend(unmapped);
            accounts.known.extend(face.person.account.clone());
            accounts.known.extend(face.numbered.iter().cloned());
        }
        accounts
    }

    pub(crate) fn separated_by_key(&self, identity: &Identity, persons: &[Person]) -> SeparatedBy {
        let mut keys = persons.iter().map(|person| &person.key);
        if keys.any(|key| *key == identity.person.key) {
            SeparatedBy::OwnKey
        } else {
            SeparatedBy::Address
        }
    }

    /// A login only from an address or the policy may be outdated: it shows that two are the same, not that they differ.
    fn are_two(
        &self,
        answer: &ForgeAnswer,
        (one, of_one): (&Identity, &Accounts),
        (other, of_other): (&Identity, &Accounts),
    ) -> bool {
        let [stated, of_others] = [one, other].map(|identity| self.stated_logins(answer, identity));
        if stated.is_empty() || of_others.is_empty() {
            return false;
        }
        let all = |stated: Vec<String>, accounts: &Accounts| -> Vec<String> {
            let known = accounts
                .known
                .iter()
                .filter(|account| account.forge == answer.forge)
                .map(|account| account.login.clone());
            stated.into_iter().chain(known).collect()
        };
        let (stated, of_others) = (all(stated, of_one), all(of_others, of_other));
        !stated.iter().any(|login| of_others.contains(login))
    }

    fn is_one_account(&self, answer: &ForgeAnswer, one: &Identity, other: &Identity) -> bool {
        let [own, others] = [one, other].map(|identity| self.stated_logins(answer, identity));
        own.iter().any(|login| others.contains(login))
    }

    /// A private address must match exactly: the account with its number may have had another login.
    fn stated_logins(&self, answer: &ForgeAnswer, identity: &Identity) -> Vec<String> {
        let is_own = |email: &str| {
            let face = self.met.face(self.at, "", email);
            let mut typed = identity.typed().iter();
            match face.person.account {
                Some(_) => typed.any(|it| address::lower(&it.typed_email) == address::lower(email)),
                None => identity.keys().iter().any(|key| face.keys.first() == Some(key)),
            }
        };
        let lines = answer.logins.iter().filter(|(email, _)| is_own(email));
        lines.map(|(_, login)| address::lower(login)).collect()
    }

    pub(crate) fn is_trusted_as_bot(&self, identity: &Identity) -> bool {
        let person = &identity.person;
        people::is_known_bot(person)
            || people::is_bot(self.approved, person)
            || people::is_agent(self.approved, person)
    }
}
