//! Forge accounts: the private addresses that stand for a login, and which of them belong to the same account.
//!
//! Pure. Start at [`Account::of`]. Follows `docs/spec/approval.md`, 1.7, accounts.

use std::fmt;

use crate::policy::settings::People;
use crate::record::address;
use crate::record::folded::folded;

/// The domain of GitHub's private addresses; the default domain of `people.logins`.
const GITHUB: &str = "users.noreply.github.com";

/// An account of a forge, as its private address identifies it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account {
    /// The domain of its addresses, in lower case; one domain is one forge.
    pub forge: String,
    /// The login, in lower case.
    pub login: String,
    /// The number of the account, without leading zeros, if the address contains it.
    pub id: Option<String>,
    /// A second interpretation of `12-kim` if the forge is unknown: number and login. It can show that two accounts are
    /// the same, but not that they differ.
    or: Option<(String, String)>,
}

impl Account {
    /// Returns the account of an address: at `users.noreply.HOST`, `noreply.HOST`, or a listed domain.
    pub fn of(email: &str, noreply: &[String]) -> Option<Account> {
        let email = address::lower(email.trim());
        let (local, domain) = email.rsplit_once('@')?;
        let host =
            ["users.noreply.", "noreply."].iter().find_map(|start| domain.strip_prefix(start));
        let listed = noreply.iter().any(|host| address::lower(host) == domain);
        let is_private = host.is_some_and(|host| !host.is_empty()) || listed;
        (is_private && !local.is_empty()).then(|| Account::new(local, domain))
    }

    fn new(local: &str, domain: &str) -> Account {
        let split = |mark| {
            let (id, login) = local.split_once(mark)?;
            let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
            let id = match id.trim_start_matches('0') {
                "" => "0",
                id => id,
            };
            (is_number && !login.is_empty()).then(|| (id.to_owned(), login.to_owned()))
        };
        let account = |login: &str, id, or| Account {
            forge: domain.to_owned(),
            login: login.to_owned(),
            id,
            or,
        };
        match (split('+'), split('-').filter(|_| domain != GITHUB)) {
            (Some((id, login)), _) => account(&login, Some(id), None),
            (None, Some((id, login))) if is_gitlab(domain) => account(&login, Some(id), None),
            (None, or) => account(local, None, or),
        }
    }

    /// Returns the account's address without its number: the key of all its addresses.
    pub fn address(&self) -> String {
        format!("{}@{}", self.login, self.forge)
    }

    /// Returns the account's names: two accounts with a name in common are the same.
    pub fn names(&self) -> Vec<String> {
        let mut names = vec![self.address()];
        names.extend(self.number());
        if let Some((id, login)) = &self.or {
            names.extend([format!("{login}@{}", self.forge), self.numbered(id)]);
        }
        names
    }

    /// Returns the account's name by number alone, if the number is known.
    pub fn number(&self) -> Option<String> {
        self.id.as_deref().map(|id| self.numbered(id))
    }

    fn numbered(&self, id: &str) -> String {
        format!("#{id} {}", self.forge)
    }

    /// Tells whether two accounts of one forge are known to be different: their numbers differ, or their logins differ
    /// and neither has a number.
    pub fn is_other_than(&self, other: &Account) -> bool {
        let others = other.names();
        let is_one = self.names().iter().any(|name| others.contains(name));
        let differ = match (&self.id, &other.id) {
            (Some(one), Some(other)) => one != other,
            (None, None) => self.login != other.login,
            _ => false,
        };
        self.forge == other.forge && !is_one && differ
    }

    // Whether this may be the account that a text names; one without a forge names a login on any.
    pub(super) fn may_be(&self, text: &str, named: &Account) -> bool {
        let (is_of_forge, others) = (self.forge == named.forge, named.names());
        let is_login = folded(&self.login) == folded(&named.login) && named.id.is_none();
        is_of_forge && self.names().iter().any(|name| others.contains(name))
            || is_login && (is_of_forge || !text.contains('@'))
    }

    /// Returns the key to use for it in `people.logins`.
    pub fn login_key(&self, people: &People) -> String {
        if self.forge == people.login_domain() { self.login.clone() } else { self.address() }
    }

    /// Returns the same with its number, if the address contains it.
    pub fn numbered_login_key(&self, people: &People) -> String {
        let key = self.login_key(people);
        self.id.as_ref().map_or_else(|| key.clone(), |id| format!("{id}+{key}"))
    }

    pub(super) fn is_named_by(&self, key: &Account) -> Option<NamedBy> {
        if self.forge != key.forge {
            return None;
        }
        match &key.id {
            Some(id) => (self.id.as_ref() == Some(id)).then_some(NamedBy::Number),
            None => (self.login == key.login).then_some(NamedBy::Login),
        }
    }
}

/// How a key of `people.logins` names an account; the first takes precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NamedBy {
    Number,
    Login,
}

impl fmt::Display for Account {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({})", self.login, self.forge)
    }
}

impl People {
    /// Returns the domain that bare logins in `people.logins` refer to: the only
    /// one of `people.noreply`, else GitHub's.
    pub fn login_domain(&self) -> String {
        match self.noreply.as_slice() {
            [only] => address::lower(only),
            _ => GITHUB.to_owned(),
        }
    }

    /// Returns the account that a key of `people.logins` names; a key with a domain names an account of that forge.
    ///
    /// `None` if the domain is not a forge's.
    pub fn account_of_key(&self, key: &str) -> Option<Account> {
        let key = address::lower(key.trim().trim_start_matches('@'));
        if key.contains('@') {
            Account::of(&key, &self.noreply)
        } else {
            (!key.is_empty()).then(|| Account::new(&key, &self.login_domain()))
        }
    }
}

/// Returns the keys of `people.logins` that have no effect, each with the reason.
pub fn idle_logins(people: &People) -> Vec<(&str, String)> {
    let keyed = |key: &str| people.account_of_key(key);
    let mut idle = Vec::new();
    for (key, email) in &people.logins {
        let others = people.logins.iter().filter(|(other, _)| *other != key);
        let twice = |(other, of_other): (&String, &address::Address)| {
            (of_other != email && keyed(other) == keyed(key)).then(|| other.clone())
        };
        if Account::of(email.as_str(), &people.noreply).is_some() {
            let message =
                format!("{email} is also a forge account, so {key} still belongs to nobody");
            idle.push((key.as_str(), message));
        } else if let Some(other) = others.into_iter().find_map(twice) {
            let message =
                format!("{key} and {other} are one account mapped to two people: neither counts");
            idle.push((key.as_str(), message));
        }
    }
    idle
}

/// Tells by its host name whether a forge is a GitLab, which writes `12-kim`.
fn is_gitlab(domain: &str) -> bool {
    domain
        .strip_prefix("users.noreply.")
        .is_some_and(|host| host.split('.').any(|label| label == "gitlab"))
}
