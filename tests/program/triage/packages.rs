//! Which package a result is about, and which records cover it.

use serde_json::{Value, json};

use crate::support::repo::Repo;
use crate::triage::states::one;
use crate::triage::{POLICY, file, finding, ledger, result, sarif};

/// A ledger with one record for each finding key.
fn records(keys: &[(&str, &str)]) -> Repo {
    let repo = ledger(POLICY);
    for (id, key) in keys {
        file(&repo, id, &finding(id, key));
    }
    repo.checkout();
    repo
}

/// A result with a message and a place.
fn said(rule: &str, message: &str, path: &str) -> Value {
    let mut result = result(rule, path);
    result["message"]["text"] = message.into();
    result
}

/// A run of a tool with rules.
fn run(tool: &str, rules: &Value, result: &Value) -> String {
    json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": tool, "rules": rules}}, "results": [result]}]})
        .to_string()
}

/// The output of trivy about a package of a class that was found in a file.
fn trivy(class: &str, name: &str, path: &str) -> String {
    let message = format!("Package: {name}\nInstalled Version: 1.0\nVulnerability CVE-2026-7");
    let rules = json!([{"id": "CVE-2026-7", "name": class}]);
    run("Trivy", &rules, &said("CVE-2026-7", &message, path))
}

fn grype(kind: &str, name: &str, version: &str, path: &str) -> String {
    let message = format!(
        "A high vulnerability in {kind} package: {name}, version {version} was found at: {path}"
    );
    let rule = format!("CVE-2026-7-{name}");
    run("grype", &json!([{"id": rule}]), &said(&rule, &message, path))
}

fn osv(name: &str, path: &str) -> String {
    let message = format!("Package '{name}@1.0' is vulnerable to 'CVE-2026-7'.");
    sarif("osv-scanner", &[said("CVE-2026-7", &message, path)])
}

const LANGUAGE: &str = "LanguageSpecificPackageVulnerability";
const SYSTEM: &str = "OsPackageVulnerability";

#[test]
fn a_criterion_covers_the_package_of_its_own_type_alone() {
    for (purl, covered) in
        [("pkg:npm/redis", "npm"), ("pkg:gem/redis", "gem"), ("pkg:deb/debian/redis", "deb")]
    {
        let repo = records(&[
            ("EXC-2026-TR1VY", &format!("tool: trivy, purl: '{purl}'")),
            ("EXC-2026-GRYPE", &format!("tool: grype, purl: '{purl}'")),
            ("EXC-2026-0SV00", &format!("tool: osv-scanner, purl: '{purl}'")),
        ]);
        for (kind, log) in [
            ("npm", trivy(LANGUAGE, "redis", "web/package-lock.json")),
            ("gem", trivy(LANGUAGE, "redis", "api/Gemfile.lock")),
            ("deb", trivy(SYSTEM, "redis", "library/debian")),
            ("npm", grype("npm", "redis", "1.0", "web/package.json")),
            ("gem", grype("gem", "redis", "1.0", "redis.gemspec")),
            ("deb", grype("deb", "redis", "1.0", "status")),
            ("npm", osv("redis", "web/yarn.lock")),
            ("gem", osv("redis", "Gemfile.lock")),
            ("deb", osv("redis", "/var/lib/dpkg/status")),
            // Of no known type: no criterion is met.
            ("-", trivy(LANGUAGE, "redis", "web/unheard.lock")),
            ("-", trivy("", "redis", "web/package-lock.json")),
            ("-", grype("hex", "redis", "1.0", "mix.lock")),
            ("-", osv("redis", "image")),
        ] {
            let state = if kind == covered { "covered" } else { "uncovered" };
            let found = one(&repo, &log);
            assert_eq!(found.1, state, "{purl} {log}: {}", found.3);
        }
    }
}

#[test]
fn an_unknown_type_is_covered_by_name_only_beside_the_findings_id() {
    let repo = records(&[
        ("EXC-2026-W1TH0", "tool: trivy, id: CVE-2026-7, purl: 'pkg:npm/redis'"),
        ("EXC-2026-SYSTM", "tool: osv-scanner, id: CVE-2026-7, purl: 'pkg:deb/debian/redis'"),
    ]);
    for (state, log) in [
        ("covered", trivy(LANGUAGE, "redis", "web/unheard.lock")),
        ("covered", trivy("", "redis", "web/unheard.lock")),
        ("uncovered", trivy(LANGUAGE, "other", "web/unheard.lock")),
        ("uncovered", trivy(LANGUAGE, "redis", "Gemfile.lock")),
        ("uncovered", trivy(SYSTEM, "redis", "library/debian")),
        // A package in a lock file is not a package of an operating system.
        ("uncovered", osv("redis", "unheard.lock")),
    ] {
        let found = one(&repo, &log);
        assert_eq!(found.1, state, "{log}: {}", found.3);
    }
    let repo = records(&[("EXC-2026-N00NE", "tool: trivy, purl: 'pkg:npm/redis'")]);
    let found = one(&repo, &trivy(LANGUAGE, "redis", "web/unheard.lock"));
    assert!(found.3.contains("also give the id of the finding"), "{}", found.3);
}

