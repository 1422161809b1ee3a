//! Settings of security scanners, and flags of them in pipelines.

use super::check;

#[test]
fn ignore_lists_of_scanners() {
    check(&[
        (
            ".safety-policy.yml",
            "security:\n  ignore-vulnerabilities:\n    25853:\n      reason: not used\n      expires: '2027-01-01'\n    70612:\n    5: {expires: someday}\n",
            &[
                "3 safety 25853 | 2027-01-01T00:00:00Z | not used",
                "6 safety 70612 | open",
                "7 unread: 5: `expires` is not a date",
            ],
        ),
        (
            ".scorecard.yml",
            "annotations:\n  - checks:\n      - binary-artifacts\n      - pinned-dependencies\n    reasons:\n      - reason: test-data\n",
            &[
                "3 scorecard binary-artifacts | test-data",
                "4 scorecard pinned-dependencies | test-data",
            ],
        ),
        (
            "config/brakeman.ignore",
            "{\"ignored_warnings\": [\n  {\"fingerprint\": \"abc\", \"note\": \"escaped\"},\n  {\"fingerprint\": \"def\", \"note\": \"\"}\n]}\n",
            &["2 brakeman abc | escaped", "3 brakeman def"],
        ),
        (
            ".gitguardian.yaml",
            "version: 2\nsecret:\n  ignored_matches:\n    - name: a test key\n      match: 530e5a4a7ea0\n  ignored_paths:\n    - doc/*\n  show_secrets: false\n",
            &["4 gitguardian | a test key", "7 !gitguardian"],
        ),
        (
            ".gitguardian.yml",
            "paths-ignore: ['a/**']\nmatches-ignore:\n  - name: old\n    match: x\n",
            &["3 gitguardian | old", "1 !gitguardian"],
        ),
        (
            ".hadolint.yaml",
            "# apt pins break daily\nignored:\n  - DL3008\noverride:\n  info: [DL3059]\n",
            &["3 hadolint DL3008 | apt pins break daily", "5 hadolint DL3059"],
        ),
        (
            ".checkov.yml",
            "skip-check: CKV_AWS_1,CKV_AWS_2 # public by intent\nskip-path:\n  - old\n",
            &[
                "1 !checkov CKV_AWS_1 | public by intent",
                "1 !checkov CKV_AWS_2 | public by intent",
                "3 !checkov",
            ],
        ),
        (
            ".checkov.baseline",
            "{\"failed_checks\": [{\"file\": \"/a.tf\", \"findings\": [{\"check_ids\": [\"CKV_AWS_1\"]}]}]}\n",
            &["1 checkov CKV_AWS_1"],
        ),
        (
            "zizmor.yml",
            "rules:\n  # pinned by the runner\n  unpinned-uses:\n    ignore:\n      - ci.yml:6 # ours\n  artipacked:\n    disable: true\n",
            &["5 zizmor unpinned-uses | pinned by the runner / ours", "6 !zizmor artipacked"],
        ),
        (
            ".semgrepignore",
            "# Common test paths\ntests/\n# generated code\ngen/\n:include .gitignore\n!gen/keep/\n",
            &["4 !semgrepignore(semgrep) | generated code", "5 !semgrepignore(semgrep)"],
        ),
    ]);
}

#[test]
fn settings_of_trivy_and_codeql() {
    check(&[
        (
            "trivy.yaml",
            "scan:\n  skip-dirs:\n    - old # archived\n  skip-files: []\nvulnerability:\n  ignore-unfixed: true\n  ignore-status: [will_not_fix]\nignorefile: .ci/ignore\nignore-policy: policy.rego\nlicense:\n  ignored: [MIT]\nformat: json\n",
            &[
                "3 !trivy-config(trivy) | archived",
                "6 !trivy-config(trivy)",
                "7 !trivy-config(trivy)",
                "8 !trivy-config(trivy)",
                "9 !trivy-config(trivy)",
                "11 trivy-config(trivy-license) MIT",
            ],
        ),
        ("trivy.yaml", "ignorefile: .trivyignore\nscan: {scanners: [vuln]}\n", &[]),
        (
            "ci/policy.rego",
            "# vendor says no\npackage trivy\n\ndefault ignore = false\n",
            &["2 !trivy-config(trivy) | vendor says no"],
        ),
        ("ci/policy.rego", "package trivyx\nimport data.package.trivy\n", &[]),
        (
            ".github/codeql/codeql-config.yml",
            "name: all\nquery-filters:\n  - exclude:\n      id: js/x # noisy\n  - include: {tags: security}\npaths-ignore:\n  - gen\n",
            &["3 !codeql-config(codeql) js/x | noisy", "7 !codeql-config(codeql)"],
        ),
        ("codeql.yml", "query-filters:\n  - exclude: {id: js/x}\n", &[]),
        (
            ".github/workflows/docs.yml",
            "on:\n  push:\n    paths-ignore: [docs]\njobs: {}\npaths-ignore: [a]\n",
            &[],
        ),
    ]);
}

