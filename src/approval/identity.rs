//! Who is who at one landing: persons as the state before it knows them, joined by what other states add.
//!
//! Uses policy's people, history's idents, approval's ring. Pure. Start at [`Lens`]. Follows `docs/spec/approval.md`, 1.7.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::approval::forge;
use crate::approval::message;
use crate::approval::ring::Ring;
use crate::history::ident::Ident;
use crate::policy::governance::Governance;
use crate::policy::people::{self, Person};

/// The states that say who a person is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lens<'a> {
    /// The state before the landing that brings what is said: names, groups, bots, logins, keys (D2).
    pub at: &'a Governance,
    /// The state before the landing of the version that it is said about; its mailmap joins persons too (I3).
    pub judge: &'a Governance,
    /// The state at the tip, whose mailmap only takes away: it joins persons.
    pub tip: &'a Governance,
    /// The keys of the first of them.
    pub ring: &'a Ring,
    /// Who was met before.
    pub met: &'a Met,
}

/// The persons that were met before, by state, name and address: a few people speak in all of a long history.
#[derive(Debug, Default)]
pub(crate) struct Met(RefCell<HashMap<*const Governance, Faces>>);

/// Persons by name, then by address, each with whether it is a machine.
type Faces = HashMap<String, HashMap<String, (Person, bool)>>;

impl Met {
    /// Returns a person by a state, and whether it is a bot or an agent.
    fn identify(&self, governance: &Governance, name: &str, email: &str) -> (Person, bool) {
        let mut met = self.0.borrow_mut();
        let faces = met.entry(governance).or_default();
        if let Some(face) = faces.get(name).and_then(|named| named.get(email)) {
            return face.clone();
        }
        let person = people::identify(governance, name, email);
        let is_machine =
            people::is_bot(governance, &person) || people::is_agent(governance, &person);
        let face = (person, is_machine);
        let named = faces.entry(name.to_owned()).or_default();
        named.insert(email.to_owned(), face.clone());
        face
    }
}

/// A person in the light of those states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Party {
    /// Who, as the state before the landing knows them.
    pub person: Person,
    /// Every key by which some state knows them, or somebody who is one with them by a key.
    keys: Vec<String>,
    folded: String,
    /// The name as it is typed, where the mailmap gives another; empty where it does not.
    renamed: String,
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
    /// Tells whether two are one person, by any state.
    pub(crate) fn is(&self, other: &Party) -> bool {
        self.keys.iter().any(|key| other.keys.contains(key))
    }

    /// Tells whether two have one name, and no state says that they are one person.
    ///
    /// A name that the mailmap replaces is one's name, too, beside somebody whose name it leaves as it is typed.
    pub(crate) fn is_namesake(&self, other: &Party) -> bool {
        let same = |one: &str, other: &str| !one.is_empty() && one == other;
        let named = same(&self.folded, &other.folded)
            || self.renamed.is_empty() && same(&self.folded, &other.renamed)
            || other.renamed.is_empty() && same(&self.renamed, &other.folded);
        named && !self.is(other)
    }

    /// Lets somebody who is known by an address alone be told by a name, too (I5).
    pub(crate) fn called(mut self, name: &str) -> Party {
        if self.folded.is_empty() {
            self.folded = people::folded(name);
        }
        self
    }

    fn know(&mut self, key: &str) {
        if !self.keys.iter().any(|known| known == key) {
            self.keys.push(key.to_owned());
        }
    }
}

/// Tells whether somebody is the address under which approvals are committed.
pub(crate) fn is_nobody(party: &Party) -> bool {
    people::is_nobody(&party.person)
}

impl<'a> Lens<'a> {
    /// Returns the person of a name and an address.
    pub(crate) fn party(&self, name: &str, email: &str) -> Party {
        let (person, _) = self.met.identify(self.at, name, email);
        let folded = people::folded(&person.name);
        let mut renamed = people::folded(&person.typed_name);
        if renamed == folded {
            renamed.clear();
        }
        let mut party = Party {
            keys: vec![person.key.clone()],
            person,
            folded,
            renamed,
        };
        self.widen(&mut party);
        party
    }

    /// Adds the keys by which these states know a person.
    pub(crate) fn widen(&self, party: &mut Party) {
        let (name, email) = (
            party.person.typed_name.clone(),
            party.person.typed_email.clone(),
        );
        let states = [self.at, self.judge, self.tip];
        for (n, state) in states.into_iter().enumerate() {
            let before = states.iter().take(n);
            if before.into_iter().any(|known| std::ptr::eq(*known, state)) {
                continue;
            }
            let key = match email.contains('@') {
                true => self.met.identify(state, &name, &email).0.key.clone(),
                false => people::key_of(state, &party.person.key),
            };
            party.know(&key);
        }
        for key in self.ring.kin(&party.person.key) {
            party.know(key);
        }
    }

    /// Returns the same states, to judge a version of another landing by.
    pub(crate) fn judging(self, judge: &'a Governance) -> Lens<'a> {
        Lens { judge, ..self }
    }

    /// Returns the person of some address, as a signers file names it.
    pub(crate) fn of_person(&self, person: &Person) -> Party {
        self.party(&person.typed_name, &person.typed_email)
    }

    /// Returns the person of an author or committer; without usable address only whom the identity map names.
    ///
    /// `None` also for the address under which approvals are committed, which stands for nobody.
    pub(crate) fn of_ident(&self, ident: &Ident) -> Option<Party> {
        match ident.address() {
            Some(address) => Some(self.party(&ident.name, address)).filter(|it| !is_nobody(it)),
            None => self.of_login(&ident.name),
        }
    }

    /// Tells whether an ident is the one under which approvals are committed.
    pub(crate) fn is_of_approvals(&self, ident: &Ident) -> bool {
        let address = ident.address();
        address.is_some_and(|address| is_nobody(&self.party(&ident.name, address)))
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

    /// Returns somebody whom no address names, as a text calls them.
    pub(crate) fn nobody_known(&self, text: &str) -> Named {
        Named::Unresolved(people::identify(self.at, &text.replace('@', " at "), ""))
    }

    /// Tells whether a person is a bot or an agent, which never counts.
    pub(crate) fn is_machine(&self, party: &Party) -> bool {
        let person = &party.person;
        let (same, is_machine) =
            self.met
                .identify(self.at, &person.typed_name, &person.typed_email);
        if same == *person {
            return is_machine;
        }
        people::is_bot(self.at, person) || people::is_agent(self.at, person)
    }

    /// Tells whether an ident is a forge rather than a person.
    pub(crate) fn is_forge(&self, ident: &Ident) -> bool {
        forge::is_forge(&ident.name, &ident.email)
            || people::is_forge(self.at, &ident.name, &ident.email)
    }
}
