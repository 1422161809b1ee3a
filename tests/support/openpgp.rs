//! RSA keys of names, and OpenPGP signatures by them, as GnuPG and forges write them.
//!
//! Each name has one key, derived from the name alone, so that commit ids are stable and no program is started.

#![allow(dead_code, reason = "the random histories need less than other tests")]

use std::collections::BTreeMap;
use std::sync::Mutex;

use base64ct::{Base64, Encoding};
use rsa::{Pkcs1v15Sign, RsaPrivateKey, rand_core};
use sha2::{Digest, Sha256};
use ssh_key::{PublicKey, public};

/// The numbers by which a key of a name is found, the same in each run.
struct Seeded(Sha256, Vec<u8>);

impl rand_core::RngCore for Seeded {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            if self.1.is_empty() {
                self.0.update(b"more");
                self.1 = self.0.clone().finalize().to_vec();
            }
            *byte = self.1.pop().unwrap();
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl rand_core::CryptoRng for Seeded {}

/// Returns the RSA key of a name.
fn rsa(name: &str) -> RsaPrivateKey {
    static MADE: Mutex<BTreeMap<String, RsaPrivateKey>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap();
    let key = made.entry(name.to_owned()).or_insert_with(|| {
        let mut numbers = Seeded(Sha256::new_with_prefix(name.as_bytes()), Vec::new());
        RsaPrivateKey::new(&mut numbers, 2048).unwrap()
    });
    key.clone()
}

/// Returns the public RSA key of a name, in the format of a `.pub` file.
pub(crate) fn rsa_public(name: &str) -> String {
    let public = public::RsaPublicKey::try_from(rsa(name).to_public_key()).unwrap();
    PublicKey::new(public::KeyData::Rsa(public), "").to_openssh().unwrap().trim().to_owned()
}

/// Signs bytes at a time with the RSA key of a name, as GnuPG and GitHub write it; the signature names a key by its id.
pub(crate) fn openpgp(name: &str, bytes: &[u8], at: u32, issuer: u64) -> String {
    let mut hashed = vec![4, 0, 1, 8, 0, 16, 5, 2];
    hashed.extend(at.to_be_bytes());
    hashed.extend([9, 16]);
    hashed.extend(issuer.to_be_bytes());
    let mut digest = Sha256::new_with_prefix(bytes);
    digest.update(&hashed);
    digest.update([4, 0xff]);
    digest.update(u32::try_from(hashed.len()).unwrap().to_be_bytes());
    let digest = digest.finalize();
    let value = rsa(name).sign(Pkcs1v15Sign::new::<Sha256>(), &digest).unwrap();
    let value: Vec<u8> = value.into_iter().skip_while(|byte| *byte == 0).collect();
    let n_bits = value.len() * 8 - value[0].leading_zeros() as usize;
    let mut body = hashed;
    body.extend([0, 0, digest[0], digest[1]]);
    body.extend(u16::try_from(n_bits).unwrap().to_be_bytes());
    body.extend(value);
    let mut packet = vec![0x89];
    packet.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
    packet.extend(body);
    armored(&packet)
}

/// Returns the packet of a signature in its armor.
pub(crate) fn packet(armored: &str) -> Vec<u8> {
    let data: String = armored.lines().skip(2).take_while(|line| !line.starts_with('=')).collect();
    Base64::decode_vec(&data).unwrap()
}

/// Returns bytes as an OpenPGP signature in its armor.
pub(crate) fn armored(packet: &[u8]) -> String {
    let crc = packet.iter().fold(0x00b7_04ce_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 16, |crc, _| {
            if crc & 0x0080_0000 == 0 { crc << 1 } else { (crc << 1 ^ 0x0186_4cfb) & 0x00ff_ffff }
        })
    });
    let base64 = |bytes: &[u8]| Base64::encode_string(bytes);
    let lines: Vec<String> = base64(packet)
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    format!(
        "-----BEGIN PGP SIGNATURE-----\n\n{}\n={}\n-----END PGP SIGNATURE-----\n",
        lines.join("\n"),
        base64(&crc.to_be_bytes()[1..])
    )
}
