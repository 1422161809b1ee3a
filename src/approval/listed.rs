//! Who is listed: the people whom a state of governance names as able to approve the rules, and access.
//!
//! Uses policy's people, `approval`'s identities and keys. Pure. Start at [`ListedPeople`], then [`OnlyListed`]. Follows
//! `docs/spec/approval.md`, D9 and G2.

use crate::approval::identity::{IdentityKind, IdentityResolver};
use crate::approval::keys::Keys;
use crate::approval::signature;
use crate::approval::signers::Signers;
use crate::approval::verdict::NotCounted;
use crate::policy::demand::ListedFor;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::record::Record;
use crate::record::address::Address;
use crate::record::vocabulary::IdentityType;
use std::collections::BTreeSet;

pub(crate) const NOBODY: &str =
    "nobody is listed, so nobody can approve access: add `groups: {approvers: [ADDRESS]}`";

/// The people whom a state of governance lists, by identity key.
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

#[derive(Clone, Debug)]
pub(crate) enum OnlyListed {
    /// A file of the rules: the people whom the last approved state lists.
    Rules(ListedPeople),
    /// A record: the people whom the state before each statement lists, other than the agents that the record is about.
    Record { is_access: bool, agents: Vec<String> },
}

/// Tells whether a list of signers lets anybody sign for a person, whatever it revokes.
pub(crate) fn can_anyone_sign(governance: &Governance) -> bool {
    let signers = Signers::parse(governance.signers.as_deref().unwrap_or_default());
    let keys = Keys::new(&signers, []);
    let mut holders =
        keys.holders(&signature::OF_PEOPLE).map(|it| people::identify(governance, "", it));
    holders.any(|person| is_person(governance, &keys, &person))
        || signature::OF_PEOPLE.iter().any(|namespace| keys.has_pattern_key(namespace))
}

/// Tells whether groups or the signers file name somebody, also by a key that was revoked since.
fn names_anyone(governance: &Governance) -> bool {
    let signers = Signers::parse(governance.signers.as_deref().unwrap_or_default());
    let keys = Keys::new(&signers, []);
    !collect(governance, &keys, members_and_holders(governance, &keys), ListedBy::GroupOrKey)
        .is_empty()
}

pub(crate) fn is_for_listed(governance: &Governance, record: &Record) -> bool {
    record.subject.is_access() || governance.policy.approval.listed == ListedFor::All
}

impl ListedPeople {
    /// Returns the members of groups, and those whom a line of the signers file names by address and lets sign
    /// approvals; where neither names anybody, the active people of the roster and those of `people.logins`.
    ///
    /// Bots, agents, bridges and forges are never listed.
    pub(crate) fn of(governance: &Governance, keys: &Keys) -> ListedPeople {
        let named = members_and_holders(governance, keys);
        let listed = collect(governance, keys, named, ListedBy::GroupOrKey);
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
    pub(crate) fn of_records(resolver: &IdentityResolver) -> ListedPeople {
        let listed = ListedPeople::of(resolver.at, &resolver.key_set.keys);
        let is_emptied = listed.by == ListedBy::RosterOrLogin
            && !std::ptr::eq(resolver.at, resolver.approved)
            && names_anyone(resolver.approved);
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

    pub(crate) fn has_key(&self, person: &Person) -> bool {
        self.keys.contains(&person.key)
    }
}

impl OnlyListed {
    /// Returns who alone may approve a record, given the last approved one; `None` if anybody may.
    pub(crate) fn for_record(
        governance: &Governance,
        own: Option<&Record>,
        approved: Option<&Record>,
    ) -> Option<OnlyListed> {
        let both = || own.into_iter().chain(approved);
        if !both().any(|record| is_for_listed(governance, record)) {
            return None;
        }
        let agents = both().filter_map(|record| {
            let subject = &record.subject;
            let is_agent = subject.identity_type == Some(IdentityType::AiAgent);
            subject.identity.clone().filter(|_| is_agent)
        });
        let is_access = both().any(|record| record.subject.is_access());
        Some(OnlyListed::Record { is_access, agents: agents.collect() })
    }

    /// Returns why a person may not approve; `None` if they may.
    ///
    /// `judge` resolves identities where the version lands, `own` where the statement does.
    pub(crate) fn why_not(
        &self,
        judge: &IdentityResolver,
        own: &IdentityResolver,
        person: &Person,
    ) -> Option<NotCounted> {
        let (what, must_be) = match self {
            OnlyListed::Rules(listed) => {
                if listed.holds(judge.approved, person) {
                    return None;
                }
                ("the rules", listed.by.must_be())
            }
            OnlyListed::Record { is_access, agents } => {
                let listed = own.listed();
                if listed.has_key(person) {
                    let mut agents = agents.iter();
                    agents.find(|agent| people::may_be_identity(own.at, agent, person))?;
                    let why = "is the agent that the record is about";
                    return Some(NotCounted::NotListed(format!("{} {why}", written(person))));
                }
                (if *is_access { "access" } else { "exceptions" }, listed.by.must_be())
            }
        };
        let who = written(person);
        let why = format!("{who} is not listed: who approves {what} must be {must_be}");
        Some(NotCounted::NotListed(why))
    }

    pub(crate) fn persons(&self, resolver: &IdentityResolver) -> Vec<Person> {
        let persons = match self {
            OnlyListed::Rules(listed) => listed.persons(resolver.approved),
            OnlyListed::Record { .. } => resolver.listed().persons(resolver.at),
        };
        let may = |person: &Person| self.why_not(resolver, resolver, person).is_none();
        persons.into_iter().filter(may).collect()
    }
}

impl ListedBy {
    fn must_be(self) -> &'static str {
        match self {
            ListedBy::GroupOrKey => "in a group or hold a listed key",
            ListedBy::RosterOrLogin => "in the roster, or a mapped login",
        }
    }
}

fn written(person: &Person) -> &str {
    if person.email.is_empty() { &person.name } else { &person.email }
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
