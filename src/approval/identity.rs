//! Who is who at one landing: persons as the state before it knows them, joined by what the tip's mailmap adds.
//!
//! Uses policy's people, history's idents. Pure. Start at [`Lens`]. Follows `docs/spec/approval.md`, 1.7.

use crate::approval::forge;
use crate::approval::message;
use crate::history::ident::Ident;
use crate::policy::governance::Governance;
use crate::policy::people::{self, Person};

/// The states that say who a person is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lens<'a> {
    /// The state before the landing: names, groups, bots, logins.
    pub at: &'a Governance,
    /// The state at the tip, whose mailmap only takes away: it joins persons.
    pub tip: &'a Governance,
}

/// A person in the light of both states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Party {
    /// Who, as the state before the landing knows them.
    pub person: Person,
    tip_key: String,
    folded: String,
}

/// Whom a line of text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// Someone with an address.
    Someone(Party),
    /// A name or login that the identity map does not know.
    Unresolved(Person),
    /// No person.
    Nobody(Person),
}

impl Party {
    /// Tells whether two are one person, by either state.
    pub(crate) fn is(&self, other: &Party) -> bool {
        self.person.key == other.person.key || self.tip_key == other.tip_key
    }

    /// Tells whether two have one name, and no state says that they are one person.
    pub(crate) fn is_namesake(&self, other: &Party) -> bool {
        !self.folded.is_empty() && self.folded == other.folded && !self.is(other)
    }
}

impl Lens<'_> {
    /// Returns the person of a name and an address.
    pub(crate) fn party(&self, name: &str, email: &str) -> Party {
        let person = people::identify(self.at, name, email);
        let tip_key = match email.contains('@') {
            true => people::identify(self.tip, name, email).key,
            false => people::key_of(self.tip, &person.key),
        };
        let folded = people::folded(&person.name);
        Party {
            person,
            tip_key,
            folded,
        }
    }

    /// Returns the person of an author or committer; without usable address only whom the identity map names.
    pub(crate) fn of_ident(&self, ident: &Ident) -> Option<Party> {
        match ident.address() {
            Some(address) => Some(self.party(&ident.name, address)),
            None => self.of_login(&ident.name),
        }
    }

    /// Returns the person of a login or display name that the identity map knows.
    pub(crate) fn of_login(&self, login: &str) -> Option<Party> {
        let person = people::identify_login(self.at, login)?;
        Some(self.party(&person.typed_name, &person.typed_email))
    }

    /// Returns whom the value of a trailer names.
    pub(crate) fn named(&self, value: &str) -> Named {
        let typed = || people::identify(self.at, value.trim(), "");
        if message::is_nobody(value) {
            return Named::Nobody(typed());
        }
        match message::person(value) {
            (name, Some(address)) => Named::Someone(self.party(name.unwrap_or_default(), address)),
            (Some(name), None) => match self.of_login(name) {
                Some(party) => Named::Someone(party),
                None => Named::Unresolved(typed()),
            },
            (None, None) => Named::Nobody(typed()),
        }
    }

    /// Tells whether a person is a bot or an agent, which never counts.
    pub(crate) fn is_machine(&self, party: &Party) -> bool {
        people::is_bot(self.at, &party.person) || people::is_agent(self.at, &party.person)
    }

    /// Tells whether an ident is a forge rather than a person.
    pub(crate) fn is_forge(&self, ident: &Ident) -> bool {
        forge::is_forge(&ident.name, &ident.email)
            || people::is_forge(self.at, &ident.name, &ident.email)
    }
}
