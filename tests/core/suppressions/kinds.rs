//! The table of kinds: each row has a sample that is found, and the other tables name its rows.

use std::collections::BTreeSet;

use exledger::formats::suppressions::kinds::{self, kinds};
use exledger::formats::suppressions::options::ScanOptions;
use exledger::formats::suppressions::{SuppressionScanner, comment_table, policies};

use super::scan;
use crate::support::project;

/// Returns the texts of the cases in the other files of this folder, as a file each.
fn samples() -> BTreeSet<&'static str> {
    let found = SAMPLES.iter().flat_map(|(path, text)| {
        let found = scan(path, text);
        found.suppressions.into_iter().map(|it| it.kind).collect::<Vec<_>>()
    });
    found.collect()
}

/// A file of each kind.
const SAMPLES: &[(&str, &str)] = &[
    (".npmrc", "min-release-age-exclude=a\n"),
    (
        "pnpm-workspace.yaml",
        "minimumReleaseAgeExclude: [a]\ntrustPolicyExclude: [a]\nauditConfig: {ignoreCves: [CVE-1]}\n",
    ),
    (".yarnrc.yml", "npmPreapprovedPackages: [a]\nnpmAuditIgnoreAdvisories: [1]\n"),
    ("bunfig.toml", "[install]\nminimumReleaseAgeExcludes = ['a']\n"),
    ("uv.toml", "exclude-newer-package = {a = false}\n"),
    ("renovate.json", "{\"ignoreDeps\": [\"a\"]}"),
    (".github/dependabot.yml", "updates: [{ignore: [{dependency-name: a}]}]\n"),
    ("audit-ci.json", "{\"allowlist\": [\"GHSA-1\"]}"),
    (".nsprc", "{\"1\": \"a\"}"),
    (".iyarc", "GHSA-1\n"),
    (".bundler-audit.yml", "ignore: [CVE-1]\n"),
    ("composer.json", "{\"config\": {\"audit\": {\"ignore\": [\"CVE-1\"]}}}"),
    ("a.csproj", "<Project><NuGetAuditSuppress Include=\"x/GHSA-1\"/></Project>"),
    (".safety-policy.yml", "security: {ignore-vulnerabilities: {1: {}}}\n"),
    ("supply-chain/config.toml", "[[exemptions.a]]\nversion = '1'\n"),
    ("scorecard.yml", "annotations: [{checks: [a]}]\n"),
    ("w.yml", "a: {justification: b, run: false}\n"),
    ("brakeman.ignore", "{\"ignored_warnings\": [{\"fingerprint\": \"a\"}]}"),
    (".gitguardian.yaml", "secret: {ignored_paths: [a]}\n"),
    (".hadolint.yaml", "ignored: [DL3008]\n"),
    (".semgrepignore", "a\n"),
    ("trivy.yaml", "ignore-policy: a\n"),
    (
        "vex.json",
        "{\"@context\": \"https://openvex.dev/ns\", \"statements\": [{\"status\": \"fixed\", \"vulnerability\": \"CVE-1\"}]}",
    ),
    (".github/codeql.yml", "paths-ignore: [a]\n"),
    (".gitlab-ci.yml", "a: pip-audit --ignore-vuln GHSA-1\n"),
    ("A.java", "@SuppressFBWarnings // NOSONAR\n"),
    (".trivyignore", "CVE-1\n"),
    (".snyk", "ignore: {SNYK-1: [{'*': {}}]}\n"),
    ("osv-scanner.toml", "[[IgnoredVulns]]\nid = 'CVE-1'\n"),
    ("grype.yaml", "ignore: [{vulnerability: CVE-1}]\n"),
    ("deny.toml", "[advisories]\nignore = ['RUSTSEC-1']\n"),
    ("audit.toml", "[advisories]\nignore = ['RUSTSEC-1']\n"),
    (".gitleaksignore", "a:b:1\n"),
    (".secrets.baseline", "{\"results\": {\"a\": [{\"type\": \"b\"}]}}"),
    ("a.txt", "# trufflehog:ignore, kics-scan\n# nosemgrep\n# kics-scan ignore\n# codeql[a]\n"),
    (".checkov.yml", "skip-check: [CKV_1]\n"),
    ("zizmor.yml", "rules: {a: {disable: true}}\n"),
    ("a.py", "# nosec\n# noqa\n# flake8: noqa\n"),
    ("a.go", "// #nosec\nx() //nolint\n"),
    ("a.ts", "/* eslint-disable */\n"),
    ("a.rs", "#[allow(unsafe_code)]\n"),
    (
        "suppression.xml",
        "<suppressions xmlns=\"https://jeremylong.github.io/DependencyCheck/dependency-suppression.1.3.xsd\"><suppress><cve>CVE-1</cve></suppress></suppressions>",
    ),
    (
        "k.yaml",
        "apiVersion: kyverno.io/v2\nkind: PolicyException\nspec: {exceptions: [{policyName: a, ruleNames: [b]}], match: {any: [{resources: {kinds: [Pod]}}]}}\n",
    ),
    ("m.yaml", "Mutelist:\n  Accounts: {'*': {Checks: {a: {Regions: ['*'], Resources: ['*']}}}}\n"),
    ("c.yaml", "volatileConfig: {exclude: [{value: a}]}\n"),
    ("z.json", "{\"type\": \"Microsoft.Authorization/policyExemptions\"}"),
    ("q.json", "[{\"policyType\": \"postureExceptionPolicy\"}]"),
];

