//! Signed receipts: what `check --sign-receipts` writes, `verify` proves, and nothing else.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::{Run, run, run_fed};
use crate::gate::chained::{digest, lines};
use crate::support::keygen::made;
use crate::support::repo::{Repo, git};

const ON: &str = "2026-11-27T12:00:00Z";

/// A ledger that lists the gate's key, and the files of the gate.
struct Signed {
    repo: Repo,
    keys: tempfile::TempDir,
}

impl Signed {
    /// Lists the gate's key after this beginning of a line.
    fn listed(options: &str) -> Signed {
        let keys = made(&[("gate", &["-t", "ed25519"]), ("other", &["-t", "ed25519"])]);
        let public = std::fs::read_to_string(keys.path().join("gate.pub")).unwrap();
        let repo = Repo::at("2026-11-20T09:00:00Z");
        repo.by("dana")
            .write("exledger.yaml", "version: 1\n")
            .write(".github/allowed_signers", &format!("{options} {public}"))
            .commit("Begin");
        repo.checkout();
        repo.git.config().unwrap().set_str("user.email", "gate@example.com").unwrap();
        Signed { repo, keys }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.keys.path().join(name)
    }

    fn check(&self, key: &str, more: &[&str], input: &str) -> Run {
        let (receipts, key) = (self.path("receipts"), self.path(key));
        let args = [
            "check",
            "--receipts",
            receipts.to_str().unwrap(),
            "--sign-receipts",
            key.to_str().unwrap(),
        ];
        let args = [&args[..], &["--on", ON], more].concat();
        run_fed(self.repo.path(), &args, input.as_bytes())
    }

    /// Returns the rules about receipts that an audit reports, with lines.
    fn verify(&self) -> Vec<String> {
        self.verify_with(&["--require-signed"])
    }

    fn verify_with(&self, more: &[&str]) -> Vec<String> {
        let receipts = self.path("receipts");
        let args = ["verify", "--on", ON, "--format", "json", "--receipts"];
        let args = [&args[..], &[receipts.to_str().unwrap()], more].concat();
        let audit = run(self.repo.path(), &args);
        let answer: Value =
            serde_json::from_str(&audit.out).unwrap_or_else(|_| panic!("{}", audit.err));
        let findings = answer["findings"].as_array().unwrap().iter();
        let named = findings.map(|it| format!("{} {}", it["rule"].as_str().unwrap(), it["line"]));
        let mut found: Vec<String> = named.filter(|named| named.starts_with("receipt-")).collect();
        found.sort();
        found
    }
}

const ALONE: &str = "gate@example.com namespaces=\"exledger-receipt@v1\"";

#[test]
fn an_answer_is_signed_and_an_audit_proves_it() {
    let signed = Signed::listed(ALONE);
    for _ in 0..2 {
        let asked = signed.check("gate", &["--identity", "svc:nobody"], "");
        assert_eq!(asked.code, 1, "{}", asked.err);
    }
    let question = "{\"identity\": \"svc:nobody\"}\n";
    let asked = signed.check("gate.pub", &["--stdin"], &question.repeat(3));
    assert_eq!((asked.code, asked.out.lines().count()), (1, 3), "{}", asked.err);
    let kept = lines(&signed.path("receipts"));
    assert_eq!(kept.len(), 8);
    assert_eq!(signed.verify(), [""; 0]);
    let signed_line: Value = serde_json::from_str(&kept[1]).unwrap();
    assert_eq!(signed_line["previous"], digest(&kept[0]));
    assert_eq!(signed_line["signer"], "gate@example.com");
    // The signed bytes are the line before the signature, closed.
    let bare = kept[1].split_once(",\"signature\"").unwrap().0.to_owned() + "}";
    let signature = signed_line["signature"].as_str().unwrap();
    std::fs::write(signed.path("bare.sig"), signature).unwrap();
    std::fs::write(signed.path("bare"), &bare).unwrap();
    let verified = std::process::Command::new("ssh-keygen")
        .args(["-Y", "check-novalidate", "-n", "exledger-receipt@v1", "-s"])
        .arg(signed.path("bare.sig"))
        .stdin(std::fs::File::open(signed.path("bare")).unwrap())
        .output()
        .unwrap();
    assert!(verified.status.success(), "{verified:?}");

    let all = |lines: &[String]| {
        std::fs::write(signed.path("receipts"), lines.join("\n") + "\n").unwrap()
    };
    all(&kept[..7]);
    assert_eq!(signed.verify(), ["receipt-unsigned 5"], "the last signature was cut off");
    let with = |at: usize, line: String| {
        let mut lines = kept.clone();
        lines[at] = line;
        lines
    };
    all(&with(1, kept[1].replace("gate@", "dana@")));
    let found = ["receipt-altered 2", "receipt-signature 2", "receipt-unsigned 1"];
    assert_eq!(signed.verify(), found, "no other signature vouches for the first receipt");
    all(&with(7, kept[7].replace("{\"schema\"", "{ \"schema\"")));
    assert_eq!(signed.verify(), ["receipt-signature 8", "receipt-unsigned 5"]);
    // Whoever makes a new chain can't sign it.
    let forged = kept[0].replace("\"deny\"", "\"pending\"");
    let signed_line = kept[1].replace(&digest(&kept[0]), &digest(&forged));
    all(&[forged, signed_line]);
    assert_eq!(signed.verify(), ["receipt-signature 2", "receipt-unsigned 1"]);
}

