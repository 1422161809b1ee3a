//! Comments in source code: what they hide, and why.

use super::check;

#[test]
fn comments_of_each_tool() {
    check(&[
        (
            "a.py",
            "x()  # nosec B602 - fixed list of commands\ny()  # nosec\n# the shell is needed here\nz()  # nosec B602\nw()  # nosec: B602, B603 # EXC-2026-7F3KQ\n",
            &[
                "1 bandit B602 | fixed list of commands",
                "2 !bandit",
                "4 bandit B602 | the shell is needed here",
                "5 bandit B602 B603",
            ],
        ),
        ("a.rb", "x() # nosec\n", &[]),
        (
            "a.go",
            "x() // #nosec G304 -- path is checked\ny() //nolint:gosec // local file\nz() //nolint:unused\n",
            &["1 gosec G304 | path is checked", "2 golangci-lint gosec | local file"],
        ),
        (
            "a.py",
            "a()  # noqa: S603 fixed\nb()  # noqa\nc()  # noqa: E501\n# ruff: noqa: S101\n# flake8: noqa: S102\n",
            &["1 ruff S603 | fixed", "2 !ruff", "4 ruff S101", "5 flake8 S102"],
        ),
        ("A.java", "x(); // NOSONAR checked above\ny(); // sonar\n", &["1 !sonar | checked above"]),
        (
            "a.tf",
            "#checkov:skip=CKV_AWS_20:a public site\n# kics-scan disable=abc\n",
            &["1 checkov CKV_AWS_20 | a public site", "2 kics abc"],
        ),
        (
            "pod.yaml",
            "metadata:\n  annotations:\n    checkov.io/skip1: CKV_K8S_20=needs root\n",
            &["3 checkov CKV_K8S_20 | needs root"],
        ),
        (
            "a.js",
            "x // nosemgrep: eval-used fixed text\ny // nosemgrep\n",
            &["1 semgrep eval-used | fixed text", "2 !semgrep"],
        ),
        (
            "Dockerfile",
            "#trivy:ignore:DS002:exp:2027-01-01 root is needed\n# packages move\n# hadolint ignore=DL3008,DL3009\nRUN apt-get\n",
            &[
                "1 trivy DS002 | 2027-01-01T00:00:00Z | root is needed",
                "3 hadolint DL3008 DL3009 | packages move",
            ],
        ),
        (
            "a.ts",
            "// eslint-disable-next-line no-eval -- trusted text\neval(a)\n// eslint-disable-next-line no-console\n// codeql[js/x] checked\n",
            &["1 eslint no-eval | trusted text", "4 codeql js/x | checked"],
        ),
        (
            ".github/workflows/a.yml",
            "      - uses: a@v1 # zizmor: ignore[unpinned-uses] ours\n",
            &["1 zizmor unpinned-uses | ours"],
        ),
        (
            "a.env",
            "A=1 # gitleaks:allow test key\nB=1 # trufflehog:ignore\nC=1 # pragma: allowlist secret\nD=1 # ggignore\n",
            &["1 !gitleaks | test key", "2 !trufflehog", "3 !detect-secrets", "4 !gitguardian"],
        ),
        (
            "A.java",
            "@SuppressFBWarnings(\n    value = \"EI_EXPOSE_REP\",\n    justification = \"a copy is too slow\")\nvoid a() {}\n@SuppressFBWarnings\nvoid b() {}\n@SuppressWarnings(\"all\")\n",
            &["1 spotbugs EI_EXPOSE_REP | a copy is too slow", "5 !spotbugs"],
        ),
        (
            "a.rs",
            "#[allow(unsafe_code, reason = \"a system call\")]\n#[allow(dead_code)]\n",
            &["1 rust(clippy) unsafe_code | a system call"],
        ),
    ]);
}

#[test]
fn a_text_that_mentions_a_comment_hides_nothing() {
    check(&[
        ("a.md", "- `# nosemgrep` (Semgrep)\n- `x` # nosemgrep: eval\n", &["2 semgrep eval"]),
        ("a.MD", "a ` # nosemgrep` b ` # nosemgrep`\n", &[]),
        ("a.md", "`A=1 gitleaks:allow`\n", &["1 !gitleaks"]),
        ("a.sh", "x=`y # nosemgrep: eval\n", &["1 semgrep eval"]),
        (".gitleaksignore", "# Elsewhere it is gitleaks:allow\n", &[]),
    ]);
}

#[test]
fn code_beside_a_comment_is_never_its_reason() {
    check(&[
        ("a.py", "run(\"#1 for now\")  # nosec B602\n", &["1 bandit B602"]),
        ("a.js", "await f() /* nosemgrep: x */; g()\n", &["1 semgrep x"]),
        ("a.py", "# old = run(cmd)\nrun(cmd)  # nosec B602\n", &["2 bandit B602"]),
        ("a.py", "x()  # nosec B603\ny()  # nosec B602\n", &["1 bandit B603", "2 bandit B602"]),
        ("a.go", "import \"a\"\nx() // #nosec G304\n", &["2 gosec G304"]),
        ("a.js", "x // input is fixed // nosemgrep: x\n", &["1 semgrep x | input is fixed"]),
    ]);
}
