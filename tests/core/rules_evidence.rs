//! The rules about secrets, evidence and closures. Follows `docs/spec/rules.md` (content).

use exledger::diag::Finding;
use exledger::diag::code::Code;
use exledger::ledger::Files;
use exledger::ledger::tree::MapTree;
use exledger::policy::governance::Governance;
use exledger::record::time::Instant;
use exledger::rules::case::RuleContext;
use exledger::rules::extra_schema::ExtraSchema;
use exledger::rules::lint::{self};
use exledger::rules::past::{RecordPast, Settled};

use crate::support::lint::findings_of;
use crate::support::samples::{PATH, SAMPLE};

/// The rules that these tests are about.
const RULES: &[Code] = &[
    Code::UnknownKey,
    Code::Placeholder,
    Code::Secret,
    Code::MissingEvidence,
    Code::EvidenceChanged,
    Code::ClosureIncomplete,
];

fn found(added: &str, files: &[(&str, &str)]) -> Vec<Finding> {
    let text = format!("{SAMPLE}{added}\n");
    let beside = files.iter().map(|(path, bytes)| (*path, (*bytes).to_owned()));
    findings_of(RULES, &MapTree::of(beside.chain([(PATH, text)])), None)
}

fn codes(added: &str, files: &[(&str, &str)]) -> Vec<&'static str> {
    found(added, files).iter().map(|finding| finding.rule.as_str()).collect()
}

/// Joins the halves, so that no secret scanner reports this file.
fn joined(halves: (&str, &str)) -> String {
    format!("{}{}", halves.0, halves.1)
}

const SECRETS: &[(&str, &str)] = &[
    ("ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"),
    ("github_pat_", "11ABCDEFG0abcdefghij_klmnopqrstuvwxyz"),
    ("glpat-", "x9Zk3mQ7vT2pLw8RsYb4"),
    ("xoxb-", "2847563920-8475639201-AbCdEfGhIjKl"),
    ("AIza", "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q"),
    ("sk_live_", "4eC39HqLyjWDarjtT1zdp7dc"),
    ("-----BEGIN RSA ", "PRIVATE KEY-----"),
    ("eyJhbGciOiJIUzI1NiJ9.", "eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"),
    ("postgres://app:", "Sup3rS3cret@db.example.com/app"),
    ("password=", "Sup3rS3cret"),
    ("the login is password: ", "Sup3rS3cr3t!"),
    ("aws_secret_access_key=", "wJalrXUtnFEMIK7MDENGbPxRfiCYzLqT0aBcD3fG"),
    ("wJalrXUtnFEMI/K7MDENG/", "bPxRfiCY0aZq3TmN8k"),
];

#[test]
fn a_value_that_looks_like_a_credential_is_found_and_not_repeated() {
    for halves in SECRETS {
        let secret = joined(*halves);
        for added in [
            format!("x: {{note: '{secret}'}}"),
            format!("requester: ana@example.com\nreferences: {{ticket: '{secret}'}}"),
            format!("requester: '{secret} '"),
            format!(
                "triggers: [{{id: '{secret}', when: A, then: close}}, {{id: '{secret}', when: B, then: close}}]"
            ),
            format!("fired: [{{date: 2026-12-01, trigger: '{secret}', by: a@example.com}}]"),
        ] {
            let found = found(&added, &[]);
            let secrets: Vec<_> = found.iter().filter(|it| it.rule.as_str() == "secret").collect();
            assert!(!secrets.is_empty(), "{secret}: {found:#?}");
            for finding in &found {
                let shown = format!("{} {}", finding.message, finding.remedy.words());
                assert!(!shown.contains(&secret) && !shown.contains(halves.1), "{shown}");
            }
        }
    }
}