#[test]
fn a_key_signs_receipts_only_if_it_is_listed_for_nothing_else() {
    for (options, expected) in [
        (ALONE, &[][..]),
        ("gate@example.com", &["receipt-signature 2", "receipt-unsigned 1"]),
        (
            "gate@example.com namespaces=\"exledger-*\"",
            &["receipt-signature 2", "receipt-unsigned 1"],
        ),
        (
            "gate@example.com namespaces=\"git,exledger-receipt@v1\"",
            &["receipt-signature 2", "receipt-unsigned 1"],
        ),
        (
            "dana@example.com namespaces=\"exledger-receipt@v1\"",
            &["receipt-signature 2", "receipt-unsigned 1"],
        ),
        (
            "gate@example.com valid-before=\"20261126Z\",namespaces=\"exledger-receipt@v1\"",
            &["receipt-signature 2", "receipt-unsigned 1"],
        ),
    ] {
        let signed = Signed::listed(options);
        assert_eq!(signed.check("gate", &["--identity", "svc:nobody"], "").code, 1);
        assert_eq!(signed.verify(), expected, "{options}");
    }
    let signed = Signed::listed(ALONE);
    assert_eq!(signed.check("other", &["--identity", "svc:nobody"], "").code, 1);
    assert_eq!(signed.verify(), ["receipt-signature 2", "receipt-unsigned 1"], "another key");
}

#[test]
fn a_key_that_can_not_sign_is_refused_before_any_answer() {
    let signed = Signed::listed(ALONE);
    std::fs::write(signed.path("text"), "no key\n").unwrap();
    std::fs::write(signed.path("broken"), "-----BEGIN OPENSSH PRIVATE KEY-----\n").unwrap();
    for (key, why) in
        [("nowhere", "does not exist"), ("text", "is not an SSH key"), ("broken", "did not sign")]
    {
        for more in [&["--identity", "svc:nobody"][..], &["--stdin"]] {
            let asked = signed.check(key, more, "{\"identity\": \"svc:nobody\"}\n");
            assert_eq!(asked.code, 2, "{key}: {}", asked.err);
            assert!(
                asked.err.contains(why) && asked.err.contains("--sign-receipts"),
                "{}",
                asked.err
            );
            assert_eq!(asked.out, "");
        }
    }
    assert!(!signed.path("receipts").exists() || lines(&signed.path("receipts")).is_empty());
    let alone = run(signed.repo.path(), &["check", "--identity", "x", "--sign-receipts", "gate"]);
    assert_eq!(alone.code, 2, "only with --receipts");
}

/// Returns the receipt that somebody without a key would append to these lines: its chain is right.
fn forged(lines: &[String]) -> String {
    let last = lines.last().unwrap();
    let (_, rest) = lines[0].split_once("\"seq\":1").unwrap();
    let before = lines[0].strip_suffix(rest).unwrap().strip_suffix("\"seq\":1").unwrap();
    let rest = rest.replace("\"previous\":null", &format!("\"previous\":\"{}\"", digest(last)));
    let rest = rest.replace(",\"started\":false", "");
    let before = before.replace("\"deny\"", "\"pending\"");
    format!("{before}\"seq\":{}{rest}", lines.len() + 1)
}

