//! What the name of a field says of its value.
//!
//! Uses nothing else of the line. Pure. Start at [`Name::of`].

/// What a name says of the value it stands before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// Nothing.
    Plain,
    /// It is made to be shown: a public key, a digest.
    Public,
    /// It may be a credential, and often is something else: `key`, `credential`.
    Perhaps,
    /// It is a token or key.
    Token,
    /// It is a password.
    Password,
}

/// Endings of names, as letters and digits alone, the longer ones first.
const ENDINGS: &[(&str, Name)] = &[
    ("publickey", Name::Public),
    ("fingerprint", Name::Public),
    ("thumbprint", Name::Public),
    ("checksum", Name::Public),
    ("digest", Name::Public),
    ("sha256", Name::Public),
    ("hash", Name::Public),
    ("password", Name::Password),
    ("passphrase", Name::Password),
    ("passwd", Name::Password),
    ("encryptionkey", Name::Token),
    ("privatekey", Name::Token),
    ("signingkey", Name::Token),
    ("accountkey", Name::Token),
    ("servicekey", Name::Token),
    ("accesskey", Name::Token),
    ("secretkey", Name::Token),
    ("masterkey", Name::Token),
    ("sharedkey", Name::Token),
    ("authkey", Name::Token),
    ("apikey", Name::Token),
    ("secret", Name::Token),
    ("token", Name::Token),
];

/// Endings that mean this only as a word of their own, not in `turkey`.
const WORDS: &[(&str, Name)] = &[
    ("pwd", Name::Password),
    ("authorization", Name::Perhaps),
    ("credential", Name::Perhaps),
    ("signature", Name::Perhaps),
    ("bearer", Name::Perhaps),
    ("cookie", Name::Perhaps),
    ("auth", Name::Perhaps),
    ("key", Name::Perhaps),
    ("sig", Name::Perhaps),
];

impl Name {
    /// Returns what a name says; letter case and `_ - .` in it are ignored, as is a plural.
    pub fn of(name: &str) -> Name {
        let singular = name.strip_suffix(['s', 'S']).unwrap_or(name);
        // Every ending above ends in one of these.
        let last = singular.bytes().next_back();
        let last = last.map(|byte| byte.to_ascii_lowercase());
        if !last.is_some_and(|last| b"6deghklmnrtwy".contains(&last)) {
            return Name::Plain;
        }
        let ending = ENDINGS
            .iter()
            .find(|(ending, _)| before(singular, ending).is_some());
        let word = || {
            WORDS
                .iter()
                .find(|(word, _)| before(singular, word).is_some_and(|rest| ends(rest, singular)))
        };
        ending.or_else(word).map_or(Name::Plain, |(_, name)| *name)
    }
}

/// Returns what stands before an ending; `None` where the name has another.
fn before<'n>(name: &'n str, ending: &str) -> Option<&'n str> {
    let mut rest = name;
    for expected in ending.bytes().rev() {
        let bare = match rest.len() == name.len() {
            true => rest,
            false => rest.trim_end_matches(['_', '-', '.', ' ']),
        };
        let last = bare.bytes().next_back()?;
        if last.to_ascii_lowercase() != expected {
            return None;
        }
        rest = bare.get(..bare.len() - 1)?;
    }
    Some(rest)
}

/// Tells whether a word ends where `rest` does: at a separator, or where small letters meet a capital.
fn ends(rest: &str, name: &str) -> bool {
    let next = name.get(rest.len()..).and_then(|next| next.chars().next());
    match (rest.chars().next_back(), next) {
        (None, _) => true,
        (Some(last), Some(next)) => {
            !last.is_alphanumeric() || (!last.is_uppercase() && next.is_uppercase())
        }
        (Some(_), None) => false,
    }
}