#[test]
fn flags_of_scanners_in_pipelines() {
    check(&[
        (
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    steps:\n      - name: Audit\n        # no fix yet\n        run: pip-audit --ignore-vuln GHSA-1 --ignore-vuln=PYSEC-2\n      - run: |\n          cargo audit --ignore RUSTSEC-2026-0001\n      - uses: bridgecrewio/checkov-action@v12\n        with:\n          skip_check: CKV_AWS_1,CKV_AWS_2\n          soft_fail: true\n      - uses: aquasecurity/trivy-action@v1\n        continue-on-error: true # flaky\n      - name: trivy is not run here\n        continue-on-error: true\n        run: make\n      # - run: pip-audit --ignore-vuln GHSA-3\n",
            &[
                "6 ci-flags(pip-audit) GHSA-1 | no fix yet",
                "6 ci-flags(pip-audit) PYSEC-2 | no fix yet",
                "8 ci-flags(cargo-audit) RUSTSEC-2026-0001",
                "11 ci-flags(checkov) CKV_AWS_1",
                "11 ci-flags(checkov) CKV_AWS_2",
                "12 !ci-flags(checkov)",
                "14 !ci-flags(trivy) | flaky",
            ],
        ),
        (
            ".gitlab-ci.yml",
            "scan:\n  script:\n    - !reference [a, b]\n    - checkov --skip-check CKV_AWS_1\n",
            &["4 ci-flags(checkov) CKV_AWS_1"],
        ),
        ("ci.yml", "run: pip-audit --ignore-vuln GHSA-1\n", &[]),
    ]);
}

#[test]
fn settings_are_read_in_every_form_that_their_tool_takes() {
    check(&[
        (
            ".github/workflows/ci.yml",
            "steps:\n  - uses: bridgecrewio/checkov-action@v12\n    with:\n      skip_check: \"CKV_AWS_1,CKV_AWS_2\"\n      soft_fail: \"true\"\n  - run: checkov --skip-check \"CKV_3\"\n  - run: cargo audit --ignore \"RUSTSEC-2020-0002\"\n  - run: pip-audit --ignore-vuln 'GHSA-1'\n",
            &[
                "4 ci-flags(checkov) CKV_AWS_1",
                "4 ci-flags(checkov) CKV_AWS_2",
                "5 !ci-flags(checkov)",
                "6 ci-flags(checkov) CKV_3",
                "7 ci-flags(cargo-audit) RUSTSEC-2020-0002",
                "8 ci-flags(pip-audit) GHSA-1",
            ],
        ),
        // ggshield takes a hyphen for an underscore.
        (
            ".gitguardian.yaml",
            "version: 2\nsecret:\n  ignored-matches:\n    - name: a test key\n      match: x\n  ignored-paths: [doc]\n  ignored_detectors:\n    - Slack Token\n  ignored_paths: [gen]\n",
            &[
                "4 gitguardian | a test key",
                "6 !gitguardian",
                "8 gitguardian Slack Token",
                "9 !gitguardian",
            ],
        ),
        (
            ".gitguardian.yml",
            "paths_ignore: ['a/**']\nmatches_ignore:\n  - name: old\n    match: x\n",
            &["3 gitguardian | old", "1 !gitguardian"],
        ),
        // Viper takes letters of either case.
        (
            "trivy.yaml",
            "Scan:\n  Skip-Dirs: [old]\nIgnoreFile: .ci/ignore\n",
            &["2 !trivy-config(trivy)", "3 !trivy-config(trivy)"],
        ),
        // An error of hadolint stays one.
        (
            ".hadolint.yaml",
            "override:\n  error: [DL3010]\n  warning: [DL3011]\n",
            &["3 hadolint DL3011"],
        ),
        (".checkov.yaml", "soft-fail: true # for now\n", &["1 !checkov | for now"]),
        (".checkov.yaml", "soft-fail: false\n", &[]),
        (
            ".gitleaks.toml",
            "[extend]\ndisabledRules = [\"aws-key\"]\n\n[allowlist]\ndescription = \"test data\"\npaths = ['tests/.*']\n\n[[rules]]\nid = \"slack\"\n[[rules.allowlists]]\nregexes = [\n  'xoxb-0', # documented\n]\n\n[[allowlists]]\ntargetRules = [\"gcp\"]\nstopwords = ['example']\n",
            &[
                "1 !gitleaks",
                "2 !gitleaks aws-key",
                "6 !gitleaks | test data",
                "12 gitleaks slack | documented",
                "17 gitleaks gcp",
            ],
        ),
    ]);
}

