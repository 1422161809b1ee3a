//! What sort of identity a person is, and who is listed: the people whom a state of governance names as able to approve
//! the rules, and access.
//!
//! Pure. Start at [`IdentityKind`] and [`ListedPeople`]. Follows `docs/spec/approval.md`, 1.7, D9 and G2.

use crate::approval::sources::forge;
use crate::approval::sources::keys::Keys;
use crate::approval::sources::signature;
use crate::policy::demand::ListedFor;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::record::Record;
use crate::record::address::Address;
use std::collections::BTreeSet;

pub(crate) const NOBODY: &str =
    "nobody is listed, so nobody can approve access: add `groups: {approvers: [ADDRESS]}`";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdentityKind {
    Person,
    Machine,
    Forge,
    /// An address of the form that forges use, at a host that nothing identifies: a forge or a person.
    MaybeForge,
    Nobody,
}

impl IdentityKind {
    pub(crate) fn for_person(governance: &Governance, person: &Person) -> IdentityKind {
        let pairs = [
            (person.typed_name.as_str(), person.typed_email.as_str()),
            (person.name.as_str(), person.key.as_str()),
        ];
        let is_any = |test: &dyn Fn(&str, &str) -> bool| {
            pairs.iter().any(|(name, email)| test(name.trim(), email.trim()))
        };
        if people::is_nobody(person) {
            return IdentityKind::Nobody;
        }
        let is_forge = |name: &str, email: &str| {
            forge::is_forge(name, email)
                || forge::is_own_address(email)
                || people::is_forge(governance, name, email)
        };
        if is_any(&is_forge) {
            return IdentityKind::Forge;
        }
        if people::is_bot(governance, person) || people::is_agent(governance, person) {
            return IdentityKind::Machine;
        }
        if people::may_be_forge(&person.key) {
            IdentityKind::MaybeForge
        } else {
            IdentityKind::Person
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ListedPeople {
    keys: BTreeSet<String>,
    /// How many people these are: one may have several keys.
    n_people: u32,
    by: ListedBy,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ListedBy {
    #[default]
    GroupOrKey,
    RosterOrLogin,
}

/// Tells whether a list of signers lets anybody sign for a person, whatever it revokes.
pub(crate) fn can_anyone_sign(governance: &Governance) -> bool {
    let keys = Keys::unrevoked(governance);
    let mut holders =
        keys.holders(&signature::OF_PEOPLE).map(|holder| people::identify(governance, "", holder));
    holders.any(|person| is_person(governance, &keys, &person))
        || signature::OF_PEOPLE.iter().any(|namespace| keys.has_pattern_key(namespace))
}

fn names_anyone(governance: &Governance) -> bool {
    let keys = Keys::unrevoked(governance);
    !collect(governance, &keys, members_and_holders(governance, &keys), ListedBy::GroupOrKey)
        .is_empty()
}

pub(crate) fn is_for_listed(governance: &Governance, record: &Record) -> bool {
    record.subject.is_access() || governance.policy.approval.listed == ListedFor::All
}

impl ListedPeople {
    /// Returns the members of groups and the holders of keys that sign approvals; where neither names anybody, the active
    /// people of the roster and those of `people.logins` (D9). Bots, agents, bridges and forges are never listed, nor is whoever
    /// the roster says has left.
    pub(crate) fn of(governance: &Governance, keys: &Keys) -> ListedPeople {
        let named = members_and_holders(governance, keys);
        let present = named.filter(|address| !people::has_left(governance, address));
        let listed = collect(governance, keys, present, ListedBy::GroupOrKey);
        if !listed.is_empty() || names_anyone(governance) {
            return listed;
        }
        let rows = governance.roster.iter().flat_map(|roster| &roster.entries);
        let active = rows.filter(|(_, row)| row.active).map(|(address, _)| address.as_str());
        let logins = governance.policy.people.logins.values().map(Address::as_str);
        let fallback = collect(governance, keys, active.chain(logins), ListedBy::RosterOrLogin);
        if fallback.is_empty() { ListedPeople::default() } else { fallback }
    }

    /// Returns the people whom the governance that counts lists; the roster and the logins list nobody while the last
    /// approved state names somebody in groups or by a key.
    pub(crate) fn of_records(at: &Governance, keys: &Keys, approved: &Governance) -> ListedPeople {
        let listed = ListedPeople::of(at, keys);
        let is_emptied = listed.by == ListedBy::RosterOrLogin
            && !std::ptr::eq(at, approved)
            && names_anyone(approved);
        if is_emptied { ListedPeople::default() } else { listed }
    }

    pub(crate) fn holds(&self, governance: &Governance, person: &Person) -> bool {
        let same = people::identify(governance, &person.typed_name, &person.typed_email);
        self.keys.contains(&same.key)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(crate) fn persons(&self, governance: &Governance) -> Vec<Person> {
        self.keys.iter().map(|key| people::identify(governance, "", key)).collect()
    }

    pub(crate) fn count(&self) -> u32 {
        self.n_people
    }

    pub(crate) fn must_be(&self) -> &'static str {
        match self.by {
            ListedBy::GroupOrKey => "in a group or hold a listed key",
            ListedBy::RosterOrLogin => "in the roster, or a mapped login",
        }
    }

    pub(crate) fn has_key(&self, person: &Person) -> bool {
        self.keys.contains(&person.key)
    }
}

fn members_and_holders<'g>(
    governance: &'g Governance,
    keys: &'g Keys,
) -> impl Iterator<Item = &'g str> {
    let members = governance.policy.groups.values().flatten().map(Address::as_str);
    members.chain(keys.holders(&signature::OF_PEOPLE))
}

fn collect<'a>(
    governance: &Governance,
    signing: &Keys,
    addresses: impl Iterator<Item = &'a str>,
    by: ListedBy,
) -> ListedPeople {
    let persons = addresses.map(|address| people::identify(governance, "", address));
    let persons = persons.filter(|person| is_person(governance, signing, person));
    let keys: BTreeSet<String> = persons.map(|person| person.key.clone()).collect();
    let homes = signing.homes(governance);
    let first = |key: &String| {
        let home = homes.iter().find(|home| home.contains(key));
        home.is_none_or(|home| home.iter().find(|other| keys.contains(*other)) == Some(key))
    };
    let n_people = u32::try_from(keys.iter().filter(|key| first(key)).count()).unwrap_or(u32::MAX);
    ListedPeople { keys, n_people, by }
}

fn is_person(governance: &Governance, keys: &Keys, person: &Person) -> bool {
    IdentityKind::for_person(governance, person) == IdentityKind::Person
        && !keys.is_bridge(governance, person)
        && !acts_by_hook(governance, person)
}

fn acts_by_hook(governance: &Governance, person: &Person) -> bool {
    let map = governance.hooks.as_ref().and_then(|file| file.map.as_ref());
    let rules = map.iter().flat_map(|map| &map.rules);
    let mut acting = rules.filter_map(|rule| rule.ask.as_ref()?.identity.as_ref());
    acting.any(|identity| people::may_be_identity(governance, identity, person))
}
