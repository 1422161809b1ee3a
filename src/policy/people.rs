//! Identity resolution: one key for all spellings of a person, and what the governance files say about that key.
//!
//! Pure. Start at [`identify`]. Follows `docs/spec/approval.md` 1.7, `docs/spec/policy.md`, and `docs/spec/cli.md`, queue
//! (logins, for mentions).

pub mod account;
pub mod alike;
mod bots;
pub mod machines;
pub mod naming;
pub mod nobody;
pub mod person;

use crate::policy::governance::Governance;
use crate::policy::people::account::Account;
use crate::policy::people::naming::{UnprovenNames, address_of, is_forge_address};
use crate::policy::people::person::{KnownPerson, Person, lower_name};
use crate::policy::roster::Roster;
use crate::policy::settings::NotifyTarget;
use crate::record::address::{self, Address};
use crate::record::folded::{folded, is_folded};
use crate::record::pattern;
use std::rc::Rc;
use std::sync::Arc;

/// Tells whether an address has the form of a forge's commit addresses, at any host.
pub fn may_be_forge(email: &str) -> bool {
    let email = address::lower(email.trim());
    let local = email.split_once('@').map(|(local, _)| local);
    matches!(local, Some("noreply" | "no-reply" | "gitlab"))
}

/// The roster's state of an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RosterState {
    Active,
    /// Listed, but no longer active.
    Inactive,
    /// Not listed.
    NotListed,
    NoRoster,
}

/// Returns the person for a name and an address from a commit or a trailer.
///
/// An account's address is resolved to the person in `people.logins`. Without a usable address the name is looked up
/// there; if that fails too, the person is unresolved.
pub fn identify(governance: &Governance, name: &str, email: &str) -> Person {
    let (mapped_name, mapped_email) = governance.mailmap.map(name.trim(), email.trim());
    let found = PersonMatch::of(governance, mapped_email);
    let (key, shown) = if found.key.contains('@') {
        (found.key.clone(), found.key)
    } else {
        match login(governance, name).or_else(|| login(governance, email)) {
            Some(key) => (key.clone(), key),
            // A key without `@` is not an address, so nobody is mistaken for somebody else.
            None => {
                let name = lower_name(name).replace('@', " ");
                (format!("{} {name}", found.key), email.trim().to_owned())
            }
        }
    };
    let listed = match mapped_name {
        "" => known_name(governance, &key),
        name => name,
    };
    Person(Rc::new(KnownPerson {
        name: listed.to_owned(),
        display: display(listed, &shown),
        email: shown,
        key,
        typed_name: name.to_owned(),
        typed_email: email.to_owned(),
        also: Vec::new(),
        account: found.account,
        is_mapped: found.is_mapped,
    }))
}

/// Returns the person of a forge login or display name, if `people.logins` has it.
pub fn identify_login(governance: &Governance, name: &str) -> Option<Person> {
    let key = login(governance, name)?;
    let person = identify(governance, "", &key);
    Some(Person(Rc::new(KnownPerson {
        typed_name: name.to_owned(),
        typed_email: String::new(),
        ..(*person.0).clone()
    })))
}

/// Returns the key of an address alone: mapped by mailmap and `people.logins`, in lower case.
pub fn key_of(governance: &Governance, email: &str) -> String {
    PersonMatch::of(governance, governance.mailmap.map("", email.trim()).1).key
}

/// Returns the commit by which the person with an address may be somebody else.
pub fn find_doubt<'n>(
    governance: &Governance,
    names: &'n UnprovenNames,
    email: &str,
) -> Option<&'n Arc<str>> {
    if !names.has_people() {
        return names.of_everybody();
    }
    let account = Account::of(email, &governance.policy.people.noreply);
    names.of_person(email, &key_of(governance, email), account.as_ref())
}

/// Tells whether a text, as typed, names a person: by address, login or name.
pub fn is_named(governance: &Governance, person: &Person, text: &str) -> bool {
    let is_key = |key: &str| key == person.key;
    let name = lower_name(text);
    is_key(&key_of(governance, text))
        || login(governance, text).is_some_and(|key| is_key(&key))
        || [&person.name, &person.typed_name]
            .iter()
            .any(|other| !name.is_empty() && lower_name(other) == name)
}

