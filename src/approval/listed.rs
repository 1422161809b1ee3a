//! Who is listed: the people whom a state of governance names as able to approve the rules.
//!
//! Uses policy's people, `approval`'s keys. Pure. Start at [`ListedPeople`]. Follows `docs/spec/approval.md`, G2.

use std::collections::BTreeSet;

use crate::approval::identity::IdentityKind;
use crate::approval::keys::Keys;
use crate::approval::signature;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::record::address::Address;

/// The people whom a state of governance lists, by identity key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ListedPeople {
    keys: BTreeSet<String>,
    /// How many people these are: one may have several keys.
    n_people: u32,
}

/// Tells whether a list of signers lets anybody sign for a person, whatever it revokes.
pub(crate) fn can_anyone_sign(governance: &Governance) -> bool {
    let keys = Keys::less(governance, []);
    let signs = [signature::APPROVAL, signature::GIT];
    let mut holders = keys.holders(&signs).map(|it| people::identify(governance, "", it));
    holders.any(|person| is_person(governance, &keys, &person))
        || signs.iter().any(|namespace| keys.has_pattern_key(namespace))
}

impl ListedPeople {
    /// Returns the members of groups, and those whom a line of the signers file names by address and lets sign
    /// approvals; where neither names anybody, the active people of the roster and those of `people.logins`.
    ///
    /// Bots, agents, bridges and forges are never listed.
    pub(crate) fn of(governance: &Governance, keys: &Keys) -> ListedPeople {
        let policy = &governance.policy;
        let members = policy.groups.values().flatten().map(Address::as_str);
        let holders = keys.holders(&[signature::APPROVAL, signature::GIT]);
        let listed = collect(governance, keys, members.chain(holders));
        if !listed.keys.is_empty() {
            return listed;
        }
        let rows = governance.roster.iter().flat_map(|roster| &roster.entries);
        let active = rows.filter(|(_, row)| row.active).map(|(address, _)| address.as_str());
        let logins = policy.people.logins.values().map(Address::as_str);
        collect(governance, keys, active.chain(logins))
    }

    pub(crate) fn holds(&self, governance: &Governance, person: &Person) -> bool {
        let same = people::identify(governance, &person.typed_name, &person.typed_email);
        self.keys.contains(&same.key)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Returns the people, one for each identity key.
    pub(crate) fn persons(&self, governance: &Governance) -> Vec<Person> {
        self.keys.iter().map(|key| people::identify(governance, "", key)).collect()
    }

    /// Returns how many people are listed.
    pub(crate) fn count(&self) -> u32 {
        self.n_people
    }
}

fn collect<'a>(
    governance: &Governance,
    signing: &Keys,
    addresses: impl Iterator<Item = &'a str>,
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
    ListedPeople { keys, n_people }
}

fn is_person(governance: &Governance, keys: &Keys, person: &Person) -> bool {
    IdentityKind::for_person(governance, person) == IdentityKind::Person
        && !keys.is_bridge(governance, person)
}
