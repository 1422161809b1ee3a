//! What each target can't express is left out and named, or written with a mark. Start at [`lost`].

use crate::support::export::{
    EXPIRES, Exporter, ID, LOSSY, ON, STRICT, empty, file, ledger, lines, only, record, several,
};
use exledger::features::export::targets::input::AllowedLosses;

/// Returns the reasons for which a finding is left out.
fn lost(target: &str, finding: &str) -> Vec<String> {
    let repo = ledger(finding);
    let strict = Exporter { repo: &repo, on: ON, allowed: STRICT };
    let written = strict.write(target);
    assert!(written.losses.iter().all(|loss| !loss.is_written));
    let begin = format!("{ID} findings[0] ");
    lines(&written).iter().map(|line| line.strip_prefix(&begin).unwrap().to_owned()).collect()
}

#[test]
fn standing_criteria_and_findings_without_an_id_go_nowhere() {
    for target in ["trivy", "snyk", "dependency-check", "osv-scanner"] {
        let id = if target == "snyk" { "SNYK-JS-LODASH-567746" } else { "CVE-2026-1" };
        for criterion in ["cwe: CWE-79", "severity: moderate", "versions: \"<3.2.0\""] {
            let finding = format!("{{tool: {target}, id: {id}, {criterion}}}");
            let lines = lost(target, &finding);
            assert_eq!(lines.len(), 1, "{target} {criterion}: {lines:?}");
            assert!(lines[0].starts_with(&format!("{target}:{id}: scope: it can't be limited to")));
        }
        let finding = format!("{{tool: {target}, purl: 'pkg:npm/lodash'}}");
        let line = format!("{target}:: scope: an entry needs the id of a finding");
        assert_eq!(lost(target, &finding).join("\n"), line);
        let repo = ledger(&finding);
        let lossy = Exporter { repo: &repo, on: ON, allowed: LOSSY };
        assert!(!lossy.write(target).losses[0].is_written, "{target}");
    }
}

#[test]
fn each_target_names_the_limits_that_it_lacks() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("trivy", "{tool: trivy-secret, id: aws-key, purl: 'pkg:npm/a'}", &["scope"]),
        ("trivy", "{tool: trivy-misconfig, id: DS002, paths: [Dockerfile]}", &[]),
        ("trivy", "{tool: trivy, id: CVE-2026-1, resources: ['k8s:a/Pod/b']}", &["scope"]),
        ("dependency-check", "{tool: dependency-check, id: CVE-2026-1, paths: [a]}", &["scope"]),
        ("snyk", "{tool: snyk, id: SNYK-JS-A-1, purl: 'pkg:npm/a@1.0.0'}", &["scope"]),
        ("snyk", "{tool: snyk, id: SNYK-JS-A-1, paths: [package.json]}", &["scope"]),
        ("snyk", "{tool: snyk, id: SNYK-GOLANG-A-1, purl: 'pkg:golang/a.b/c'}", &["scope"]),
        ("snyk", "{tool: snyk, id: SNYK-js-A-1}", &["scope"]),
        ("snyk", "{tool: snyk, id: CVE-2026-1}", &["scope"]),
        ("snyk", "{tool: snyk, id: SNYK-JAVA-A-1, purl: 'pkg:maven/org.acme/core'}", &[]),
        (
            "grype",
            "{tool: grype, id: CVE-2026-1, purl: 'pkg:maven/org.acme/core'}",
            &["scope", "term"],
        ),
        ("grype", "{tool: grype, id: CVE-2026-1, purl: 'pkg:oci/thing'}", &["scope", "term"]),
        ("grype", "{tool: grype, id: CVE-2026-1, purl: 'pkg:npm/%40acme/ui'}", &["term"]),
        ("cargo-deny", "{tool: cargo-deny, id: RUSTSEC-2026-1, paths: [a]}", &["scope", "term"]),
        (
            "cargo-deny",
            "{tool: cargo-deny, id: RUSTSEC-2026-1, purl: 'pkg:cargo/a'}",
            &["scope", "term"],
        ),
        ("osv-scanner", "{tool: osv-scanner, id: CVE-2026-1, purl: 'pkg:cargo/a'}", &["scope"]),
        ("osv-scanner", "{tool: osv-scanner, id: CVE-2026-1, paths: [Cargo.lock]}", &["scope"]),
    ];
    for (target, finding, kinds) in cases {
        let repo = ledger(finding);
        let strict = Exporter { repo: &repo, on: ON, allowed: STRICT };
        let found = strict.write(target);
        let named: Vec<&str> = found.losses.iter().map(|loss| loss.kind.as_str()).collect();
        assert_eq!(named, *kinds, "{finding}: {:?}", lines(&found));
    }
}

#[test]
fn what_is_allowed_is_written_with_its_mark() {
    let repo = ledger("{tool: cargo-deny, id: RUSTSEC-2026-0007, paths: [Cargo.lock]}");
    let on = ON;
    let term = AllowedLosses { scope: false, term: true };
    let part = Exporter { repo: &repo, on, allowed: term }.write("cargo-deny");
    assert!(only(&part).ends_with("ignore = []\n"));
    let all = Exporter { repo: &repo, on, allowed: LOSSY }.write("cargo-deny");
    assert!(only(&all).contains("until 2026-12-21T00:00:00Z LOSSY(scope,term)\" },\n"));
    assert!(all.losses.iter().all(|loss| loss.is_written));
    assert_eq!(lines(&all).len(), 2);
}

#[test]
fn an_empty_list_never_becomes_all() {
    for target in ["trivy", "snyk", "dependency-check", "osv-scanner", "grype", "cargo-deny"] {
        for list in ["paths: []", "resources: []", "paths: [/etc/passwd, ./a, b//c, ../d]"] {
            let repo = ledger(&format!("{{tool: {target}, id: SNYK-JS-A-1, {list}}}"));
            let written = Exporter { repo: &repo, on: ON, allowed: LOSSY }.write(target);
            let text = match target {
                "osv-scanner" => format!("{:?}", several(&written)),
                _ => only(&written),
            };
            assert!(!text.contains("SNYK-JS-A-1"), "{target} {list}: {text}");
            assert_eq!(lines(&written), [""; 0]);
        }
    }
}

#[test]
fn counted_uses_are_lost_in_every_file() {
    let repo = empty(crate::support::export::POLICY);
    let rest = format!("uses: {{limit: 2}}\n{EXPIRES}");
    file(&repo, ID, &record(ID, "{tool: trivy, id: CVE-2026-1}", &rest));
    let written = Exporter { repo: &repo, on: ON, allowed: STRICT }.write("trivy");
    let reason = "term: uses of the record are counted, which it can't do";
    assert_eq!(lines(&written), [format!("{ID} findings[0] trivy:CVE-2026-1: {reason}")]);
}
