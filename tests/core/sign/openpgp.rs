//! The OpenPGP signatures by which forges sign commits: real ones, and others that resemble them.

use exledger::approval::sources::keys::Keys;
use exledger::approval::sources::openpgp::OpenPgpSignature;
use exledger::approval::sources::signature::{self, SignatureState};
use exledger::approval::sources::signers::{SignerLine, Signers};
use exledger::history::commit::{self, Commit};
use exledger::history::objects::Oid;
use exledger::history::walked::CheckedCommits;
use exledger::record::time::Instant;

use crate::sign::at;
use crate::support::openpgp::{armored, openpgp, packet, rsa_public};

/// GitHub's keys as the program ships them, the older first.
fn githubs() -> Vec<SignerLine> {
    let lines = Signers::parse(include_str!("../../../src/approval/sources/forge_keys.txt")).lines;
    let is_github = |line: &SignerLine| line.principals == ["noreply@github.com"];
    lines.into_iter().filter(is_github).collect()
}

/// Real commits by bots on GitHub, each with the place of the key that signed it.
fn commits() -> Vec<(Commit, usize)> {
    let lines = include_str!("../../data/forge/commits.jsonl").lines();
    let read = |line: &str| {
        let fields: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| fields[name].as_str().unwrap().to_owned();
        let raw = base64(&text("commit"));
        let oid = Oid::from_hex(&text("oid")).unwrap();
        let key = usize::from(text("key").ends_with("B5690EEEBB952194"));
        (commit::parse(oid, raw).unwrap(), key)
    };
    lines.map(read).collect()
}

fn base64(text: &str) -> Vec<u8> {
    use base64ct::{Base64, Encoding};
    Base64::decode_vec(text).unwrap()
}

fn is_by(commit: &Commit, line: &SignerLine) -> bool {
    let signed = commit.signature().unwrap();
    let signature = OpenPgpSignature::read(&signed.signature).unwrap();
    let is_current = line.valid_after.is_none_or(|after| after <= signature.made)
        && line.valid_before.is_none_or(|before| signature.made <= before);
    is_current && signature.verifies(&signed.payload, &line.key)
}

#[test]
fn what_github_signed_verifies_with_its_own_key_alone() {
    let keys = githubs();
    assert_eq!(keys.len(), 2);
    let commits = commits();
    assert_eq!(commits.len(), 4);
    for (commit, key) in &commits {
        let by: Vec<usize> = (0..2).filter(|n| is_by(commit, &keys[*n])).collect();
        assert_eq!(by, [*key], "{}", commit.oid);
    }
    // As a ledger judges them, that names the forge: of what lands after the old key's end, none by it.
    let built_in = Keys::new(&Signers::parse(""), []);
    let checked = CheckedCommits::default();
    for (commit, key) in &commits {
        let by_forge = |at: Instant| {
            let state = signature::of_commit(commit).state(&built_in, at);
            let state = signature::of_forge(commit, state, (&built_in, at), &checked);
            matches!(state, SignatureState::OfForge(signer) if signer.key == keys[*key].key.fingerprint())
        };
        let time = commit.committed().unwrap();
        let after = at("2024-01-16T20:00:01Z").max(time);
        assert_eq!([time, after].map(by_forge), [true, *key == 1], "{}", commit.oid);
    }
}

#[test]
fn no_byte_of_a_signed_commit_can_change() {
    let keys = githubs();
    for (commit, key) in commits() {
        let signed = commit.signature().unwrap();
        let signature = OpenPgpSignature::read(&signed.signature).unwrap();
        for place in (0..signed.payload.len()).step_by(97) {
            let mut payload = signed.payload.clone();
            payload[place] ^= 1;
            assert!(!signature.verifies(&payload, &keys[key].key), "{place}");
        }
        for place in 0..signed.signature.len() {
            let mut bytes = signed.signature.clone();
            bytes[place] ^= 1;
            let changed = OpenPgpSignature::read(&bytes);
            let verifies = changed.is_some_and(|it| it.verifies(&signed.payload, &keys[key].key));
            let is_blank = bytes[place].is_ascii_whitespace();
            assert!(!verifies || is_blank, "{place}: {}", String::from_utf8_lossy(&bytes));
        }
    }
}

fn key() -> exledger::policy::wire::PublicKey {
    Signers::parse(&format!("a@example.com {}", rsa_public("forge"))).lines[0].key.clone()
}

#[test]
fn only_what_a_forge_writes_is_read() {
    let packet = packet(&openpgp("forge", b"text", 1_700_000_000, 7));
    let read = |packet: &[u8]| OpenPgpSignature::read(armored(packet).as_bytes());
    assert!(read(&packet).unwrap().verifies(b"text", &key()));
    let with = |place: usize, byte: u8| {
        let mut other = packet.clone();
        other[place] = byte;
        other
    };
    for (what, other) in [
        ("version 3", with(3, 3)),
        ("a text document", with(4, 1)),
        ("EdDSA", with(5, 22)),
        ("SHA-1", with(6, 2)),
        ("no creation time", with(10, 9)),
        ("an end of its validity", with(16, 3)),
        ("an unknown critical subpacket", with(16, 0x80 | 99)),
        ("a public key", with(0, 0x99)),
        ("two packets", [packet.clone(), packet.clone()].concat()),
    ] {
        assert_eq!(read(&other), None, "{what}");
    }
    assert!(read(&with(16, 99)).is_some(), "an unknown subpacket that is not critical");
    let start = read(&with(27, !packet[27])).unwrap();
    assert!(
        start.verifies(b"text", &key()),
        "another start of the digest, as GitHub wrote until April 2021"
    );
    let armor = armored(&packet);
    let long = armor.replace("\n\n", &format!("\nComment: {}\n\n", "a".repeat(8 * 1024)));
    for (what, text) in [
        ("no checksum", armor.replace("\n=", "\n")),
        ("another block", format!("{armor}{armor}")),
        ("a message", armor.replace("SIGNATURE", "MESSAGE")),
        ("too long", long),
    ] {
        assert_eq!(OpenPgpSignature::read(text.as_bytes()), None, "{what}");
    }
    let commented = armor.replace("\n\n", "\nComment: kept\n\n");
    assert!(OpenPgpSignature::read(commented.as_bytes()).is_some(), "armor headers");
}
