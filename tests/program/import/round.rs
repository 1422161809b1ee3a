//! What exports write is read back: the same ids, finding keys and ends, and no draft (X9).

use serde_json::{Value, json};

use super::drafts::put;
use super::{answer, read};
use crate::cli_new::ledger;

/// A record that all samples cite.
const RECORD: &str = "id: EXC-2026-7F3KQ\ntitle: Billing batch key cannot rotate\n";

/// The text that exports write.
const TEXT: &str =
    "EXC-2026-7F3KQ: Billing batch key; owner ana@example.com; until 2026-12-21T00:00:00Z";

#[track_caller]
fn check(format: &str, name: &str, text: &str, expected: &Value) {
    let folder = ledger();
    let folder = folder.path();
    put(folder, "exceptions/EXC-2026-7F3KQ.yaml", RECORD);
    put(folder, "services/billing/Cargo.lock", "");
    put(folder, name, &text.replace("TEXT", TEXT));
    let found = answer(folder, 0, &[format, name, "--dry-run"]);
    assert_eq!(found["drafts"], json!([]), "{found}");
    for entry in found["entries"].as_array().unwrap() {
        assert_eq!(entry["state"], json!("known"), "{entry}");
        assert_eq!(entry["id"], json!("EXC-2026-7F3KQ"), "{entry}");
        let (findings, end) = (entry["findings"].clone(), entry["end"].clone());
        assert_eq!(json!([findings, end]), *expected, "{format}");
    }
}

#[test]
fn what_is_exported_is_known() {
    let package = "pkg:cargo/openssl@0.10.60";
    check(
        "trivy",
        ".trivyignore.yaml",
        "# generated\nvulnerabilities:\n  - id: CVE-1\n    purls:\n      - pkg:cargo/openssl@0.10.60\n    paths:\n      - services/*/**/a\n    expired_at: 2026-12-20T23:59:59Z\n    statement: \"TEXT\"\n",
        &json!([[{"tool": "trivy", "id": "CVE-1", "purl": package, "paths": ["services/**/a"]}], "2026-12-20T23:59:59Z"]),
    );
    check(
        "grype",
        "grype.yaml",
        "ignore:\n  - vulnerability: CVE-1\n    reason: \"TEXT LOSSY(term)\"\n    package: {name: openssl, version: 0.10.60, type: rust-crate, location: /services/**}\n",
        &json!([[{"tool": "grype", "id": "CVE-1", "purl": package, "paths": ["services/**"]}], null]),
    );
    check(
        "osv-scanner",
        "services/billing/osv-scanner.toml",
        "[[IgnoredVulns]]\nid = \"RUSTSEC-1\"\nignoreUntil = 2026-12-21T00:00:00Z\nreason = \"TEXT\"\n",
        &json!([[{"tool": "osv-scanner", "id": "RUSTSEC-1", "paths": ["services/billing/Cargo.lock"]}], "2026-12-21T00:00:00Z"]),
    );
    check(
        "cargo-deny",
        "deny.toml",
        "[advisories]\nignore = [\n  { id = \"RUSTSEC-1\", reason = \"TEXT LOSSY(term)\" },\n]\n",
        &json!([[{"tool": "cargo-deny", "id": "RUSTSEC-1"}], null]),
    );
    check(
        "snyk",
        ".snyk",
        "version: v1.25.0\nignore:\n  SNYK-JS-LODASH-567746:\n    - '* > lodash':\n        reason: 'TEXT'\n        expires: 2026-12-20T23:59:59.000Z\npatch: {}\n",
        &json!([[{"tool": "snyk", "id": "SNYK-JS-LODASH-567746", "purl": "pkg:npm/lodash"}], "2026-12-20T23:59:59Z"]),
    );
    check(
        "dependency-check",
        "suppressions.xml",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<suppressions xmlns=\"x\"><suppress until=\"2026-12-21+00:01\"><notes>TEXT</notes><packageUrl regex=\"true\">^pkg:npm/%40acme/ui@.*$</packageUrl><cve>CVE-1</cve></suppress></suppressions>\n",
        &json!([[{"tool": "dependency-check", "id": "CVE-1", "purl": "pkg:npm/%40acme/ui"}], "2026-12-20T23:59:00Z"]),
    );
    check(
        "csv",
        "exceptions.csv",
        "id,title,expires,end,findings\nEXC-2026-7F3KQ,Billing,2026-12-20,2026-12-21T00:00:00Z,trivy:CVE-1\n",
        &json!([[{"tool": "trivy", "id": "CVE-1"}], "2026-12-20"]),
    );
}

#[test]
fn nothing_in_yaml_is_passed_over() {
    // An alias limits something that a reader without aliases would not see.
    let alias = "x: &p {name: lodash, type: npm}\nignore:\n- {vulnerability: A, package: *p}\n";
    let read_alias = read("grype", "grype.yaml", alias);
    assert!(read_alias[0].contains("anchors"), "{read_alias:?}");
    let after = "a: 1\n--- # more\napiVersion: kyverno.io/v2\nkind: PolicyException\nspec:\n  exceptions: [{policyName: p, ruleNames: [r]}]\n";
    let read_after = read("kyverno", "k.yaml", after);
    assert!(read_after.iter().any(|it| it.contains("ClusterPolicy/p/r")), "{read_after:?}");
    let list = "kind: List\nitems:\n- kind: PolicyException\n  spec:\n    exceptions: [{policyName: q, ruleNames: [r]}]\n";
    let read_list = read("kyverno", "k.yaml", list);
    assert!(read_list.iter().any(|it| it.contains("ClusterPolicy/q/r")), "{read_list:?}");
}
