//! What a clone keeps of receipts that nobody signed yet: never more than it reads again.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use exledger::gate::receipt::known_end::{FileOrigin, KnownEnd};
use exledger::gate::receipt::numbers::ReceiptNumbers;

use crate::gate::shared::Once;
use crate::gate::started::{check, verdict};
use crate::support::keygen::made;

/// The number of bytes that are read of what is kept.
const MOST_BYTES: usize = 64 << 10;

#[test]
fn what_is_kept_stays_short_however_often_two_clones_take_turns() {
    // In JSON, each of these characters is six: no longer path can be opened.
    let path = "\u{1}".repeat(4_096);
    let mut unsigned = ReceiptNumbers::default();
    let begin = u64::MAX - 20_000;
    let mut n_dropped = 0;
    for n in 0..10_000 {
        let number = begin + 2 * n;
        unsigned.add(number);
        let end = KnownEnd::after("line", u64::MAX, FileOrigin::Started);
        let end = end.with_unsigned(unsigned);
        if n % 500 == 499 {
            let written = end.written(&path).unwrap();
            assert!(written.len() < MOST_BYTES, "{}", written.len());
            assert_eq!(KnownEnd::read(written.as_bytes()), Some(end.clone()));
        }
        unsigned = end.unsigned().clone();
        assert!(unsigned.contains(number));
        n_dropped += u64::from(!unsigned.contains(begin + 2 * n_dropped));
    }
    assert_eq!(n_dropped, 9_200, "the oldest are dropped");
}

/// Returns the file in which a clone keeps the end of its receipts.
fn kept(clone: &Path) -> PathBuf {
    let mut files = fs::read_dir(clone.join(".git/exledger/receipts")).unwrap();
    files.next().unwrap().unwrap().path()
}

/// Makes a clone's list of unsigned receipts as long as it can be read.
fn fill(clone: &Path) {
    let file = kept(clone);
    let mut end: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    end.as_object_mut().unwrap().remove("unsigned");
    let room = MOST_BYTES - end.to_string().len() - ",\"unsigned\":[]".len();
    let numbers = (0..room / "[1000001,1000001],".len()).map(|n| 1_000_001 + 2 * n);
    end["unsigned"] = numbers.map(|number| json!([number, number])).collect();
    let text = end.to_string();
    assert!((MOST_BYTES - 20..=MOST_BYTES).contains(&text.len()), "{}", text.len());
    fs::write(file, text).unwrap();
}

#[test]
fn a_very_long_list_of_unsigned_receipts_keeps_no_gate_from_answering() {
    let keys = made(&[("gate", &["-t", "ed25519"])]);
    let once = Once::new();
    once.gate.list_key(&keys.path().join("gate.pub"));
    let (clone, path) = (once.clone(), once.path());
    let key = keys.path().join("gate");
    let signed = ["--receipts", &path, "--sign-receipts", key.to_str().unwrap()];
    let nobody = |folder: &Path, flags: &[&str]| {
        let asked = check(folder, &[&["--application", "nobody"], flags].concat());
        assert_eq!(asked.code, 1, "{}{}", asked.out, asked.err);
    };
    assert_eq!(check(clone, &["--new-receipts", &path]).code, 0);
    nobody(clone, &signed);
    let other = once.gate.repo.clone_with(&[]);
    fill(clone);
    for _ in 0..10 {
        nobody(clone, &signed[..2]);
        nobody(other.path(), &signed[..2]);
    }
    // A gate that has the key does not wait for a minute then.
    fill(clone);
    let mut held = once.gate.hold(&signed);
    assert_eq!(held.verdict(r#"{"application": "nobody"}"#).0, "deny");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.lines().last().unwrap().contains("receipt-signature/v1"));
    let end = fs::read_to_string(kept(clone)).unwrap();
    assert!(!end.contains("unsigned"), "{end}");
    assert_eq!(held.end(), 1);
    assert_eq!(verdict(clone, &path), "allow");
}