struct PersonMatch {
    key: String,
    account: Option<Account>,
    is_mapped: bool,
}

impl PersonMatch {
    fn of(governance: &Governance, email: &str) -> PersonMatch {
        let Some(account) = Account::of(email, &governance.policy.people.noreply) else {
            return PersonMatch {
                key: address::lower(email.trim()),
                account: None,
                is_mapped: false,
            };
        };
        let owner = account_owner(governance, &account);
        PersonMatch {
            is_mapped: owner.is_some(),
            key: owner.unwrap_or_else(|| account.address()),
            account: Some(account),
        }
    }
}

/// Returns the address, after mailmap, of the account's owner according to `people.logins`.
/// A key with the account's number takes precedence over one with its login. Two keys that name different people are
/// ignored, as is an address that is itself a forge account.
fn account_owner(governance: &Governance, account: &Account) -> Option<String> {
    let people = &governance.policy.people;
    let mut named: Vec<_> = people
        .logins
        .iter()
        .filter_map(|(key, address)| {
            let by = account.is_named_by(&people.account_of_key(key)?)?;
            Some((by, address))
        })
        .collect();
    let nearest = named.iter().map(|(by, _)| *by).min()?;
    named.retain(|(by, _)| *by == nearest);
    let plain = |email: &Address| {
        let email = address::lower(governance.mailmap.map("", email.as_str()).1);
        let is_plain = Account::of(&email, &people.noreply).is_none();
        if is_plain { Some(email) } else { None }
    };
    let mut owners = named.into_iter().map(|(_, address)| plain(address));
    let first = owners.next()??;
    owners.all(|other| other.as_ref() == Some(&first)).then_some(first)
}

/// Returns the accounts that `people.logins` maps to the person with this key; only those given by number.
pub fn accounts_of(governance: &Governance, key: &str) -> Vec<Account> {
    let people = &governance.policy.people;
    let own =
        people.logins.iter().filter(|(_, address)| key_of(governance, address.as_str()) == key);
    own.filter_map(|(login, _)| people.account_of_key(login))
        .filter(|account| account.id.is_some())
        .collect()
}

/// Returns the key of the person with a login or display name; `None` also if it is ambiguous.
fn login(governance: &Governance, name: &str) -> Option<String> {
    let name = lower_name(name.trim().trim_start_matches('@'));
    let logins = governance.policy.people.logins.iter();
    let mut known = logins.filter(|(login, _)| !name.is_empty() && lower_name(login) == name);
    let (_, address) = known.next()?;
    let is_other = |(_, other): (&String, &Address)| other != address;
    if known.any(is_other) {
        return None;
    }
    Some(key_of(governance, address.as_str()))
}

fn known_name<'g>(governance: &'g Governance, key: &str) -> &'g str {
    let entry = |roster: &'g Roster| roster.entries.get(&Address::new(key)?);
    let entry = governance.roster.as_ref().and_then(entry);
    entry.map_or("", |entry| entry.name.as_str())
}

fn display(name: &str, email: &str) -> String {
    match (name, email) {
        ("", email) => email.to_owned(),
        (name, "") => name.to_owned(),
        (name, email) => format!("{name} <{email}>"),
    }
}

/// Tells whether a person is only the address under which approvals are committed, as typed or after mailmap.
pub fn is_nobody(person: &Person) -> bool {
    nobody::is_address(&person.typed_email) || nobody::is_address(&person.key)
}

/// Tells whether a person is a bot: by the policy's patterns, by `[bot]`, or by the built-in lists.
pub fn is_bot(governance: &Governance, person: &Person) -> bool {
    is_known_bot(person)
        || machines::is_listed(person)
        || fits_folded(governance, &governance.policy.people.bots, person)
}

/// Tells whether a person is a well-known bot: by `[bot]`, or by the built-in list.
pub fn is_known_bot(person: &Person) -> bool {
    bots::is_known(person)
}

/// Tells whether a person is an AI agent, by the policy's patterns.
pub fn is_agent(governance: &Governance, person: &Person) -> bool {
    fits_folded(governance, &governance.policy.people.agents, person)
}

