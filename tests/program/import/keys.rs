//! A suppression of a tool, imported and merged, covers what the same tool reports as SARIF.

use serde_json::{Value, json};

use super::drafts::{BULK, put};
use super::moving_in::{PLAIN, begun, filed};
use super::{ON, answer};
use crate::cli::run;

/// A result as a tool writes it.
fn sarif(tool: &str, rule: &Value, result: &Value) -> String {
    json!({
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": tool, "rules": [rule]}}, "results": [result]}],
    })
    .to_string()
}

/// Returns a result of a rule in a file, with the full name of a part of it.
fn result(id: &str, text: &str, file: &str, part: Option<&str>) -> Value {
    let mut place = json!({"physicalLocation": {"artifactLocation": {"uri": file}, "region": {"startLine": 3}}});
    if let Some(part) = part {
        place["logicalLocations"] = json!([{"fullyQualifiedName": part}]);
    }
    json!({"ruleId": id, "ruleIndex": 0, "message": {"text": text}, "locations": [place]})
}

/// Imports a suppression, completes and merges it, and returns the states of results.
fn states(format: &str, file: (&str, &str), results: &[String]) -> Vec<String> {
    let repo = begun(PLAIN);
    repo.clock("2026-11-20T08:00:00Z");
    let folder = repo.path();
    put(folder, "services/billing/Cargo.lock", "");
    put(folder, file.0, file.1);
    let found = answer(folder, 0, &[format, file.0]);
    let id = found["drafts"][0]["id"].as_str().unwrap();
    let own = ["--owner-name", "Ana Ruiz", "--expires", "30d", "--on", ON, "--no-input"];
    let done = run(folder, &[&["new", "--complete", id][..], &own, BULK].concat());
    assert_eq!(done.code, 0, "{format}: {}", done.err);
    assert_eq!(filed(&repo), 1, "{format}");
    let state = |text: &String| {
        put(folder, "out.sarif", text);
        let ran = run(folder, &["triage", "out.sarif", "--format", "json", "--on", ON]);
        let answer: Value = serde_json::from_str(&ran.out).unwrap();
        let counts = answer["counts"].as_object().unwrap().iter();
        let mut seen = counts.filter(|(_, n)| n.as_u64() == Some(1)).map(|(state, _)| state);
        let state = seen.find(|state| *state != "inputs").unwrap();
        state.clone()
    };
    results.iter().map(state).collect()
}

#[track_caller]
fn check(format: &str, file: (&str, &str), covered: &str, other: &str) {
    let found = states(format, file, &[covered.to_owned(), other.to_owned()]);
    assert_eq!(found, ["covered", "uncovered"], "{format}");
}

#[test]
fn trivy_and_grype_and_osv_scanner_name_the_same_findings() {
    let rule = json!({"id": "CVE-2026-1", "name": "LanguageSpecificPackageVulnerability"});
    let of = |id: &str, name: &str| {
        let text = format!("Package: {name}\nInstalled Version: 4.17.20");
        sarif("Trivy", &rule, &result(id, &text, "web/package-lock.json", None))
    };
    check(
        "trivy",
        (".trivyignore", "CVE-2026-1\n"),
        &of("CVE-2026-1", "a"),
        &of("CVE-2026-2", "a"),
    );
    let text = "vulnerabilities:\n  - {id: CVE-2026-1, purls: ['pkg:npm/%40acme/ui@4.17.20'], paths: ['web/**']}\n";
    let (own, other) = (of("CVE-2026-1", "@acme/ui"), of("CVE-2026-1", "ui"));
    check("trivy", (".trivyignore.yaml", text), &own, &other);

    let of = |kind: &str, name: &str, file: &str| {
        let id = format!("CVE-2026-1-{name}");
        let text = format!(
            "A high vulnerability in {kind} package: {name}, version 1.2.3 was found at: {file}"
        );
        sarif("grype", &json!({"id": id}), &result(&id, &text, file, None))
    };
    for (kind, name) in [
        ("npm", "@acme/ui"),
        ("go-module", "example.com/a/b"),
        ("rust-crate", "openssl"),
        ("python", "requests"),
    ] {
        let text = format!(
            "ignore:\n  - vulnerability: CVE-2026-1\n    package: {{name: '{name}', version: 1.2.3, type: {kind}, location: /services/**}}\n"
        );
        let (own, other) = (of(kind, name, "services/a/x"), of(kind, name, "web/a/x"));
        check("grype", (".grype.yaml", &text), &own, &other);
    }

    let rule = json!({"id": "CVE-2026-1", "deprecatedIds": ["CVE-2026-1", "GHSA-aaaa-bbbb-cccc"]});
    let of = |file: &str| {
        let text = "Package 'openssl@0.10.60' is vulnerable to 'CVE-2026-1' (also known as 'GHSA-aaaa-bbbb-cccc').";
        sarif("osv-scanner", &rule, &result("CVE-2026-1", text, file, None))
    };
    let text = "[[IgnoredVulns]]\nid = \"GHSA-aaaa-bbbb-cccc\"\nreason = \"Waits\"\n";
    let (own, other) = (of("services/billing/Cargo.lock"), of("web/Cargo.lock"));
    check("osv-scanner", ("services/billing/osv-scanner.toml", text), &own, &other);
}

#[test]
fn snyk_and_dependency_check_and_gitleaks_name_the_same_findings() {
    let id = "SNYK-JS-LODASH-567746";
    let of = |part: &str| {
        let text =
            "This file introduces a vulnerable lodash package with a high severity vulnerability.";
        sarif("Snyk Open Source", &json!({"id": id}), &result(id, text, "package.json", Some(part)))
    };
    let text =
        format!("version: v1.25.0\nignore:\n  {id}:\n    - '* > lodash':\n        reason: Waits\n");
    check("snyk", (".snyk", &text), &of("lodash@4.17.15"), &of("lodash.merge@4.6.1"));
    let text = format!("version: v1.25.0\nignore:\n  {id}:\n    - '*':\n        reason: Waits\n");
    let other = result("SNYK-JS-OTHER-1", "", "package.json", Some("lodash@4.17.15"));
    let other = sarif("Snyk Open Source", &json!({"id": id}), &other);
    check("snyk", (".snyk", &text), &of("lodash@4.17.15"), &other);

    let of = |part: &str| {
        let file = "/home/build/target/lib/a.jar";
        sarif(
            "dependency-check",
            &json!({"id": "CVE-2026-5"}),
            &result("CVE-2026-5", "CVE-2026-5 - text", file, Some(part)),
        )
    };
    let text = "<suppressions><suppress><packageUrl regex=\"true\">^pkg:maven/org\\.example/a\\+b@.*$</packageUrl><cve>CVE-2026-5</cve></suppress></suppressions>";
    let (own, other) =
        (of("pkg:maven/org.example/a%2Bb@1.2.3"), of("pkg:maven/org.example/b@1.2.3"));
    check("dependency-check", ("suppression.xml", text), &own, &other);

    let of = |file: &str| {
        sarif("gitleaks", &json!({"id": "aws-key"}), &result("aws-key", "found", file, None))
    };
    check(
        "gitleaks",
        (".gitleaksignore", "src/a.py:aws-key:3\n"),
        &of("src/a.py"),
        &of("src/b.py"),
    );
}
