//! Verifies SSH signatures of commits, tags and approval files, and a forge's OpenPGP signatures of commits; identifies the
//! signing key.
//!
//! Pure. Start at [`of_commit`], [`Tag::signature`] or [`detached`], then [`CheckedSignature::state`]; `open` reads the
//! format that `ssh-keygen -Y sign` writes. Follows `docs/spec/approval.md`, E2a and S2 to S4, and OpenSSH's
//! PROTOCOL.sshsig. The cryptographic check runs once, when a [`CheckedSignature`] is made; its state can then be computed
//! for several instants and key lists.

use crate::approval::sources::keys::{self, KeyStatus, Keys, Signer};
use crate::approval::sources::openpgp::OpenPgpSignature;
use crate::approval::sources::signers::OPENPGP_IDS;
use crate::diag::sorting::StableSort as _;
use crate::history::commit::Commit;
use crate::history::ident::Ident;
use crate::history::objects::Oid;
use crate::history::walked::CheckedCommits;
use crate::policy::wire::{self, PublicKey, WireReader};
use crate::record::time::Instant;
use base64ct::{Base64, Encoding};
use ssh_key::private::Ed25519Keypair;
use ssh_key::rand_core::OsRng;
use ssh_key::{HashAlg, LineEnding, PrivateKey};
use std::fmt;
use strum::IntoStaticStr;

pub use crate::policy::wire::GIT;

/// The namespace in which approval files are signed.
pub const APPROVAL: &str = "exledger-approval@v1";

/// The namespaces in which people sign.
pub const OF_PEOPLE: [&str; 2] = [APPROVAL, GIT];

/// The state of a signature: the states of S4.
#[derive(Clone, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum SignatureState {
    None,
    /// It is valid, by a listed key.
    Attested(Signer),
    /// It is valid, by a key of a forge.
    OfForge(Signer),
    /// It names a built-in key of a forge, and is not valid by any key of the committer's.
    NotOfForge(String),
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
    pub fn as_str(&self) -> &'static str {
        self.into()
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
            SignatureState::OfForge(signer) => {
                write!(out, "is by the forge {} ({})", signer.written(), signer.key)
            }
            SignatureState::NotOfForge(forge) => {
                write!(out, "names a forge's key, and is over other bytes, or by no key of {forge}")
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

/// Why an SSH signature is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    #[error("it can't be read")]
    Malformed,
    #[error("it was made for the namespace `{0}`")]
    Namespace(String),
    #[error("it is over other bytes, or by another key")]
    Mismatch,
}

/// A kind of signature that is not verified here; of a key, with its algorithm.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnverifiedKind {
    #[error("OpenPGP")]
    OpenPgp,
    /// Used by gitsign, too.
    #[error("X.509")]
    X509,
    #[error("a key on a security device ({0})")]
    SecurityKey(String),
    #[error("an OpenSSH certificate ({0})")]
    Certificate(String),
    #[error("an RSA key of {0} bits, where 2048 to 4096 are verified")]
    RsaSize(usize),
    #[error("a key of the algorithm {0}")]
    Algorithm(String),
    #[error("an unknown format")]
    Unknown,
}

/// A parsed signature, checked against the signed bytes: the key that made it and the namespace, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedSignature(Result<(PublicKey, &'static str), SignatureState>);

impl CheckedSignature {
    pub(crate) const NONE: CheckedSignature = CheckedSignature(Err(SignatureState::None));

    pub fn read(armoured: &[u8], payload: &[u8], namespace: &'static str) -> CheckedSignature {
        CheckedSignature(match kind(armoured) {
            Some(kind) => Err(SignatureState::Unverifiable(kind)),
            None => open(armoured, payload, namespace).map(|key| (key, namespace)),
        })
    }

    /// Returns the state of the signature at an instant: the effective time of its landing (S2).
    pub fn state(&self, keys: &Keys, at: Instant) -> SignatureState {
        let (key, namespace) = match &self.0 {
            Ok(signed) => signed,
            Err(state) => return state.clone(),
        };
        state_of(key, keys.status(key, namespace, at))
    }

    /// Returns the key that made the signature, if it is valid.
    pub fn key(&self) -> Option<&PublicKey> {
        self.0.as_ref().ok().map(|(key, _)| key)
    }
}