#[test]
fn what_a_file_of_gitleaks_takes_from_the_rules_of_the_tool() {
    check(&[
        (
            ".gitleaks.toml",
            "# our own rules\n[extend]\nuseDefault = true\n\n[[rules]]\nid = \"github-pat\"\nregex = \"ZZZ\"\n\n[[rules]]\nid = \"gitlab-pat\"\nentropy = 99\n\n[[rules]]\nid = \"mine\"\nregex = \"ZZZ\"\n\n[[rules]]\nid = \"aws-access-token\"\ndescription = \"AWS\"\n",
            &["5 !gitleaks github-pat", "9 !gitleaks gitlab-pat"],
        ),
        (
            ".gitleaks.toml",
            "title = \"x\"\n[[rules]]\nid = \"mine\"\nregex = \"ZZZ\"\n",
            &["1 !gitleaks"],
        ),
        (".gitleaks.toml", "[extend]\nuseDefault = false\n", &["1 !gitleaks"]),
        (
            ".gitleaks.toml",
            "[Extend]\nusedefault = true\nDisabledRules = [\"github-pat\"]\n[AllowList]\nPaths = [\"a\"]\n",
            &["3 !gitleaks github-pat", "5 !gitleaks"],
        ),
    ]);
}

#[test]
fn settings_of_trivy_about_secrets() {
    check(&[
        (
            "trivy-secret.yaml",
            "disable-rules:\n  - github-pat # a sample\nallow-rules:\n  - id: fixtures\n    description: only test data\n    path: conf/.*\nexclude-block:\n  regexes: ['begin']\nenable-builtin-rules: [gitlab-pat]\ndisable-allow-rules: [tests]\nrules:\n  - id: mine\n    regex: a\n",
            &[
                "2 trivy-config(trivy-secret) github-pat | a sample",
                "4 !trivy-config(trivy-secret) | only test data",
                "8 !trivy-config(trivy-secret)",
                "9 !trivy-config(trivy-secret)",
            ],
        ),
        ("trivy-secret.yaml", "enable-builtin-rules: []\n", &[]),
        ("trivy.yaml", "secret:\n  config: .ci/secrets.yaml\n", &["2 !trivy-config(trivy)"]),
        ("trivy.yaml", "secret:\n  config: trivy-secret.yaml\n", &[]),
    ]);
}

#[test]
fn a_first_filter_of_codeql_that_includes_hides_all_others() {
    check(&[(
        ".github/codeql.yml",
        "query-filters:\n  - include: {id: js/x}\n  - exclude: {id: js/y}\n  - include: {id: js/z}\n",
        &["2 !codeql-config(codeql)", "3 !codeql-config(codeql) js/y"],
    )]);
}

#[test]
fn no_label_tells_what_an_allowlist_of_secrets_allows() {
    let text = "[extend]\nuseDefault = true\n[allowlist]\nregexes = ['hunter2horse']\nstopwords = ['hunter2horse']\npaths = ['tests']\n[[rules]]\nid = \"mine\"\n[[rules.allowlists]]\nregexes = ['hunter2horse']\n";
    let found = super::scan(".gitleaks.toml", text).suppressions;
    let labels: Vec<&str> = found.iter().map(|found| found.label.as_str()).collect();
    assert_eq!(labels, ["gitleaks:…", "gitleaks:…", "gitleaks:tests", "gitleaks:…"]);
}
