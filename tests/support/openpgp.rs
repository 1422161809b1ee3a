//! RSA keys of names, and OpenPGP signatures by them, as GnuPG and forges write them.
//!
//! Each name has one key, so that commit ids are stable and no program is started.

#![allow(dead_code, reason = "the random histories need less than other tests")]

use std::collections::BTreeMap;
use std::sync::Mutex;

use base64ct::{Base64, Encoding};
use rsa::{BigUint, Pkcs1v15Sign, RsaPrivateKey};
use sha2::{Digest, Sha256};
use ssh_key::{PublicKey, public};

/// Each name with the two primes of its key: finding them takes a second each.
const PRIMES: &str = include_str!("../data/rsa-primes.tsv");

/// Returns the RSA key of a name.
fn rsa(name: &str) -> RsaPrivateKey {
    static READ: Mutex<BTreeMap<String, RsaPrivateKey>> = Mutex::new(BTreeMap::new());
    let mut read = READ.lock().unwrap();
    let key = read.entry(name.to_owned()).or_insert_with(|| {
        let row = PRIMES.lines().map(|row| row.split('\t').collect::<Vec<_>>());
        let row = row.into_iter().find(|row| row[0] == name);
        let row = row.unwrap_or_else(|| panic!("tests/data/rsa-primes.tsv has no {name}"));
        let number = |text: &str| BigUint::from_bytes_be(&hex(text));
        let e = BigUint::from(65_537_u32);
        RsaPrivateKey::from_p_q(number(row[1]), number(row[2]), e).unwrap()
    });
    key.clone()
}

fn hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap()).collect()
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
