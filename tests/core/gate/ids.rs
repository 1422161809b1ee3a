//! Ids: what a tool takes for equal covers, and what only looks alike doesn't.

use exledger::record::tool_ids::{self, ToolClass};

use crate::support::gate::{ask, question, with};

const AT: &str = "2026-11-25T00:00:00Z";

/// The finding in the record, and the one in the question.
const EQUAL: &[(&str, &str)] = &[
    ("trivy-misconfig:AVD-AWS-0132", "trivy-misconfig:AWS-0132"),
    ("trivy-misconfig:AWS-0132", "trivy-misconfig:AVD-AWS-0132"),
    ("trivy-misconfig:DS002", "trivy-misconfig:DS-0002"),
    ("trivy-misconfig:AVD-DS-0002", "trivy-misconfig:DS002"),
    ("trivy:KSV014", "Trivy:KSV-0014"),
    ("tfsec:AVD-AWS-0132", "defsec:AWS-0132"),
    ("trivy:cve-2026-1234", "trivy:CVE-2026-1234"),
    ("grype:GHSA-AAAA-bbbb-CCCC", "grype:ghsa-aaaa-BBBB-cccc"),
    ("semgrep:shell-true", "Semgrep OSS:rules.shell-true"),
    ("semgrep:shell-true", "semgrep:tmp.x.shell-true"),
    ("semgrep:x.shell-true", "semgrep:tmp.x.shell-true"),
    ("bandit:subprocess_popen_with_shell_equals_true", "bandit:B602"),
    ("bandit:B602", "bandit:subprocess_popen_with_shell_equals_true"),
    ("bandit:B301", "bandit:pickle"),
    ("eslint:eslint-plugin-security/detect-eval", "ESLint:security/detect-eval"),
    ("eslint:@acme/eslint-plugin/x", "eslint:@acme/x"),
    ("zizmor:zizmor/artipacked", "zizmor:artipacked"),
    ("sonar:squid:S2077", "sonar:java:S2077"),
    ("snyk:npm:QS:20140806", "Snyk Open Source:npm:qs:20140806"),
    ("kubescape:c-0013", "kubescape:C-0013"),
    ("azure-policy:/subscriptions/S/x/A", "azure-policy:/SUBSCRIPTIONS/s/X/a#part"),
    ("lgtm.com:js/x", "codeql:js/x"),
    ("trivy-misconfig:DS-0002", "trivy:DS002"),
    ("trivy-secret:github-pat", "trivy:github-pat"),
    ("trivy:AVD-AWS-0132", "trivy-misconfig:AWS-0132"),
];

const NOT_EQUAL: &[(&str, &str)] = &[
    ("eslint:eslint-plugin-x", "eslint:x"),
    ("eslint:x", "eslint:eslint-plugin-x"),
    ("trivy-misconfig:aws-0132", "trivy-misconfig:AWS-0132"),
    ("trivy-misconfig:AWS0132", "trivy-misconfig:AWS-0132"),
    ("trivy-misconfig:AWS132", "trivy-misconfig:AWS-0132"),
    ("trivy-misconfig:AVD-AWS-132", "trivy-misconfig:AWS-0132"),
    ("trivy-misconfig:DS2", "trivy-misconfig:DS-0002"),
    ("trivy-misconfig:ds002", "trivy-misconfig:DS-0002"),
    ("trivy-misconfig:AVD-DS002", "trivy-misconfig:DS-0002"),
    ("trivy-misconfig:DS-0002", "trivy-misconfig:DS-00020"),
    ("trivy-misconfig:aws-s3-encryption-customer-key", "trivy-misconfig:AWS-0132"),
    ("trivy-misconfig:AWS-0132", "checkov:AWS-0132"),
    ("trivy:CVE-2026-1234", "trivy:CVE-2026-12345"),
    ("trivy-secret:DS-0002", "trivy:DS-0002"),
    ("trivy-misconfig:github-pat", "trivy:github-pat"),
    ("trivy-secret:github-pat", "trivy-license:github-pat"),
    ("trivy:CVE-2021-23337", "trivy:GHSA-35jh-r3h4-6jhm"),
    ("cargo-deny:rustsec-2026-0001", "cargo-deny:RUSTSEC-2026-0001"),
    ("osv-scanner:go-2026-1", "osv-scanner:GO-2026-1"),
    ("semgrep:tmp.shell-true", "semgrep:rules.shell-true"),
    ("semgrep:rules.shell-true", "semgrep:shell-true"),
    ("semgrep:true", "semgrep:shell-true"),
    ("semgrep:shell-true", "semgrep:SHELL-TRUE"),
    ("bandit:B602", "ruff:S602"),
    ("bandit:S602", "bandit:B602"),
    ("bandit:b602", "bandit:B602"),
    ("ruff:subprocess-popen-with-shell-equals-true", "ruff:S602"),
    ("checkov:CKV_AWS_6", "checkov:CKV2_AWS_6"),
    ("checkov:BC_AWS_S3_1", "checkov:CKV_AWS_18"),
    ("eslint:no-implied-eval", "eslint:@typescript-eslint/no-implied-eval"),
    ("eslint:security/x", "eslint:x"),
    ("sonar:S2077", "sonar:java:S2077"),
    ("sonar:squid:S2077", "sonar:php:S2077"),
    ("azure-policy:/subscriptions/s/x/a#part", "azure-policy:/subscriptions/s/x/a"),
    ("azure-policy:/subscriptions/s/x/a#part", "azure-policy:/subscriptions/s/x/a#Part"),
    ("gitleaks:aws-key", "gitleaks:AWS-key"),
    ("codeql:js/x", "codeql:py/x"),
    ("kics:abc", "kics:ABC"),
];

