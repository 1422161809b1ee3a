//! Reads the OpenPGP signatures by which forges sign commits: RSA over SHA-256 or SHA-512, in one armored block.
//!
//! Pure, never panics. Start at [`OpenPgpSignature::read`]. Follows RFC 4880, 5.2 and 6.2, as far as a forge's signature
//! needs it: any other one is not read.

use crate::policy::wire::{self, PublicKey};
use crate::record::time::Instant;
use rsa::Pkcs1v15Sign;
use sha2::{Digest, Sha256, Sha512};

const BEGIN: &[u8] = b"-----BEGIN PGP SIGNATURE-----\n";

const END: &[u8] = b"-----END PGP SIGNATURE-----";

/// The largest block that is read; the signature of an RSA key of 4096 bits takes about 900 bytes.
const MOST_BYTES: usize = 8 * 1024;

// The size of the largest RSA key that is checked.
const MOST_KEY_BYTES: usize = 4096 / 8;

/// A version 4 signature of a binary document, by an RSA key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenPgpSignature {
    /// When it was made, as its signer says.
    pub made: Instant,
    /// The id of the key that it names; anybody can write one.
    pub issuer: Option<u64>,
    hash: Hash,
    /// The packet from its version to the end of the hashed subpackets, which is signed with the document.
    hashed: Vec<u8>,
    value: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Sha256,
    Sha512,
}

impl OpenPgpSignature {
    pub fn read(armored: &[u8]) -> Option<OpenPgpSignature> {
        let packet = unarmored(armored)?;
        let body = only_packet(&packet)?;
        let mut reader = Reader(body);
        let (version, kind, algorithm) = (reader.byte()?, reader.byte()?, reader.byte()?);
        let hash = match reader.byte()? {
            8 => Hash::Sha256,
            10 => Hash::Sha512,
            _ => return None,
        };
        if (version, kind, algorithm) != (4, 0, 1) {
            return None;
        }
        let hashed = subpackets(reader.string()?)?;
        let hashed_bytes = body.get(..body.len().checked_sub(reader.0.len())?)?;
        let unhashed = subpackets(reader.string()?)?;
        // The start of the digest, to notice a mismatch early. GitHub wrote another one until April 2021.
        reader.take(2)?;
        let n_bits = usize::from(reader.number()?);
        let value = reader.take(n_bits.div_ceil(8))?.to_vec();
        let [made] = hashed.iter().filter(|subpacket| subpacket.kind == 2).collect::<Vec<_>>()[..]
        else {
            return None;
        };
        let seconds = u32::from_be_bytes(made.body.try_into().ok()?);
        let mut issuers = hashed.iter().chain(&unhashed).filter_map(Subpacket::issuer);
        reader.0.is_empty().then_some(OpenPgpSignature {
            made: Instant::from_unix(i64::from(seconds))?,
            issuer: issuers.next(),
            hash,
            hashed: hashed_bytes.to_vec(),
            value,
        })
    }

    // Tells whether a key that is checked here could have made the signature, by its size.
    pub(crate) fn is_verifiable(&self) -> bool {
        self.value.len() <= MOST_KEY_BYTES
    }

    /// Tells whether an RSA key made the signature over some bytes.
    pub fn verifies(&self, payload: &[u8], key: &PublicKey) -> bool {
        match self.hash {
            Hash::Sha256 => self.is_by(payload, key, Pkcs1v15Sign::new::<Sha256>(), Sha256::new()),
            Hash::Sha512 => self.is_by(payload, key, Pkcs1v15Sign::new::<Sha512>(), Sha512::new()),
        }
    }