fn state_of(key: &PublicKey, status: KeyStatus) -> SignatureState {
    match status {
        KeyStatus::Listed(signer) => SignatureState::Attested(signer),
        KeyStatus::OfForge(signer) => SignatureState::OfForge(signer),
        KeyStatus::OutOfDate(signer) => SignatureState::NotValidAtLanding(signer),
        KeyStatus::Unlisted => SignatureState::UntrustedKey(key.fingerprint()),
        KeyStatus::Revoked => SignatureState::Revoked(key.fingerprint()),
    }
}

/// Returns a state of a commit's signature as that of one by the forge that committed it, by the keys of its address alone: at an
/// instant and, of OpenPGP, at the signature's own time.
pub fn of_forge(
    commit: &Commit,
    state: SignatureState,
    (keys, at): (&Keys, Instant),
    checked: &CheckedCommits,
) -> SignatureState {
    match state {
        SignatureState::Unverifiable(UnverifiedKind::OpenPgp) => {
            by_openpgp(commit, keys, at, checked).unwrap_or(state)
        }
        SignatureState::OfForge(_) | SignatureState::NotValidAtLanding(_) => {
            let key = commit.signature().and_then(|signed| named_key(&signed.signature));
            let address = commit.committer().email.trim();
            // An OpenPGP signature, which names no whole key, has been judged so already.
            key.map_or(state, |key| state_of(&key, keys.status_for_forge(&key, address, at)))
        }
        state => state,
    }
}

// Tells whether a commit has a signature of a kind that is not read here, so that nobody knows who made it.
pub(crate) fn is_unread(commit: &Commit) -> bool {
    match (of_commit(commit).0, commit.signature()) {
        (Err(SignatureState::Unverifiable(UnverifiedKind::OpenPgp)), Some(signed)) => {
            !OpenPgpSignature::read(&signed.signature).is_some_and(|read| read.is_verifiable())
        }
        (Err(SignatureState::Unverifiable(_)), _) => true,
        _ => false,
    }
}

fn by_openpgp(
    commit: &Commit,
    keys: &Keys,
    at: Instant,
    checked: &CheckedCommits,
) -> Option<SignatureState> {
    let signed = commit.signature()?;
    let signature = OpenPgpSignature::read(&signed.signature)?;
    let address = commit.committer().email.trim();
    let made = |key: &&PublicKey| keys.status_for_forge(key, address, signature.made);
    let mut candidates: Vec<&PublicKey> = keys.of_forge(address).collect();
    // One check is enough for an honest signature: by the key of its time.
    candidates.order_by_key(|key| !matches!(made(key), KeyStatus::OfForge(_)));
    let verifies = |key: &&PublicKey| {
        let check = || signature.verifies(&signed.payload, key);
        checked.is_by(commit.oid, key.fingerprint(), check)
    };
    let signer = candidates.into_iter().find(verifies);
    Some(match signer {
        Some(key) => match made(&key) {
            KeyStatus::OfForge(_) => state_of(key, keys.status_for_forge(key, address, at)),
            status => state_of(key, status),
        },
        None if signature.issuer.is_some_and(|id| OPENPGP_IDS.contains(&id)) => {
            SignatureState::NotOfForge(address.to_owned())
        }
        None => SignatureState::Unverifiable(UnverifiedKind::OpenPgp),
    })
}

pub fn of_commit(commit: &Commit) -> CheckedSignature {
    match commit.signature() {
        Some(signed) => CheckedSignature::read(&signed.signature, &signed.payload, GIT),
        None => CheckedSignature::NONE,
    }
}

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
            return CheckedSignature::NONE;
        };
        match self.raw.split_at_checked(at) {
            Some((payload, signature)) => CheckedSignature::read(signature, payload, GIT),
            None => CheckedSignature::NONE,
        }
    }
}

const BEGIN: &[u8] = b"-----BEGIN SSH SIGNATURE-----";

const END: &[u8] = b"-----END SSH SIGNATURE-----";

