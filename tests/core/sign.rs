//! Signatures and statements: what is valid, whose it is, and what is refused. Follows `docs/spec/approval.md`, 1.11.
//!
//! The fixtures were written by ssh-keygen and git; their private keys are gone.

mod arbitrary;
pub(crate) mod keygen;
mod openpgp;
mod reviews;
mod signers;
mod statement;

use std::path::PathBuf;

use exledger::approval::sources::keys::Keys;
use exledger::approval::sources::signature::{self, CheckedSignature, SignatureState, Tag};
use exledger::approval::sources::signature::{Bad, UnverifiedKind};
use exledger::approval::sources::signers::{Revoked, Signers};
use exledger::history::commit;
use exledger::history::objects::Oid;
use exledger::policy::governance::Governance;
use exledger::policy::people::person::Person;
use exledger::policy::people::{self};
use exledger::policy::wire::PublicKey;
use exledger::record::time::Instant;

/// Returns a fixture's bytes.
fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(data(name)).unwrap()
}

fn data(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/sign");
    folder.join(name)
}

/// Returns the line of a public key, without its end.
fn public(name: &str) -> String {
    String::from_utf8(fixture(name)).unwrap().trim().to_owned()
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

/// When the fixtures land, unless stated otherwise.
fn landing() -> Instant {
    at("2026-12-02T08:00:00Z")
}

fn person(address: &str) -> Person {
    people::identify(&Governance::default(), "", address)
}

/// Returns the keys of these lists.
fn keys(signers: &str, revoked: &str) -> Keys {
    let signers = Signers::parse(signers);
    assert_eq!(signers.problems, []);
    Keys::new(&signers, [&Revoked::parse(revoked)])
}

/// Returns keys that list one fixture for Dana.
fn dana(key: &str) -> Keys {
    keys(&format!("dana@example.com {}\n", public(key)), "")
}

/// Returns the principals of an attested signature, or the name of any other state.
fn who(state: &SignatureState) -> String {
    match state {
        SignatureState::Attested(signer) => signer.written(),
        other => other.as_str().to_owned(),
    }
}

fn approval(signature: &str) -> CheckedSignature {
    signature::detached(&fixture(signature), &fixture("approval.txt"))
}

#[test]
fn a_signature_by_a_listed_key_of_each_kind_attests_its_principal() {
    for (key, signature) in [
        ("ed25519.pub", "ed25519.sig"),
        ("p256.pub", "p256.sig"),
        ("rsa.pub", "rsa.sig"),
        ("rsa.pub", "rsa-sha256.sig"),
    ] {
        let state = approval(signature).state(&dana(key), landing());
        assert_eq!(who(&state), "dana@example.com", "{signature}");
    }
}

#[test]
fn a_signature_of_a_kind_that_is_not_verified_is_said_to_be_one() {
    for (key, signature, kind) in [
        ("p384.pub", "p384.sig", UnverifiedKind::Algorithm("ecdsa-sha2-nistp384".to_owned())),
        ("rsa1024.pub", "rsa1024.sig", UnverifiedKind::RsaSize(1024)),
    ] {
        let state = approval(signature).state(&dana(key), landing());
        assert_eq!(state, SignatureState::Unverifiable(kind));
    }
    for (text, kind) in [
        (
            "-----BEGIN PGP SIGNATURE-----\n\niQ\n-----END PGP SIGNATURE-----\n",
            UnverifiedKind::OpenPgp,
        ),
        (
            "-----BEGIN SIGNED MESSAGE-----\nMII\n-----END SIGNED MESSAGE-----\n",
            UnverifiedKind::X509,
        ),
        ("-----BEGIN SOMETHING-----\n", UnverifiedKind::Unknown),
        ("", UnverifiedKind::Unknown),
    ] {
        let signature = signature::detached(text.as_bytes(), b"");
        assert_eq!(
            signature.state(&Keys::default(), landing()),
            SignatureState::Unverifiable(kind)
        );
    }
}

/// Returns bytes as base64.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let byte = |n: usize| u32::from(*group.get(n).unwrap_or(&0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= group.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

fn string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap().to_be_bytes();
    [&length[..], bytes].concat()
}

