//! A person, resolved to one key.
//!
//! Pure. Start at [`Person`]. Follows `docs/spec/policy.md`, people.

use crate::policy::people::account::Account;
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};
use std::ops::Deref;
use std::rc::Rc;

/// A person named by git or a statement; shared, because one person occurs in thousands of landings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person(pub(super) Rc<KnownPerson>);

impl Serialize for Person {
    /// Writes the address and the name; unknown values are null.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        fn non_empty(text: &str) -> Option<&str> {
            if text.is_empty() { None } else { Some(text) }
        }
        let mut person = to.serialize_struct("Person", 2)?;
        person.serialize_field("email", &non_empty(&self.email))?;
        person.serialize_field("name", &non_empty(&self.name))?;
        person.end()
    }
}

impl Deref for Person {
    type Target = KnownPerson;

    fn deref(&self) -> &KnownPerson {
        &self.0
    }
}

impl Person {
    /// Returns the same person with another name.
    #[must_use]
    pub fn called(&self, name: &str) -> Person {
        Person(Rc::new(KnownPerson { name: name.to_owned(), ..(*self.0).clone() }))
    }

    /// Returns the same person with a further name and address, as typed.
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

    /// Tells whether the person has an address by which to compare them with others.
    pub fn is_resolved(&self) -> bool {
        self.key.contains('@')
    }

    /// Returns the person's forge account if that is all that is known; `None` if `people.logins` maps it.
    pub fn unmapped(&self) -> Option<&Account> {
        self.account.as_ref().filter(|_| !self.is_mapped)
    }
}

/// Returns a login or display name in the form in which it is looked up: lower case, white space collapsed.
pub fn lower_name(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// What is known of a person, under one key for all spellings of their address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KnownPerson {
    /// The address after mailmap and `people.logins`, in lower case, without the number of an account. Without `@`
    /// if no usable address is known; see [`Person::is_resolved`]. Equal keys are one person; different keys are not
    /// always different people: `approval::relation` decides.
    pub key: String,
    /// The address for display: the key, or the typed address if there is no usable one.
    pub email: String,
    /// The name after mailmap.
    pub name: String,
    /// The name with the address, for display.
    pub display: String,
    /// The name as it was typed.
    pub typed_name: String,
    /// The address as it was typed.
    pub typed_email: String,
    /// Further names and addresses, as typed, that occurred with the same key.
    pub also: Vec<(String, String)>,
    /// The forge account of the address after mailmap.
    pub account: Option<Account>,
    /// Whether `people.logins` maps the account to a person.
    pub is_mapped: bool,
}
