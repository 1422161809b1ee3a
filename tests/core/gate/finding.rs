//! Findings: every key of the record's finding must be stated in the question, and match.

use crate::support::gate::{ask, question, with};

const AT: &str = "2026-11-25T00:00:00Z";

type Asked = &'static [(&'static str, &'static str)];

/// The findings in the record, the question, the verdict, and a part of the reason.
const CASES: &[(&str, Asked, &str, &str)] = &[
    ("{tool: trivy, id: CVE-2026-1234}", &[("finding", "trivy:CVE-2026-1234")], "allow", ""),
    ("{tool: trivy, id: CVE-2026-1234}", &[("finding", "Trivy:CVE-2026-1234")], "allow", ""),
    (
        "{tool: trivy, id: CVE-2026-1234}",
        &[("finding", "grype:CVE-2026-1234")],
        "deny",
        "no exception covers it",
    ),
    (
        "{tool: trivy, id: CVE-2026-1234}",
        &[("finding", "trivy:CVE-2026-9999")],
        "deny",
        "no exception covers it",
    ),
    (
        "{tool: trivy, id: CVE-2026-1234}",
        &[("finding", "trivy:CVE-2026-1234"), ("path", "any/where.rs")],
        "allow",
        "",
    ),
    ("{id: CVE-2026-1234}", &[("finding", "grype:CVE-2026-1234")], "allow", ""),
    // The id of the whole stands for its parts where the tool has it so, and never the other way round.
    (
        "{tool: conforma, id: cve.blockers}",
        &[("finding", "conforma:cve.blockers:CVE-1")],
        "allow",
        "",
    ),
    (
        "{tool: conforma, id: 'cve.blockers:CVE-1'}",
        &[("finding", "conforma:cve.blockers")],
        "deny",
        "",
    ),
    (
        "{tool: conforma, id: 'cve.blockers:CVE-1'}",
        &[("finding", "conforma:cve.blockers:CVE-2")],
        "deny",
        "",
    ),
    ("{tool: azure-policy, id: a}", &[("finding", "azure-policy:a#b")], "allow", ""),
    ("{tool: semgrep, id: a}", &[("finding", "semgrep:a:b")], "deny", ""),
    (
        "{id: CVE-2026-1234, paths: [services/billing/**]}",
        &[("finding", "trivy:CVE-2026-1234")],
        "deny",
        "limited to paths services/billing/**: ask with --path",
    ),
    (
        "{id: CVE-2026-1234, paths: [services/billing/**]}",
        &[("finding", "trivy:CVE-2026-1234"), ("path", "services/billing/a/b.rs")],
        "allow",
        "",
    ),
    (
        "{id: CVE-2026-1234, paths: [services/billing/**]}",
        &[("finding", "trivy:CVE-2026-1234"), ("path", "./services/x/../billing/b.rs")],
        "allow",
        "",
    ),
    (
        "{id: CVE-2026-1234, paths: [services/billing/**]}",
        &[("finding", "trivy:CVE-2026-1234"), ("path", "services/billing/../orders/b.rs")],
        "deny",
        "limited to paths",
    ),
    (
        "{id: CVE-2026-1234, paths: ['**']}",
        &[("finding", "trivy:CVE-2026-1234"), ("path", "../b.rs")],
        "deny",
        "limited to paths",
    ),
    (
        "{id: CVE-2026-1234, purl: 'pkg:cargo/openssl@0.10.60'}",
        &[("finding", "trivy:CVE-2026-1234"), ("purl", "pkg:cargo/openssl@0.10.60?arch=x86#sub")],
        "allow",
        "",
    ),
    (
        "{id: CVE-2026-1234, purl: 'pkg:cargo/openssl@0.10.60'}",
        &[("finding", "trivy:CVE-2026-1234"), ("purl", "pkg:cargo/openssl@0.10.61")],
        "deny",
        "limited to purl",
    ),
    (
        "{id: CVE-2026-1234, purl: 'pkg:cargo/openssl@0.10.60'}",
        &[("finding", "trivy:CVE-2026-1234"), ("purl", "pkg:cargo/openssl")],
        "deny",
        "limited to purl",
    ),
    (
        "{id: CVE-2026-1234, purl: 'pkg:npm/%40acme/ui'}",
        &[("finding", "trivy:CVE-2026-1234"), ("purl", "pkg:npm/@acme/ui@1.2.3")],
        "allow",
        "",
    ),
    (
        "{id: CVE-2026-1234, purl: 'pkg:npm/%40acme/ui'}",
        &[("finding", "trivy:CVE-2026-1234"), ("purl", "pkg:npm/ui@1.2.3")],
        "deny",
        "limited to purl",
    ),
    (
        "{purl: 'pkg:npm/legacy-ui', versions: '<3.2.0', severity: moderate}",
        &[
            ("finding", "trivy:CVE-2026-1"),
            ("purl", "pkg:npm/legacy-ui@3.1.9"),
            ("severity", "low"),
        ],
        "allow",
        "",
    ),
    (
        "{purl: 'pkg:npm/legacy-ui', versions: '<3.2.0', severity: moderate}",
        &[
            ("finding", "trivy:CVE-2026-1"),
            ("purl", "pkg:npm/legacy-ui@3.2.0"),
            ("severity", "low"),
        ],
        "deny",
        "limited to versions <3.2.0",
    ),
    (
        "{cwe: CWE-79}, {purl: 'pkg:npm/legacy-ui', versions: '<3.2.0'}",
        &[("finding", "trivy:CVE-2026-1"), ("purl", "pkg:npm/legacy-ui")],
        "deny",
        "limited to versions <3.2.0",
    ),
    (
        "{purl: 'pkg:deb/debian/x', versions: '<1.2.3'}",
        &[("finding", "trivy:CVE-2026-1"), ("purl", "pkg:deb/debian/x@1.2.3-4")],
        "deny",
        "limited to versions",
    ),
    (
        "{purl: 'pkg:maven/g/x', versions: '<1.2.3'}",
        &[("finding", "trivy:CVE-2026-1"), ("purl", "pkg:maven/g/x@1.2.3-jre")],
        "deny",
        "limited to versions",
    ),
    (
        "{purl: 'pkg:pypi/x', versions: '<=1.2.3'}",
        &[("finding", "trivy:CVE-2026-1"), ("purl", "pkg:pypi/x@1.2.3+cu118")],
        "deny",
        "limited to versions",
    ),
    (
        "{purl: 'pkg:deb/debian/x', versions: '>=1.2.3-4'}",
        &[("finding", "trivy:CVE-2026-1"), ("purl", "pkg:deb/debian/x@1.2.3")],
        "deny",
        "limited to versions",
    ),
    (
        "{purl: 'pkg:pypi/x', versions: '=1.2.3+cu118'}",
        &[("finding", "trivy:CVE-2026-1"), ("purl", "pkg:pypi/x@1.2.3")],
        "deny",
        "limited to versions",
    ),
    (
        "{purl: 'pkg:deb/debian/x', versions: '=1.2.3-4'}",
        &[("finding", "trivy:CVE-2026-1"), ("purl", "pkg:deb/debian/x@1.2.3-4")],
        "allow",
        "",
    ),
    (
        "{purl: 'pkg:cargo/x', versions: '<1.2.3'}",
        &[("finding", "trivy:CVE-2026-1"), ("purl", "pkg:cargo/x@1.2.3-rc.1")],
        "allow",
        "",
    ),
    (
        "{purl: 'pkg:deb/debian/x', versions: '<1.2.4'}",
        &[("finding", "trivy:CVE-2026-1"), ("purl", "pkg:deb/debian/x@1.2.3")],
        "allow",
        "",
    ),
    ("{cwe: CWE-79}", &[("finding", "trivy:CVE-2026-1")], "deny", "no exception covers it"),
    (
        "{purl: 'pkg:npm/legacy-ui', versions: '<3.2.0', severity: moderate}",
        &[
            ("finding", "trivy:CVE-2026-1"),
            ("purl", "pkg:npm/legacy-ui@3.1.9"),
            ("severity", "high"),
        ],
        "deny",
        "limited to severity moderate",
    ),
    (
        "{purl: 'pkg:npm/legacy-ui', versions: '<3.2.0', severity: moderate}",
        &[("finding", "trivy:CVE-2026-1"), ("purl", "pkg:npm/legacy-ui@3.1.9")],
        "deny",
        "limited to severity",
    ),
    (
        "{cwe: CWE-79, purl: 'pkg:npm/legacy-ui'}",
        &[("finding", "trivy:CVE-2026-1"), ("purl", "pkg:npm/legacy-ui@3.1.9")],
        "deny",
        "CWE-79",
    ),
    (
        "{id: R1, resources: ['aws:1/**']}",
        &[("finding", "prowler:R1"), ("resource", "aws:1/eu/x")],
        "allow",
        "",
    ),
    (
        "{id: R1, resources: ['aws:1/**']}",
        &[("finding", "prowler:R1")],
        "deny",
        "limited to resources aws:1/**: ask with --resource",
    ),
    ("{id: R1}, {id: R2, paths: [a/**]}", &[("finding", "x:R2"), ("path", "a/b")], "allow", ""),
];

