//! What `export` writes is found in place and hides nothing beyond its record, wildcards and all.

use super::{ID, ON, POLICY, found, found_after_end, ledger, record, track};
use crate::cli;

/// A target: the file that it writes, and the findings of a record.
const TARGETS: &[(&str, &str, &str)] = &[
    (
        "trivy",
        ".trivyignore.yaml",
        "{tool: trivy, id: CVE-2026-0001, purl: 'pkg:npm/a@1.0.0', paths: ['src/**/a']}",
    ),
    (
        "grype",
        "grype.yaml",
        "{tool: grype, id: CVE-2026-0001, purl: 'pkg:cocoapods/Alamofire@5.0.0', paths: ['src/**']}",
    ),
    (
        "osv-scanner",
        "src/osv-scanner.toml",
        "{tool: osv-scanner, id: CVE-2026-0001, paths: [src/requirements-dev.txt]}",
    ),
    ("cargo-deny", "deny.toml", "{tool: cargo-deny, id: RUSTSEC-2026-0001}"),
    (
        "kyverno",
        "k8s/exceptions.yaml",
        "{tool: kyverno, id: ValidatingPolicy/nonroot, resources: ['k8s:billing/Pod/batch-*.a?', 'k8s:/Node/w?']}, {tool: kyverno, id: ClusterPolicy/nonroot/run, resources: ['k8s:billing/Pod/batch-*']}",
    ),
    (
        "prowler",
        "mutelist.yaml",
        "{tool: prowler, id: iam_keys, resources: ['aws:1234/eu-*/batch-?*', 'aws:1234/us-1/a.b']}, {tool: prowler, id: repo_x, resources: ['github:acme/*/**']}",
    ),
    (
        "azure",
        "exc-2026-7f3kq-1.json",
        "{tool: azure-policy, id: '/subscriptions/1/providers/Microsoft.Authorization/policyAssignments/keys#a', resources: [/subscriptions/1/resourceGroups/b]}",
    ),
];

#[test]
fn what_is_exported_is_covered() {
    for (target, path, findings) in TARGETS {
        let repo = ledger(POLICY, &record(findings));
        track(&repo, &[("src/requirements-dev.txt", "a==1\n")]);
        let folder = crate::support::temporary();
        let is_several = matches!(*target, "osv-scanner" | "azure");
        let to = folder.path().join(if is_several { "" } else { "out" });
        let to = to.to_str().unwrap();
        let args = ["--on", ON, "export", target, "--allow-lossy=term", "-o", to];
        let run = cli::run(repo.path(), &args);
        assert_eq!(run.code, 0, "{target}: {}", run.err);
        let written = if is_several { folder.path().join(path) } else { to.into() };
        let text = std::fs::read_to_string(written).unwrap();
        assert!(text.contains(ID), "{target}: {text}");
        track(&repo, &[(path, &text)]);
        assert_eq!(found(&repo, &[]), (0, vec![]), "{target}: {text}");
        // The same entries without the id are covered until the record ends.
        track(&repo, &[(path, &text.replace(ID, "later").replace("exc-2026-7f3kq", "x"))]);
        assert_eq!(found(&repo, &[]), (0, vec![]), "{target}");
        assert_eq!(found_after_end(&repo).0, 1, "{target}");
    }
}
