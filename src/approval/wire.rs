//! The bytes of OpenSSH: base64, strings with a length before them, and public keys.
//!
//! Uses nothing else of the line, and ssh_key. Pure. Start at [`Key`]. Follows RFC 4251, section 5, and RFC 4253, 6.6.

use sha2::{Digest, Sha256};
use std::fmt;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A public key, as the bytes that OpenSSH compares keys by.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    algorithm: String,
    blob: Vec<u8>,
}

impl Key {
    /// Returns the key that bytes are: the name of its algorithm, then what that wants.
    ///
    /// Keys of algorithms that nothing here verifies are keys too: they can be listed, and revoked.
    pub fn new(blob: &[u8]) -> Option<Key> {
        let mut reader = Reader(blob);
        let algorithm = std::str::from_utf8(reader.string()?).ok()?;
        let named = !algorithm.is_empty() && algorithm.bytes().all(|byte| byte.is_ascii_graphic());
        if !named || reader.0.is_empty() || is_verifiable(algorithm) && !is_sound(blob) {
            return None;
        }
        Some(Key {
            algorithm: algorithm.to_owned(),
            blob: blob.to_vec(),
        })
    }

    /// Returns the key that two words of a line are: its algorithm, and its bytes in base64.
    pub fn parse(algorithm: &str, base64: &str) -> Option<Key> {
        let key = Key::new(&from_base64(base64.as_bytes())?)?;
        (key.algorithm == algorithm).then_some(key)
    }

    /// Returns the name of the algorithm, such as `ssh-ed25519`.
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// Returns the bytes.
    pub fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// Returns the fingerprint as `ssh-keygen -l` shows it: `SHA256:` and base64 without its padding.
    pub fn fingerprint(&self) -> String {
        let base64 = to_base64(&Sha256::digest(&self.blob));
        format!("SHA256:{}", base64.trim_end_matches('='))
    }

    /// Returns the size of an RSA key's modulus in bits, rounded up to whole bytes, and whether its exponent is
    /// larger than 32 bits; `None` for other keys.
    pub(crate) fn rsa(&self) -> Option<Rsa> {
        let mut reader = Reader(&self.blob);
        if reader.string()? != b"ssh-rsa" {
            return None;
        }
        let (exponent, modulus) = (magnitude(reader.string()?), magnitude(reader.string()?));
        Some(Rsa {
            bits: modulus.len() * 8,
            exponent: exponent.len() * 8,
        })
    }
}

/// The sizes of an RSA key, in bits, rounded up to whole bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rsa {
    /// Of the modulus.
    pub(crate) bits: usize,
    /// Of the exponent.
    pub(crate) exponent: usize,
}

/// Tells whether signatures of an algorithm's keys can be verified here.
pub(crate) fn is_verifiable(algorithm: &str) -> bool {
    matches!(algorithm, "ssh-ed25519" | "ecdsa-sha2-nistp256" | "ssh-rsa")
}

fn is_sound(blob: &[u8]) -> bool {
    ssh_key::PublicKey::from_bytes(blob).is_ok()
}

fn magnitude(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

impl fmt::Display for Key {
    /// As a line of a file names it: the algorithm and the base64.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.algorithm, to_base64(&self.blob))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Key({} {})", self.algorithm, self.fingerprint())
    }
}

/// What is left of some bytes.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    /// Takes a number of bytes.
    pub(crate) fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    /// Takes a number of 32 bits, the highest byte first.
    pub(crate) fn number(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    /// Takes a string: its length, then its bytes.
    pub(crate) fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }
}

/// Returns the bytes that base64 states; white space in it is passed over, its padding must be there.
pub(crate) fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    let text: Vec<u8> = text
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let digits = match text.as_slice() {
        [digits @ .., b'=', b'='] | [digits @ .., b'='] => digits,
        digits => digits,
    };
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for group in digits.chunks(4) {
        let mut bits: u32 = 0;
        for digit in group {
            bits = bits << 6 | value(*digit)?;
        }
        let missing = 4 - u32::try_from(group.len()).ok()?;
        bits <<= 6 * missing;
        let [_, one, two, three] = bits.to_be_bytes();
        match (missing, two, three) {
            (0, ..) => bytes.extend([one, two, three]),
            (1, _, 0) => bytes.extend([one, two]),
            (2, 0, 0) => bytes.push(one),
            // One digit alone, or bits behind the last byte.
            _ => return None,
        }
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u32> {
    let place = ALPHABET.iter().position(|known| *known == digit)?;
    u32::try_from(place).ok()
}

/// Returns bytes as base64, padded, on one line.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |n: usize| u32::from(group.get(n).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4_usize {
            let digit = bits >> (18 - 6 * place) & 63;
            let known = ALPHABET
                .get(digit as usize)
                .filter(|_| place <= group.len());
            text.push(known.map_or('=', |known| char::from(*known)));
        }
    }
    text
}
