//! Signed receipts: what `check --sign-receipts` writes, `verify` proves, and nothing else.

use std::path::PathBuf;

use serde_json::Value;

use crate::cli::{Run, run, run_fed};
use crate::gate::chained::{digest, lines};
use crate::repo::Repo;
use crate::sign::keygen::made;

const ON: &str = "2026-11-27T12:00:00Z";

/// A ledger that lists the gate's key, and the files of the gate.
struct Signed {
    repo: Repo,
    keys: tempfile::TempDir,
}

impl Signed {
    /// Lists the gate's key after this beginning of a line; `None` if ssh-keygen is not installed.
    fn listed(options: &str) -> Option<Signed> {
        let keys = made(&[("gate", &["-t", "ed25519"]), ("other", &["-t", "ed25519"])])?;
        let public = std::fs::read_to_string(keys.path().join("gate.pub")).unwrap();
        let repo = Repo::at("2026-11-20T09:00:00Z");
        repo.by("dana")
            .write("exledger.yaml", "version: 1\n")
            .write(".github/allowed_signers", &format!("{options} {public}"))
            .commit("Begin");
        repo.checkout();
        repo.git.config().unwrap().set_str("user.email", "gate@example.com").unwrap();
        Some(Signed { repo, keys })
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
        let receipts = self.path("receipts");
        let args = ["verify", "--require-signed", "--on", ON, "--format", "json", "--receipts"];
        let audit = run(self.repo.path(), &[&args[..], &[receipts.to_str().unwrap()]].concat());
        let answer: Value =
            serde_json::from_str(&audit.out).unwrap_or_else(|_| panic!("{}", audit.err));
        let findings = answer["findings"].as_array().unwrap().iter();
        let named = findings.map(|it| format!("{} {}", it["rule"].as_str().unwrap(), it["line"]));
        let mut told: Vec<String> = named.filter(|named| named.starts_with("receipt-")).collect();
        told.sort();
        told
    }
}

const ALONE: &str = "gate@example.com namespaces=\"exledger-receipt@v1\"";

#[test]
fn an_answer_is_signed_and_an_audit_proves_it() {
    let Some(signed) = Signed::listed(ALONE) else { return };
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
    let seal: Value = serde_json::from_str(&kept[1]).unwrap();
    assert_eq!(seal["previous"], digest(&kept[0]));
    assert_eq!(seal["signer"], "gate@example.com");
    // The signed bytes are the line before the signature, closed.
    let bare = kept[1].split_once(",\"signature\"").unwrap().0.to_owned() + "}";
    let signature = seal["signature"].as_str().unwrap();
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
    assert_eq!(signed.verify(), ["receipt-altered 2", "receipt-signature 2"]);
    all(&with(7, kept[7].replace("{\"schema\"", "{ \"schema\"")));
    assert_eq!(signed.verify(), ["receipt-signature 8", "receipt-unsigned 5"]);
    // Whoever makes a new chain can't sign it.
    let forged = kept[0].replace("\"deny\"", "\"pending\"");
    let seal = kept[1].replace(&digest(&kept[0]), &digest(&forged));
    all(&[forged, seal]);
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
        let Some(signed) = Signed::listed(options) else { return };
        assert_eq!(signed.check("gate", &["--identity", "svc:nobody"], "").code, 1);
        assert_eq!(signed.verify(), expected, "{options}");
    }
    let Some(signed) = Signed::listed(ALONE) else { return };
    assert_eq!(signed.check("other", &["--identity", "svc:nobody"], "").code, 1);
    assert_eq!(signed.verify(), ["receipt-signature 2", "receipt-unsigned 1"], "another key");
}

#[test]
fn a_key_that_can_not_sign_is_refused_before_any_answer() {
    let Some(signed) = Signed::listed(ALONE) else { return };
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
