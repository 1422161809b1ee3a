//! Reads and verifies the signature format that `ssh-keygen -Y sign` writes.
//!
//! Uses approval's wire, and ssh_key for the cryptography. Pure. Start at [`open`]. Follows OpenSSH's PROTOCOL.sshsig.

use crate::approval::signature_state::{Bad, UnverifiedKind};
use crate::approval::wire::{self, PublicKey, WireReader};

pub(crate) const BEGIN: &[u8] = b"-----BEGIN SSH SIGNATURE-----";

const END: &[u8] = b"-----END SSH SIGNATURE-----";

/// The supported sizes of an RSA modulus, in bits: smaller is too weak, larger is not read.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

pub(crate) enum SignatureError {
    Bad(Bad),
    Foreign(UnverifiedKind),
}

/// Returns the key that made an armored signature over some bytes, in a namespace.
pub(crate) fn open(
    armoured: &[u8],
    payload: &[u8],
    namespace: &str,
) -> Result<PublicKey, SignatureError> {
    let malformed = || SignatureError::Bad(Bad::Malformed);
    let blob = bare(armoured).ok_or_else(malformed)?;
    let mut reader = WireReader(&blob);
    if reader.take(6) != Some(b"SSHSIG") {
        return Err(malformed());
    }
    if reader.number().ok_or_else(malformed)? != 1 {
        return Err(SignatureError::Foreign(UnverifiedKind::Unknown));
    }
    let envelope = Envelope::read(reader).ok_or_else(malformed)?;
    let name = WireReader(envelope.key).string().unwrap_or_default();
    if let Some(kind) = foreign(&String::from_utf8_lossy(name)) {
        return Err(SignatureError::Foreign(kind));
    }
    let key = PublicKey::new(envelope.key).ok_or_else(malformed)?;
    if let Some(kind) = odd_rsa(&key) {
        return Err(SignatureError::Foreign(kind));
    }
    let hash = match envelope.hash {
        b"sha512" => ssh_key::HashAlg::Sha512,
        b"sha256" => ssh_key::HashAlg::Sha256,
        _ => return Err(SignatureError::Foreign(UnverifiedKind::Unknown)),
    };
    if envelope.namespace != namespace.as_bytes() {
        let other = String::from_utf8_lossy(envelope.namespace).into_owned();
        return Err(SignatureError::Bad(Bad::Namespace(other)));
    }
    match holds(&envelope, &key, hash, payload) {
        Some(()) => Ok(key),
        None => Err(SignatureError::Bad(Bad::Mismatch)),
    }
}

/// Returns the text between the first and the last line; nothing may follow.
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
    let rsa = key.rsa()?;
    let odd = !RSA_BITS.contains(&rsa.bits) || rsa.exponent > 32;
    odd.then_some(UnverifiedKind::RsaSize(rsa.bits))
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