/// Returns a signature by a key of an algorithm, well-formed but not valid.
fn envelope(algorithm: &str, version: u8) -> Vec<u8> {
    let name = string(algorithm.as_bytes());
    let key = [name.clone(), string(&[1; 32]), string(b"ssh:")].concat();
    let inner = [name, string(&[2; 64]), vec![1, 0, 0, 0, 9]].concat();
    let fields: Vec<Vec<u8>> =
        [&key[..], b"exledger-approval@v1", b"", b"sha512", &inner].map(string).to_vec();
    let blob = [b"SSHSIG\0\0\0", &[version][..], &fields.concat()].concat();
    let text = base64(&blob);
    format!("-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n").into_bytes()
}

#[test]
fn a_key_on_a_device_a_certificate_and_a_later_version_are_unverifiable() {
    let device = "sk-ssh-ed25519@openssh.com".to_owned();
    let certificate = "sk-ssh-ed25519-cert-v01@openssh.com".to_owned();
    for (algorithm, version, kind) in [
        ("sk-ssh-ed25519@openssh.com", 1, UnverifiedKind::SecurityKey(device)),
        ("sk-ssh-ed25519-cert-v01@openssh.com", 1, UnverifiedKind::Certificate(certificate)),
        ("sk-ssh-ed25519@openssh.com", 2, UnverifiedKind::Unknown),
    ] {
        let signature = signature::detached(&envelope(algorithm, version), b"text");
        assert_eq!(
            signature.state(&Keys::default(), landing()),
            SignatureState::Unverifiable(kind)
        );
    }
}

#[test]
fn a_signature_over_other_bytes_or_for_another_use_is_bad_whoever_is_listed() {
    let text = fixture("approval.txt");
    let altered = String::from_utf8(text.clone()).unwrap().replace("approve\n", "reject\n");
    let bent = String::from_utf8(fixture("ed25519.sig")).unwrap().replace("U1NIU0lH", "U1NIU0lI");
    let twice = [fixture("ed25519.sig"), fixture("ed25519.sig")].concat();
    let elsewhere = Bad::Namespace("git".to_owned());
    for (armoured, text, bad) in [
        (fixture("ed25519.sig"), altered.into_bytes(), Bad::Mismatch),
        (fixture("rsa.sig"), b"".to_vec(), Bad::Mismatch),
        (fixture("p256.sig"), b"".to_vec(), Bad::Mismatch),
        (fixture("wrong-namespace.sig"), text.clone(), elsewhere),
        (bent.into_bytes(), text.clone(), Bad::Malformed),
        (twice, text.clone(), Bad::Malformed),
        (fixture("ed25519.sig")[..200].to_vec(), text.clone(), Bad::Malformed),
        (b"-----BEGIN SSH SIGNATURE-----\n".to_vec(), text, Bad::Malformed),
    ] {
        let signature = signature::detached(&armoured, &text);
        assert_eq!(
            signature.state(&dana("ed25519.pub"), landing()),
            SignatureState::Bad(bad.clone())
        );
        assert_eq!(signature.state(&Keys::default(), landing()), SignatureState::Bad(bad));
        assert_eq!(signature.key(), None);
    }
}

#[test]
fn a_good_signature_stands_as_its_key_stands_at_the_landing() {
    let key = public("ed25519.pub");
    let line = |options: &str| format!("dana@example.com {options} {key}\n");
    let cases = [
        (line(""), "dana@example.com"),
        (String::new(), "untrusted-key"),
        (format!("dana@example.com {}\n", public("other.pub")), "untrusted-key"),
        (line("namespaces=\"exledger-approval@v1,git\""), "dana@example.com"),
        (line("namespaces=\"exledger-*\""), "dana@example.com"),
        (line("namespaces=\"*,!exledger-approval@v1\""), "untrusted-key"),
        (line("namespaces=\"git\""), "untrusted-key"),
        (line("cert-authority"), "untrusted-key"),
        // Both bounds are inclusive, to the second.
        (line("valid-before=\"20261202080000Z\""), "dana@example.com"),
        (line("valid-before=\"20261202075959Z\""), "not-valid-at-landing"),
        (line("valid-before=\"20261202\""), "not-valid-at-landing"),
        (line("valid-before=\"202612020800\""), "dana@example.com"),
        (line("valid-after=\"20261202080000Z\""), "dana@example.com"),
        (line("valid-after=\"20261202080001Z\""), "not-valid-at-landing"),
        // One valid line is enough.
        (line("valid-before=\"20200101Z\"") + &line(""), "dana@example.com"),
        (line("namespaces=\"git\"") + &line("valid-before=\"20200101Z\""), "not-valid-at-landing"),
    ];
    for (signers, expected) in cases {
        let state = approval("ed25519.sig").state(&keys(&signers, ""), landing());
        assert_eq!(who(&state), expected, "{signers}");
    }
}

