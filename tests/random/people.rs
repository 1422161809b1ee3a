//! The people: their names and accounts, whether they are honest, and their keys.
//!
//! Start at [`Who`]. Honest people commit under their own name and claim only what is true.

use std::cell::RefCell;
use std::collections::HashMap;

use ssh_key::private::Ed25519Keypair;
use ssh_key::{HashAlg, LineEnding, PrivateKey};

/// A real person, or a bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Who {
    /// Dishonest: opens pull requests, and types what helps her.
    Ana,
    /// Dishonest: opens pull requests, and types what helps him.
    Bob,
    /// Dishonest: types what helps him, and pushes to the approved branch in some ledgers.
    Mal,
    /// Honest, can't merge.
    Cy,
    /// Honest, merges.
    Lee,
    /// Honest, merges.
    Dana,
    /// Honest, merges.
    Sam,
    /// The bot that merges any branch without conflicts.
    Bot,
}

pub(super) const LIARS: &[Who] = &[Who::Ana, Who::Bob, Who::Mal];
pub(super) const HONEST: &[Who] = &[Who::Cy, Who::Lee, Who::Dana, Who::Sam];
pub(super) const MAINTAINERS: &[Who] = &[Who::Lee, Who::Dana, Who::Sam];
pub(super) const PEOPLE: &[Who] =
    &[Who::Ana, Who::Bob, Who::Mal, Who::Cy, Who::Lee, Who::Dana, Who::Sam];

/// A name and address as in a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ident {
    pub name: String,
    pub email: String,
}

impl Ident {
    pub(super) fn new(name: &str, email: &str) -> Ident {
        Ident { name: name.to_owned(), email: email.to_owned() }
    }

    /// Returns the identity under which the web interface of a forge commits.
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
    /// With the number of the account.
    Numbered,
    /// With the number, after the login changed.
    Renamed,
    /// In the older form, without a number.
    Unnumbered,
}

pub(super) const PRIVATE: &[Private] = &[Private::Numbered, Private::Renamed, Private::Unnumbered];

impl Who {
    /// Returns the account as a commit names it; the name is its login or that of the person.
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

    /// Tells whether an address is that of this person's account, in any form.
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

    /// Returns the person's name with a second address.
    pub(super) fn second(self) -> Ident {
        Ident::new(self.name(), &format!("{}@old.example.com", self.login()))
    }

    /// Calls `of` with the person's key, which is generated once.
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

    /// Returns the public key as in a signers file.
    pub(super) fn public(self) -> String {
        let text = self.key(|key| key.public_key().to_openssh().unwrap());
        text.trim().to_owned()
    }

    /// Signs a text. Signatures are cached: signing the same text again gives the same signature.
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
