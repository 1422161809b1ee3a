//! git's `.mailmap`: which names and addresses belong together.
//!
//! Pure. Start at [`Mailmap::parse`]. Follows gitmailmap(5), whose matching ignores case, and `docs/spec/approval.md` 1.7.

use std::collections::BTreeMap;

/// The lines of a mailmap. Of two lines about the same address, the later one applies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mailmap {
    /// By commit address, in lower case.
    addresses: BTreeMap<String, MailmapAddress>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct MailmapAddress {
    any: Proper,
    /// By commit name, in lower case.
    named: BTreeMap<String, Proper>,
}

/// A proper name and address; `None` keeps that of the commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Proper {
    name: Option<String>,
    email: Option<String>,
}

struct MailmapPair<'l> {
    name: Option<&'l str>,
    email: &'l str,
}

impl Mailmap {
    /// Parses a mailmap; malformed lines are skipped, as in git.
    pub fn parse(text: &str) -> Mailmap {
        let mut mailmap = Mailmap::default();
        for line in text.lines() {
            mailmap.add(line);
        }
        mailmap
    }

    /// Returns each address of commits with the name that it is about, if any, and the address that it becomes.
    pub fn joins(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.addresses.iter().flat_map(|(address, entry)| {
            let any = [("", &entry.any)].into_iter();
            let named = entry.named.iter().map(|(name, proper)| (name.as_str(), proper));
            any.chain(named).filter_map(|(name, proper)| {
                Some((address.as_str(), name, proper.email.as_deref()?))
            })
        })
    }

    fn add(&mut self, line: &str) {
        if line.starts_with('#') {
            return;
        }
        let Some((first, rest)) = pair(line) else {
            return;
        };
        if first.email.is_empty() {
            return;
        }
        let second = if rest.trim_start().starts_with('#') {
            None
        } else {
            pair(rest).map(|(second, _)| second)
        };
        let name = first.name.map(str::to_owned);
        let (key, proper, old_name) = match second {
            Some(second) => {
                (second.email, Proper { name, email: Some(first.email.to_owned()) }, second.name)
            }
            None => (first.email, Proper { name, email: None }, None),
        };
        let address = self.addresses.entry(key.to_lowercase()).or_default();
        match old_name {
            Some(old_name) => {
                address.named.insert(old_name.to_lowercase(), proper);
            }
            None => {
                address.any.name = proper.name.or(address.any.name.take());
                address.any.email = proper.email.or(address.any.email.take());
            }
        }
    }

    /// Returns the addresses of commits that become an address, whatever name stands before them; in lower case.
    pub fn sources<'a>(&'a self, proper: &'a str) -> impl Iterator<Item = &'a str> {
        let is_it = move |known: &Proper| {
            known.email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(proper))
        };
        let becomes = move |address: &MailmapAddress| {
            is_it(&address.any) || address.named.values().any(is_it)
        };
        let own = self.addresses.iter().filter(move |(_, address)| becomes(address));
        own.map(|(address, _)| address.as_str())
    }

    /// Returns the proper name and address for those of a commit, ignoring case.
    ///
    /// A line about name and address takes precedence over one about the address alone. The result is not mapped again.
    pub fn map<'a>(&'a self, name: &'a str, email: &'a str) -> (&'a str, &'a str) {
        let Some(address) = self.addresses.get(&email.to_lowercase()) else {
            return (name, email);
        };
        let named = address.named.get(&name.to_lowercase());
        let proper = named.unwrap_or(&address.any);
        (proper.name.as_deref().unwrap_or(name), proper.email.as_deref().unwrap_or(email))
    }
}

fn pair(line: &str) -> Option<(MailmapPair<'_>, &str)> {
    let (name, rest) = line.split_once('<')?;
    let (email, rest) = rest.split_once('>')?;
    let trimmed = name.trim_ascii();
    let pair = MailmapPair { name: if !trimmed.is_empty() { Some(trimmed) } else { None }, email };
    Some((pair, rest))
}
