//! A person of the roster.
//!
//! Uses policy's accounts. Pure. Start at [`Person`]. Follows `docs/spec/policy.md`, people.

use crate::policy::people::account::Account;
use serde::Serialize;
use std::ops::Deref;
use std::rc::Rc;

/// A person, as git or a statement names them; shared, because one person speaks in thousands of landings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person(pub(super) Rc<KnownPerson>);

/// A person as answers give them: what is not known is null.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PersonView<'a> {
    email: Option<&'a str>,
    name: Option<&'a str>,
}

impl PersonView<'_> {
    pub fn of(person: &Person) -> PersonView<'_> {
        let known = |text| Some(text).filter(|text: &&str| !text.is_empty());
        PersonView { email: known(&person.email), name: known(&person.name) }
    }
}

impl Deref for Person {
    type Target = KnownPerson;

    fn deref(&self) -> &KnownPerson {
        &self.0
    }
}

impl Person {
    /// Returns the same person by another name.
    #[must_use]
    pub fn called(&self, name: &str) -> Person {
        Person(Rc::new(KnownPerson { name: name.to_owned(), ..(*self.0).clone() }))
    }

    /// Returns the same person with a further name and address of theirs, as typed.
    #[must_use]
    pub fn also_known_as(&self, name: &str, email: &str) -> Person {
        let own = (name.to_owned(), email.to_owned());
        if (self.typed_name == own.0 && self.typed_email == own.1) || self.also.contains(&own) {
            return self.clone();
        }
        let mut also = self.also.clone();
        also.push(own);
        Person(Rc::new(KnownPerson { also, ..(*self.0).clone() }))
    }

    /// Tells whether there is an address by which the person can be compared with others.
    pub fn is_resolved(&self) -> bool {
        self.key.contains('@')
    }

    /// Returns the forge account that the person is only known as; `None` where `people.logins` says whose it is.
    pub fn unmapped(&self) -> Option<&Account> {
        self.account.as_ref().filter(|_| !self.is_mapped)
    }
}

/// Returns a name in the form in which names are compared: lower case, white space collapsed.
pub fn folded(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// What is known of a person, under one key for all spellings of their address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KnownPerson {
    /// The address after mailmap and `people.logins`, in lower case, without the number of an account. Without `@`
    /// where no usable address is known; see [`Person::is_resolved`]. Equal keys are one person; two keys are not
    /// always two persons: `approval::relation` tells.
    pub key: String,
    /// The address that answers show: the key, or what was typed where there is no usable address.
    pub email: String,
    /// The name after mailmap.
    pub name: String,
    /// The name with the address, as texts show it.
    pub display: String,
    /// The name as it was typed.
    pub typed_name: String,
    /// The address as it was typed.
    pub typed_email: String,
    /// Further names and addresses, as typed, that stood with the same key.
    pub also: Vec<(String, String)>,
    /// The forge account that the address after mailmap stands for.
    pub account: Option<Account>,
    /// Whether `people.logins` says whose account it is.
    pub is_mapped: bool,
}
