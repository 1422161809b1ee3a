//! Nothing that looks like a secret gets into an answer or a draft, wherever it stands in an input.

use serde_json::json;

use super::drafts::put;
use super::{answer, files, imported};
use crate::cli_new::ledger;

/// Inputs with a secret at each place that is read: format, file, text.
const PLACES: &[(&str, &str, &str)] = &[
    ("trivy", ".trivyignore", "SECRET\n"),
    ("trivy", ".trivyignore", "# SECRET\nCVE-1\n"),
    ("trivy", ".trivyignore", "CVE-1 exp:SECRET\n"),
    ("trivy", "a.yaml", "vulnerabilities: [{id: CVE-1, statement: SECRET}]\n"),
    ("trivy", "a.yaml", "vulnerabilities: [{id: CVE-1, paths: [src/SECRET]}]\n"),
    ("trivy", "a.yaml", "vulnerabilities: [{id: CVE-1, purls: ['pkg:npm/SECRET@1']}]\n"),
    ("trivy", "a.yaml", "vulnerabilities: [{id: SECRET, SECRET: 1}]\nSECRET: 2\n"),
    ("trivy", "a.yaml", "SECRET: [\n"),
    ("csv", "a.csv", "title,application\nSECRET,portal\n"),
    ("csv", "a.csv", "title,application\nKeep TLS 1.1,SECRET\n"),
    ("csv", "a.csv", "title,findings\nKeep TLS 1.1,trivy:SECRET\n"),
    ("csv", "a.csv", "title,expires\nKeep TLS 1.1,SECRET\n"),
    ("csv", "a.csv", "title,id,controls\nKeep TLS 1.1,SECRET,SECRET\n"),
    ("csv", "a.csv", "title,SECRET\nKeep,a\nKeep,SECRET,SECRET\n"),
    ("gitleaks", ".gitleaksignore", "src/SECRET:aws-key:3\n"),
    ("gitleaks", ".gitleaksignore", "src/a.py:SECRET:3\nSECRET\nSECRET:a:b:c:d\n"),
    ("snyk", ".snyk", "ignore:\n  SECRET:\n    - '*': {reason: Waits}\n"),
    ("snyk", ".snyk", "ignore:\n  SNYK-JS-A-1:\n    - '* > SECRET': {reason: SECRET}\n"),
    ("snyk", ".snyk", "ignore:\n  SECRET: 1\n"),
    ("cargo-deny", "deny.toml", "[advisories]\nignore = ['SECRET']\n"),
    ("cargo-deny", "deny.toml", "[advisories]\nignore = [{id = 'A', reason = 'SECRET'}]\n"),
    ("cargo-audit", "audit.toml", "[advisories]\nignore = ['SECRET', SECRET]\n"),
    ("osv-scanner", "osv-scanner.toml", "[[IgnoredVulns]]\nid = 'SECRET'\n"),
    (
        "osv-scanner",
        "osv-scanner.toml",
        "[[IgnoredVulns]]\nid = 'SECRET'\nignoreUntil = 'SECRET'\n",
    ),
    (
        "sarif",
        "a.sarif",
        r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "gitleaks"}}, "results": [{"ruleId": "aws", "message": {"text": "SECRET"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/a.py"}, "region": {"startLine": 1, "snippet": {"text": "SECRET"}}}}], "suppressions": [{"kind": "external", "justification": "SECRET"}]}]}]}"#,
    ),
    (
        "sarif",
        "a.sarif",
        r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "gitleaks"}}, "results": [{"ruleId": "SECRET", "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/a.py"}}}], "suppressions": [{"kind": "external"}]}]}]}"#,
    ),
    (
        "sarif",
        "a.sarif",
        r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "gitleaks"}}, "results": [{"ruleId": "aws", "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/SECRET"}}}], "suppressions": [{"kind": "external"}]}]}]}"#,
    ),
    (
        "sarif",
        "a.sarif",
        r#"{"version": "SECRET", "runs": [{"tool": "SECRET", "results": "SECRET"}]}"#,
    ),
    (
        "detect-secrets",
        ".secrets.baseline",
        r#"{"results": {"src/SECRET": [{"type": "AWS", "hashed_secret": "HASH"}], "a.py": [{"type": "SECRET", "hashed_secret": "HASH"}, {"type": 1, "hashed_secret": "HASH"}]}}"#,
    ),
    (
        "dependency-check",
        "s.xml",
        "<suppressions><suppress><notes>SECRET</notes><cve>CVE-1</cve></suppress><suppress><cve>SECRET</cve></suppress><suppress><filePath>SECRET</filePath></suppress><suppress until=\"SECRET\"><cve>CVE-2</cve></suppress></suppressions>",
    ),
    (
        "dependency-check",
        "s.xml",
        "<suppressions><suppress><SECRET>a</SECRET></suppress></suppressions>",
    ),
    (
        "grype",
        ".grype.yaml",
        "ignore:\n  - {vulnerability: SECRET}\n  - {vulnerability: A, package: {location: /SECRET}}\n  - {vulnerability: B, reason: SECRET, namespace: SECRET}\n",
    ),
    (
        "github-alerts",
        "a.json",
        r#"[{"number": 1, "state": "resolved", "resolution": "used_in_tests", "resolution_comment": "SECRET", "secret": "SECRET", "secret_type": "aws", "has_more_locations": false, "first_location_detected": {"path": "src/SECRET"}, "url": "https://api.github.com/repos/acme/shop/secret-scanning/alerts/1"}]"#,
    ),
    (
        "github-alerts",
        "a.json",
        r#"[{"number": 1, "state": "SECRET", "secret": "SECRET", "secret_type": "SECRET", "url": "https://api.github.com/repos/acme/SECRET/secret-scanning/alerts/1"}, {"SECRET": 1}, "SECRET"]"#,
    ),
    (
        "kyverno",
        "k.yaml",
        "apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {name: SECRET, namespace: k}\nspec:\n  exceptions: [{policyName: SECRET, ruleNames: [SECRET]}]\n  match: {any: [{resources: {kinds: [Deployment], namespaces: [prod], names: [SECRET]}}]}\n",
    ),
];

