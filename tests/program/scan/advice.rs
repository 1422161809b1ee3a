//! What a record in force covers without being cited, and what `scan` says of the rest.

use serde_json::Value;

use super::{ID, POLICY, found, ledger, record, scan, track};
use crate::cli;
use crate::support::repo::Repo;

/// Returns the message and the help of each finding.
fn said(repo: &Repo) -> Vec<(String, String)> {
    let run = scan(repo, &["--format", "json"]);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let findings = answer["findings"].as_array().unwrap().iter();
    findings.map(|it| (text(it, "message"), text(it, "help"))).collect()
}

/// A suppression that cites no record, and the finding by which a record covers it.
struct Covered {
    finding: &'static str,
    path: &'static str,
    text: &'static str,
}

const COVERED: &[Covered] = &[
    Covered {
        finding: "{tool: trivy, id: CVE-2026-0001}",
        path: ".trivyignore",
        text: "CVE-2026-0001\n",
    },
    Covered {
        finding: "{tool: trivy, id: CVE-2026-0001}",
        path: ".trivyignore.yaml",
        text: "vulnerabilities:\n  - id: CVE-2026-0001\n    statement: Later\n",
    },
    Covered {
        finding: "{tool: trivy-misconfig, id: DS002}",
        path: "Dockerfile",
        text: "#trivy:ignore:DS002\n",
    },
    Covered {
        finding: "{tool: snyk, id: SNYK-JS-LODASH-567746}",
        path: ".snyk",
        text: "version: v1.25.0\nignore:\n  SNYK-JS-LODASH-567746:\n    - '*':\n        reason: Later\n",
    },
    // What snyk compares as a text may never end.
    Covered {
        finding: "{tool: snyk, id: SNYK-JS-LODASH-567746}",
        path: ".snyk",
        text: "version: v1.25.0\nignore:\n  SNYK-JS-LODASH-567746:\n    - '*':\n        reason: Later\n        expires: 'never'\n",
    },
    Covered {
        finding: "{tool: osv-scanner, id: CVE-2026-0001, paths: [src/Cargo.lock]}",
        path: "src/osv-scanner.toml",
        text: "[[IgnoredVulns]]\nid = \"CVE-2026-0001\"\nreason = \"Later\"\n",
    },
    Covered {
        finding: "{tool: dependency-check, id: CVE-2026-0001}",
        path: "suppression.xml",
        text: "<suppressions xmlns=\"https://jeremylong.github.io/DependencyCheck/dependency-suppression.1.3.xsd\">\n<suppress>\n<notes>Later</notes><cve>CVE-2026-0001</cve></suppress></suppressions>\n",
    },
    Covered {
        finding: "{tool: conforma, id: a.b, resources: ['component:billing']}",
        path: "policy.yaml",
        text: "sources:\n  - volatileConfig:\n      exclude:\n        - value: a.b\n          componentNames: [billing]\n",
    },
    Covered {
        finding: "{tool: azure-policy, id: /subscriptions/1/assign/keys, resources: [/subscriptions/1]}",
        path: "exempt.json",
        text: "{\"resources\":[{\"type\":\"Microsoft.Authorization/policyExemptions\",\"name\":\"a\",\"scope\":\"/subscriptions/1\",\"properties\":{\"policyAssignmentId\":\"/subscriptions/1/assign/keys\"}}]}\n",
    },
    Covered {
        finding: "{tool: kubescape, id: C-0013, resources: ['k8s:billing/Deployment/batch']}",
        path: "exceptions.json",
        text: "[{\"name\":\"a\",\"policyType\":\"postureExceptionPolicy\",\"resources\":[{\"attributes\":{\"namespace\":\"billing\",\"kind\":\"Deployment\",\"name\":\"batch\"}}],\"posturePolicies\":[{\"controlID\":\"C-0013\"}]}]\n",
    },
    // Formats without an end: the id is enough.
    Covered {
        finding: "{tool: gitleaks, id: aws-key, paths: [src/a.py]}",
        path: ".gitleaksignore",
        text: "src/a.py:aws-key:7\n",
    },
    Covered {
        finding: "{tool: cargo-deny, id: RUSTSEC-2026-0001}",
        path: "deny.toml",
        text: "[advisories]\nignore = [\n  \"RUSTSEC-2026-0001\",\n]\n",
    },
    Covered {
        finding: "{tool: cargo-audit, id: RUSTSEC-2026-0001}",
        path: ".cargo/audit.toml",
        text: "[advisories]\nignore = [\n  \"RUSTSEC-2026-0001\",\n]\n",
    },
    Covered {
        finding: "{tool: grype, id: CVE-2026-0001}",
        path: ".grype.yaml",
        text: "ignore:\n  - vulnerability: CVE-2026-0001\n    reason: Later\n",
    },
    Covered {
        finding: "{tool: detect-secrets, id: AWS Access Key, paths: [src/a.py]}",
        path: ".secrets.baseline",
        text: "{\"version\":\"1.5.0\",\"results\":{\"src/a.py\":[{\"type\":\"AWS Access Key\",\"line_number\":1}]}}\n",
    },
    Covered {
        finding: "{tool: prowler, id: iam_keys, resources: ['aws:123456789012/*/batch']}",
        path: "mutelist.yaml",
        text: "Mutelist:\n  Accounts:\n    \"123456789012\":\n      Checks:\n        iam_keys:\n          Regions: [\"*\"]\n          Resources: [\"^batch$\"]\n",
    },
    Covered {
        finding: "{tool: checkov, id: CKV_AWS_20}",
        path: ".checkov.yaml",
        text: "skip-check:\n  - CKV_AWS_20\n",
    },
    Covered {
        finding: "{tool: zizmor, id: unpinned-uses, paths: ['.github/workflows/ci.yml']}",
        path: "zizmor.yml",
        text: "rules:\n  unpinned-uses:\n    ignore:\n      - ci.yml:6\n",
    },
];

