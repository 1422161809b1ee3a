//! Verifies SSH signatures of commits, tags and approval files, and identifies the signing key.
//!
//! Uses history's commits, approval's keys, and ssh_key. Pure. Start at [`of_commit`], [`Tag::signature`] or [`detached`],
//! then [`CheckedSignature::state`]. Follows `docs/spec/approval.md`, S2 to S5. The cryptographic check
//! runs once, when a [`CheckedSignature`] is made; its state can then be computed for several instants and key lists.

use crate::approval::keys::{self, KeyStatus, Keys, Signer};
use crate::approval::signature_state::Bad;
use crate::approval::signature_state::UnverifiedKind;
use crate::approval::sshsig::{self, SignatureError};
use crate::approval::wire::PublicKey;
use crate::history::commit::Commit;
use crate::history::ident::Ident;
use crate::history::objects::Oid;
use crate::record::time::Instant;
use std::fmt;

/// The namespace in which git signs commits and tags.
pub const GIT: &str = "git";

/// The namespace in which approval files are signed.
pub const APPROVAL: &str = "exledger-approval@v1";

/// The state of a signature: the states of S4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureState {
    /// There is no signature.
    None,
    /// It is valid, by a listed key.
    Attested(Signer),
    /// It is valid, by the key with this fingerprint, which no line lists for this use.
    UntrustedKey(String),
    /// It is valid, by a listed key whose dates do not cover the landing.
    NotValidAtLanding(Signer),
    /// It is valid, by the key with this fingerprint, which is revoked.
    Revoked(String),
    /// It is an SSH signature, but invalid.
    Bad(Bad),
    /// It is of a kind that is not verified here.
    Unverifiable(UnverifiedKind),
}

impl SignatureState {
    /// Returns the name of the state, as in S4.
    pub fn as_str(&self) -> &'static str {
        match self {
            SignatureState::None => "none",
            SignatureState::Attested(_) => "attested",
            SignatureState::UntrustedKey(_) => "untrusted-key",
            SignatureState::NotValidAtLanding(_) => "not-valid-at-landing",
            SignatureState::Revoked(_) => "revoked",
            SignatureState::Bad(_) => "bad",
            SignatureState::Unverifiable(_) => "unverifiable",
        }
    }
}

impl fmt::Display for SignatureState {
    /// Describes the state, as the end of a sentence that begins with "the signature".
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SignatureState::None => out.write_str("is absent"),
            SignatureState::Attested(signer) => {
                write!(out, "is by {} ({})", signer.written(), signer.key)
            }
            SignatureState::UntrustedKey(key) => {
                write!(out, "is by a key that is not listed ({key})")
            }
            SignatureState::NotValidAtLanding(signer) => write!(
                out,
                "is by {} ({}), whose key was not valid when it landed",
                signer.written(),
                signer.key
            ),
            SignatureState::Revoked(key) => write!(out, "is by a revoked key ({key})"),
            SignatureState::Bad(bad) => write!(out, "is bad: {bad}"),
            SignatureState::Unverifiable(kind) => write!(out, "can't be verified: {kind}"),
        }
    }
}

/// The namespaces in which people sign.
pub const OF_PEOPLE: [&str; 2] = [APPROVAL, GIT];

/// A parsed signature, checked against the signed bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedSignature(SignatureOutcome);

#[derive(Clone, Debug, PartialEq, Eq)]
enum SignatureOutcome {
    Nothing,
    By(PublicKey, &'static str),
    Broken(Bad),
    Foreign(UnverifiedKind),
}

impl CheckedSignature {
    pub(crate) const NONE: CheckedSignature = CheckedSignature(SignatureOutcome::Nothing);

    /// Reads an armored signature of some bytes, made in a namespace.
    pub fn read(armoured: &[u8], payload: &[u8], namespace: &'static str) -> CheckedSignature {
        CheckedSignature(match kind(armoured) {
            Some(kind) => SignatureOutcome::Foreign(kind),
            None => match sshsig::open(armoured, payload, namespace) {
                Ok(key) => SignatureOutcome::By(key, namespace),
                Err(SignatureError::Bad(bad)) => SignatureOutcome::Broken(bad),
                Err(SignatureError::Foreign(kind)) => SignatureOutcome::Foreign(kind),
            },
        })
    }

