//! What the name of a field says of its value.
//!
//! Uses nothing else of the line. Pure. Start at [`Name::of`].

/// What a name says of the value it stands before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
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

/// An ending of names, as letters and digits alone.
struct Ending {
    text: &'static str,
    says: Name,
    /// Whether it counts wherever it stands (`dbpassword`), else as a word of its own alone, unlike in `turkey`.
    counts_anywhere: bool,
}

const fn always(text: &'static str, says: Name) -> Ending {
    Ending {
        text,
        says,
        counts_anywhere: true,
    }
}

const fn word(text: &'static str, says: Name) -> Ending {
    Ending {
        text,
        says,
        counts_anywhere: false,
    }
}

/// Endings by their last letter, because most names of fields end in none of them; the longer ones first.
fn endings(last: u8) -> &'static [Ending] {
    match last.to_ascii_lowercase() {
        b'd' => {
            const {
                &[
                    always("password", Name::Password),
                    always("passwd", Name::Password),
                    word("pwd", Name::Password),
                ]
            }
        }
        b'e' => {
            const {
                &[
                    always("passphrase", Name::Password),
                    word("signature", Name::Perhaps),
                    word("cookie", Name::Perhaps),
                ]
            }
        }
        b'g' => const { &[word("sig", Name::Perhaps)] },
        b'h' => const { &[always("hash", Name::Public), word("auth", Name::Perhaps)] },
        b'l' => const { &[word("credential", Name::Perhaps)] },
        b'm' => const { &[always("checksum", Name::Public)] },
        b'n' => {
            const {
                &[
                    always("token", Name::Token),
                    word("authorization", Name::Perhaps),
                ]
            }
        }
        b'r' => const { &[word("bearer", Name::Perhaps)] },
        b't' => {
            const {
                &[
                    always("fingerprint", Name::Public),
                    always("thumbprint", Name::Public),
                    always("digest", Name::Public),
                    always("secret", Name::Token),
                ]
            }
        }
        b'y' => KEYS,
        b'6' => const { &[always("sha256", Name::Public)] },
        _ => &[],
    }
}

const KEYS: &[Ending] = &[
    always("publickey", Name::Public),
    always("encryptionkey", Name::Token),
    always("privatekey", Name::Token),
    always("signingkey", Name::Token),
    always("accountkey", Name::Token),
    always("servicekey", Name::Token),
    always("accesskey", Name::Token),
    always("secretkey", Name::Token),
    always("masterkey", Name::Token),
    always("sharedkey", Name::Token),
    always("authkey", Name::Token),
    always("apikey", Name::Token),
    word("key", Name::Perhaps),
];

impl Name {
    /// Returns what a name says; letter case and `_ - .` in it are ignored, as is a plural.
    pub(super) fn of(name: &str) -> Name {
        let singular = name.strip_suffix(['s', 'S']).unwrap_or(name);
        let Some(last) = singular.bytes().next_back() else {
            return Name::Plain;
        };
        let fits = |ending: &&Ending| {
            before(singular, ending.text)
                .is_some_and(|rest| ending.counts_anywhere || ends(rest, singular))
        };
        let ending = endings(last).iter().find(fits);
        ending.map_or(Name::Plain, |ending| ending.says)
    }
}

/// Returns what stands before an ending; `None` where the name has another.
fn before<'n>(name: &'n str, ending: &str) -> Option<&'n str> {
    let mut rest = name;
    for expected in ending.bytes().rev() {
        let bare = if rest.len() == name.len() {
            rest
        } else {
            rest.trim_end_matches(['_', '-', '.', ' '])
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
