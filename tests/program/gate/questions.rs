//! Every kind of question to one ledger, with verdict, record and reason: `tests/golden/gate/questions.md`.
//!
//! All are asked on one standard input, which reads all records, and every third also alone, which reads few.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::cli::{run, run_fed};
use crate::gate::ledger::{ON, ledger};
use crate::support::golden;
use crate::support::repo::Repo;

/// A heading, and the flags of the questions below it; `--on` moves the clock.
const QUESTIONS: &[(&str, &[&str])] = &[
    (
        "Subjects: the record's own words, or a former name; nothing is a pattern",
        &[
            "--identity svc:batch --resource db:invoices --action read --environment production",
            "--identity svc:old-batch --resource db:invoices --action read --environment production",
            "--identity svc:*",
            "--identity SVC:batch",
            "--identity svc:other",
            "--asset host:gw-1",
            "--asset svc:old-batch --resource db:invoices --action read --environment production",
            "--application billing --identity svc:batch --resource db:invoices --action read --environment production",
            "--application bill --identity svc:batch --resource db:invoices --action read --environment production",
            "--credential vault:prod/db --resource db:invoices --action read --environment production",
            "--credential vault:prod/db --identity svc:batch --application billing --resource db:invoices --action read --environment production",
            "--identity svc:batch --application gateway",
            "--identity svc:batch --asset host:gw-1",
            "--application nothing-like-it",
        ],
    ),
    (
        "Controls, in whatever form they are written",
        &[
            "--identity svc:batch --control owasp-nhi:NHI7:2025 --resource db:invoices --action read --environment production",
            "--identity svc:batch --control OWASP-NHI:nhi7:2025 --resource db:invoices --action read --environment production",
            "--identity svc:batch --control owasp-nhi:NHI7 --resource db:invoices --action read --environment production",
            "--identity svc:batch --control owasp-nhi:NHI-7 --resource db:invoices --action read --environment production",
            "--application billing --control nist-csf:ID.RA-01",
            "--application billing --control nist-csf:ID.RA-07",
            "--application billing --control nist-csf:id.ra-7",
            "--application gateway --control owasp-nhi:NHI7:2025",
        ],
    ),
    (
        "Environment, action, resource, and what is not waived",
        &[
            "--identity svc:batch",
            "--application billing",
            "--identity svc:batch --environment production",
            "--identity svc:batch --environment production --resource db:invoices",
            "--identity svc:batch --environment production --action list-tables",
            "--identity svc:batch --environment test",
            "--application gateway --environment production",
            "--identity svc:batch --action read",
            "--identity svc:batch --action list-tables --resource db:invoices --environment production",
            "--identity svc:batch --action list-users",
            "--identity svc:batch --action write",
            "--identity svc:batch --resource db:invoices --action read --environment production --control owasp-nhi:NHI7:2025",
            "--identity svc:batch --resource vault:prod/db --action read --environment production",
            "--identity svc:batch --resource vault:prod/db/key",
            "--identity svc:batch --resource vault:prod/root",
            "--identity svc:batch --resource db:payments",
            "--identity svc:batch --resource db:orders",
            "--identity svc:batch --resource Logging",
            "--application unscoped --resource db:a",
            "--application unscoped --action read",
            "--application empty --resource db:a",
            "--application empty --action read",
            "--application empty",
            "--application wide --resource db:a --action drop",
        ],
    ),
    (
        "Findings: all that the record's finding names is asked and matches",
        &[
            "--finding trivy:CVE-2026-1234",
            "--finding trivy:CVE-2026-1234 --purl pkg:cargo/openssl@0.10.60",
            "--finding trivy:CVE-2026-1234 --path services/billing/a.rs",
            "--finding trivy:CVE-2026-1234 --purl pkg:cargo/openssl@0.10.60 --path services/billing/src/a.rs",
            "--finding TRIVY:CVE-2026-1234 --purl pkg:cargo/openssl@0.10.60?arch=x#y --path ./services/x/../billing/a.rs",
            "--finding trivy:CVE-2026-1234 --purl pkg:cargo/openssl@0.10.61 --path services/billing/a.rs",
            "--finding trivy:CVE-2026-1234 --purl pkg:cargo/openssl --path services/billing/a.rs",
            "--finding trivy:CVE-2026-1234 --purl pkg:npm/openssl@0.10.60 --path services/billing/a.rs",
            "--finding trivy:CVE-2026-1234 --purl pkg:cargo/openssl@0.10.60 --path services/orders/a.rs",
            "--finding trivy:CVE-2026-1234 --purl pkg:cargo/openssl@0.10.60 --path services/billing/../orders/a.rs",
            "--finding trivy:CVE-2026-1234 --purl pkg:cargo/openssl@0.10.60 --path Cargo.lock",
            "--finding trivy:CVE-2026-1234 --purl pkg:cargo/openssl@0.10.60 --path deep/Cargo.lock",
            "--finding trivy:cve-2026-1234 --purl pkg:cargo/openssl@0.10.60 --path Cargo.lock",
            "--finding osv-scanner:CVE-2026-1234",
            "--finding grype:GHSA-aaaa-bbbb-cccc",
            "--finding grype:GHSA-aaaa-bbbb-cccc --path any/where --purl pkg:npm/any@1.0.0 --severity critical",
            "--finding grype:GHSA-aaaa-bbbb-cccc --resource db:all",
            "--finding grype:GHSA-aaaa-bbbb-cccc --resource db:one",
            "--finding grype:GHSA-aaaa-bbbb-cccc --application scanned",
            "--finding grype:GHSA-aaaa-bbbb-cccc --application billing",
            "--finding any-tool:CVE-2026-5678 --severity moderate",
            "--finding any-tool:CVE-2026-5678 --severity low",
            "--finding any-tool:CVE-2026-5678 --severity high",
            "--finding any-tool:CVE-2026-5678",
            "--finding osv-scanner:GHSA-new --purl pkg:npm/@acme/legacy-ui@3.1.9 --severity low",
            "--application scanned --purl pkg:npm/%40acme/legacy-ui@1.0.0 --severity moderate",
            "--application scanned --purl pkg:npm/%40acme/legacy-ui@1.0.0 --severity moderate --resource db:all",
            "--application scanned --purl pkg:npm/%40acme/legacy-ui@3.2.0 --severity moderate",
            "--application scanned --purl pkg:npm/%40acme/legacy-ui --severity moderate",
            "--application scanned --purl pkg:npm/legacy-ui@1.0.0 --severity moderate",
            "--finding prowler:s3_public --resource aws:123/eu-1/bucket",
            "--finding prowler:s3_public --resource aws:123/us-1/bucket",
            "--finding prowler:s3_public --resource db:all",
            "--finding prowler:s3_public",
            "--application billing --finding trivy:CVE-2026-1234",
        ],
    ),
    (
        "The end and the start, to the second",
        &[
            "--identity svc:batch --resource db:invoices --action read --environment production --on 2026-11-17T23:59:59Z",
            "--identity svc:batch --resource db:invoices --action read --environment production --on 2026-11-18T00:00:00Z",
            "--identity svc:batch --resource db:invoices --action read --environment production --on 2026-12-20T23:59:59Z",
            "--identity svc:batch --resource db:invoices --action read --environment production --on 2026-12-21T00:00:00Z",
            "--identity svc:batch --resource db:invoices --action read --environment production --on 2026-12-20",
            "--identity svc:batch --resource db:invoices --action read --environment production --on 2026-12-21",
            "--identity svc:batch --resource db:invoices --action read --environment production --on 2026-12-21T00:59:59+01:00",
            "--asset host:gw-1 --on 2026-11-25T07:59:59Z",
            "--asset host:gw-1 --on 2026-11-25T08:00:00Z",
            "--asset host:gw-1 --on 2026-12-01T17:29:59Z",
            "--asset host:gw-1 --on 2026-12-01T17:30:00Z",
            "--asset host:gw-1 --on 2026-12-01",
        ],
    ),
    (
        "What is not in force: ended, not begun, closed, refused, revoked, gone, not looked at",
        &[
            "--application old",
            "--application old --on 2026-11-24",
            "--application later",
            "--application closed",
            "--application refused",
            "--application leaked",
            "--application fired",
            "--application gone",
            "--application unseen --on 2026-11-19",
            "--application unseen",
            "--application unseen-mild",
        ],
    ),
    (
        "What waits for approval",
        &[
            "--application fraud",
            "--application fraud --resource db:a",
            "--application wiki",
            "--application draft",
            "--application changed",
            "--application chat",
            "--application helped",
        ],
    ),
    (
        "A push that nobody approved narrows and never widens",
        &[
            "--application narrowed --resource db:a --action read",
            "--application narrowed --resource db:b --action read",
            "--application widened --resource db:a --action read",
            "--application widened --resource db:b --action read",
            "--application widened --action write",
        ],
    ),
    (
        "Emergencies: on one person's word for a day, and never on a machine's",
        &[
            "--application night --on 2026-11-26T19:59:59Z",
            "--application night --on 2026-11-26T20:00:00Z",
            "--application night --on 2026-11-27T19:59:59Z",
            "--application night --on 2026-11-27T20:00:00Z",
            "--application bot-night",
        ],
    ),
    (
        "Uses, two that cover, what can't be read",
        &[
            "--application once",
            "--application both",
            "--application both --on 2026-12-10",
            "--application both --on 2026-12-11",
            "--application broken",
            "--application twice",
        ],
    ),
    (
        "Non-human identities",
        &[
            "--identity agent:triage --resource crm:tickets --action read",
            "--identity agent:triage --resource crm:tickets --action delete",
            "--identity agent:triage --resource crm:accounts",
            "--identity agent:other --resource crm:tickets --action read",
        ],
    ),
    (
        "Deployments",
        &[
            "--application shop --deploy",
            "--application store --deploy",
            "--application cart --deploy",
            "--application basket --deploy",
            "--application desk --deploy",
            "--application mail --deploy",
            "--application helpdesk --deploy",
            "--application billing --deploy",
            "--application nothing-like-it --deploy",
        ],
    ),
];