#[test]
fn equal_is_what_the_tool_takes_for_equal() {
    for (pairs, verdict) in [(EQUAL, "allow"), (NOT_EQUAL, "deny")] {
        for (stated, asked) in pairs {
            let (tool, id) = stated.split_once(':').unwrap();
            let repo = with(|text| {
                format!("{text}scope: {{findings: [{{tool: '{tool}', id: '{id}'}}]}}\n")
            });
            let answer = ask(&repo, &question(&[("finding", asked)]), AT);
            assert_eq!(answer.verdict.as_str(), verdict, "{stated} {asked}: {}", answer.reason);
        }
    }
    assert!(NOT_EQUAL.len() >= 30);
}

#[test]
fn the_class_is_that_of_the_tool_and_few_ids_are_about_whole_files() {
    for (tool, id, class) in [
        ("Trivy", "CVE-2026-1", ToolClass::Package),
        ("trivy", "AVD-AWS-0132", ToolClass::Config),
        ("trivy", "github-pat", ToolClass::Secret),
        ("bridgecrew", "CKV_AWS_1", ToolClass::Config),
        ("bridgecrew", "CKV_SECRET_6", ToolClass::Secret),
        ("gitleaks", "any", ToolClass::Secret),
        ("bandit", "B602", ToolClass::Code),
        ("bandit", "hardcoded_tmp_directory", ToolClass::Code),
        ("bandit", "B106", ToolClass::Secret),
        ("bandit", "hardcoded_password_default", ToolClass::Secret),
        ("ruff", "S105", ToolClass::Secret),
        ("ruff", "hardcoded-password-func-arg", ToolClass::Secret),
        ("hadolint", "DL3064", ToolClass::Secret),
        ("gosec", "G101", ToolClass::Secret),
        ("Semgrep OSS", "rules.jwt-hardcoded-secret", ToolClass::Secret),
        ("semgrep", "generic.secrets.security.detected-key", ToolClass::Secret),
        ("eslint", "no-secrets/no-secrets", ToolClass::Secret),
        ("codeql", "py/hardcoded-credentials", ToolClass::Secret),
        ("sonar", "python:S2068", ToolClass::Secret),
        ("zizmor", "secrets-inherit", ToolClass::Config),
        ("never heard of", "x", ToolClass::Code),
    ] {
        assert_eq!(tool_ids::class(tool, id), class, "{tool} {id}");
    }
    for (tool, id, is_about) in [
        ("trivy", "AVD-DS-0002", true),
        ("trivy-misconfig", "DS026", true),
        ("checkov", "CKV_DOCKER_3", true),
        ("hadolint", "DL3008", false),
        ("zizmor", "excessive-permissions", false),
    ] {
        assert_eq!(tool_ids::is_about_whole_file(tool, id), is_about, "{tool} {id}");
    }
}

/// Returns a scope with some of its letters in the other case.
fn respelled(scope: &str, nth: usize) -> String {
    let letters = scope.char_indices();
    let respell = |(place, letter): (usize, char)| {
        if !(place + nth).is_multiple_of(3) {
            letter
        } else if letter.is_ascii_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        }
    };
    letters.map(respell).collect()
}

#[test]
fn an_azure_scope_covers_itself_and_what_lies_below_in_any_letters() {
    let group = "/subscriptions/5A-1/resourceGroups/Shop";
    let findings = format!("{{tool: azure-policy, id: a, resources: ['{group}']}}");
    let repo = with(|text| format!("{text}scope: {{findings: [{findings}]}}\n"));
    let below = ["", "/providers/Microsoft.Storage/storageAccounts/s", "/providers/x/y/z"];
    let others = [
        "/subscriptions/5A-1",
        "/subscriptions/5A-1/resourceGroups",
        "/subscriptions/5A-1/resourceGroups/Shop2",
        "/subscriptions/5A-1/resourceGroups/Sho",
        "/subscriptions/5A-12/resourceGroups/Shop",
        "/subscriptions/5A-1/resourceGroups/Shop/../Other",
        "/subscriptions/5A-1/resourceGroups//Shop",
        "/x/subscriptions/5A-1/resourceGroups/Shop",
        "/providers/Microsoft.Management/managementGroups/g",
    ];
    let mut n = 0;
    for nth in 0..17 {
        for rest in below {
            let asked = respelled(&format!("{group}{rest}"), nth);
            let question = question(&[("finding", "azure-policy:A"), ("resource", &asked)]);
            assert_eq!(ask(&repo, &question, AT).verdict.as_str(), "allow", "{asked}");
            n += 1;
        }
        for other in others {
            let asked = respelled(other, nth);
            let question = question(&[("finding", "azure-policy:a"), ("resource", &asked)]);
            assert_eq!(ask(&repo, &question, AT).verdict.as_str(), "deny", "{asked}");
            n += 1;
        }
    }
    assert!(n >= 200);
    // Another tool's resources are compared as they are written.
    let repo = with(|text| {
        let findings = findings.replace("azure-policy", "prowler");
        format!("{text}scope: {{findings: [{findings}]}}\n")
    });
    let asked = format!("{group}/x");
    let question = question(&[("finding", "prowler:a"), ("resource", &asked)]);
    assert_eq!(ask(&repo, &question, AT).verdict.as_str(), "deny");
}