#[test]
fn a_revoked_key_never_counts_listed_or_not() {
    let key = public("ed25519.pub");
    let listed = format!("dana@example.com {key}\n");
    for (signers, revoked, expected) in [
        (listed.as_str(), format!("# stolen\n{key} laptop\n"), "revoked"),
        ("", key.clone(), "revoked"),
        (&listed, format!("dana@example.com namespaces=\"git\" {key}"), "revoked"),
        (&listed, public("other.pub"), "dana@example.com"),
    ] {
        let state = approval("ed25519.sig").state(&keys(signers, &revoked), landing());
        assert_eq!(who(&state), expected);
    }
    let fingerprint =
        PublicKey::parse("ssh-ed25519", key.split(' ').nth(1).unwrap()).unwrap().fingerprint();
    let state = approval("ed25519.sig").state(&keys("", &key), landing());
    assert_eq!(state, SignatureState::Revoked(fingerprint));
}

#[test]
fn the_revocations_of_the_tip_hold_for_what_landed_before() {
    let key = public("ed25519.pub");
    let before =
        Governance { signers: Some(format!("dana@example.com {key}\n")), ..Governance::default() };
    let tip = Governance { revoked: Some(key), ..Governance::default() };
    let signature = approval("ed25519.sig");
    assert_eq!(
        signature.state(&Keys::from_governance(&before, &before), landing()).as_str(),
        "attested"
    );
    assert_eq!(
        signature.state(&Keys::from_governance(&before, &tip), landing()).as_str(),
        "revoked"
    );
    assert_eq!(
        signature.state(&Keys::from_governance(&tip, &before), landing()).as_str(),
        "revoked"
    );
}

fn commit(name: &str) -> commit::Commit {
    parsed(fixture(name))
}

fn parsed(raw: Vec<u8>) -> commit::Commit {
    commit::parse(Oid::from_bytes(&[7; 20]).unwrap(), raw).unwrap()
}

#[test]
fn the_signature_of_a_commit_is_over_all_of_it_but_itself() {
    let keys = dana("ed25519.pub");
    let state = signature::of_commit(&commit("commit")).state(&keys, landing());
    assert_eq!(who(&state), "dana@example.com");
    let altered = String::from_utf8(fixture("commit")).unwrap().replace("December", "January");
    let state = signature::of_commit(&parsed(altered.into_bytes())).state(&keys, landing());
    assert_eq!(state, SignatureState::Bad(Bad::Mismatch));
    let unsigned = signature::of_commit(&commit("merge")).state(&keys, landing());
    assert_eq!(unsigned, SignatureState::None);
}

#[test]
fn the_signature_of_a_tag_is_the_end_of_its_text_in_a_merge_too() {
    let keys = dana("ed25519.pub");
    let merged = commit("merge").mergetags();
    assert_eq!(merged.len(), 1);
    for raw in [fixture("tag"), merged[0].clone()] {
        let tag = Tag::read(&raw).unwrap();
        assert_eq!(tag.commit, commit("merge").parents[1]);
        assert_eq!(who(&tag.signature().state(&keys, landing())), "dana@example.com");
        let altered = String::from_utf8(raw).unwrap().replace("Reviewed", "Retried");
        let signature = Tag::read(altered.as_bytes()).unwrap().signature();
        assert_eq!(signature.state(&keys, landing()), SignatureState::Bad(Bad::Mismatch));
    }
    let tag = String::from_utf8(fixture("tag")).unwrap();
    let unsigned = tag.split_once("-----").unwrap().0;
    let signature = Tag::read(unsigned.as_bytes()).unwrap().signature();
    assert_eq!(signature.state(&keys, landing()), SignatureState::None);
    assert_eq!(Tag::read(tag.replace("type commit", "type tree").as_bytes()), None);
}
