//! A denied question becomes a request, and the request, once approved, allows that question.

use serde_json::Value;

use crate::cli::Run;
use crate::decisions::Life;

/// A ledger with few requirements, so that a draft needs little more than the question.
const POLICY: &str = "version: 1
groups: {approvers: [lee@example.com, dana@example.com]}
tiers: [{name: standard, max_term: 90d, require: [compensating_controls]}]
";

/// The additional answers of every request.
const SAID: &[&str] = &[
    "--title",
    "Wanted until the job is replaced",
    "--risk-level",
    "low",
    "--justification",
    "The job is replaced in December; stopping it now would stop invoicing for two weeks.",
    "--compensating-control",
    "Watched by the team",
    "--control-status",
    "active",
];

/// The question, and the additional answers of its request.
const REFUSED: &[(&[&str], &[&str])] = &[
    (
        &["--identity", "svc:batch", "--action", "read", "--resource", "db:invoices"],
        &[
            "--rule",
            "Secrets rotate",
            "--identity-type",
            "service-account",
            "--credential",
            "vault:prod/db",
            "--task",
            "nightly run",
        ],
    ),
    (
        &["--application", "billing", "--environment", "staging"],
        &["--rule", "Every job has its own database user"],
    ),
    (&["--asset", "host:gw-1", "--control", "nist-csf:ID.RA-07"], &[]),
    (&["--asset", "host:gw-2", "--control", "OWASP-NHI:nhi-7"], &[]),
    (&["--credential", "vault:prod/key", "--application", "orders"], &["--rule", "Secrets rotate"]),
    (
        &[
            "--finding",
            "trivy:CVE-2026-1234",
            "--application",
            "scanned",
            "--purl",
            "pkg:cargo/openssl@0.10.60?arch=x86",
            "--path",
            "./services/x/../billing/a.rs",
            "--severity",
            "moderate",
        ],
        &["--rule", "No known flaws"],
    ),
    (
        &[
            "--finding",
            "prowler:s3_public",
            "--application",
            "cloud",
            "--resource",
            "aws:123/eu-1/bucket",
        ],
        &["--rule", "No public buckets"],
    ),
    (
        &[
            "--application",
            "shop",
            "--purl",
            "pkg:npm/%40acme/ui@1.2.3",
            "--path",
            "web/package-lock.json",
        ],
        &["--rule", "No known flaws"],
    ),
    (&["--finding", "Trivy:CVE-2026-9", "--asset", "image:web"], &["--rule", "No known flaws"]),
];

fn refused(life: &Life, question: &[&str]) -> (Value, String) {
    let answer = life.answer(1, "ana", &[&["check"], question].concat());
    let path = life.repo.path().join("receipt.json");
    std::fs::write(&path, answer.to_string()).unwrap();
    (answer, path.to_str().unwrap().to_owned())
}

fn new(life: &Life, receipt: &str, more: &[&str]) -> Run {
    let from = ["new", "--from-check", receipt, "--no-input", "--format", "json"];
    life.run("ana", &[&from[..], SAID, more].concat())
}

#[test]
fn a_refused_question_is_allowed_once_its_request_is_approved() {
    for (n, (question, more)) in REFUSED.iter().enumerate() {
        let life = Life::of(POLICY);
        let (answer, receipt) = refused(&life, question);
        assert_eq!(answer["record"], Value::Null);
        let branch = format!("ask-{n}");
        life.repo.branch(&branch);
        life.switch(&branch);
        // Checking out a branch removes untracked files.
        std::fs::write(&receipt, answer.to_string()).unwrap();
        let filed = new(&life, &receipt, more);
        assert_eq!(filed.code, 0, "{question:?}: {}{}", filed.out, filed.err);
        let lint = life.run("ana", &["lint", "--format", "json"]);
        let lint: Value = serde_json::from_str(&lint.out).unwrap();
        assert_eq!(lint["errors"], 0, "{question:?}: {lint}");
        life.commit(&branch, "ana");
        let waiting = life.answer(1, "ana", &[&["check"], *question].concat());
        assert_eq!(waiting["verdict"], "pending", "{question:?}: {waiting}");
        life.merge(&branch, "lee", "");
        let allowed = life.answer(0, "ana", &[&["check"], *question].concat());
        assert_eq!(allowed["question"], answer["question"]);
        let filed: Value = serde_json::from_str(&filed.out).unwrap();
        assert_eq!(allowed["record"], filed["id"], "{question:?}");
    }
}

#[test]
fn what_no_record_could_allow_is_refused_with_the_way_out() {
    let life = Life::of(POLICY);
    for (asked, word) in [
        (r#"{"application": "shop", "deploy": true}"#, "deployment"),
        (r#"{"application": "shop", "severity": "low"}"#, "--finding"),
        (r#"{"application": "shop", "path": "a/b"}"#, "--finding"),
        (r#"{"finding": "trivy:X", "path": "../a"}"#, "../a"),
        (r#"{"application": "shop", "resource": "db:*"}"#, "--resource"),
        (r#"{"application": "shop", "action": "Any"}"#, "--action"),
    ] {
        let path = life.repo.path().join("receipt.json");
        let receipt = format!(
            r#"{{"schema": "exledger/check/v1", "verdict": "deny", "record": null, "question": {asked}}}"#
        );
        std::fs::write(&path, receipt).unwrap();
        let run = new(&life, path.to_str().unwrap(), &["--rule", "A rule"]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{asked}");
        assert!(run.err.contains(word), "{asked}: {}", run.err);
    }
}
