//! The owners of imported findings and events: as the event states, otherwise as they are routed, with name and team
//! of the roster.
//!
//! Pure. Start at [`Owners`]. Nobody is chosen if several people are possible by CODEOWNERS.

use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::record::address::Address;
use crate::survey::route::{RouteSubject, Router};
use std::collections::BTreeSet;

/// The sources in which owners are looked up.
#[derive(Clone, Copy, Debug)]
pub struct Owners<'a> {
    /// The asset rules, CODEOWNERS, and the people behind them.
    pub router: Router<'a>,
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

    /// Returns the owner of a subject: of its asset, otherwise of its files.
    pub fn of(&self, subject: &RouteSubject<'_>) -> KnownOwner {
        let by_asset = self.router.asset_owner(subject);
        match by_asset.and_then(|person| Address::new(&person.email)) {
            Some(address) => self.person(&address),
            None => self.of_files(&subject.paths),
        }
    }

    /// Returns the owner of a subject, or the first person among several: whoever can't be told is passed over, as in a route.
    pub fn first_of(&self, subject: &RouteSubject<'_>) -> KnownOwner {
        let known = self.of(subject);
        let first = || Address::new(&self.router.route(subject).owner?.key);
        match known.email.is_none().then(first).flatten() {
            Some(address) => self.person(&address),
            None => known,
        }
    }

    fn of_files(&self, paths: &[&str]) -> KnownOwner {
        let files = self.router.files;
        let lines = paths.iter().filter_map(|path| files.line(files.line_of(path)?));
        let named: BTreeSet<&String> = lines.flat_map(|line| &line.owners).collect();
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

    /// Returns the people behind an owner in CODEOWNERS; for a team, the members of the policy's group of that name.
    fn named(&self, owner: &str) -> Vec<Address> {
        let governance = self.governance();
        let team = owner.strip_prefix('@').and_then(|name| Some((name, name.split_once('/')?.1)));
        let people = match team {
            None => Vec::from_iter(self.router.coded(owner)),
            Some((name, team)) => match people::members(governance, name) {
                people if people.is_empty() => people::members(governance, team),
                people => people,
            },
        };
        let there = people.iter().filter(|person| !people::has_left(governance, &person.email));
        there.filter_map(|person: &Person| Address::new(&person.key)).collect()
    }

    fn person(&self, address: &Address) -> KnownOwner {
        let person = people::identify(self.governance(), "", address.as_str());
        let roster = self.governance().roster.as_ref();
        let entry = roster.and_then(|roster| roster.entries.get(address));
        let given = |text: &str| if !text.is_empty() { Some(text.to_owned()) } else { None };
        KnownOwner {
            email: Some(address.as_str().to_owned()),
            name: given(&person.name),
            team: entry.and_then(|entry| given(&entry.team)),
            hint: None,
        }
    }

    fn governance(&self) -> &Governance {
        self.router.governance
    }
}