/// Returns the `--stdin` line for the question of some flags.
fn line(flags: &str) -> String {
    let mut keys = BTreeMap::new();
    let mut words = flags.split(' ');
    while let Some(flag) = words.next() {
        let key = match flag.trim_start_matches("--") {
            "on" => "at",
            key => key,
        };
        let value = match key {
            "deploy" => Value::Bool(true),
            _ => words.next().unwrap().into(),
        };
        keys.insert(key, value);
    }
    serde_json::to_string(&keys).unwrap()
}

/// Returns a row of the table.
fn row(flags: &str, answer: &Value) -> String {
    let shown = |text: &str| text.replace('|', "\\|");
    let word = |key: &str| answer[key].as_str().map_or("–".to_owned(), &shown);
    format!(
        "| `{}` | {} | {} | {} |\n",
        shown(flags),
        word("verdict"),
        word("record"),
        word("reason")
    )
}

/// The records that can't be read, each with a file of it.
const UNREAD: [(&str, &str); 2] = [
    ("invalid", "exceptions/EXC-2026-BR0KE.yaml"),
    ("conflicted", "exceptions/EXC-2026-TW1CE.yaml"),
];

/// Returns the subjects of a question; `None` if it is about a finding.
fn subjects(flags: &str) -> Option<impl Iterator<Item = &str>> {
    let details = ["--finding", "--purl", "--path", "--severity"];
    let keys = ["--identity", "--asset", "--application", "--credential"];
    let words = || flags.split(' ');
    let pairs = words().zip(words().skip(1)).filter(move |(key, _)| keys.contains(key));
    (!words().any(|word| details.contains(&word))).then(|| pairs.map(|(_, name)| name))
}

