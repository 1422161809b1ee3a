//! The people of a first policy, as `--person` names them.
//!
//! Start at [`ApproverArgument::parse`] and [`Approvers::read`]. Follows `docs/spec/cli.md`, init.

use std::path::Path;

use exledger::approval::sources::signature;
use exledger::approval::sources::signers::Signers;
use exledger::policy::settings::People;
use exledger::record::address::Address;
use exledger::store::files;

use crate::commands::context::fault;
use crate::commands::init::forge::{Forge, Origin};

/// The largest file of a key that is read, in bytes.
const MOST: u64 = 16 * 1024;

/// `LOGIN=ADDRESS[=KEYFILE]`.
#[derive(Clone, Debug)]
pub(super) struct ApproverArgument {
    login: String,
    address: Address,
    key_file: Option<String>,
}

impl ApproverArgument {
    pub(super) fn parse(text: &str) -> Result<ApproverArgument, String> {
        let mut parts = text.splitn(3, '=');
        let login = parts.next().unwrap_or_default().trim();
        let address = parts.next().map(str::trim).unwrap_or_default();
        let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_.+@".contains(char);
        let account = People::default().account_of_key(login);
        if account.is_none() || !login.chars().all(is_plain) {
            return Err(
                "it begins with the person's login on the forge, as in odiaz=omar@example.com, or with the account's private address there"
                    .to_owned(),
            );
        }
        let address = Address::new(address)
            .ok_or("after the login stands the person's address, as in odiaz=omar@example.com")?;
        let key_file = parts.next().map(str::to_owned);
        Ok(ApproverArgument { login: login.to_owned(), address, key_file })
    }

    // Tells whether a key of `people.logins` is about the same login, with or without a number.
    fn is_account(&self, key: &str) -> bool {
        let [own, other] =
            [self.login.as_str(), key].map(|key| People::default().account_of_key(key));
        own.zip(other).is_some_and(|(own, other)| {
            own.forge == other.forge
                && (own.login == other.login || own.id.is_some() && own.id == other.id)
        })
    }
}

#[derive(Debug, Default)]
pub(super) struct Approvers {
    pub(super) addresses: Vec<Address>,
    pub(super) logins: Vec<(String, Address)>,
    pub(super) signers: String,
}

impl Approvers {
    /// Returns the people who are named, and before them git's user where fewer than two are; their keys are read from
    /// files, and the number of a login from the newest commits.
    pub(super) fn read(
        persons: &[ApproverArgument],
        (origin, forge): (&Origin, Forge),
        folder: &Path,
    ) -> anyhow::Result<Approvers> {
        let mut approvers = Approvers::default();
        let user = if persons.len() < 2 { origin.user.as_ref() } else { None };
        for address in user.into_iter().chain(persons.iter().map(|person| &person.address)) {
            if !approvers.addresses.contains(address) {
                approvers.addresses.push(address.clone());
            }
        }
        let mut keys: Vec<(String, &Address)> = Vec::new();
        for (at, ApproverArgument { login, address, key_file }) in persons.iter().enumerate() {
            if let Some(earlier) = persons.iter().take(at).find(|earlier| earlier.is_account(login))
            {
                return Err(fault::usage_error(
                    format!("{} and {login} are one login", earlier.login),
                    "give each login with one --person alone",
                ));
            }
            let number = origin.numbers.get(&login.to_ascii_lowercase());
            let login = number.map_or_else(|| login.clone(), |number| format!("{number}+{login}"));
            let key = match origin.private_domain(forge).filter(|_| !login.contains('@')) {
                Some(domain) => format!("{}@{domain}", login.replacen('+', "-", 1)),
                None => login,
            };
            approvers.logins.push((key, address.clone()));
            let Some(file) = key_file else { continue };
            let (key, line) = line(address, &folder.join(file))?;
            match keys.iter().find(|(other, _)| *other == key) {
                // Who lists one key for two addresses makes them one person.
                Some((_, other)) if *other != address => {
                    return Err(fault::usage_error(
                        format!(
                            "{file} is the key of {} and of {}",
                            other.as_str(),
                            address.as_str()
                        ),
                        "give the public key of each person's own",
                    ));
                }
                Some(_) => {}
                None => {
                    approvers.signers.push_str(&line);
                    keys.push((key, address));
                }
            }
        }
        Ok(approvers)
    }

    pub(super) fn without_key(&self) -> Vec<&str> {
        let addresses = self.addresses.iter().map(Address::as_str);
        addresses
            .filter(|it| !self.signers.lines().any(|line| line.starts_with(&format!("{it} "))))
            .collect()
    }

    pub(super) fn without_number(&self) -> Vec<&str> {
        let has_number = |key: &str| {
            People::default().account_of_key(key).is_some_and(|account| account.id.is_some())
        };
        self.logins.iter().map(|(key, _)| key.as_str()).filter(|key| !has_number(key)).collect()
    }
}

// Returns the key, and the line that lists it.
fn line(address: &Address, file: &Path) -> anyhow::Result<(String, String)> {
    let shown = file.display();
    let refused = |what: String| {
        fault::usage_error(what, "give the file of a public key, such as ~/.ssh/id_ed25519.pub")
    };
    let bytes = files::read(file, MOST)
        .map_err(|error| refused(format!("the key {shown} can't be read: {error}")))?;
    let text = String::from_utf8_lossy(&bytes);
    let mut words = text.split_ascii_whitespace();
    let key = [words.next().unwrap_or_default(), words.next().unwrap_or_default()].join(" ");
    let line = format!("{} namespaces=\"{}\" {key}\n", address.as_str(), signature::APPROVAL);
    let read = Signers::parse(&line);
    if read.lines.len() != 1 || !read.problems.is_empty() {
        return Err(refused(format!("{shown} is not a public key")));
    }
    Ok((key, line))
}