#[test]
fn what_no_gate_stored_is_never_signed_and_an_audit_says_so() {
    let signed = Signed::listed(ALONE);
    let receipts = signed.path("receipts");
    let asked = |n: usize| {
        let asked = signed.check("gate", &["--identity", "svc:nobody"], "");
        assert_eq!((asked.code, lines(&receipts).len()), (1, n), "{}", asked.err);
    };
    asked(2);
    assert_eq!(signed.verify_with(&[]), [""; 0]);
    let line = forged(&lines(&receipts));
    let mut text = std::fs::read_to_string(&receipts).unwrap();
    text.push_str(&format!("{line}\n"));
    std::fs::write(&receipts, &text).unwrap();
    assert_eq!(signed.verify_with(&[]), [""; 0], "no signature follows it");
    assert_eq!(signed.verify(), ["receipt-unsigned 3"]);
    // The next answers are signed, and what was appended in between is passed over.
    asked(5);
    let question = "{\"identity\": \"svc:nobody\"}\n";
    assert_eq!(signed.check("gate", &["--stdin"], &question.repeat(2)).code, 1);
    let kept = lines(&receipts);
    let signatures: Vec<Value> = kept
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["receipts"].clone())
        .filter(|numbers| !numbers.is_null())
        .collect();
    assert_eq!(signatures, [json!([[1, 1]]), json!([[4, 4]]), json!([[6, 7]])]);
    for more in [&[][..], &["--require-signed"]] {
        assert_eq!(signed.verify_with(more), ["receipt-unsigned 3"], "{more:?}");
    }
    // What it vouches for is signed, too.
    let narrowed = kept[4].replace("[[4,4]]", "[[3,4]]");
    let mut lines = kept.clone();
    lines[4] = narrowed;
    std::fs::write(&receipts, lines.join("\n") + "\n").unwrap();
    let found = signed.verify_with(&[]);
    assert!(found.contains(&"receipt-signature 5".to_owned()), "{found:?}");
}

#[test]
fn gates_of_several_clones_with_one_key_each_sign_what_they_stored() {
    let signed = Signed::listed(ALONE);
    let other = signed.repo.clone_with(&[]);
    git(other.path(), &["config", "user.email", "gate@example.com"]);
    let (receipts, key) = (signed.path("receipts"), signed.path("gate"));
    let flags =
        ["--receipts", receipts.to_str().unwrap(), "--sign-receipts", key.to_str().unwrap()];
    let ask = |folder: &Path, unsigned: bool| {
        let flags = if unsigned { &flags[..2] } else { &flags[..] };
        let args = [&["check", "--identity", "svc:nobody", "--on", ON], flags].concat();
        assert_eq!(run(folder, &args).code, 1);
    };
    let own = signed.repo.path();
    ask(own, false);
    ask(other.path(), false);
    // A gate without the key leaves its receipt to the next one of its clone.
    ask(own, true);
    ask(other.path(), false);
    assert_eq!(signed.verify(), ["receipt-unsigned 5"]);
    ask(own, false);
    assert_eq!(signed.verify(), [""; 0]);
    assert_eq!(lines(&receipts).len(), 9);
}

#[test]
fn a_receipt_of_a_gate_that_was_killed_is_signed_by_the_next_one() {
    let signed = Signed::listed(ALONE);
    let receipts = signed.path("receipts");
    let nobody = ["--identity", "svc:nobody"];
    assert_eq!(signed.check("gate", &nobody, "").code, 1);
    let folder = signed.repo.path().join(".git/exledger/receipts");
    let kept = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let before = std::fs::read_to_string(&kept).unwrap();
    // What is on the disk if it is killed after it appended the receipt: the receipt, and its announcement.
    let line = forged(&lines(&receipts));
    let announced = format!(r#","next":{{"seq":3,"digest":"{}"}}}}"#, digest(&line));
    std::fs::write(&kept, before.strip_suffix('}').unwrap().to_owned() + &announced).unwrap();
    let text = std::fs::read_to_string(&receipts).unwrap();
    for appended in [false, true] {
        let text = if appended { format!("{text}{line}\n") } else { text.clone() };
        let before = std::fs::read_to_string(&kept).unwrap();
        std::fs::write(&receipts, text).unwrap();
        assert_eq!(signed.check("gate", &nobody, "").code, 1);
        assert_eq!(signed.verify(), [""; 0], "{appended}");
        std::fs::write(&kept, before).unwrap();
    }
}