/// Tells whether an identity, as a record or a map of tool calls states it, may be a person: for people whose approvals
/// don't count.
pub fn may_be_identity(governance: &Governance, identity: &str, person: &Person) -> bool {
    let identity = folded(identity);
    let bare = identity.split_once(':').map_or("", |(_, rest)| rest.trim());
    let own = texts_of(governance, person);
    let is_own = |text: &str| own.iter().any(|own| folded(own) == text);
    let people = &governance.policy.people;
    let logins = people.logins.iter();
    let mapped = logins.filter(|(_, address)| key_of(governance, address.as_str()) == person.key);
    let accounts: Vec<Account> = mapped
        .filter_map(|(login, _)| people.account_of_key(login))
        .chain(person.account.clone())
        .collect();
    let is_account = |text: &str| {
        let named = people.account_of_key(text);
        named.is_some_and(|named| accounts.iter().any(|account| account.may_be(text, &named)))
    };
    [identity.as_ref(), bare]
        .into_iter()
        .filter(|text| !text.is_empty())
        .any(|text| is_own(text) || is_account(text) || is_named(governance, person, text))
}

/// Tells whether a name and address, as typed, match the policy's additional forge identities.
pub fn is_forge(governance: &Governance, name: &str, email: &str) -> bool {
    let texts = [name, email, &format!("{name} <{email}>")];
    let forges = governance.policy.people.forges.iter();
    let mut fitting = forges.filter(|forge| {
        let matches = |text: &&str| pattern::matches_person(forge, text);
        // One address is the forge's under every name.
        let address = address_of(forge);
        let is_address = !address.contains('*');
        texts.iter().any(matches) || is_address && pattern::matches_person(address, email)
    });
    fitting.next().is_some()
}

/// Tells whether `people.forges` names an address, alone or behind a name.
pub fn names_forge(governance: &Governance, address: &str) -> bool {
    governance.policy.people.forges.iter().any(|forge| is_forge_address(forge, address))
}

/// Tells whether a pattern matches a person's address or name, as typed or as resolved; the number of
/// an account may be omitted.
fn fits(governance: &Governance, patterns: &[String], person: &Person) -> bool {
    let texts = texts_of(governance, person);
    let fits = |pattern: &str| texts.iter().any(|text| fits_text(pattern, text));
    patterns.iter().any(|written| {
        let pattern = address::lower(written);
        fits(&pattern) || unnumbered(governance, &pattern).is_some_and(|pattern| fits(&pattern))
    })
}

/// Tells the same as [`fits`], or that it is so once both sides are folded: for people whose approvals don't count.
fn fits_folded(governance: &Governance, patterns: &[String], person: &Person) -> bool {
    if fits(governance, patterns, person) {
        return true;
    }
    let texts = texts_of(governance, person);
    let is_plain = |text: &String| is_folded(&address::lower(text));
    if texts.iter().all(is_plain) && patterns.iter().all(is_plain) {
        return false;
    }
    let fits =
        |pattern: &str| texts.iter().any(|text| pattern::matches_person_folded(pattern, text));
    patterns.iter().any(|written| {
        let account = || unnumbered(governance, &folded(written));
        fits(written) || account().is_some_and(|pattern| fits(&pattern))
    })
}

fn texts_of(governance: &Governance, person: &Person) -> Vec<String> {
    let mut texts = [&person.key, &person.name, &person.typed_name, &person.typed_email]
        .map(|text| address::lower(text))
        .to_vec();
    texts.extend(unnumbered(governance, &person.typed_email));
    // A list that names somebody by a former address names them still.
    texts.extend(governance.mailmap.sources(&person.key).map(str::to_owned));
    texts.retain(|text| !text.is_empty());
    texts.dedup();
    texts
}

fn unnumbered(governance: &Governance, email: &str) -> Option<String> {
    let account = Account::of(email, &governance.policy.people.noreply);
    account.map(|account| account.address())
}

