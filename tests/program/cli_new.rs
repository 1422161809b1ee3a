//! `new`: what it derives, what it asks for, what it refuses, and the file that it writes.

mod ends;
mod past;
mod sources;

use std::path::Path;

use crate::cli::{Run, run};
use crate::import;
use crate::support::lint::codes_of;

pub(crate) const DAY: &str = "2026-11-20";

/// Enough for a standard record.
const ANSWERS: &[&str] = &[
    "--title",
    "Nightly invoices still read with the shared database user",
    "--rule",
    "Every job has its own database user",
    "--application",
    "billing",
    "--risk-level",
    "moderate",
    "--justification",
    "The job is replaced in December (BILL-412); splitting the user now would stop invoicing.",
    "--compensating-control",
    "Alert on use outside 01:00-03:00 UTC",
];

const POLICY: &str = "version: 1
people: {roster: people.csv}
tiers:
  - name: sensitive
    match: {risk: [high, critical], environment: [production]}
    max_term: 30d
    approvals: {count: 2}
    require: [blast_radius, rollback, compensating_controls, review_every]
    review_every: 7d
  - name: standard
    max_term: 90d
    require: [compensating_controls]
profiles:
  rotation: {baseline: credential-rotation, controls: [owasp-nhi:NHI7:2025], root_cause: brittle-dependency}
";

pub(crate) fn ledger() -> tempfile::TempDir {
    let folder = crate::support::temporary();
    let git = git2::Repository::init(folder.path()).unwrap();
    let mut config = git.config().unwrap();
    config.set_str("user.name", "Ana Ruiz").unwrap();
    config.set_str("user.email", "ana@example.com").unwrap();
    std::fs::write(folder.path().join("exledger.yaml"), POLICY).unwrap();
    let people = "email,name,team,active\nana@example.com,Ana Ruiz,billing,yes\nlee@example.com,Lee Park,ops,yes\n";
    std::fs::write(folder.path().join("people.csv"), people).unwrap();
    folder
}

pub(crate) fn filed(folder: &Path, more: &[&str]) -> Run {
    let on = match more.contains(&"--on") {
        true => &[][..],
        false => &["--on", DAY],
    };
    let args = [&["new", "--format", "json"], on, ANSWERS, more].concat();
    run(folder, &args)
}

/// Returns the one record that was written, as JSON and as text.
pub(crate) fn written(folder: &Path, run: &Run) -> (serde_json::Value, serde_json::Value, String) {
    assert_eq!(run.code, 0, "{}", run.err);
    let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let text = std::fs::read_to_string(folder.join(answer["path"].as_str().unwrap())).unwrap();
    let record = serde_yaml::from_str(&text).unwrap();
    (answer, record, text)
}

#[test]
fn a_malformed_address_of_git_is_named_as_that_and_asked_of_nobody_who_gives_an_owner() {
    let folder = ledger();
    let config = git2::Repository::open(folder.path()).unwrap().config();
    config.unwrap().set_str("user.email", "ana").unwrap();
    let refused = filed(folder.path(), &[]);
    assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{}", refused.err);
    let said = "error: git's user.email is ana, which is not an address\n  help: set it: git config user.email YOU@EXAMPLE.COM, or give --owner-name and --owner-email\n";
    assert_eq!(refused.told().trim_end(), said.trim_end());
    let owner = ["--owner-name", "Lee Park", "--owner-email", "lee@example.com"];
    let (_, record, _) = written(folder.path(), &filed(folder.path(), &owner));
    assert_eq!(record["owner"]["email"], "lee@example.com");
}