/// Checks what must be true of every answer besides its row.
fn stands_to_reason(repo: &Repo, flags: &str, answer: &Value) {
    let considered = answer["considered"].as_array().unwrap();
    let statuses: Vec<&str> =
        considered.iter().map(|record| record["status"].as_str().unwrap()).collect();
    let is_named = |record: &&Value| record["id"] == answer["record"];
    let named = considered.iter().find(is_named);
    if answer["verdict"] == "allow" {
        assert!(!statuses.contains(&"invalid"), "{flags}");
        assert!(named.is_none_or(|record| record["why_not"].is_null()), "{flags}");
    } else if !flags.contains("--deploy") {
        // Nothing allows, so unreadable records are named, if they may state a subject.
        for (status, file) in UNREAD {
            let text = std::fs::read_to_string(repo.path().join(file)).unwrap().to_lowercase();
            let is_named = subjects(flags)
                .is_none_or(|mut names| names.any(|name| text.contains(&name.to_lowercase())));
            assert_eq!(statuses.contains(&status), is_named, "{flags}: {statuses:?}");
        }
        assert_eq!(answer["scope"]["actions"], Value::Null, "{flags}");
        assert!(named.is_none_or(|record| record["why_not"].is_string()), "{flags}");
    }
    // Only a landed record has a digest.
    let is_proposed = named.is_some_and(|record| record["status"] == "proposed");
    assert_eq!(answer["digest"].is_string(), named.is_some() && !is_proposed, "{flags}");
}