#[test]
fn what_a_record_in_force_covers_need_not_cite_it() {
    for covered in COVERED {
        let repo = ledger(POLICY, &record(covered.finding));
        track(&repo, &[(covered.path, covered.text), ("src/Cargo.lock", "")]);
        assert_eq!(found(&repo, &[]), (0, vec![]), "{}: {:?}", covered.path, said(&repo));
        // Once the record has ended, nothing covers it any more.
        let run = cli::run(repo.path(), &["--on", "2026-12-21T00:00:00Z", "scan"]);
        assert_eq!(run.code, 1, "{}: {}", covered.path, run.out);
        assert!(run.out.contains("scan-uncovered"), "{}: {}", covered.path, run.out);
    }
}

#[test]
fn an_entry_that_outlasts_its_record_is_not_covered() {
    let trivy = record("{tool: trivy, id: CVE-2026-0001}");
    let yaml =
        |rest: &str| format!("vulnerabilities:\n  - id: CVE-2026-0001\n    expired_at: {rest}\n");
    let before = "put `# ID` on the line before";
    let stated = "begin its `statement` with `ID`";
    for (path, text, label, citing) in [
        (".trivyignore", "CVE-2026-0001 exp:2026-12-21\n".to_owned(), "", ""),
        (
            ".trivyignore",
            "CVE-2026-0001 exp:2026-12-22\n".to_owned(),
            "trivy:CVE-2026-0001",
            before,
        ),
        (
            ".trivyignore",
            "CVE-2026-0002\n".to_owned(),
            "trivy:CVE-2026-0002",
            "put `# ID` on the line before, and `exp:DATE` behind it",
        ),
        (".trivyignore.yaml", yaml("2026-12-20"), "", ""),
        (".trivyignore.yaml", yaml("2026-12-31"), "trivy:CVE-2026-0001", stated),
    ] {
        let repo = ledger(POLICY, &trivy);
        track(&repo, &[(path, &text)]);
        let expected: Vec<(String, String)> = match label {
            "" => Vec::new(),
            label => vec![(
                format!("no exception in force covers {label}"),
                format!("remove it, or file an exception that names it; to cite one, {citing}"),
            )],
        };
        assert_eq!(said(&repo), expected, "{text}");
    }
    // One that has ended is to be removed.
    let repo = ledger(POLICY, &trivy);
    track(&repo, &[(".trivyignore", "CVE-2026-0001 exp:2026-11-01\n")]);
    let findings = said(&repo);
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(findings.iter().all(|(_, help)| help.starts_with("remove it")), "{findings:?}");
}

#[test]
fn what_can_not_be_read_is_named_with_the_reason() {
    for (path, text, message) in [
        ("deny.toml", "[advisories\n", "deny.toml:1: it can't be read as TOML"),
        ("zizmor.yml", "rules: [\n", "zizmor.yml:1: it can't be read as YAML"),
    ] {
        let repo = ledger(POLICY, &record("{tool: trivy, id: CVE-2026-0001}"));
        track(&repo, &[(path, text)]);
        let run = scan(&repo, &[]);
        let said = format!("error: {message}");
        assert_eq!(run.code, 3, "{text}");
        assert!(run.err.contains(&said), "{text}: {}", run.err);
        let help = "  help: correct it; until then it may hide anything";
        assert!(run.err.contains(help), "{text}: {}", run.err);
    }
}

