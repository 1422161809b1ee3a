//! The envelope that `ssh-keygen -Y sign` writes, and whether what is in it holds.
//!
//! Uses approval's wire, and ssh_key, which does the mathematics. Pure. Start at [`open`]. Follows OpenSSH's
//! PROTOCOL.sshsig.

use crate::approval::signature_state::{Bad, UnverifiedKind};
use crate::approval::wire::{self, PublicKey, WireReader};

/// The line that a signature begins with.
pub(crate) const BEGIN: &[u8] = b"-----BEGIN SSH SIGNATURE-----";

const END: &[u8] = b"-----END SSH SIGNATURE-----";

/// The sizes of an RSA modulus that are verified, in bits: less is too weak, and more is not read.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// Why a signature was not found to hold.
pub(crate) enum SignatureError {
    Bad(Bad),
    /// That is not looked at here.
    Foreign(UnverifiedKind),
}

/// Returns the key by which an armoured signature over some bytes was made, in a namespace.
///
/// # Errors
/// [`SignatureError`] where it does not hold, or where its kind is not verified here.
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

/// Returns what stands between the first line and the last; nothing may follow.
fn bare(armoured: &[u8]) -> Option<Vec<u8>> {
    let inside = armoured.strip_prefix(BEGIN)?.trim_ascii_end().strip_suffix(END)?;
    wire::from_base64(inside)
}

/// What is in a signature of version 1.
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
        // A reserved field, which readers are to pass over.
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
        // Behind the signature of a security device stand its flags and its counter.
        let device = envelope.algorithm.starts_with("sk-");
        (reader.0.is_empty() && (inner.0.is_empty() || device)).then_some(envelope)
    }
}

/// Returns the kind of a key that nothing is verified by.
fn foreign(algorithm: &str) -> Option<UnverifiedKind> {
    if wire::is_verifiable(algorithm) {
        return None;
    }
    let name = algorithm.to_owned();
    // A certificate of a key on a device is a certificate first.
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
