//! The relation of two identities: one person, perhaps one, or known to be two.
//!
//! Uses policy's accounts. Pure. Start at [`Relation`]. Follows `docs/spec/approval.md`, 1.7.

use std::fmt;

use crate::policy::people::account::Account;

/// How two people stand to each other, the nearest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relation {
    Same,
    /// They have one name, or addresses that look alike, and nothing says that they are one person.
    Namesake,
    /// At least one is known only as a forge account, and nothing tells whose it is.
    Unknown(UnknownAccount),
    Different,
}

impl Relation {
    /// Returns the nearer of two relations: of one person to several others, it is the one that decides.
    #[must_use]
    pub fn nearest(self, other: Relation) -> Relation {
        if other.rank() < self.rank() { other } else { self }
    }

    /// Tells whether the two are known to be two persons.
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

/// A forge account of which nobody knows whether it is somebody else, and what to add to the policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnknownAccount {
    /// The account: login and domain.
    pub account: String,
    /// Who it may be: an address, or another account.
    pub other: String,
    /// The lines that `people.logins` needs, each without its address: `nweber`.
    pub keys: Vec<String>,
}

impl UnknownAccount {
    /// Returns what is not known of an account and somebody else; accounts come with their keys of `people.logins`.
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

    /// Returns what to add, as the object of a sentence: `` `nweber: ADDRESS` to people.logins ``.
    pub fn to_add(&self) -> String {
        to_add(&self.keys)
    }
}

/// Returns the lines of some keys, as the object of a sentence: `` `nweber: ADDRESS` to people.logins ``.
pub(crate) fn to_add(keys: &[String]) -> String {
    let lines: Vec<String> = keys.iter().map(|key| format!("`{}`", line(key))).collect();
    format!("{} to people.logins", lines.join(" and "))
}

pub(crate) fn line(key: &str) -> String {
    if key.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        format!("{key}: ADDRESS")
    } else {
        format!("\"{key}\": ADDRESS")
    }
}

/// The other one of two people.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Other<'o> {
    /// Known only as an account, too.
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