#[test]
fn what_its_tool_does_not_obey_is_a_warning_and_hides_nothing() {
    let repo = ledger(POLICY, &record("{tool: trivy, id: CVE-2026-0001}"));
    track(&repo, &[(".trivyignore", "CVE-2026-0001 exp:soon\n")]);
    let run = scan(&repo, &[]);
    assert_eq!(run.code, 0, "{}", run.err);
    let said =
        "warning: .trivyignore:1: CVE-2026-0001: `exp:` is not a date, so trivy drops the line";
    assert!(run.err.contains(said), "{}", run.err);
    track(&repo, &[("a.tf", "#trivy:ignore:X:exp:2026-2-1\n")]);
    let run = scan(&repo, &["a.tf"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let said = "warning: a.tf:1: `exp:` is not a date, so trivy ignores the comment";
    assert!(run.err.contains(said), "{}", run.err);
}

/// Returns bytes with a text instead of their `ID`.
fn citing(line: &[u8], id: &str) -> Vec<u8> {
    let at = line.windows(2).position(|pair| pair == b"ID").unwrap();
    [&line[..at], id.as_bytes(), &line[at + 2..]].concat()
}

#[test]
fn a_byte_that_is_no_text_hides_no_comment_and_no_rule() {
    for (row, finding, path, line, expected) in [
        ("bandit", "bandit, id: B602", "a.py", &b"# nosec caf\xe9 B602 # ID\n"[..], &[][..]),
        ("gosec", "gosec, id: G304", "a.go", b"//#nosec caf\xe9 G304 -- ID\n", &[]),
        ("golangci", "golangci-lint, id: gosec", "a.go", b"//nolint:caf\xe9,gosec // ID\n", &[]),
        ("semgrep", "semgrep, id: a", "a.rb", b"# nosemgrep: a,b\xe9 ID\n", &["not-named"]),
        (
            "trivy",
            "trivy, id: DS",
            "a.tf",
            b"#trivy:ignore:DS\xe9 ID\n",
            &["not-named", "term-longer"],
        ),
        ("kics", "kics, id: a", "a.tf", b"# ID\n# kics-scan disable=a\xe9\n", &["not-named"]),
        ("codeql", "codeql, id: a", "a.c", b"// codeql[a, b\xe9] ID\n", &["not-named"]),
        (
            "eslint",
            "eslint, id: no-eval",
            "a.ts",
            b"// eslint-disable-line no-eval -- \xe9 ID\n",
            &[],
        ),
        ("zizmor", "zizmor, id: a", "ci.yml", b"# zizmor: ignore[a] \xe9 ID\n", &[]),
        ("rust", "clippy, id: a", "a.rs", b"#[allow(a, reason = \"\xe9 ID\")]\n", &[]),
    ] {
        let policy = format!("{POLICY}scan: {{tools: [{row}]}}\n");
        let repo = ledger(&policy, &record(&format!("{{tool: {finding}}}")));
        let uncited: &[&str] = if expected.is_empty() { &[] } else { &["uncovered"] };
        for (id, expected) in [("later", uncited), (ID, expected)] {
            repo.by("ana").write_mode(path, 0o100_644, &citing(line, id)).commit("Write a file");
            repo.checkout();
            let rules: Vec<String> = found(&repo, &[]).1.into_iter().map(|it| it.1).collect();
            assert_eq!(rules, expected, "{row} {id}");
        }
    }
}

#[test]
fn an_exception_that_waits_for_approval_is_named() {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    let code = "run(a)  # nosec B602\nrun(b)  # nosec B603\n";
    repo.by("dana").write("exledger.yaml", POLICY).write("a.py", code).commit("Begin");
    let record = record("{tool: bandit, id: B602}");
    repo.branch("work").by("ana").write(ID, &record).commit("File it");
    repo.checkout();
    let run = scan(&repo, &[]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    let wanted = format!(
        "help: have {ID}, which names it, approved and merged first, in a pull request of its own, or remove it"
    );
    assert_eq!(run.out.matches(&wanted).count(), 1, "{}", run.out);
    assert_eq!(run.out.matches("or file an exception that names it").count(), 1, "{}", run.out);
}