#[test]
fn no_place_of_any_format_repeats_a_secret() {
    let secret = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    let hash = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    for (format, name, text) in PLACES {
        let folder = ledger();
        let folder = folder.path();
        put(folder, name, &text.replace("SECRET", &secret).replace("HASH", hash));
        for style in ["json", "table"] {
            let ran = imported(folder, &[format, name, "--format", style]);
            let records = folder.join("exceptions");
            let written = if records.exists() { files(&records) } else { Vec::new() };
            let drafts = written.into_iter().map(|(_, bytes)| String::from_utf8(bytes).unwrap());
            for shown in [ran.out, ran.err].into_iter().chain(drafts) {
                assert!(!shown.contains(&secret), "{format} {text}: {shown}");
                assert!(!shown.contains(hash), "{format} {text}: {shown}");
            }
        }
    }
}

#[test]
fn what_looks_like_a_secret_is_listed_by_its_line() {
    let folder = ledger();
    let folder = folder.path();
    let secret = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    put(folder, ".trivyignore", &format!("CVE-1\n{secret}\n"));
    let found = answer(folder, 0, &["trivy", ".trivyignore"]);
    let listed = &found["entries"][1];
    assert_eq!((&listed["line"], &listed["state"]), (&json!(2), &json!("listed")));
    assert_eq!(listed["findings"], json!([]));
    let message = listed["message"].as_str().unwrap();
    assert!(message.contains("its id looks like a secret"), "{message}");
    // On the command line, too.
    put(folder, "a.csv", "title\nKeep TLS 1.1\n");
    for map in [format!("title={secret}"), secret.clone(), format!("{secret}=title")] {
        let ran = imported(folder, &["csv", "a.csv", "--map", &map]);
        assert!(ran.code > 1 && !ran.err.contains(&secret), "{}", ran.err);
        assert!(!ran.out.contains(&secret), "{}", ran.out);
    }
}

#[test]
fn ids_and_paths_that_only_look_long_are_kept() {
    let folder = ledger();
    let folder = folder.path();
    let ids = [
        "GHSA-jfh8-c2jp-5v3q",
        "123e4567-e89b-12d3-a456-426614174000",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "java.spring.security.audit.spring-csrf-disabled.spring-csrf-disabled",
        "MSTG-STORAGE-14-BackupEnabledForApplicationData",
    ];
    let entries: String = ids.iter().map(|id| format!("{id}\n")).collect();
    put(folder, ".trivyignore", &entries);
    let found = answer(folder, 0, &["trivy", ".trivyignore", "--dry-run"]);
    let read = found["entries"].as_array().unwrap().iter();
    let read: Vec<&str> = read.map(|it| it["findings"][0]["id"].as_str().unwrap()).collect();
    assert_eq!(read, ids);
    let path = "objects/da/39a3ee5e6b4b0d3255bfef95601890afd80709/src/BillingBatchReaderTest.java";
    put(folder, ".gitleaksignore", &format!("{path}:aws-key:3\n"));
    let found = answer(folder, 0, &["gitleaks", ".gitleaksignore", "--dry-run"]);
    assert_eq!(found["entries"][0]["findings"][0]["paths"], json!([path]));
}
