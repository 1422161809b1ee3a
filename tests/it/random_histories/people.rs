//! Who is there: what they are called, whether they tell the truth, and their keys.
//!
//! Start at [`Who`]. Honest people type their own name in what they make, and say what is so.

use std::cell::RefCell;
use std::collections::HashMap;

use ssh_key::private::Ed25519Keypair;
use ssh_key::{HashAlg, LineEnding, PrivateKey};

/// A real person, or a bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Who {
    /// Opens pull requests, and types what serves her.
    Ana,
    /// Opens pull requests, and types what serves him.
    Bob,
    /// Types what serves him; pushes to the mainline in some ledgers.
    Mal,
    /// Honest, may not merge.
    Cy,
    /// Honest, merges.
    Lee,
    /// Honest, merges.
    Dana,
    /// Honest, merges.
    Sam,
    /// The bot that merges whatever has no conflict.
    Bot,
}

pub(super) const LIARS: &[Who] = &[Who::Ana, Who::Bob, Who::Mal];
pub(super) const HONEST: &[Who] = &[Who::Cy, Who::Lee, Who::Dana, Who::Sam];
pub(super) const MAINTAINERS: &[Who] = &[Who::Lee, Who::Dana, Who::Sam];
pub(super) const PEOPLE: &[Who] =
    &[Who::Ana, Who::Bob, Who::Mal, Who::Cy, Who::Lee, Who::Dana, Who::Sam];

/// Name and address as a commit names somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ident {
    pub name: String,
    pub email: String,
}

impl Ident {
    pub(super) fn new(name: &str, email: &str) -> Ident {
        Ident { name: name.to_owned(), email: email.to_owned() }
    }

    /// Returns the ident as the web interface of a forge commits.
    pub(super) fn github() -> Ident {
        Ident::new("GitHub", "noreply@github.com")
    }
}

impl std::fmt::Display for Ident {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} <{}>", self.name, self.email)
    }
}

/// How a forge writes the private address of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Private {
    /// With the account's number.
    Numbered,
    /// With the number, after the login changed.
    Renamed,
    /// As it was before addresses had numbers.
    Unnumbered,
}

pub(super) const PRIVATE: &[Private] = &[Private::Numbered, Private::Renamed, Private::Unnumbered];

impl Who {
    /// Returns the account as commits name it: by its login, or by the name of the person.
    pub(super) fn account(self, private: Private, by_login: bool) -> Ident {
        let (number, login) = (100 + self as usize, self.login());
        let (login, local) = match private {
            Private::Numbered => (login.to_owned(), format!("{number}+{login}")),
            Private::Renamed => (format!("{login}-new"), format!("{number}+{login}-new")),
            Private::Unnumbered => (login.to_owned(), login.to_owned()),
        };
        let name = if by_login { &login } else { self.name() };
        Ident::new(name, &format!("{local}@users.noreply.github.com"))
    }

    /// Tells whether an ident is this person's account, however it is written.
    pub(super) fn has_account(self, ident: &Ident) -> bool {
        let is_own = |private: &Private| self.account(*private, true).email == ident.email;
        self != Who::Bot && PRIVATE.iter().any(is_own)
    }

    pub(super) fn is_honest(self) -> bool {
        HONEST.contains(&self)
    }

    fn login(self) -> &'static str {
        match self {
            Who::Ana => "ana",
            Who::Bob => "bob",
            Who::Mal => "mal",
            Who::Cy => "cy",
            Who::Lee => "lee",
            Who::Dana => "dana",
            Who::Sam => "sam",
            Who::Bot => "merge[bot]",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Who::Ana => "Ana Ruiz",
            Who::Bob => "Bob Tan",
            Who::Mal => "Mal Roe",
            Who::Cy => "Cy Oh",
            Who::Lee => "Lee Chen",
            Who::Dana => "Dana Kim",
            Who::Sam => "Sam Ito",
            Who::Bot => "merge[bot]",
        }
    }

    pub(super) fn email(self) -> String {
        match self {
            Who::Bot => "7+merge[bot]@users.noreply.github.com".to_owned(),
            _ => format!("{}@example.com", self.login()),
        }
    }

    pub(super) fn ident(self) -> Ident {
        Ident::new(self.name(), &self.email())
    }

    /// Returns the same name with a second address.
    pub(super) fn second(self) -> Ident {
        Ident::new(self.name(), &format!("{}@old.example.com", self.login()))
    }

    /// Returns what there is of a key, made once.
    fn key<T>(self, of: impl Fn(&PrivateKey) -> T) -> T {
        thread_local! {
            static KEYS: RefCell<HashMap<Who, PrivateKey>> = RefCell::default();
        }
        KEYS.with_borrow_mut(|keys| {
            let seed = [self as u8 + 1; 32];
            let key = keys.entry(self);
            of(key.or_insert_with(|| PrivateKey::from(Ed25519Keypair::from_seed(&seed))))
        })
    }

    /// Returns the public key, as a signers file states it.
    pub(super) fn public(self) -> String {
        let text = self.key(|key| key.public_key().to_openssh().unwrap());
        text.trim().to_owned()
    }

    /// Signs a text. What was signed once is remembered: it is the same again.
    pub(super) fn sign(self, namespace: &str, text: &[u8]) -> String {
        thread_local! {
            static SIGNED: RefCell<HashMap<(Who, Vec<u8>), String>> = RefCell::default();
        }
        let entry = (self, text.to_vec());
        if let Some(known) = SIGNED.with_borrow(|signed| signed.get(&entry).cloned()) {
            return known;
        }
        let signature = self.key(|key| key.sign(namespace, HashAlg::Sha512, text).unwrap());
        let text = signature.to_pem(LineEnding::LF).unwrap();
        SIGNED.with_borrow_mut(|signed| {
            if signed.len() > 20_000 {
                signed.clear();
            }
            signed.insert(entry, text.clone());
        });
        text
    }
}