const BEGINNINGS: &[(&[u8], Option<UnverifiedKind>)] = &[
    (BEGIN, None),
    (b"-----BEGIN PGP SIGNATURE-----", Some(UnverifiedKind::OpenPgp)),
    (b"-----BEGIN PGP MESSAGE-----", Some(UnverifiedKind::OpenPgp)),
    (b"-----BEGIN SIGNED MESSAGE-----", Some(UnverifiedKind::X509)),
];

fn kind(armoured: &[u8]) -> Option<UnverifiedKind> {
    let begun = BEGINNINGS.iter().find(|(line, _)| armoured.starts_with(line));
    begun.map_or(Some(UnverifiedKind::Unknown), |(_, kind)| kind.clone())
}

fn open(armoured: &[u8], payload: &[u8], namespace: &str) -> Result<PublicKey, SignatureState> {
    let malformed = || SignatureState::Bad(Bad::Malformed);
    let blob = bare(armoured).ok_or_else(malformed)?;
    let mut reader = WireReader(&blob);
    if reader.take(6) != Some(b"SSHSIG") {
        return Err(malformed());
    }
    if reader.number().ok_or_else(malformed)? != 1 {
        return Err(SignatureState::Unverifiable(UnverifiedKind::Unknown));
    }
    let envelope = Envelope::read(reader).ok_or_else(malformed)?;
    let name = WireReader(envelope.key).string().unwrap_or_default();
    if let Some(kind) = foreign(&String::from_utf8_lossy(name)) {
        return Err(SignatureState::Unverifiable(kind));
    }
    let key = PublicKey::new(envelope.key).ok_or_else(malformed)?;
    if let Some(kind) = odd_rsa(&key) {
        return Err(SignatureState::Unverifiable(kind));
    }
    let hash = match envelope.hash {
        b"sha512" => ssh_key::HashAlg::Sha512,
        b"sha256" => ssh_key::HashAlg::Sha256,
        _ => return Err(SignatureState::Unverifiable(UnverifiedKind::Unknown)),
    };
    if envelope.namespace != namespace.as_bytes() {
        let other = String::from_utf8_lossy(envelope.namespace).into_owned();
        return Err(SignatureState::Bad(Bad::Namespace(other)));
    }
    match holds(&envelope, &key, hash, payload) {
        Some(()) => Ok(key),
        None => Err(SignatureState::Bad(Bad::Mismatch)),
    }
}

/// Returns the key that an SSH signature names, without checking that it made it.
pub(crate) fn named_key(armoured: &[u8]) -> Option<PublicKey> {
    let blob = bare(armoured)?;
    let mut reader = WireReader(blob.strip_prefix(b"SSHSIG")?);
    reader.number()?;
    PublicKey::new(reader.string()?)
}

fn bare(armoured: &[u8]) -> Option<Vec<u8>> {
    let inside = armoured.strip_prefix(BEGIN)?.trim_ascii_end().strip_suffix(END)?;
    wire::from_base64(inside)
}

struct Envelope<'a> {
    key: &'a [u8],
    namespace: &'a [u8],
    hash: &'a [u8],
    algorithm: &'a str,
    signature: &'a [u8],
}

