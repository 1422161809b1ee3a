//! Ignore files that `import` reads, too: what their tools obey, their ends, and the comments beside entries.

use super::check;

#[test]
fn lists_of_trivy() {
    check(&[
        (
            ".trivyignore",
            "# Accept the risk\n# until the vendor ships\nCVE-2026-1\nCVE-2026-2 exp:2027-01-01 # dev\n\nCVE-2026-3\n#CVE-2026-4\nCVE-2026-5, CVE-2026-6\ncve-2026-7\nCVE-2026-8 exp:soon\n# EXC-2026-7F3KQ\nCVE-2026-9\n",
            &[
                "3 trivy CVE-2026-1 | open | Accept the risk / until the vendor ships",
                "4 trivy CVE-2026-2 | 2027-01-01T00:00:00Z | Accept the risk / until the vendor ships / dev",
                "6 trivy CVE-2026-3 | open",
                "12 trivy CVE-2026-9 | open",
                "8 ignored: trivy reads one id on a line and sees `CVE-2026-5,`, which no finding has",
                "9 ignored: trivy compares letter case and sees `cve-2026-7`, which no finding has",
                "10 ignored: CVE-2026-8: `exp:` is not a date, so trivy drops the line",
            ],
        ),
        (
            "a/.trivyignore.yaml",
            "vulnerabilities:\n  # until the fix\n  - id: CVE-2026-1\n    expired_at: 2027-01-01 00:00:00\n  - id: CVE-2026-2\n    # not built in\n    paths: [a]\n  - id: CVE-2026-3\n    statement: dev\nmisconfigurations:\n  - id: AVD-DS-0002\n    expired_at: 2027-01-01\n",
            &[
                "3 trivy CVE-2026-1 | 2027-01-01T00:00:00Z | until the fix",
                "5 trivy CVE-2026-2 | open | until the fix / not built in",
                "8 trivy CVE-2026-3 | open | dev / until the fix",
                "11 trivy(trivy-misconfig) AVD-DS-0002 | 2027-01-01T00:00:00Z",
            ],
        ),
        (
            ".trivyignore.yaml",
            "vulnerabilities: [\n",
            &["1 unread: it can't be read as YAML: the `[` of line 1 is not closed"],
        ),
        ("trivyignore", "CVE-2026-1\n", &[]),
    ]);
}

#[test]
fn lists_with_one_fingerprint_a_line() {
    check(&[
        (
            ".gitleaksignore",
            "# a test key\nsrc/a.py:aws-key:3\n# glob\nsrc/*.py:aws-key:3\nsrc/a.py\n",
            &[
                "2 gitleaks aws-key | a test key",
                "4 ignored: gitleaks reads no pattern and sees the file `src/*.py`",
                "5 ignored: gitleaks sees `src/a.py`, which is not a fingerprint [commit:]file:rule:line",
            ],
        ),
        (
            ".secrets.baseline",
            "{\"results\": {\"a.py\": [{\"type\": \"Secret Keyword\", \"hashed_secret\": \"x\", \"line_number\": 3}]}}\n",
            &["1 detect-secrets Secret Keyword"],
        ),
    ]);
}

#[test]
fn tables_of_rust_and_osv() {
    check(&[
        (
            "deny.toml",
            "# This section is considered when running `cargo deny check advisories`\n[advisories]\n# A list of advisory IDs to ignore. Note that ignored advisories will still\n# output a note when they are encountered.\nignore = [\n    # waits for tokio\n    \"RUSTSEC-2026-0001\",\n    #\"RUSTSEC-0000-0000\",\n    { id = \"RUSTSEC-2026-0002\", reason = \"dev\" }, # later\n    { crate = \"foo@1.2\", reason = \"yanked\" },\n    \"rustsec-2026-0003\",\n]\n",
            &[
                "7 cargo-deny RUSTSEC-2026-0001 | waits for tokio",
                "9 cargo-deny RUSTSEC-2026-0002 | dev / later",
                "10 !cargo-deny | yanked",
                "11 ignored: cargo-deny compares letter case and sees `rustsec-2026-0003`, which no finding has",
            ],
        ),
        (
            ".cargo/audit.toml",
            "# not reachable\n[advisories]\nignore = [\"RUSTSEC-2026-0001\", \"RUSTSEC-2026-0002\"]\n",
            &[
                "3 cargo-audit RUSTSEC-2026-0001 | not reachable",
                "3 cargo-audit RUSTSEC-2026-0002 | not reachable",
            ],
        ),
        (
            "osv-scanner.toml",
            "# no fix\n[[IgnoredVulns]]\nid = \"CVE-2026-1\"\nignoreUntil = \"2027-01-01T00:00:00Z\"\n\n[[IgnoredVulns]]\nid = \"CVE-2026-2\"\nignoreUntil = 2027-01-01\nreason = \"dev\"\n\n[[PackageOverrides]]\nname = \"lodash\"\necosystem = \"npm\"\nignore = true\neffectiveUntil = 2027-01-01T00:00:00Z\nreason = \"ours\"\n",
            &[
                "2 osv-scanner CVE-2026-1 | 2027-01-01T00:00:00Z | no fix",
                "6 osv-scanner CVE-2026-2 | 2027-01-01T12:00:00Z | dev",
                "11 !osv-scanner | 2027-01-01T00:00:00Z | ours",
            ],
        ),
        (
            "osv-scanner.toml",
            "[[IgnoredVulns]]\nid = \"ghsa-aaaa-bbbb-cccc\"\n[[IgnoredVulns]]\nid = \"cve-2026-1\"\n[[IgnoredVulns]]\nid = \"GHSA-aaaa-bbbb-cccc\"\n",
            &[
                "1 ignored: osv-scanner compares letter case and sees `ghsa-aaaa-bbbb-cccc`, which no finding has",
                "3 ignored: osv-scanner compares letter case and sees `cve-2026-1`, which no finding has",
                "5 osv-scanner GHSA-aaaa-bbbb-cccc | open",
            ],
        ),
        (
            "osv-scanner.toml",
            "[[IgnoredVulns]]\nid = \"CVE-2026-1\"\nignoreUntil = \"2027-01-01\"\n",
            &[
                "1 unread: `ignoreUntil` is neither a date nor an instant in quotes, so osv-scanner refuses the file",
            ],
        ),
    ]);
}