#[test]
fn what_only_points_to_a_credential_is_none() {
    let texts = [
        "vault:prod/billing/db",
        "secret:prod/billing-db-2026",
        "https://user@example.com/path",
        "https://grafana.example.com/d/abc?orgId=1",
        "postgres://app:${PASSWORD}@db.example.com/app",
        "postgres://app:***@db.example.com/app",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "3f2c9a7b1d4e5f60718293a4b5c6d7e8f9012345",
        "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/billing",
        "pkg:cargo/openssl@0.10.60",
        "The password: rotated every 30 days by the vault",
        "token rotation is late; the secret is in the vault",
        "AKIAQ3EGRLXN7YWBTZ4M",
        "the access key AKIAQ3EGRLXN7YWBTZ4M of the batch user",
        "TheBillingBatchReaderRole2026ForTheInvoiceExportOfTheOldJob",
        "task-force-of-the-billing-migration-2026-team",
        "services/BillingMigration/Invoices2026/run.py",
    ];
    for text in texts {
        let found = codes(&format!("x: {{note: '{text}'}}"), &[]);
        assert_eq!(found, Vec::<&str>::new(), "{text}");
    }
}

#[test]
fn a_policy_says_what_is_no_secret_and_may_hold_none_itself() {
    let secret = joined(SECRETS[0]);
    let added = format!("x: {{note: {secret}}}");
    let policy = "version: 1\nlint: {not_secrets: ['ghp_16*']}\n";
    assert_eq!(codes(&added, &[("exledger.yaml", policy)]), Vec::<&str>::new());
    let other = "version: 1\nlint: {not_secrets: ['ghp_']}\n";
    assert_eq!(codes(&added, &[("exledger.yaml", other)]), ["secret"]);
    let policy = format!("version: 1\nname: {secret}\n");
    let found = found("", &[("exledger.yaml", &policy)]);
    assert_eq!((found[0].rule.as_str(), found[0].path.as_str()), ("secret", "exledger.yaml"));
}

fn evidence(path: &str, text: &str) -> String {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(text);
    let digits: String = digest.iter().map(|byte| format!("{byte:02X}")).collect();
    format!(
        "handling: [{{date: 2026-12-01, stage: triage, by: a@example.com, evidence: [{{kind: log, path: {path}, sha256: {digits}}}]}}]"
    )
}

#[test]
fn evidence_is_there_inside_and_unchanged() {
    let file = [("evidence/a.txt", "rotated")];
    let cases: &[(&str, &str, &[&str])] = &[
        ("evidence/a.txt", "rotated", &[]),
        ("./evidence/../evidence/a.txt", "rotated", &[]),
        ("evidence/a.txt", "rotated twice", &["evidence-changed"]),
        ("evidence/b.txt", "rotated", &["missing-evidence"]),
        ("evidence", "rotated", &["missing-evidence"]),
        ("../evidence/a.txt", "rotated", &["missing-evidence"]),
        ("evidence/../../ledger/evidence/a.txt", "rotated", &["missing-evidence"]),
        ("/evidence/a.txt", "rotated", &["missing-evidence"]),
    ];
    for (path, text, expected) in cases {
        assert_eq!(codes(&evidence(path, text), &file), *expected, "{path}");
    }
}

#[test]
fn a_settled_record_is_judged_by_shape_secret_and_evidence_alone() {
    let closure = "root_causes: x\nclosure: {outcome: remediated, date: 2026-12-19, by: lee@example.com, reason: tbd}\n";
    let text = format!("{SAMPLE}{closure}x: {{note: {}}}\n", joined(SECRETS[0]));
    let text = format!("{text}{}\n", evidence("evidence/gone.txt", ""));
    let text = text.replace("brittle-dependency", "unclassified");
    let tree = MapTree::of([(PATH, text)]);
    let governance = Governance::read(&tree).unwrap();
    let known = RuleContext {
        governance: &governance,
        extra_schema: &ExtraSchema::of(&governance),
        tree: &tree,
        instant: Instant::parse("2027-06-01T00:00:00Z"),
        neighbours: None,
    };
    let files = Files::list(&tree, &governance.policy.records).unwrap();
    let source = files.read(&tree, &files.records[0]).unwrap();
    let past = RecordPast { settled: Settled::Closed, landed: None };
    let settled = lint::record(&source, &known, past).unwrap();
    let codes: Vec<&str> = settled.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(codes, ["unknown-key", "secret", "missing-evidence"]);
    let open = lint::record(&source, &known, RecordPast::UNKNOWN).unwrap();
    assert!(open.len() > 4, "{open:#?}");
}

