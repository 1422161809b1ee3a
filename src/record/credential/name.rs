//! What the name of a field implies about its value.
//!
//! Pure. Start at [`NameKind::of`].

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameKind {
    Plain,
    /// It is public: a public key, a digest.
    Public,
    /// It may be a credential, but is often something else: `key`, `credential`.
    Perhaps,
    /// It is a token or key.
    Token,
    /// It is a password.
    Password,
}

/// A suffix of names, in letters and digits only.
struct Ending {
    text: &'static str,
    kind: NameKind,
    /// Whether it counts as part of a word (`dbpassword`); otherwise only as a separate word, unlike in `turkey`.
    counts_anywhere: bool,
}

const fn always(text: &'static str, kind: NameKind) -> Ending {
    Ending { text, kind, counts_anywhere: true }
}

const fn word(text: &'static str, kind: NameKind) -> Ending {
    Ending { text, kind, counts_anywhere: false }
}

/// The suffixes by their last letter, because most field names end in none of them; the longer ones first.
fn endings(last: u8) -> &'static [Ending] {
    match last.to_ascii_lowercase() {
        b'd' => {
            const {
                &[
                    always("password", NameKind::Password),
                    always("passwd", NameKind::Password),
                    word("pwd", NameKind::Password),
                ]
            }
        }
        b'e' => {
            const {
                &[
                    always("passphrase", NameKind::Password),
                    always("passcode", NameKind::Password),
                    word("signature", NameKind::Perhaps),
                    word("cookie", NameKind::Perhaps),
                ]
            }
        }
        b'g' => const { &[word("sig", NameKind::Perhaps)] },
        b'h' => const { &[always("hash", NameKind::Public), word("auth", NameKind::Perhaps)] },
        b'l' => const { &[word("credential", NameKind::Perhaps)] },
        b'm' => const { &[always("checksum", NameKind::Public)] },
        b'n' => {
            const { &[always("token", NameKind::Token), word("authorization", NameKind::Perhaps)] }
        }
        b'r' => const { &[word("bearer", NameKind::Perhaps)] },
        b't' => {
            const {
                &[
                    always("fingerprint", NameKind::Public),
                    always("thumbprint", NameKind::Public),
                    always("digest", NameKind::Public),
                    always("secret", NameKind::Token),
                    always("passwort", NameKind::Password),
                    always("kennwort", NameKind::Password),
                ]
            }
        }
        b'y' => KEYS,
        b'6' => const { &[always("sha256", NameKind::Public)] },
        _ => &[],
    }
}

const KEYS: &[Ending] = &[
    always("publickey", NameKind::Public),
    always("encryptionkey", NameKind::Token),
    always("privatekey", NameKind::Token),
    always("signingkey", NameKind::Token),
    always("accountkey", NameKind::Token),
    always("servicekey", NameKind::Token),
    always("accesskey", NameKind::Token),
    always("secretkey", NameKind::Token),
    always("masterkey", NameKind::Token),
    always("sharedkey", NameKind::Token),
    always("authkey", NameKind::Token),
    always("apikey", NameKind::Token),
    word("key", NameKind::Perhaps),
];

impl NameKind {
    // Returns what a name implies, ignoring case, `_ - .`, a plural, and a number behind it.
    pub(super) fn of(name: &str) -> NameKind {
        let singular = name.strip_suffix(['s', 'S']).unwrap_or(name);
        let Some(last) = singular.bytes().next_back() else {
            return NameKind::Plain;
        };
        let fits = |ending: &&Ending| {
            before(singular, ending.text)
                .is_some_and(|rest| ending.counts_anywhere || ends(rest, singular))
        };
        if let Some(ending) = endings(last).iter().find(fits) {
            return ending.kind;
        }
        match name.trim_end_matches(|ch: char| ch.is_ascii_digit()) {
            numbered if numbered.len() < name.len() => NameKind::of(numbered),
            _ => NameKind::Plain,
        }
    }
}

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

/// Tells whether a word ends at the end of `rest`: at a separator, or where lower case changes to upper case.
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
