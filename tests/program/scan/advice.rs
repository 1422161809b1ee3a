//! What `scan-uncovered` advises, and that an entry is clean once somebody has followed it.

use serde_json::Value;

use super::{ID, ON, POLICY, found, ledger, record, scan, track};
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

/// A text in which `$1` stands for the first quoted part of the advice, and so on.
fn followed(text: &str, help: &str) -> String {
    let quoted = help.split('`').skip(1).step_by(2);
    let all = (1..).zip(quoted);
    let text = all.fold(text.to_owned(), |text, (n, part)| text.replace(&format!("${n}"), part));
    text.replace('…', "RUSTSEC-2026-0001")
}

/// Advice that is followed: the finding that the record names, the file without an id, and the files with it.
struct Advised {
    finding: &'static str,
    path: &'static str,
    before: &'static str,
    after: &'static [(&'static str, &'static str)],
}

const ADVISED: &[Advised] = &[
    Advised {
        finding: "{tool: trivy, id: CVE-2026-0001}",
        path: ".trivyignore",
        before: "CVE-2026-0001\n",
        after: &[(".trivyignore", "$1\nCVE-2026-0001 $2\n")],
    },
    Advised {
        finding: "{tool: trivy, id: CVE-2026-0001}",
        path: ".trivyignore.yaml",
        before: "vulnerabilities:\n  - id: CVE-2026-0001\n    statement: Later\n",
        after: &[(
            ".trivyignore.yaml",
            "vulnerabilities:\n  - id: CVE-2026-0001\n    $1: $2 Later\n    $3\n",
        )],
    },
    Advised {
        finding: "{tool: trivy-misconfig, id: DS002}",
        path: "Dockerfile",
        before: "#trivy:ignore:DS002\n",
        after: &[("Dockerfile", "#trivy:ignore:DS002$1\n")],
    },
    Advised {
        finding: "{tool: snyk, id: SNYK-JS-LODASH-567746}",
        path: ".snyk",
        before: "version: v1.25.0\nignore:\n  SNYK-JS-LODASH-567746:\n    - '*':\n        reason: Later\n",
        after: &[(
            ".snyk",
            "version: v1.25.0\nignore:\n  SNYK-JS-LODASH-567746:\n    - '*':\n        $1: $2 Later\n        $3\n",
        )],
    },
    // What snyk compares as a text may never end.
    Advised {
        finding: "{tool: snyk, id: SNYK-JS-LODASH-567746}",
        path: ".snyk",
        before: "version: v1.25.0\nignore:\n  SNYK-JS-LODASH-567746:\n    - '*':\n        reason: Later\n        expires: 'never'\n",
        after: &[(
            ".snyk",
            "version: v1.25.0\nignore:\n  SNYK-JS-LODASH-567746:\n    - '*':\n        $1: $2 Later\n        $3\n",
        )],
    },
    Advised {
        finding: "{tool: osv-scanner, id: CVE-2026-0001, paths: [src/Cargo.lock]}",
        path: "src/osv-scanner.toml",
        before: "[[IgnoredVulns]]\nid = \"CVE-2026-0001\"\nreason = \"Later\"\n",
        after: &[(
            "src/osv-scanner.toml",
            "[[IgnoredVulns]]\nid = \"CVE-2026-0001\"\n$1 = \"$2 Later\"\n$3\n",
        )],
    },
    Advised {
        finding: "{tool: dependency-check, id: CVE-2026-0001}",
        path: "suppression.xml",
        before: "<suppressions xmlns=\"https://jeremylong.github.io/DependencyCheck/dependency-suppression.1.3.xsd\">\n<suppress>\n<notes>Later</notes><cve>CVE-2026-0001</cve></suppress></suppressions>\n",
        after: &[(
            "suppression.xml",
            "<suppressions xmlns=\"https://jeremylong.github.io/DependencyCheck/dependency-suppression.1.3.xsd\">\n$3\n$1$2 Later</notes><cve>CVE-2026-0001</cve></suppress></suppressions>\n",
        )],
    },
    Advised {
        finding: "{tool: conforma, id: a.b, resources: ['component:billing']}",
        path: "policy.yaml",
        before: "sources:\n  - volatileConfig:\n      exclude:\n        - value: a.b\n          componentNames: [billing]\n",
        after: &[(
            "policy.yaml",
            "sources:\n  - volatileConfig:\n      exclude:\n        - value: a.b\n          componentNames: [billing]\n          $1\n          $2\n",
        )],
    },
    Advised {
        finding: "{tool: azure-policy, id: /subscriptions/1/assign/keys, resources: [/subscriptions/1]}",
        path: "exempt.json",
        before: "{\"resources\":[{\"type\":\"Microsoft.Authorization/policyExemptions\",\"name\":\"a\",\"scope\":\"/subscriptions/1\",\"properties\":{\"policyAssignmentId\":\"/subscriptions/1/assign/keys\"}}]}\n",
        after: &[(
            "exempt.json",
            "{\"resources\":[{\"type\":\"Microsoft.Authorization/policyExemptions\",\"name\":\"a\",\"scope\":\"/subscriptions/1\",\"properties\":{\"policyAssignmentId\":\"/subscriptions/1/assign/keys\",\"$1\":\"$2 later\",$3}}]}\n",
        )],
    },
    Advised {
        finding: "{tool: kubescape, id: C-0013, resources: ['k8s:billing/Deployment/batch']}",
        path: "exceptions.json",
        before: "[{\"name\":\"a\",\"policyType\":\"postureExceptionPolicy\",\"resources\":[{\"attributes\":{\"namespace\":\"billing\",\"kind\":\"Deployment\",\"name\":\"batch\"}}],\"posturePolicies\":[{\"controlID\":\"C-0013\"}]}]\n",
        after: &[(
            "exceptions.json",
            "[{\"name\":\"a\",\"policyType\":\"postureExceptionPolicy\",\"resources\":[{\"attributes\":{\"namespace\":\"billing\",\"kind\":\"Deployment\",\"name\":\"batch\"}}],\"posturePolicies\":[{\"controlID\":\"C-0013\"}],\"$1\":\"$2 later\",$3}]\n",
        )],
    },
    // Formats without an end: the id is enough.
    Advised {
        finding: "{tool: gitleaks, id: aws-key, paths: [src/a.py]}",
        path: ".gitleaksignore",
        before: "src/a.py:aws-key:7\n",
        after: &[(".gitleaksignore", "$1\nsrc/a.py:aws-key:7\n")],
    },
    Advised {
        finding: "{tool: cargo-deny, id: RUSTSEC-2026-0001}",
        path: "deny.toml",
        before: "[advisories]\nignore = [\n  \"RUSTSEC-2026-0001\",\n]\n",
        after: &[("deny.toml", "[advisories]\nignore = [\n  $1,\n]\n")],
    },
    Advised {
        finding: "{tool: cargo-audit, id: RUSTSEC-2026-0001}",
        path: ".cargo/audit.toml",
        before: "[advisories]\nignore = [\n  \"RUSTSEC-2026-0001\",\n]\n",
        after: &[(
            ".cargo/audit.toml",
            "[advisories]\nignore = [\n  \"RUSTSEC-2026-0001\", $1\n]\n",
        )],
    },
    Advised {
        finding: "{tool: grype, id: CVE-2026-0001}",
        path: ".grype.yaml",
        before: "ignore:\n  - vulnerability: CVE-2026-0001\n    reason: Later\n",
        after: &[(".grype.yaml", "ignore:\n  - vulnerability: CVE-2026-0001\n    $1: $2 Later\n")],
    },
    Advised {
        finding: "{tool: detect-secrets, id: AWS Access Key, paths: [src/a.py]}",
        path: ".secrets.baseline",
        before: "{\"version\":\"1.5.0\",\"results\":{\"src/a.py\":[{\"type\":\"AWS Access Key\",\"line_number\":1}]}}\n",
        after: &[
            (".secrets.baseline", "{\"version\":\"1.5.0\",\"results\":{}}\n"),
            ("src/a.py", "key = read()  # $1\n"),
        ],
    },
    Advised {
        finding: "{tool: prowler, id: iam_keys, resources: ['aws:123456789012/*/batch']}",
        path: "mutelist.yaml",
        before: "Mutelist:\n  Accounts:\n    \"123456789012\":\n      Checks:\n        iam_keys:\n          Regions: [\"*\"]\n          Resources: [\"^batch$\"]\n",
        after: &[(
            "mutelist.yaml",
            "Mutelist:\n  Accounts:\n    \"123456789012\":\n      Checks:\n        iam_keys:\n          Regions: [\"*\"]\n          Resources: [\"^batch$\"]\n          $1: $2 later\n",
        )],
    },
    Advised {
        finding: "{tool: checkov, id: CKV_AWS_20}",
        path: ".checkov.yaml",
        before: "skip-check:\n  - CKV_AWS_20\n",
        after: &[(".checkov.yaml", "skip-check:\n  - CKV_AWS_20 $1\n")],
    },
    Advised {
        finding: "{tool: zizmor, id: unpinned-uses, paths: ['.github/workflows/ci.yml']}",
        path: "zizmor.yml",
        before: "rules:\n  unpinned-uses:\n    ignore:\n      - ci.yml:6\n",
        after: &[("zizmor.yml", "rules:\n  unpinned-uses:\n    ignore:\n      - ci.yml:6 $1\n")],
    },
];

