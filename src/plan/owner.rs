//! The owners of imported findings and events: as the event states, otherwise by CODEOWNERS, with name
//! and team of the roster.
//!
//! Uses record's words, policy's people. Pure. Start at [`Owners`]. Nobody is chosen if several people are possible.

use crate::plan::codeowners::CodeOwners;
use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::people::{self, RosterState};
use crate::record::address::Address;
use std::collections::BTreeSet;

/// The sources in which owners are looked up.
#[derive(Clone, Copy, Debug)]
pub struct Owners<'a> {
    /// The roster, the groups, and the owners of accounts.
    pub governance: &'a Governance,
    pub files: &'a CodeOwners,
}

/// What is known of an owner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownOwner {
    /// The address, if exactly one person is possible.
    pub email: Option<String>,
    /// The name of that person.
    pub name: Option<String>,
    /// The team of that person.
    pub team: Option<String>,
    /// The possible persons, if there is not exactly one: a hint for whoever fills in the field.
    pub hint: Option<String>,
}

impl Owners<'_> {
    /// Returns the owner stated by an event as an address.
    pub fn stated(&self, text: &str) -> KnownOwner {
        match Address::new(text) {
            Some(address) => self.person(&address),
            None => {
                KnownOwner { hint: Some(format!("the event says {text}")), ..KnownOwner::default() }
            }
        }
    }

    /// Returns the owner of files.
    pub fn of_files<'p>(&self, paths: impl IntoIterator<Item = &'p String>) -> KnownOwner {
        let owners = paths.into_iter().flat_map(|path| self.files.owners_of(path));
        let named: BTreeSet<&String> = owners.collect();
        if named.is_empty() {
            return KnownOwner::default();
        }
        let (mut addresses, mut unknown) = (BTreeSet::new(), false);
        for name in &named {
            let found = self.named(name);
            unknown |= found.is_empty();
            addresses.extend(found);
        }
        let mut candidates = addresses.iter();
        if let (Some(one), None, false) = (candidates.next(), candidates.next(), unknown) {
            return self.person(one);
        }
        let named: Vec<&str> = named.iter().map(|name| name.as_str()).collect();
        let addresses: Vec<&str> = addresses.iter().map(Address::as_str).collect();
        let who = if addresses.is_empty() {
            String::new()
        } else {
            format!(": {}", addresses.join(", "))
        };
        KnownOwner {
            hint: Some(format!("CODEOWNERS names {}{who}", named.join(" "))),
            ..KnownOwner::default()
        }
    }

    /// Returns the people behind an owner in CODEOWNERS: an address, a login, or a team that is a group of the policy.
    fn named(&self, owner: &str) -> Vec<Address> {
        let Some(name) = owner.strip_prefix('@') else {
            return Address::new(owner).into_iter().collect();
        };
        let people = match name.split_once('/') {
            None => Vec::from_iter(people::identify_login(self.governance, name)),
            Some((_, team)) => match people::members(self.governance, name) {
                people if people.is_empty() => people::members(self.governance, team),
                people => people,
            },
        };
        let addresses = people.iter().filter_map(|person: &Person| Address::new(&person.key));
        addresses
            .filter(|it| people::roster_state(self.governance, it) != RosterState::Inactive)
            .collect()
    }

    fn person(&self, address: &Address) -> KnownOwner {
        let person = people::identify(self.governance, "", address.as_str());
        let roster = self.governance.roster.as_ref();
        let entry = roster.and_then(|roster| roster.entries.get(address));
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        KnownOwner {
            email: Some(address.as_str().to_owned()),
            name: given(&person.name),
            team: entry.and_then(|entry| given(&entry.team)),
            hint: None,
        }
    }
}