/// Compares the literal parts before the first and after the last star first: cheap, and rules out most texts.
fn fits_text(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let end = rest.rsplit('*').next().unwrap_or(rest);
    text.starts_with(start) && text.ends_with(end) && pattern::matches_person(pattern, text)
}

/// Returns the groups of a person, sorted.
pub fn groups_of(governance: &Governance, person: &Person) -> Vec<String> {
    let groups = governance.policy.groups.iter();
    groups
        .filter(|(_, members)| {
            let is_person = |member: &Address| key_of(governance, member.as_str()) == person.key;
            members.iter().any(is_person)
        })
        .map(|(name, _)| name.clone())
        .collect()
}

/// Returns the members of a group as people, without duplicates, sorted; empty if the group is not defined.
pub fn members(governance: &Governance, group: &str) -> Vec<Person> {
    let members = governance.policy.groups.get(group);
    let mut people: Vec<Person> = members
        .into_iter()
        .flatten()
        .map(|member| identify(governance, "", member.as_str()))
        .collect();
    people.sort();
    people.dedup_by(|left, right| left.key == right.key);
    people
}

/// Returns the people to notify, without duplicates, in the order of the targets; members of one group are sorted.
/// Whoever has left according to the roster is left out.
pub fn notified<'t>(
    governance: &Governance,
    targets: impl IntoIterator<Item = &'t NotifyTarget>,
) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    for target in targets {
        let named = match target {
            NotifyTarget::Group(group) => members(governance, group),
            NotifyTarget::Address(address) => vec![identify(governance, "", address.as_str())],
        };
        for person in named {
            if !has_left(governance, &person.email)
                && people.iter().all(|other| other.key != person.key)
            {
                people.push(person);
            }
        }
    }
    people
}

/// Tells whether the roster says that the person with an address has left.
pub fn has_left(governance: &Governance, address: &str) -> bool {
    let state = Address::new(address).map(|address| roster_state(governance, &address));
    state == Some(RosterState::Inactive)
}

/// Returns the roster's state of the person with an address: by that address, else by another one of the same person.
pub fn roster_state(governance: &Governance, address: &Address) -> RosterState {
    let Some(roster) = &governance.roster else {
        return RosterState::NoRoster;
    };
    let of_person = || {
        let key = key_of(governance, address.as_str());
        let mut entries = roster.entries.iter();
        entries.find(|(other, _)| key_of(governance, other.as_str()) == key)
    };
    let direct = roster.entries.get(address);
    match direct.or_else(|| of_person().map(|(_, entry)| entry)) {
        None => RosterState::NotListed,
        Some(entry) if entry.active => RosterState::Active,
        Some(_) => RosterState::Inactive,
    }
}

/// Returns the first address of the roster that is active.
pub fn first_active(governance: &Governance) -> Option<String> {
    let mut entries = governance.roster.as_ref()?.entries.iter();
    entries.find(|(_, entry)| entry.active).map(|(address, _)| address.to_string())
}

/// Returns a login that `people.logins` maps to a person: one without a domain, else the first; `None` if none is mapped.
///
/// Display names are not logins. The number of an account is left out.
pub fn login_of(governance: &Governance, person: &Person) -> Option<String> {
    let logins = governance.policy.people.logins.iter();
    let own = logins.filter(|(_, address)| key_of(governance, address.as_str()) == person.key);
    let mut found: Vec<(bool, String)> = own
        .filter_map(|(listed, _)| {
            let key = listed.trim().trim_start_matches('@');
            let (local, has_domain) = match key.split_once('@') {
                Some((local, _)) => (local, true),
                None => (key, false),
            };
            let login = match local.split_once('+') {
                Some((id, login)) if id.bytes().all(|byte| byte.is_ascii_digit()) => login,
                _ => local,
            };
            // GitLab joins the number by another sign.
            let account = Account::of(key, &governance.policy.people.noreply);
            let login = account.map_or_else(|| login.to_owned(), |account| account.login);
            is_login(&login).then_some((has_domain, login))
        })
        .collect();
    found.sort();
    found.into_iter().next().map(|(_, login)| login)
}

fn is_login(text: &str) -> bool {
    let fits = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '-');
    !text.is_empty() && text.chars().all(fits)
}