impl<'a> Envelope<'a> {
    fn read(mut reader: WireReader<'a>) -> Option<Envelope<'a>> {
        let (key, namespace) = (reader.string()?, reader.string()?);
        // A reserved field, which readers must ignore.
        reader.string()?;
        let (hash, signature) = (reader.string()?, reader.string()?);
        let mut inner = WireReader(signature);
        let envelope = Envelope {
            key,
            namespace,
            hash,
            algorithm: std::str::from_utf8(inner.string()?).ok()?,
            signature: inner.string()?,
        };
        // A security device's signature is followed by its flags and counter.
        let device = envelope.algorithm.starts_with("sk-");
        (reader.0.is_empty() && (inner.0.is_empty() || device)).then_some(envelope)
    }
}

fn foreign(algorithm: &str) -> Option<UnverifiedKind> {
    if wire::is_verifiable(algorithm) {
        return None;
    }
    let name = algorithm.to_owned();
    // A certificate of a device's key is treated as a certificate.
    Some(if algorithm.contains("-cert-v") {
        UnverifiedKind::Certificate(name)
    } else if algorithm.starts_with("sk-") {
        UnverifiedKind::SecurityKey(name)
    } else if algorithm.is_empty() {
        UnverifiedKind::Unknown
    } else {
        UnverifiedKind::Algorithm(name)
    })
}

fn odd_rsa(key: &PublicKey) -> Option<UnverifiedKind> {
    let (modulus, _) = key.rsa()?;
    if key.is_verifiable() { None } else { Some(UnverifiedKind::RsaSize(modulus)) }
}

fn holds(
    envelope: &Envelope<'_>,
    key: &PublicKey,
    hash: ssh_key::HashAlg,
    payload: &[u8],
) -> Option<()> {
    let public = ssh_key::PublicKey::from_bytes(key.blob()).ok()?;
    let namespace = std::str::from_utf8(envelope.namespace).ok()?;
    let algorithm = ssh_key::Algorithm::new(envelope.algorithm).ok()?;
    let signature = ssh_key::Signature::new(algorithm, envelope.signature).ok()?;
    let sealed =
        ssh_key::SshSig::new(public.key_data().clone(), namespace, hash, signature).ok()?;
    public.verify(namespace, payload, &sealed).ok()
}

/// A private key that is in the memory of this process alone: it is never written anywhere.
pub struct ProcessKey(PrivateKey);

/// Why a text is not a private key that can sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPrivateKey {
    #[error("it is not the private key of OpenSSH, as a text or in Base64")]
    Malformed,
    #[error("it is encrypted, and nobody can type its passphrase")]
    Encrypted,
    #[error("it is not an Ed25519 key")]
    Kind,
}

impl ProcessKey {
    /// Returns the key that belongs to a seed: whoever knows the seed has the key.
    pub fn from_seed(seed: &[u8; 32]) -> ProcessKey {
        ProcessKey(PrivateKey::from(Ed25519Keypair::from_seed(seed)))
    }

    /// Makes a key from the randomness of the system.
    pub fn random() -> ProcessKey {
        ProcessKey(PrivateKey::from(Ed25519Keypair::random(&mut OsRng)))
    }

    /// Reads a private key: the text that `ssh-keygen` writes, or its Base64 in one line. Only Ed25519: the timing of other
    /// kinds is not safe enough for a key that signs here.
    ///
    /// # Errors
    /// [`BadPrivateKey`], without any part of the text.
    pub fn read(text: &str) -> Result<ProcessKey, BadPrivateKey> {
        let decoded = wire::from_base64(text.trim().as_bytes());
        let own = decoded.as_deref().unwrap_or(text.as_bytes());
        // The variables of some forges have no line break at the end.
        let own = [own.trim_ascii(), b"\n"].concat();
        let key = PrivateKey::from_openssh(&own).map_err(|_| BadPrivateKey::Malformed)?;
        match key.key_data().is_ed25519() {
            _ if key.is_encrypted() => Err(BadPrivateKey::Encrypted),
            true => Ok(ProcessKey(key)),
            false => Err(BadPrivateKey::Kind),
        }
    }

    /// Returns the private key as Base64 in one line, to be stored as a secret.
    ///
    /// # Errors
    /// If the key can't be encoded, which no key causes.
    pub fn one_line(&self) -> Result<String, ssh_key::Error> {
        Ok(Base64::encode_string(self.0.to_openssh(LineEnding::LF)?.as_bytes()))
    }

    /// Returns the line of the signers file that lists the key for an address, to sign in one namespace.
    ///
    /// # Errors
    /// As [`ProcessKey::one_line`].
    pub fn signers_line(&self, email: &str, namespace: &str) -> Result<String, ssh_key::Error> {
        let public = self.0.public_key().to_openssh()?;
        Ok(format!("{email} namespaces=\"{namespace}\" {}", public.trim_end()))
    }

    /// Returns the signature over a text in a namespace, in the format of `ssh-keygen -Y sign`.
    ///
    /// # Errors
    /// If the signature can't be made or encoded, which no text causes.
    pub fn sign(&self, namespace: &str, text: &str) -> Result<String, ssh_key::Error> {
        let signed = self.0.sign(namespace, HashAlg::Sha512, text.as_bytes())?;
        Ok(format!("{}\n", signed.to_pem(LineEnding::LF)?.trim_end()))
    }
}
