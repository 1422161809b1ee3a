//! What mailmap and policy say of who is who, and what of it is not proven: a claim may have let it in.
//!
//! Pure. Start at [`NameTrail`] and [`UnprovenNames`]. Follows `docs/spec/approval.md`, E2a and G2, *Level of a key*.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::policy::mailmap::Mailmap;
use crate::policy::people::account::Account;
use crate::policy::settings::People;
use crate::record::{address, pattern};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameFact {
    Mailmap {
        address: String,
        name: String,
        proper: String,
    },
    Login {
        key: String,
        account: Option<Account>,
        owner: String,
    },
    /// A domain of private addresses.
    Private(String),
    Forge(String),
}

impl NameFact {
    /// Returns what the mailmap says.
    pub fn of_mailmap(mailmap: &Mailmap) -> BTreeSet<NameFact> {
        let joins = mailmap.joins();
        let fact = |(address, name, proper): (&str, &str, &str)| NameFact::Mailmap {
            address: address.to_owned(),
            name: name.to_owned(),
            proper: proper.to_lowercase(),
        };
        joins.map(fact).collect()
    }

    /// Returns what the policy says.
    pub fn of_policy(people: &People) -> BTreeSet<NameFact> {
        let logins = people.logins.iter().map(|(key, owner)| NameFact::Login {
            key: key.clone(),
            account: people.account_of_key(key),
            owner: address::lower(owner.as_str()),
        });
        let private = people.noreply.iter().map(|host| NameFact::Private(address::lower(host)));
        let forges = people.forges.iter().cloned().map(NameFact::Forge);
        logins.chain(private).chain(forges).collect()
    }

    // Returns the addresses and accounts that are joined, or parted where it no longer stands.
    fn names(&self) -> Vec<String> {
        match self {
            NameFact::Mailmap { address, proper, .. } => vec![address.clone(), proper.clone()],
            NameFact::Login { account, owner, .. } => {
                account.iter().flat_map(Account::names).chain([owner.clone()]).collect()
            }
            NameFact::Private(_) | NameFact::Forge(_) => Vec::new(),
        }
    }
}

/// What one file says of who is who, since something proved it last.
#[derive(Clone, Debug, Default)]
pub struct NameTrail {
    proven: BTreeSet<NameFact>,
    /// What never went away since: what was away starts anew.
    kept: BTreeSet<NameFact>,
    /// What differs, each with the commit since which it does.
    changed: BTreeMap<NameFact, Arc<str>>,
}

impl NameTrail {
    /// Notes what the file says by a version that is proven.
    pub fn prove(&mut self, now: BTreeSet<NameFact>) {
        *self = NameTrail { proven: now.clone(), kept: now, changed: BTreeMap::new() };
    }

    /// Notes what the file says by another version.
    pub fn change(&mut self, now: &BTreeSet<NameFact>, commit: &Arc<str>) {
        self.kept.retain(|fact| now.contains(fact));
        let differing = self.proven.union(now).filter(|fact| !self.kept.contains(fact));
        let since = |fact: &NameFact| self.changed.get(fact).unwrap_or(commit).clone();
        self.changed = differing.map(|fact| (fact.clone(), since(fact))).collect();
    }
}

/// Who may be somebody else, and what may be no forge, by what is not proven; each with the commit that says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnprovenNames {
    /// By address, identity key, or name of an account.
    people: BTreeMap<String, Arc<str>>,
    /// The domains of private addresses changed, so that anybody may be somebody else.
    anybody: Option<Arc<str>>,
    forges: Vec<(String, Arc<str>)>,
    /// The patterns of `people.forges` that are proven.
    proven_forges: Vec<String>,
}

impl UnprovenNames {
    /// Collects what changed in files; `key_of` returns the key that an address or name has now.
    pub fn of<'t>(
        trails: impl IntoIterator<Item = &'t NameTrail>,
        key_of: impl Fn(&str) -> String,
    ) -> UnprovenNames {
        let mut names = UnprovenNames::default();
        for trail in trails {
            for (fact, commit) in &trail.changed {
                for name in fact.names() {
                    let key = key_of(&name);
                    names.people.entry(key).or_insert_with(|| Arc::clone(commit));
                    names.people.entry(name).or_insert_with(|| Arc::clone(commit));
                }
                match fact {
                    NameFact::Private(_) => names.anybody = Some(Arc::clone(commit)),
                    NameFact::Forge(forge) => names.forges.push((forge.clone(), commit.clone())),
                    NameFact::Mailmap { .. } | NameFact::Login { .. } => {}
                }
            }
            names.proven_forges.extend(trail.kept.iter().filter_map(|fact| match fact {
                NameFact::Forge(forge) => Some(forge.clone()),
                _ => None,
            }));
        }
        names
    }

    /// Tells whether the doubt is about some people only.
    pub fn has_people(&self) -> bool {
        !self.people.is_empty()
    }

    /// Returns the commit by which everybody may be somebody else.
    pub fn of_everybody(&self) -> Option<&Arc<str>> {
        self.anybody.as_ref()
    }

    /// Returns the commit by which the person with an address, who has a key and perhaps an account now, may be somebody else.
    pub fn of_person(
        &self,
        email: &str,
        key: &str,
        account: Option<&Account>,
    ) -> Option<&Arc<str>> {
        let own = [key.to_owned(), address::lower(email.trim())].into_iter();
        let mut names = own.chain(account.into_iter().flat_map(Account::names));
        names.find_map(|name| self.people.get(&name)).or(self.anybody.as_ref())
    }

    /// Returns the commit by which anybody at all may be somebody else, whose address is not known.
    pub fn of_anybody(&self) -> Option<&Arc<str>> {
        self.people.values().next().or(self.anybody.as_ref()).or(self.any_forge())
    }

    fn any_forge(&self) -> Option<&Arc<str>> {
        self.forges.first().map(|(_, commit)| commit)
    }

    /// Returns the commit by which an address may be that of a forge or no longer is.
    pub fn of_forge(&self, email: &str) -> Option<&Arc<str>> {
        let names = |forge: &str| is_forge_address(forge, email);
        if self.proven_forges.iter().any(|forge| names(forge)) {
            return None;
        }
        self.forges.iter().find(|(forge, _)| names(forge)).map(|(_, commit)| commit)
    }
}

/// Tells whether an entry of `people.forges` names an address, alone or behind a name.
pub fn is_forge_address(forge: &str, address: &str) -> bool {
    pattern::matches_person(address_of(forge), address.trim())
}

/// Returns the address of a pattern, without the name that may stand before it.
pub fn address_of(pattern: &str) -> &str {
    let behind = pattern.trim_end().strip_suffix('>').and_then(|text| text.rsplit_once('<'));
    behind.map_or(pattern, |(_, address)| address)
}