#[test]
fn every_kind_has_a_sample_that_is_found() {
    let named: BTreeSet<&str> = kinds().iter().map(|kind| kind.name).collect();
    assert_eq!(kinds().len(), 57);
    assert_eq!(named.len(), 57, "a name stands twice");
    assert_eq!(samples(), named);
}

#[test]
fn every_table_names_rows_of_the_table_of_kinds() {
    let folder = project::root().join("src/formats/suppressions");
    for table in ["files.tsv", "patterns.tsv"] {
        let text = std::fs::read_to_string(folder.join(table)).unwrap();
        for (number, line) in text.lines().enumerate().skip(1) {
            let kind = line.split('\t').next().unwrap();
            assert!(kinds::find(kind).is_some(), "{table}:{}: {kind}", number + 1);
        }
    }
    for pattern in comment_table::all() {
        assert!(!pattern.words.is_empty(), "{}", pattern.kind);
    }
    for kind in policies::KINDS {
        assert!(kinds::find(kind.tool).is_some(), "{}", kind.tool);
    }
    for kind in kinds() {
        assert!(!kind.files.is_empty(), "{}", kind.name);
    }
}

#[test]
fn a_policy_names_the_kinds_that_are_looked_for() {
    let found = |tools: &[&str], rust_lints: &[&str]| -> Vec<&'static str> {
        let texts = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect();
        let options = ScanOptions {
            tools: texts(tools),
            rust_lints: texts(rust_lints),
            ..ScanOptions::default()
        };
        let scanner = SuppressionScanner::new(options).unwrap();
        let files = [
            ("a.py", "# nosec\n# noqa\n"),
            (".snyk", "ignore: {A: [{'*': {}}]}\n"),
            ("a.rs", "#[allow(unsafe_code)]\n"),
            ("Dockerfile", "# hadolint ignore=DL3008\n"),
        ];
        let all =
            files.iter().flat_map(|(path, text)| scanner.scan(path, text.as_bytes()).suppressions);
        all.map(|it| it.kind).collect()
    };
    assert_eq!(found(&[], &[]), ["bandit", "ruff", "snyk", "hadolint"]);
    assert_eq!(found(&["snyk", "ruff"], &[]), ["ruff", "snyk"]);
    assert_eq!(found(&["rust"], &[]), ["rust"]);
    assert_eq!(found(&[], &["unsafe_code"]), ["bandit", "ruff", "snyk", "rust", "hadolint"]);
    assert_eq!(found(&["snyk"], &["dead_code"]), ["snyk"]);
}