#[test]
fn six_answers_make_a_standard_record_and_the_rest_is_derived() {
    let folder = ledger();
    let (answer, record, text) = written(folder.path(), &filed(folder.path(), &[]));
    assert_eq!(answer["schema"], "exledger/new/v1");
    let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["schema", "id", "path", "draft", "tier", "needed", "findings", "next"]);
    assert_eq!(answer["tier"], "standard");
    assert_eq!(
        answer["needed"],
        serde_json::json!({"count": 1, "each_of": [], "must_include": []})
    );
    assert_eq!(answer["draft"], false);
    let id = answer["id"].as_str().unwrap();
    assert!(id.starts_with("EXC-2026-"), "{id}");
    assert_eq!(answer["path"], format!("exceptions/{id}.yaml"));
    assert_eq!(record["id"], *id);
    assert_eq!(record["class"], "standard");
    assert_eq!(record["root_cause"], "unclassified");
    assert_eq!(record["starts"], "2026-11-20");
    assert_eq!(record["expires"], "2027-01-04", "half of 90 days, from the start");
    assert_eq!(
        record["owner"],
        serde_json::json!({"name": "Ana Ruiz", "email": "ana@example.com", "team": "billing"})
    );
    let control = &record["compensating_controls"][0];
    assert_eq!(
        (&control["id"], &control["status"], &control["owner"]),
        (&"CC1".into(), &"planned".into(), &"ana@example.com".into())
    );
    assert!(text.starts_with("id: "), "{text}");
}

#[test]
fn what_is_missing_is_named_by_its_flag() {
    let folder = ledger();
    let answer = run(
        folder.path(),
        &["new", "--no-input", "--identity", "svc:batch", "--risk-level", "high"],
    );
    assert_eq!((answer.code, answer.out.as_str()), (2, ""));
    for flag in [
        "--title",
        "--control",
        "--justification",
        "--identity-type",
        "--credential",
        "--task",
        "--environment",
        "--blast-radius",
        "--rollback-plan",
        "--rollback-criteria",
        "--compensating-control",
    ] {
        assert!(answer.err.contains(flag), "{flag}: {}", answer.err);
    }
    assert!(!answer.err.contains("--application"), "{}", answer.err);
    // Without the risk no tier is known; what every tier requires is named all the same.
    let nothing = run(folder.path(), &["new"]);
    assert!(nothing.err.starts_with("error: 6 answers are missing"), "{}", nothing.err);
    assert!(!folder.path().join("exceptions").exists());
}

#[test]
fn what_can_not_be_read_is_refused_even_as_a_draft() {
    let folder = ledger();
    for (flag, value) in [
        ("--class", "technical-error"),
        ("--expires", "never"),
        ("--expires", "2026-02-30"),
        ("--owner-email", "ana"),
        ("--trigger", "no arrow"),
        ("--trigger", "x => explode"),
        ("--finding", "CVE-2026-1"),
        ("--review-every", "0d"),
        ("--folder", "../out"),
        ("--folder", ".hidden"),
        ("--like", "EXC-2026-00000"),
        ("--profile", "nothing"),
        ("--control-owner", "a@example.com,b@example.com"),
    ] {
        let answer = filed(folder.path(), &["--draft", flag, value]);
        assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{flag} {value}: {}", answer.err);
    }
    assert!(!folder.path().join("exceptions").exists());
}

#[test]
fn an_emergency_needs_three_answers_and_ends_at_the_cap() {
    let folder = ledger();
    let args = [
        "new",
        "--emergency",
        "--on",
        "2026-11-20T10:00:00Z",
        "--format",
        "json",
        "--title",
        "Break the glass",
        "--application",
        "billing",
        "--environment",
        "staging",
        "--justification",
        "Payments fail since the gateway's certificate ran out; the old one is used meanwhile.",
    ];
    let (answer, record, _) = written(folder.path(), &run(folder.path(), &args));
    assert_eq!(answer["tier"], "standard");
    assert_eq!(record["class"], "emergency");
    assert_eq!(record["starts"], "2026-11-20T10:00:00Z");
    assert_eq!(record["expires"], "2026-11-23T10:00:00Z");
    assert_eq!(record["deviates_from"]["rule"], "Break the glass");
    assert_eq!(record["risk"]["level"], "high");
    assert_eq!(record["compensating_controls"][0]["description"], "Review within 24h");
}

