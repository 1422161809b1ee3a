//! OpenSSH's binary encoding: base64, length-prefixed strings, and public keys.
//!
//! Uses no other module; base64ct. Pure. Start at [`PublicKey`]. Follows RFC 4251, section 5, and RFC 4253,
//! 6.6.

use base64ct::{Base64, Base64Unpadded, Encoding};
use sha2::{Digest, Sha256};
use std::fmt;

/// The namespace in which git signs commits and tags.
pub const GIT: &str = "git";

/// A public key, as the bytes that OpenSSH uses to compare keys.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey {
    algorithm: String,
    blob: Vec<u8>,
}

impl PublicKey {
    /// Parses a key: the name of its algorithm, then the fields of that algorithm.
    /// Keys with algorithms that are not verified here are accepted, since they can be listed and revoked too.
    pub fn new(blob: &[u8]) -> Option<PublicKey> {
        let mut reader = WireReader(blob);
        let algorithm = std::str::from_utf8(reader.string()?).ok()?;
        let named = !algorithm.is_empty() && algorithm.bytes().all(|byte| byte.is_ascii_graphic());
        if !named
            || reader.0.is_empty()
            || is_verifiable(algorithm) && !has_fields(algorithm, reader)
        {
            return None;
        }
        Some(PublicKey { algorithm: algorithm.to_owned(), blob: blob.to_vec() })
    }

    /// Parses a key from two fields of a line: its algorithm, and its bytes in base64.
    pub fn parse(algorithm: &str, base64: &str) -> Option<PublicKey> {
        PublicKey::of_base64(base64).filter(|key| key.algorithm == algorithm)
    }

    /// Parses a key that names its algorithm in its bytes alone.
    pub(crate) fn of_base64(base64: &str) -> Option<PublicKey> {
        PublicKey::new(&from_base64(base64.as_bytes())?)
    }

    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    pub fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// Returns the fingerprint as `ssh-keygen -l` shows it: `SHA256:` and unpadded base64.
    pub fn fingerprint(&self) -> String {
        let digest = Base64Unpadded::encode_string(&Sha256::digest(&self.blob));
        format!("SHA256:{digest}")
    }

    /// Returns the sizes of an RSA key's modulus and exponent in bits, rounded up to whole bytes; `None` for other keys.
    pub(crate) fn rsa(&self) -> Option<(usize, usize)> {
        let mut reader = WireReader(&self.blob);
        if reader.string()? != b"ssh-rsa" {
            return None;
        }
        let (exponent, modulus) = (magnitude(reader.string()?), magnitude(reader.string()?));
        Some((modulus.len() * 8, exponent.len() * 8))
    }

    // Tells whether signatures by such a key are verified here.
    pub(crate) fn is_verifiable(&self) -> bool {
        let is_odd = |(modulus, exponent)| !RSA_BITS.contains(&modulus) || exponent > 32;
        is_verifiable(self.algorithm()) && !self.rsa().is_some_and(is_odd)
    }
}

/// The supported sizes of an RSA modulus, in bits: smaller is too weak, larger is not read.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

pub(crate) fn is_verifiable(algorithm: &str) -> bool {
    matches!(algorithm, "ssh-ed25519" | "ecdsa-sha2-nistp256" | "ssh-rsa")
}

fn has_fields(algorithm: &str, mut reader: WireReader) -> bool {
    let (first, second) = (reader.string(), reader.string());
    let is_whole = reader.0.is_empty();
    match (algorithm, first, second) {
        ("ssh-ed25519", Some(key), None) => is_whole && key.len() == 32,
        ("ecdsa-sha2-nistp256", Some(curve), Some(point)) => {
            is_whole && curve == b"nistp256" && point.len() == 65
        }
        ("ssh-rsa", Some(_), Some(_)) => is_whole,
        _ => false,
    }
}

fn magnitude(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

impl fmt::Display for PublicKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.algorithm, Base64::encode_string(&self.blob))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Key({} {})", self.algorithm, self.fingerprint())
    }
}

pub(crate) struct WireReader<'a>(pub(crate) &'a [u8]);

impl<'a> WireReader<'a> {
    pub(crate) fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn number(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    pub(crate) fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }
}

/// Decodes base64, ignoring white space; padding is required.
pub(crate) fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    Base64::decode_vec(std::str::from_utf8(&text).ok()?).ok()
}