    /// Returns the state of the signature at an instant: the effective time of its landing (S2).
    pub fn state(&self, keys: &Keys, at: Instant) -> SignatureState {
        let (key, namespace) = match &self.0 {
            SignatureOutcome::Nothing => return SignatureState::None,
            SignatureOutcome::Broken(bad) => return SignatureState::Bad(bad.clone()),
            SignatureOutcome::Foreign(kind) => return SignatureState::Unverifiable(kind.clone()),
            SignatureOutcome::By(key, namespace) => (key, namespace),
        };
        match keys.status(key, namespace, at) {
            KeyStatus::Listed(signer) => SignatureState::Attested(signer),
            KeyStatus::OutOfDate(signer) => SignatureState::NotValidAtLanding(signer),
            KeyStatus::Unlisted => SignatureState::UntrustedKey(key.fingerprint()),
            KeyStatus::Revoked => SignatureState::Revoked(key.fingerprint()),
        }
    }

    /// Returns the key that made the signature, if it is valid.
    pub fn key(&self) -> Option<&PublicKey> {
        match &self.0 {
            SignatureOutcome::By(key, _) => Some(key),
            _ => None,
        }
    }
}

/// Reads the signature of a commit.
pub fn of_commit(commit: &Commit) -> CheckedSignature {
    match commit.signature() {
        Some(signed) => CheckedSignature::read(&signed.signature, &signed.payload, GIT),
        None => CheckedSignature(SignatureOutcome::Nothing),
    }
}

/// Reads the detached signature of an approval file.
pub fn detached(armoured: &[u8], text: &[u8]) -> CheckedSignature {
    CheckedSignature::read(armoured, text, APPROVAL)
}

/// Reads the detached signature of a forge's review, made by the bridge that records it.
pub fn of_review(armoured: &[u8], text: &[u8]) -> CheckedSignature {
    CheckedSignature::read(armoured, text, keys::REVIEW)
}

/// An annotated tag, read from its raw bytes or a `mergetag` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The commit that it names. A merge's header may contain a tag of any commit, so the caller compares.
    pub commit: Oid,
    raw: Vec<u8>,
}

impl Tag {
    /// Parses a tag of a commit; `None` for a tag of anything else.
    pub fn read(raw: &[u8]) -> Option<Tag> {
        let mut lines = raw.split(|byte| *byte == b'\n');
        let object = lines.next()?.strip_prefix(b"object ")?;
        if lines.next()? != b"type commit" {
            return None;
        }
        Some(Tag { commit: Oid::from_hex(std::str::from_utf8(object).ok()?)?, raw: raw.to_vec() })
    }

    /// Returns the tagger's time; `None` if it can't be read.
    pub fn time(&self) -> Option<Instant> {
        let mut lines = self.raw.split(|byte| *byte == b'\n');
        let mut header = lines.by_ref().take_while(|line| !line.is_empty());
        let tagger = header.find_map(|line| line.strip_prefix(b"tagger "))?;
        Ident::parse(std::str::from_utf8(tagger).ok()?).time
    }

    /// Reads the signature at the end of the tag's text, starting at the last line that begins one.
    pub fn signature(&self) -> CheckedSignature {
        let begins = |at: usize| {
            let rest = self.raw.get(at..).unwrap_or_default();
            BEGINNINGS.iter().any(|(line, _)| rest.starts_with(line))
        };
        let starts =
            self.raw.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        let Some(at) = starts.rev().find(|at| begins(*at)) else {
            return CheckedSignature(SignatureOutcome::Nothing);
        };
        match self.raw.split_at_checked(at) {
            Some((payload, signature)) => CheckedSignature::read(signature, payload, GIT),
            None => CheckedSignature(SignatureOutcome::Nothing),
        }
    }
}

/// The first lines of signatures that git recognizes; no kind for SSH signatures.
const BEGINNINGS: &[(&[u8], Option<UnverifiedKind>)] = &[
    (sshsig::BEGIN, None),
    (b"-----BEGIN PGP SIGNATURE-----", Some(UnverifiedKind::OpenPgp)),
    (b"-----BEGIN PGP MESSAGE-----", Some(UnverifiedKind::OpenPgp)),
    (b"-----BEGIN SIGNED MESSAGE-----", Some(UnverifiedKind::X509)),
];

fn kind(armoured: &[u8]) -> Option<UnverifiedKind> {
    let begun = BEGINNINGS.iter().find(|(line, _)| armoured.starts_with(line));
    match begun {
        Some((_, kind)) => kind.clone(),
        None => Some(UnverifiedKind::Unknown),
    }
}