#[test]
fn a_record_of_a_tier_states_the_interval_that_the_tier_wants() {
    let folder = ledger();
    let run = filed(
        folder.path(),
        &[
            "--risk-level",
            "high",
            "--environment",
            "production",
            "--blast-radius",
            "Invoices of one region",
            "--rollback-plan",
            "Disable the key",
            "--rollback-criteria",
            "Any use from an unknown address",
        ],
    );
    assert_eq!(run.code, 2, "a flag given twice is refused");
    let args = [
        "new",
        "--on",
        DAY,
        "--format",
        "json",
        "--title",
        "Nightly invoices read with the shared user",
        "--rule",
        "Every job has its own user",
        "--application",
        "billing",
        "--risk-level",
        "high",
        "--environment",
        "production",
        "--blast-radius",
        "Invoices of one region",
        "--rollback-plan",
        "Disable the key",
        "--rollback-criteria",
        "Any use from an unknown address",
        "--compensating-control",
        "Alert on use at night",
        "--justification",
        "The job is replaced in December; splitting the user now would stop invoicing.",
        "--folder",
        "billing/2026",
    ];
    std::fs::create_dir(folder.path().join("schemas")).unwrap();
    std::fs::write(folder.path().join("schemas/exception.schema.json"), "{}\n").unwrap();
    let (answer, record, text) = written(folder.path(), &crate::cli::run(folder.path(), &args));
    assert_eq!(answer["tier"], "sensitive");
    assert_eq!(answer["needed"]["count"], 2);
    assert_eq!(record["review_every"], "7d");
    assert_eq!(record["expires"], "2026-12-05");
    assert!(answer["path"].as_str().unwrap().starts_with("exceptions/billing/2026/"));
    assert!(
        text.starts_with(
            "# yaml-language-server: $schema=../../../schemas/exception.schema.json\n"
        ),
        "{text}"
    );
}

#[test]
fn a_new_ledger_and_a_new_record_lint_clean_and_are_proposed() {
    let folder = crate::support::temporary();
    let git = |words: &[&str]| crate::support::repo::git(folder.path(), words);
    git(&["init", "-q", "-b", "main"]);
    git(&["config", "user.name", "Ana Ruiz"]);
    git(&["config", "user.email", "ana@example.com"]);
    for method in ["merge", "squash", "rebase"] {
        let made = run(folder.path(), &["init", "-q", "--merge-method", method]);
        assert_eq!(made.code, 0, "{}", made.err);
        let lint = run(folder.path(), &["lint", "--strict"]);
        assert_eq!(lint.code, 0, "{method}: {}", lint.out);
        std::fs::remove_file(folder.path().join("exledger.yaml")).unwrap();
    }
    run(folder.path(), &["init", "-q"]);
    git(&["add", "-A"]);
    git(&["commit", "-qm", "Keep exceptions in a ledger"]);
    let (answer, ..) =
        written(folder.path(), &filed(folder.path(), &["--root-cause", "brittle-dependency"]));
    let lint = run(folder.path(), &["lint", "--format", "json"]);
    assert_eq!(lint.code, 0, "{}", lint.out);
    let found = codes_of(import::RULES, &serde_json::from_str(&lint.out).unwrap());
    assert_eq!(found, [""; 0], "{}", lint.out);
    let list = run(folder.path(), &["list", "--format", "json"]);
    assert_eq!(list.code, 0, "{}", list.err);
    let list: serde_json::Value = serde_json::from_str(&list.out).unwrap();
    assert_eq!(list["records"][0]["id"], answer["id"]);
    assert_eq!(list["records"][0]["status"], "proposed");
}

#[test]
fn a_record_that_would_not_lint_is_written_only_as_a_draft() {
    let folder = ledger();
    let long = ["--expires", "2027-12-20"];
    let refused = filed(folder.path(), &long);
    assert_eq!((refused.code, refused.out.as_str()), (2, ""));
    assert!(refused.err.contains("term-too-long"), "{}", refused.err);
    assert!(!folder.path().join("exceptions").exists());
    let (answer, ..) =
        written(folder.path(), &filed(folder.path(), &[&long[..], &["--draft"]].concat()));
    assert_eq!(answer["draft"], true);
    assert!(
        answer["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| finding["rule"] == "term-too-long")
    );
}