#[test]
fn in_a_shallow_clone_only_what_matches_can_not_be_told() {
    let repo = ledger();
    let clone = repo.clone_with(&["--depth=1"]);
    for (flags, verdict, code) in [
        (
            "--identity svc:batch --resource db:invoices --action read --environment production",
            "unknown",
            3,
        ),
        ("--identity svc:batch", "deny", 1),
        ("--identity svc:batch --action write", "deny", 1),
        ("--finding grype:GHSA-aaaa-bbbb-cccc", "unknown", 3),
        ("--application shop --deploy", "unknown", 3),
        ("--application cart --deploy", "deny", 1),
        ("--application nothing-like-it", "deny", 1),
        ("--application closed", "deny", 1),
    ] {
        let mut args = vec!["check", "--format", "json", "--on", ON];
        args.extend(flags.split(' '));
        let asked = run(clone.path(), &args);
        let answer: Value = serde_json::from_str(&asked.out).unwrap();
        let said = (answer["verdict"].as_str().unwrap(), asked.code);
        assert_eq!(said, (verdict, code), "{flags}: {}", asked.out);
        if code == 3 {
            let reason = answer["reason"].as_str().unwrap();
            assert!(reason.contains("git fetch --unshallow"), "{flags}: {reason}");
        }
    }
}

#[test]
fn every_question_has_its_verdict_its_record_and_its_reason() {
    let repo = ledger();
    let mut table = format!("Asked at {ON}, where no other instant stands.\n");
    let all: Vec<&str> = QUESTIONS.iter().flat_map(|(_, questions)| *questions).copied().collect();
    assert!(all.len() >= 120, "{}", all.len());
    let lines: String = all.iter().map(|flags| line(flags) + "\n").collect();
    let many = run_fed(repo.path(), &["check", "--stdin", "--on", ON], lines.as_bytes());
    assert_eq!(many.code, 3, "{}", many.err);
    let answers: Vec<Value> =
        many.out.lines().map(|answer| serde_json::from_str(answer).unwrap()).collect();
    assert_eq!(answers.len(), all.len());
    let mut rows = all.iter().zip(&answers);
    for (heading, questions) in QUESTIONS {
        table += &format!(
            "\n## {heading}\n\n| question | verdict | record | reason |\n| --- | --- | --- | --- |\n"
        );
        let rows = rows.by_ref().take(questions.len());
        table.extend(rows.map(|(flags, answer)| row(flags, answer)));
    }
    golden::check("gate/questions.md", &table);
    for (n, (flags, among)) in all.iter().zip(&answers).enumerate() {
        stands_to_reason(&repo, flags, among);
        if n % 3 > 0 {
            continue;
        }
        // Asked alone, with few records read, the answer is the same, key by key.
        let mut args = vec!["check", "--format", "json"];
        args.extend(flags.split(' '));
        if !flags.contains("--on") {
            args.extend(["--on", ON]);
        }
        let asked = run(repo.path(), &args);
        let alone: Value = serde_json::from_str(&asked.out)
            .unwrap_or_else(|error| panic!("{flags}: {error}: {}{}", asked.out, asked.err));
        assert_eq!(*among, alone, "{flags}");
        let code = match alone["verdict"].as_str().unwrap() {
            "allow" => 0,
            "unknown" => 3,
            _ => 1,
        };
        assert_eq!(asked.code, code, "{flags}: {}", asked.err);
    }
}
