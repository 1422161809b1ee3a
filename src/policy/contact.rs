//! Whom a policy wants told of something: the members of a group, or one address.
//!
//! Uses record's addresses, people. Pure. Start at [`people`]. Follows `docs/spec/policy.md`, words and files.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::people::{identify, members};
use crate::record::address::Address;
use crate::record::parse_error::ParseError;
use crate::record::scalar::Scalar;

/// Somebody who is told of something: a text with `@` is an address, any other the name of a group.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub enum Contact {
    Group(String),
    Person(Address),
}

impl Contact {
    /// Returns the text used in the policy.
    pub fn as_str(&self) -> &str {
        match self {
            Contact::Group(name) => name,
            Contact::Person(address) => address.as_str(),
        }
    }
}

impl Scalar for Contact {
    fn parse(text: &str) -> Result<Contact, ParseError> {
        if text.contains('@') {
            return Address::parse(text).map(Contact::Person);
        }
        Ok(Contact::Group(text.to_owned()))
    }
}

impl Serialize for Contact {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

/// Returns the people behind some contacts, without duplicates, in the policy's order.
pub fn people(governance: &Governance, contacts: &[Contact]) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    for contact in contacts {
        let named = match contact {
            Contact::Group(group) => members(governance, group),
            Contact::Person(address) => vec![identify(governance, "", address.as_str())],
        };
        for person in named {
            if !people.iter().any(|known| known.key == person.key) {
                people.push(person);
            }
        }
    }
    people
}