#[test]
fn a_closure_answers_its_checklist_with_evidence_and_dated_checks() {
    let policy =
        "version: 1\nclosure: {access_verified: [standard], checks: {api-key: [rotated]}}\n";
    let record = |closure: &str| {
        let text = SAMPLE.replace(
            "{application: billing}",
            "{identity: svc:a, identity_type: api-key, credential: vault:a, task: read}",
        );
        let closure = format!("closure: {{outcome: {closure}}}\n");
        let by = "date: 2026-12-19, by: lee@example.com, reason: The job is retired";
        let text = format!("{text}{}", closure.replace("BY", by));
        let tree = MapTree::of([(PATH, text), ("exledger.yaml", policy.to_owned())]);
        findings_of(RULES, &tree, None)
    };
    let checks = "checks: {rotated: E1}, access_verified: {before: 2026-11-01, during: 2026-12-01, after: 2026-12-19}";
    let evidence = "evidence: [{id: E1, kind: log, url: https://ci.example.com/7}]";
    let whole = record(&format!("remediated, BY, {checks}, {evidence}"));
    assert!(whole.is_empty(), "{whole:#?}");
    let bare = record("remediated, BY");
    assert_eq!(bare.len(), 1);
    for item in ["checks.rotated", "access_verified.before", "access_verified.after", "evidence"] {
        assert!(bare[0].message.contains(item), "{}", bare[0].message);
    }
    assert_eq!((bare[0].rule.as_str(), bare[0].pos.unwrap().line), ("closure-incomplete", 13));
    assert!(record("rejected, BY").is_empty());
}

#[test]
fn an_answer_that_says_nothing_answers_no_check() {
    let policy = "version: 1\nclosure: {checks: {vulnerability: [patched]}}\n";
    let with = |answer: &str| {
        let text = SAMPLE.replace("{rule: Every", "{baseline: vulnerability, rule: Every")
            + "closure: {outcome: remediated, date: 2026-12-19, by: lee@example.com, reason: The job is retired, "
            + &format!(
                "checks: {{patched: {answer}}}, evidence: [{{id: E1, kind: log, url: 'https://ci.example.com/7'}}]}}\n"
            );
        let files = [(PATH, text), ("exledger.yaml", policy.to_owned())];
        findings_of(RULES, &MapTree::of(files), None)
    };
    let no_reason = "`n/a` needs a reason of at least 10 characters: `n/a: …`";
    for (answer, why) in [
        ("tbd", "`tbd` is not an answer"),
        ("TODO", "`TODO` is not an answer"),
        ("none", "`none` is not an answer"),
        ("N/A", no_reason),
        ("'n/a: no key'", no_reason),
        ("E9", "there is no evidence E9"),
        ("'E1, E9'", "there is no evidence E9"),
    ] {
        let found = with(answer);
        assert_eq!(found.len(), 1, "{answer}: {found:#?}");
        let said = format!("the closure lacks an answer to `checks.patched` ({why})");
        assert_eq!(
            (found[0].rule.as_str(), found[0].message.as_str()),
            ("closure-incomplete", said.as_str())
        );
    }
    for answer in ["E1", "yes", "'n/a: the job is gone'", "No copy was left"] {
        assert_eq!(with(answer), [], "{answer}");
    }
    // An item that the policy does not ask for is answered, or left out.
    let found = with("E1, removed: tbd");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].message.ends_with("`checks.removed` (`tbd` is not an answer)"), "{found:#?}");
}