    fn is_by(
        &self,
        payload: &[u8],
        key: &PublicKey,
        scheme: Pkcs1v15Sign,
        mut digest: impl Digest,
    ) -> bool {
        let Some(key) = rsa_of(key) else { return false };
        digest.update(payload);
        digest.update(&self.hashed);
        digest.update([4, 0xff]);
        digest.update(u32::try_from(self.hashed.len()).unwrap_or(u32::MAX).to_be_bytes());
        let digest = digest.finalize();
        let n_bytes = rsa::traits::PublicKeyParts::size(&key);
        let Some(n_zeros) = n_bytes.checked_sub(self.value.len()) else { return false };
        let value = [&vec![0; n_zeros], &*self.value].concat();
        key.verify(scheme, &digest, &value).is_ok()
    }
}

fn unarmored(armored: &[u8]) -> Option<Vec<u8>> {
    if armored.len() > MOST_BYTES {
        return None;
    }
    let inside = armored.strip_prefix(BEGIN)?.trim_ascii_end().strip_suffix(END)?;
    let text = std::str::from_utf8(inside).ok()?;
    // Headers, which are not signed, end at the first blank line.
    let text = match text.strip_prefix('\n') {
        Some(text) => text,
        None => text.split_once("\n\n")?.1,
    };
    let (data, checksum) = text.trim_end_matches('\n').rsplit_once("\n=")?;
    let bytes = wire::from_base64(data.as_bytes())?;
    let [high, middle, low] = wire::from_base64(checksum.as_bytes())?[..] else { return None };
    (crc24(&bytes) == u32::from_be_bytes([0, high, middle, low])).then_some(bytes)
}

fn crc24(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x00b7_04ce, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 16, |crc, _| {
            let shifted = crc << 1;
            if shifted & 0x0100_0000 == 0 { shifted } else { shifted ^ 0x0186_4cfb }
        })
    })
}

fn only_packet(bytes: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader(bytes);
    let length = match reader.byte()? {
        0x88 => usize::from(reader.byte()?),
        0x89 => usize::from(reader.number()?),
        0xc2 => reader.length(223)?,
        _ => return None,
    };
    (reader.0.len() == length).then_some(reader.0)
}

struct Subpacket<'a> {
    kind: u8,
    body: &'a [u8],
}

impl Subpacket<'_> {
    /// Returns the id of the key that a subpacket names: as such, or as the end of a version 4 fingerprint.
    fn issuer(&self) -> Option<u64> {
        let id = match (self.kind, self.body) {
            (16, id) => id,
            (33, [4, fingerprint @ ..]) if fingerprint.len() == 20 => fingerprint.get(12..)?,
            _ => return None,
        };
        id.try_into().ok().map(u64::from_be_bytes)
    }
}

/// Reads subpackets; `None` if one ends the signature's validity, or is critical and not known here.
fn subpackets(bytes: &[u8]) -> Option<Vec<Subpacket<'_>>> {
    let mut reader = Reader(bytes);
    let mut found = Vec::new();
    while !reader.0.is_empty() {
        let length = reader.length(254)?;
        let (kind, body) = reader.take(length)?.split_first()?;
        let (is_critical, kind) = (kind & 0x80 != 0, kind & 0x7f);
        let is_known = matches!(kind, 2 | 16 | 33);
        if kind == 3 || is_critical && !is_known {
            return None;
        }
        found.push(Subpacket { kind, body });
    }
    Some(found)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn number(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_be_bytes)
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::from(self.number()?);
        self.take(length)
    }

    /// Reads a length of one byte, or of two whose first is at most `last`.
    fn length(&mut self, last: u8) -> Option<usize> {
        let first = self.byte()?;
        match first {
            0..192 => Some(usize::from(first)),
            _ if first <= last => {
                Some((usize::from(first) - 192) * 256 + usize::from(self.byte()?) + 192)
            }
            _ => None,
        }
    }
}

fn rsa_of(key: &PublicKey) -> Option<rsa::RsaPublicKey> {
    let public = ssh_key::PublicKey::from_bytes(key.blob()).ok()?;
    rsa::RsaPublicKey::try_from(public.key_data().rsa()?).ok()
}