#[test]
fn every_key_that_a_finding_names_must_be_asked_and_match() {
    for (findings, asked, verdict, reason) in CASES {
        let repo = with(|text| format!("{text}scope: {{findings: [{findings}]}}\n"));
        let answer = ask(&repo, &question(asked), AT);
        assert_eq!(answer.verdict.as_str(), *verdict, "{findings} {asked:?}: {}", answer.reason);
        assert!(answer.reason.contains(reason), "{findings} {asked:?}: {}", answer.reason);
    }
}

#[test]
fn a_resource_is_the_findings_own_where_it_has_some_else_the_scopes() {
    let own = with(|text| {
        format!("{text}scope: {{resources: [db:x], findings: [{{id: R1, resources: [db:y]}}]}}\n")
    });
    let scopes =
        with(|text| format!("{text}scope: {{resources: [db:x], findings: [{{id: R1}}]}}\n"));
    let both = with(|text| {
        format!("{text}scope: {{findings: [{{id: R1}}, {{id: R1, resources: [db:y]}}]}}\n")
    });
    for (repo, resource, verdict) in [
        (&both, "db:y", "allow"),
        (&both, "db:x", "deny"),
        (&own, "db:y", "allow"),
        (&own, "db:x", "deny"),
        (&scopes, "db:x", "allow"),
        (&scopes, "db:y", "deny"),
    ] {
        let asked = question(&[("finding", "t:R1"), ("resource", resource)]);
        assert_eq!(ask(repo, &asked, AT).verdict.as_str(), verdict, "{resource}");
    }
}