#[test]
fn policies_of_snyk_grype_and_dependency_check() {
    check(&[
        (
            ".snyk",
            "# Snyk (https://snyk.io) policy file, patches or ignores known vulnerabilities.\nversion: v1.25.0\n# ignores vulnerabilities until expiry date; change duration by modifying expiry date\nignore:\n  # no upgrade\n  SNYK-JS-LODASH-567746:\n    - '*':\n        reason: not reached\n        expires: 2026-12-20T23:59:59.000Z\n  SNYK-JS-A-1:\n    - '*': {reason: None Given}\n",
            &[
                "7 snyk SNYK-JS-LODASH-567746 | 2026-12-20T23:59:59Z | not reached / no upgrade",
                "11 snyk SNYK-JS-A-1 | open",
            ],
        ),
        (
            ".grype.yaml",
            "ignore:\n  - vulnerability: CVE-2026-1\n    reason: dev\n  - vulnerability: CVE-2026-2 # base image\n",
            &["2 grype CVE-2026-1 | dev", "4 grype CVE-2026-2 | base image"],
        ),
        (
            "odc/suppression.xml",
            "<suppressions xmlns=\"https://jeremylong.github.io/DependencyCheck/dependency-suppression.1.3.xsd\">\n  <!-- false positive -->\n  <suppress until=\"2027-01-01Z\">\n    <notes>other product</notes>\n    <cve>CVE-2026-1</cve>\n  </suppress>\n</suppressions>\n",
            &[
                "3 dependency-check CVE-2026-1 | 2027-01-01T00:00:00Z | other product / false positive",
            ],
        ),
        (
            "checkstyle-suppressions.xml",
            "<suppressions><suppress checks=\".\" files=\".\"/></suppressions>\n",
            &[],
        ),
    ]);
}

#[test]
fn files_and_keys_in_every_form_that_their_tool_takes() {
    let json = "{\"ignore\": [{\"vulnerability\": \"CVE-2026-1\"}]}\n";
    let toml = "# dev\n[[ignore]]\nvulnerability = \"CVE-2026-1\"\n";
    let yaml = "Ignore:\n  - Vulnerability: CVE-2026-1\n    Reason: dev\n";
    check(&[
        (".grype.json", json, &["1 grype CVE-2026-1"]),
        ("a/.grype/config.json", json, &["1 grype CVE-2026-1"]),
        (".grype.toml", toml, &["2 grype CVE-2026-1 | dev"]),
        (".grype/config.toml", toml, &["2 grype CVE-2026-1 | dev"]),
        (".grype.yml", yaml, &["2 grype CVE-2026-1 | dev"]),
        (".grype/config.yml", yaml, &["2 grype CVE-2026-1 | dev"]),
        ("grype.yaml", yaml, &["2 grype CVE-2026-1 | dev"]),
        ("a.grype.toml", toml, &[]),
        ("config.yml", yaml, &[]),
        (
            ".grype.toml",
            "ignore = [",
            &["1 unread: it can't be read as TOML: unclosed array, expected `]`"],
        ),
        (
            "osv-scanner.toml",
            "[[ignoredVulns]]\nID = \"CVE-2026-1\"\nignoreuntil = 2027-01-01T00:00:00Z\nReason = \"dev\"\n\n[[packageoverrides]]\nName = \"lodash\"\nIgnore = true\n",
            &["1 osv-scanner CVE-2026-1 | 2027-01-01T00:00:00Z | dev", "6 !osv-scanner | open"],
        ),
    ]);
}

#[test]
fn paths_that_grype_excludes() {
    check(&[
        (
            ".grype.yaml",
            "exclude:\n  # only samples\n  - './samples/**'\nignore:\n  - vulnerability: CVE-2026-1\n    reason: dev\n",
            &["3 !grype | only samples", "5 grype CVE-2026-1 | dev"],
        ),
        (".grype.yaml", "exclude: ['./a', './b']\n", &["1 !grype", "1 !grype"]),
        (".grype.yaml", "exclude: []\n", &[]),
    ]);
}