#[test]
fn every_form_of_grypes_message_names_the_package() {
    let repo = records(&[(
        "EXC-2026-GRYPE",
        "tool: grype, id: CVE-2026-7, purl: 'pkg:rpm/redhat/p-1@1.1'",
    )]);
    let begin = "A low vulnerability in rpm package: p-1, version 1.1 was found";
    for message in [
        format!("{begin} in image alpine:3.10 at: lib/x"),
        format!("{begin} at: services/a"),
        format!("{begin} from SBOM file sbom.json"),
        format!("{begin} from purl literal \"pkg:rpm/redhat/p-1@1.1\""),
        format!("{begin} "),
        "The path /lib/x reports p-1 at version 1.1  which would result in a vulnerable (rpm) package installed"
            .to_owned(),
        "The path /lib/x reports p-1 at version 1.1 ".to_owned(),
    ] {
        let log = run("grype", &json!([]), &said("CVE-2026-7-p-1", &message, ""));
        let found = one(&repo, &log);
        assert_eq!(found.1, "covered", "{message}: {}", found.3);
        let other = log.replace("1.1", "1.2");
        assert_eq!(one(&repo, &other).1, "uncovered", "{other}");
    }
    let help = "Vulnerability CVE-2026-7\nSeverity: low\nPackage: p-1\nVersion: 1.1\nFix Version: \nType: rpm";
    let rules = json!([{"id": "CVE-2026-7-p-1", "help": {"text": help}}]);
    let log = run("grype", &rules, &said("CVE-2026-7-p-1", "It is so", ""));
    assert_eq!(one(&repo, &log).1, "covered");
}

#[test]
fn what_a_rule_says_of_its_package_counts_where_the_result_agrees() {
    let repo = records(&[("EXC-2026-GRYPE", "tool: grype, purl: 'pkg:deb/debian/redis'")]);
    let rule = |purls: Value| json!([{"id": "CVE-2026-7-redis", "properties": {"purls": purls}}]);
    let debian = json!(["pkg:deb/debian/redis@1.0?arch=amd64"]);
    for (kind, version, purls, state) in [
        ("deb", "1.0", debian.clone(), "covered"),
        // The same rule, and another version of the same package.
        ("deb", "2.0", debian.clone(), "covered"),
        ("deb", "1.0", json!(["pkg:deb/ubuntu/redis@1.0"]), "uncovered"),
        // The same rule, and another package of that name.
        ("gem", "1.0", debian.clone(), "uncovered"),
        ("deb", "1.0", json!(["pkg:gem/redis@1.0"]), "covered"),
        ("rpm", "1.0", json!([]), "uncovered"),
    ] {
        let message = format!(
            "A high vulnerability in {kind} package: redis, version {version} was found at: x"
        );
        let log = run("grype", &rule(purls), &said("CVE-2026-7-redis", &message, "x"));
        let found = one(&repo, &log);
        assert_eq!(found.1, state, "{kind} {version} {log}: {}", found.3);
    }
    let repo = records(&[("EXC-2026-0NE00", "tool: grype, purl: 'pkg:deb/debian/redis@1.0'")]);
    let message = "A high vulnerability in deb package: redis, version 2.0 was found at: x";
    let log = run("grype", &rule(debian), &said("CVE-2026-7-redis", message, "x"));
    assert_eq!(one(&repo, &log).1, "uncovered");
}

#[test]
fn versions_are_equal_as_their_type_writes_them() {
    for (purl, kind, name, version, state) in [
        ("pkg:rpm/redhat/x@1.2-3?epoch=1", "rpm", "x", "1:1.2-3", "covered"),
        ("pkg:rpm/redhat/x@1.2-3?arch=noarch&epoch=1", "rpm", "x", "1:1.2-3", "covered"),
        ("pkg:rpm/redhat/x@1.2-3", "rpm", "x", "0:1.2-3", "covered"),
        ("pkg:rpm/redhat/x@1.2-3?epoch=0", "rpm", "x", "1.2-3", "covered"),
        ("pkg:rpm/redhat/x@1.2-3", "rpm", "x", "1:1.2-3", "uncovered"),
        ("pkg:rpm/redhat/x@1.2-3?epoch=1", "rpm", "x", "1.2-3", "uncovered"),
        ("pkg:rpm/redhat/x@2:1.2-3?epoch=1", "rpm", "x", "1:1.2-3", "uncovered"),
        ("pkg:golang/example.com/x@v1.2.0", "go-module", "example.com/x", "1.2.0", "covered"),
        ("pkg:golang/example.com/x@1.2.0", "go-module", "example.com/x", "v1.2.0", "covered"),
        ("pkg:npm/x@v1.2.0", "npm", "x", "1.2.0", "uncovered"),
        ("pkg:nuget/Newtonsoft.Json@13.0.1", "dotnet", "newtonsoft.json", "13.0.1", "covered"),
        ("pkg:cargo/Inflector@0.11.4", "rust-crate", "inflector", "0.11.4", "uncovered"),
        ("pkg:pypi/zope.interface@1.0", "python", "Zope_Interface", "1.0", "covered"),
        ("pkg:maven/org.example/x@1.0", "java-archive", "x", "1.0", "covered"),
        ("pkg:npm/%40example/x@1.0", "npm", "@example/x", "1.0", "covered"),
        ("pkg:npm/%40example/x@1.0", "npm", "x", "1.0", "uncovered"),
    ] {
        let repo =
            records(&[("EXC-2026-GRYPE", &format!("tool: grype, id: CVE-2026-7, purl: '{purl}'"))]);
        let found = one(&repo, &grype(kind, name, version, "x"));
        assert_eq!(found.1, state, "{purl} {name} {version}: {}", found.3);
    }
}

#[test]
fn a_package_url_that_cannot_be_read_is_covered_by_none() {
    let repo =
        records(&[("EXC-2026-GRYPE", "tool: grype, id: CVE-2026-7, purl: 'pkg:deb/debian/redis'")]);
    let message = "A high vulnerability in deb package: redis, version 1.0 was found at: x";
    let mut result = said("CVE-2026-7-redis", message, "x");
    result["properties"] = json!({"purl": "redis in version 1"});
    assert_eq!(one(&repo, &sarif("grype", &[result])).1, "uncovered");
}
