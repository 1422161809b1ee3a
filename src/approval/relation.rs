//! The relation of two identities: the same person, possibly the same, or known to be different.
//!
//! Uses policy's accounts. Pure. Start at [`Relation`]. Follows `docs/spec/approval.md`, 1.7.

use crate::policy::people::account::Account;
use std::fmt;

/// The relation of two people, the nearest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relation {
    Same,
    /// They have the same name, or similar addresses, and nothing says that they are the same person.
    Namesake,
    /// At least one is known only as a forge account whose owner is unknown.
    Unknown(UnknownAccount),
    Different,
}

impl Relation {
    /// Returns the nearer of two relations: it decides how one person relates to several others.
    #[must_use]
    pub fn nearest(self, other: Relation) -> Relation {
        if other.rank() < self.rank() { other } else { self }
    }

    /// Tells whether the two are known to be different people.
    pub fn is_different(&self) -> bool {
        *self == Relation::Different
    }

    fn rank(&self) -> u8 {
        match self {
            Relation::Same => 0,
            Relation::Namesake => 1,
            Relation::Unknown(_) => 2,
            Relation::Different => 3,
        }
    }
}

/// A forge account that may or may not be somebody else's, and what to add to the policy to settle that.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnknownAccount {
    /// The account: login and domain.
    pub account: String,
    /// The person or account it may be: an address, or another account.
    pub other: String,
    /// The keys that `people.logins` needs, each without its address: `nweber`.
    pub keys: Vec<String>,
}

impl UnknownAccount {
    /// Describes an account that may be the same as another person; accounts come with their keys of `people.logins`.
    pub(crate) fn new((account, key): &(Account, String), other: Other<'_>) -> UnknownAccount {
        let mut keys = vec![key.clone()];
        if let Other::Account((_, key)) = other {
            keys.push(key.clone());
        }
        keys.dedup();
        UnknownAccount {
            account: account.to_string(),
            other: match other {
                Other::Account((other, _)) => other.to_string(),
                Other::Address(email) => email.to_owned(),
            },
            keys,
        }
    }

    /// Returns the lines to add to `people.logins`: `nweber: ADDRESS`.
    pub fn lines(&self) -> Vec<String> {
        self.keys.iter().map(|key| line(key)).collect()
    }

    /// Returns the lines to add, as the object of a sentence: `` `nweber: ADDRESS` to people.logins ``.
    pub fn to_add(&self) -> String {
        to_add(&self.keys)
    }
}

/// Returns the lines for some keys, as the object of a sentence: `` `nweber: ADDRESS` to people.logins ``.
pub(crate) fn to_add(keys: &[String]) -> String {
    let lines: Vec<String> = keys.iter().map(|key| format!("`{}`", line(key))).collect();
    format!("{} to people.logins", lines.join(" and "))
}

/// Returns the line to add to `people.logins` for a key: `odiaz: ADDRESS`.
pub fn line(key: &str) -> String {
    if key.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        format!("{key}: ADDRESS")
    } else {
        format!("\"{key}\": ADDRESS")
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Other<'o> {
    Account(&'o (Account, String)),
    Address(&'o str),
}

impl fmt::Display for UnknownAccount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "it is not known that {} is not {}: add {}, then approve again",
            self.account,
            self.other,
            self.to_add()
        )
    }
}