#[test]
fn an_entry_is_clean_once_the_advice_is_followed() {
    for advised in ADVISED {
        let repo = ledger(POLICY, &record(advised.finding));
        track(&repo, &[(advised.path, advised.before), ("src/Cargo.lock", "")]);
        let findings = said(&repo);
        let [(_, help)] = &findings[..] else { panic!("{}: {findings:?}", advised.path) };
        assert!(help.starts_with(&format!("{ID} covers it: ")), "{}: {help}", advised.path);
        let after = advised.after.iter().map(|(path, text)| (*path, followed(text, help)));
        let after: Vec<(&str, String)> = after.collect();
        let files: Vec<(&str, &str)> =
            after.iter().map(|(path, text)| (*path, text.as_str())).collect();
        track(&repo, &files);
        assert_eq!(found(&repo, &[]), (0, vec![]), "{help}: {files:?} {:?}", said(&repo));
    }
}

#[test]
fn an_exception_of_kyverno_is_replaced_by_what_the_export_writes() {
    let finding =
        "{tool: kyverno, id: ClusterPolicy/nonroot/run, resources: ['k8s:billing/Pod/batch']}";
    let repo = ledger(POLICY, &record(finding));
    let text = "apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata:\n  name: a\nspec:\n  exceptions:\n    - policyName: nonroot\n      ruleNames: [run]\n  match:\n    any:\n      - resources: {kinds: [Pod], namespaces: [billing], names: [batch]}\n";
    track(&repo, &[("k8s.yaml", text)]);
    let findings = said(&repo);
    let help = &findings[0].1;
    let command = help.split('`').nth(1).unwrap();
    let expected =
        format!("{ID} covers it: replace it by what `exledger export kyverno` writes for {ID}");
    assert_eq!((findings.len(), help), (1, &expected));
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    let run = cli::run(repo.path(), &[&["--on", ON], &words[..]].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    track(&repo, &[("k8s.yaml", &run.out)]);
    assert_eq!(found(&repo, &[]), (0, vec![]), "{}", run.out);
}

/// What is advised where no record in force could be cited.
fn general(citing: &str) -> String {
    format!("remove it, or file an exception and cite it: {citing}")
}

#[test]
fn the_help_names_the_record_only_where_its_end_allows_it() {
    let trivy = "{tool: trivy, id: CVE-2026-0001}";
    let whole = record(trivy);
    // The last day of the record has begun: a day can't say so, an instant can.
    let today = whole.replace("expires: 2026-12-20", "expires: 2026-11-21T12:00:00Z");
    let covers = |rest: &str| format!("{ID} covers it: {}", rest.replace("ID", ID));
    let before = "put `# ID` on the line before";
    let dated = "put `# ID` on the line before, and `exp:DATE` behind it";
    let stated = "begin its `statement` with `ID`";
    let yaml = |rest: &str| format!("vulnerabilities:\n  - id: CVE-2026-0001\n{rest}");
    for (record, path, text, help) in [
        (
            &whole,
            ".trivyignore",
            "CVE-2026-0001\n".to_owned(),
            covers(&dated.replace("DATE", "2026-12-21")),
        ),
        (&whole, ".trivyignore", "CVE-2026-0001 exp:2026-12-01\n".to_owned(), covers(before)),
        (&whole, ".trivyignore", "CVE-2026-0001 exp:2026-12-21\n".to_owned(), covers(before)),
        (&whole, ".trivyignore", "CVE-2026-0001 exp:2026-12-22\n".to_owned(), general(before)),
        (&whole, ".trivyignore", "CVE-2026-0002\n".to_owned(), general(dated)),
        (&today, ".trivyignore", "CVE-2026-0001\n".to_owned(), general(dated)),
        (
            &whole,
            ".trivyignore.yaml",
            yaml(""),
            covers(&format!("{stated}, and write `expired_at: 2026-12-20T23:59:59Z`")),
        ),
        (
            &today,
            ".trivyignore.yaml",
            yaml(""),
            covers(&format!("{stated}, and write `expired_at: 2026-11-21T11:59:59Z`")),
        ),
        (&whole, ".trivyignore.yaml", yaml("    expired_at: 2026-12-01\n"), covers(stated)),
        (&whole, ".trivyignore.yaml", yaml("    expired_at: 2026-12-31\n"), general(stated)),
        (
            &whole,
            "a.tf",
            "#trivy:ignore:CVE-2026-0001:exp:2026-12-01\n".to_owned(),
            covers("put `ID` behind it"),
        ),
    ] {
        let repo = ledger(POLICY, record);
        track(&repo, &[(path, &text)]);
        let label = match (path, text.contains("0002")) {
            ("a.tf", _) => "trivy:ignore:CVE-2026-0001",
            (_, true) => "trivy:CVE-2026-0002",
            (_, false) => "trivy:CVE-2026-0001",
        };
        let message = format!("{label} cites no exception");
        assert_eq!(said(&repo), [(message, help)], "{text}");
    }
    // One that has ended is to be removed, not cited.
    let repo = ledger(POLICY, &whole);
    track(&repo, &[(".trivyignore", "CVE-2026-0001 exp:2026-11-01\n")]);
    let findings = said(&repo);
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(findings.iter().all(|(_, help)| help.starts_with("remove it")), "{findings:?}");
}

#[test]
fn what_can_not_be_read_is_named_with_the_reason() {
    let help = "correct it; until then it may hide anything";
    for (path, text, message) in [
        (
            ".trivyignore",
            "CVE-2026-0001 exp:soon\n",
            "what an entry of trivy hides is not known: CVE-2026-0001: `exp:` is no date, so trivy drops the line",
        ),
        (
            "deny.toml",
            "[advisories\n",
            "what this file of cargo-deny hides is not known: it can't be read as TOML",
        ),
    ] {
        let repo = ledger(POLICY, &record("{tool: trivy, id: CVE-2026-0001}"));
        track(&repo, &[(path, text)]);
        assert_eq!(said(&repo), [(message.to_owned(), help.to_owned())], "{text}");
    }
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
        for (id, expected) in [("later", &["uncovered"][..]), (ID, expected)] {
            repo.by("ana").write_mode(path, 0o100_644, &citing(line, id)).commit("Write a file");
            repo.checkout();
            let rules: Vec<String> = found(&repo, &[]).1.into_iter().map(|it| it.1).collect();
            assert_eq!(rules, expected, "{row} {id}");
        }
    }
}
