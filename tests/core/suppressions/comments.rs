//! Comments in source code: what they hide, and why.

use super::check;

#[test]
fn comments_of_each_tool() {
    check(&[
        (
            "a.py",
            "x()  # nosec B602 - fixed list of commands\ny()  # nosec\n# the shell is needed here\nz()  # nosec B602\nw()  # nosec: B602, B603 # EXC-2026-7F3KQ\nv()  # nosec B602,B603\nu()  # nosec B602,checked\n",
            &[
                "1 bandit B602 | fixed list of commands",
                "2 !bandit",
                "4 bandit B602 | the shell is needed here",
                "5 bandit B602 B603",
                "6 bandit B603",
                "7 !bandit | checked",
                "6 ignored: bandit passes over `B602`: of words without a blank between them it takes the last",
                "7 ignored: bandit passes over `B602`: of words without a blank between them it takes the last",
            ],
        ),
        ("a.rb", "x() # nosec\n", &[]),
        ("a.pyw", "x()  # nosec B602\ny()  # noqa: S101\n", &["1 bandit B602", "2 ruff S101"]),
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

#[test]
fn a_reason_stands_behind_the_ids_in_the_form_of_each_tool() {
    check(&[
        (
            "a.py",
            "a()  # nosec B307 # input is validated above\nb()  # nosec B307 - fixed, see B602\nc()  # nosec B307 fixed in validate(), PAY-123\nd()  # nosec B307 fixed # see PAY-12\n",
            &[
                "1 bandit B307 | input is validated above",
                "2 bandit B307 B602 | fixed, see B602",
                "3 bandit B307 | fixed in validate(), PAY-123",
                "4 bandit B307 | fixed / see PAY-12",
            ],
        ),
        (
            "a.go",
            "a() // #nosec G304 - path is fixed\nb() // #nosec G304: path is fixed\nc() // #nosec G304 path is fixed\nd() // #nosec G304, G305 -- path is fixed\ne() // #nosec -- path is fixed\n",
            &[
                "1 gosec G304 | path is fixed",
                "2 gosec G304 | path is fixed",
                "3 gosec G304 | path is fixed",
                "4 gosec G304 G305 | path is fixed",
                "5 !gosec | path is fixed",
            ],
        ),
        (
            "a.js",
            "// eslint-disable-next-line -- everything here is generated\nx\n/* eslint-disable -- generated file */\n/* eslint-disable no-eval --\n   the input is\n   fixed */\n",
            &[
                "1 !eslint | everything here is generated",
                "3 !eslint | generated file",
                "4 eslint no-eval | the input is fixed",
            ],
        ),
    ]);
}

#[test]
fn what_only_names_rules_or_is_read_by_a_tool_is_no_reason() {
    check(&[
        (
            "a.py",
            "a()  # noqa S307\nb()  # noqa: ALL\nc()  # nosec eval\nd()  # nosecurity\ne()  # noqa: S307 type: ignore\nf()  # noqa: S307, X\n",
            &["1 !ruff", "2 !ruff", "3 bandit eval", "4 !bandit", "5 ruff S307", "6 ruff S307 | X"],
        ),
        (
            "a.tf",
            "#trivy:ignore:aws-s3-x[name=foo]\na\n#trivy:ignore:aws-s3-x:exp:2027-01-01:ws:dev\nb\n#trivy:ignore:aws-s3-x:ws:dev the bucket is public\n",
            &[
                "1 trivy aws-s3-x | open",
                "3 trivy aws-s3-x | 2027-01-01T00:00:00Z",
                "5 trivy aws-s3-x | open | the bucket is public",
            ],
        ),
        ("a.py", "# Copyright 2020 Foo Inc\nx()  # nosec B307\n", &["2 bandit B307"]),
        ("a.py", "# mypy: ignore-errors please\nx()  # nosec B307\n", &["2 bandit B307"]),
        ("a.py", "x = {}  # type: Dict[str, Any]  # nosec B307\n", &["1 bandit B307"]),
        ("a.py", "# SPDX-License-Identifier: MIT only\nx()  # nosec B307\n", &["2 bandit B307"]),
        ("a.js", "/* eslint no-console: \"off\" */\nx // nosemgrep: x\n", &["2 semgrep x"]),
    ]);
}

#[test]
fn a_reason_may_name_other_tools() {
    check(&[
        (
            "a.py",
            "a()  # noqa: S307 see codeql docs\nb()  # noqa: S307 we run nosec in CI, so it is seen\nc()  # noqa: S307 type: str is needed\nd()  # noqa: S307 fixed # nosec B307\ne()  # noqa: S307 fixed  # type: ignore\n",
            &[
                "1 ruff S307 | see codeql docs",
                "2 ruff S307 | we run nosec in CI, so it is seen",
                "3 ruff S307 | type: str is needed",
                "4 ruff S307 | fixed",
                "4 bandit B307",
                "5 ruff S307 | fixed",
            ],
        ),
        (
            "a.c",
            "// codeql[py/x] we keep it for codeql compatibility\n",
            &["1 codeql py/x | we keep it for codeql compatibility"],
        ),
    ]);
}

#[test]
fn a_sentence_above_may_look_like_code() {
    for (above, expected) in [
        ("path is fixed at build time (see PAY-12)", true),
        ("the input is checked in validate()", true),
        ("We keep this for two reasons:", true),
        ("the limit is set with max = 10 in the gateway", true),
        ("old = run(cmd)", false),
        ("return run(cmd)", false),
        ("if is_old(path):", false),
        ("let path = run(cmd)", false),
        ("run(cmd, path)", false),
    ] {
        let text = format!("# {above}\nx()  # nosec B307\n");
        let found = super::all("a.py", &text);
        let reason = if expected { format!(" | {above}") } else { String::new() };
        assert_eq!(found, [format!("2 bandit B307{}", reason.trim_end_matches(':'))]);
    }
}

#[test]
fn eslint_is_read_as_eslint_reads_it() {
    check(&[
        (
            "a.ts",
            "// eslint-disable-next-line no-eval -- handles *.js templates\n/* eslint-disable no-console,\n   no-eval */\n/*\neslint-disable no-eval\n*/\n/* eslint no-eval: \"off\", no-console: 0 */\n/* eslint \"no-new-func\": [0], no-eval: [2] */\nx() // eslint-disable-line no-eval\n",
            &[
                "1 eslint no-eval | handles *.js templates",
                "2 eslint no-eval",
                "5 eslint no-eval",
                "7 eslint no-eval",
                "8 eslint no-new-func",
                "9 eslint no-eval",
            ],
        ),
        // Comments that it doesn't obey: line comments, other words before, names without commas, two lines.
        (
            "a.ts",
            "// eslint-disable\n// eslint-disable no-eval\n/* about eslint-disable no-eval */\n// eslint no-eval: 0\n/* eslint no-eval: 2 */\n// eslint-disable-next-line no-eval it is fixed\n/* eslint-disable-line\n no-eval */\n/* eslint-disabled */\n",
            &[],
        ),
    ]);
}

#[test]
fn ranges_and_lines_of_ruff_and_what_it_does_not_obey() {
    check(&[
        (
            "a.py",
            "# ruff: disable[S307]\nx()\n# ruff: enable[S307]\nx()  # ruff: ignore[S307, E501] fixed\n# ruff: ignore[S307]\nx()\n# ruff: file-ignore[S101]\n# ruff: ignore[E501]\n",
            &["1 ruff S307", "4 ruff S307 | fixed", "5 ruff S307", "7 ruff S101"],
        ),
        ("a.py", "x()  # ruff:noqa\ny()  # flake8: noqa\n  # ruff: noqa\n", &["3 !ruff"]),
        ("a.py", "x()  # nosec random\n", &["1 bandit random"]),
    ]);
}

#[test]
fn a_comment_of_trivy_with_a_bad_date_hides_nothing() {
    let said = "ignored: `exp:` is not a date, so trivy ignores the comment";
    for comment in ["trivy:ignore:X:exp:2026-2-1", "trivy:exp:2026-02-30:ignore:X"] {
        assert_eq!(super::all("a.tf", &format!("#{comment}\n")), [format!("1 {said}")]);
    }
}

#[test]
fn annotations_of_spotbugs_in_every_form() {
    check(&[
        (
            "A.java",
            "/** About it. */\n@edu.umd.cs.findbugs.annotations.SuppressFBWarnings(\"EI\")\nclass A {}\n@SuppressFBWarnings(value = Rules.EI, justification = \"a copy is slow\")\n@SuppressFBWarnings({Rules.EI, EI_2})\n@SuppressFBWarnings(matchType = SuppressMatchType.EXACT)\n// @SuppressFBWarnings\n",
            &[
                "2 spotbugs EI",
                "4 spotbugs Rules.EI | a copy is slow",
                "5 spotbugs Rules.EI EI_2",
                "6 !spotbugs",
            ],
        ),
        (
            "A.kt",
            "@field:SuppressFBWarnings(\"EI\")\n@get:[SuppressFBWarnings(\"EI\")]\n",
            &["1 spotbugs EI", "2 spotbugs EI"],
        ),
    ]);
}

#[test]
fn a_word_that_is_no_test_of_bandit_does_not_narrow_its_comment() {
    let whole = |word: &str| {
        let why = "names no test of bandit, so the comment hides everything";
        format!("1 ignored: `{word}` {why}")
    };
    for (comment, word) in [
        ("nosec: trusted_input", "trusted_input"),
        ("nosec B999", "B999"),
        ("nosec assert_use", "assert_use"),
        ("nosec_lines is a dict", "_lines"),
        // Bandit reports this one, and obeys `hashlib_insecure_functions`.
        ("nosec snmp_crypto_check", "snmp_crypto_check"),
    ] {
        let found = super::all("a.py", &format!("x()  # {comment}\n"));
        assert!(found.iter().any(|line| line.starts_with("1 !bandit")), "{comment}: {found:?}");
        assert!(found.contains(&whole(word)), "{comment}: {found:?}");
    }
    check(&[
        (
            "a.py",
            "x()  # nosec hashlib\ny()  # nosec b602\n",
            &["1 !bandit | hashlib", "2 !bandit | b602"],
        ),
        ("a.py", "x()  # nosec \u{662}eval\n", &["1 !bandit | \u{662}eval"]),
        (
            "a.py",
            "x()  # nosec assert_used\ny()  # nosec snmp_weak_cryptography B1_x\n",
            &["1 bandit assert_used", "2 bandit snmp_weak_cryptography _x | B1_x"],
        ),
        ("a.py", "x()  # nosec B602 a_plugins_test\n", &["1 bandit B602 a_plugins_test"]),
        ("a.py", "x()  # nosec B602 b1eval\n", &["1 bandit B602 eval | b1eval"]),
    ]);
}

#[test]
fn names_of_rules_and_documentation_are_no_reasons() {
    check(&[
        (
            "a.py",
            "x()  # noqa: PIE-786\ny()  # noqa: PIE-786 fixed\n",
            &["1 !ruff", "2 !ruff | fixed"],
        ),
        (
            "a.go",
            "x() // nolint prealloc\ny() // nolint // legacy code\n",
            &["1 !golangci-lint", "2 !golangci-lint | legacy code"],
        ),
        (
            "a.go",
            "// Load reads a file.\nfunc Load() { //nolint:gosec\n// Get reads it\nfunc (s *Store) Get() { // #nosec G304\n// the path is fixed\nfunc Load() { //nolint:gosec\n",
            &["2 golangci-lint gosec", "4 gosec G304", "6 golangci-lint gosec | the path is fixed"],
        ),
    ]);
}

#[test]
fn semgrep_reads_ids_behind_every_comma_and_a_word_without_blank_at_the_beginning_of_a_line() {
    check(&[
        (
            "a.py",
            "x()  # nosemgrep: a ,b\nx()  # nosemgrep: a , b\nx()  # nosemgrep: a,,b,\nx()  # nosemgrep: a\t,\tb the input is fixed\n",
            &[
                "1 semgrep a b",
                "2 semgrep a b",
                "3 semgrep a b",
                "4 semgrep a b | the input is fixed",
            ],
        ),
        (
            "a.py",
            "x()  # nosemgrep: a the input is fixed, b.c-d\nx()  # nosemgrep: a fixed, see PAY-12, EXC-2026-7F3KQ, e.g. it\n",
            &[
                "1 semgrep a b.c-d | the input is fixed, b.c-d",
                "2 semgrep a | fixed, see PAY-12, EXC-2026-7F3KQ, e.g. it",
            ],
        ),
        (
            "a.py",
            "#nosemgrep\n  #nosemgrep: a\n##nosemgrep: a\n#nosem\n#\tnosemgrep: a, b\n\"\"\"nosemgrep\"\"\"\n#-NOSEMGREP=a\n",
            &[
                "1 !semgrep",
                "2 semgrep a",
                "3 semgrep a",
                "4 !semgrep",
                "5 semgrep a b",
                "6 !semgrep",
                "7 semgrep a",
            ],
        ),
        ("a.py", "x()  #nosemgrep\nx()  #\tnosem\n# why#nosemgrep: a\n", &[]),
        ("a.md", "- `#nosemgrep` and more\n", &[]),
    ]);
}

#[test]
fn ruff_and_flake8_allow_blanks_before_a_colon_or_a_bracket_and_codes_that_stand_together() {
    check(&[
        (
            "a.py",
            "x()  # ruff: ignore [S602]\nx()  # ruff : ignore[S602] fixed\n# ruff: disable [S602]\n# ruff : file-ignore [S602, S307]\n",
            &["1 ruff S602", "2 ruff S602 | fixed", "3 ruff S602", "4 ruff S602 S307"],
        ),
        (
            "a.py",
            "# ruff : noqa: S602\n# flake8 : noqa: S602\n# flake8 : noqa\n",
            &["1 ruff S602", "2 flake8 S602", "3 !flake8"],
        ),
        (
            "a.py",
            "x()  # noqa: E501S602\nx()  # noqa: s602S307 fixed\n# ruff: noqa: E501S602\n",
            &["1 ruff S602", "2 ruff S602 S307 | fixed", "3 ruff S602"],
        ),
        ("a.py", "x()  # truff: ignore\nx()  # ruff: ignore S602\n", &[]),
    ]);
}

#[test]
fn eslint_obeys_any_blank_and_settings_without_commas() {
    check(&[
        (
            "a.js",
            "/* eslint\n  no-eval: 0\n*/\n/* eslint\tno-eval: off */\n",
            &["1 eslint no-eval", "4 eslint no-eval"],
        ),
        (
            "a.js",
            "/* eslint no-alert: 2 no-eval: 0 */\n/* eslint no-alert: [2] no-new-func: [0, {}], semi: 0 */\n/* eslint \"no\\u002deval\": 0x0 */\n/* eslint {no-eval : 00} */\n",
            &["1 eslint no-eval", "2 eslint no-new-func", "3 eslint no-eval", "4 eslint no-eval"],
        ),
        (
            "a.js",
            "/*\u{a0}eslint-disable no-eval */\n/*\u{feff}eslint-disable\u{feff}no-eval */\n/*\n\u{a0}\u{3000}\u{b}eslint-disable\n*/\n",
            &["1 eslint no-eval", "2 eslint no-eval", "4 !eslint"],
        ),
        (
            "a.js",
            "/* eslint no-eval: 2 semi: 0 */\n// eslint\tno-eval: 0\n/* use\u{a0}eslint-disable */\n",
            &[],
        ),
    ]);
}

#[test]
fn of_equal_keys_in_a_comment_of_trivy_the_last_one_counts() {
    check(&[
        (
            "a.tf",
            "#trivy:ignore:AWS-0087:ignore:AWS-0086\n#trivy:foo:bar:ignore:AWS-0086 public site\n#trivy:ignore:a:exp:2027-01-01:ignore:AWS-0086\n#trivy:ignore:AWS-1#trivy:ignore:AWS-2\n",
            &[
                "1 trivy AWS-0086 | open",
                "2 trivy AWS-0086 | open | public site",
                "3 trivy AWS-0086 | 2027-01-01T00:00:00Z",
                "4 trivy AWS-2 | open",
            ],
        ),
        (
            "a.tf",
            "#trivy:ignore:A:exp:2020-01-01:exp:2027-01-01\n#trivy:ignore:A:foo:exp:2020-01-01\n#trivy:exp:2027-01-01:ignore:A[name=x]\n#trivy:ignore:A:ignore\n",
            &[
                "1 trivy A | 2027-01-01T00:00:00Z",
                "2 trivy A | open",
                "3 trivy A | 2027-01-01T00:00:00Z",
                "4 trivy A | open",
            ],
        ),
        (
            "Dockerfile",
            "# hadolint ignore=DL3008,\tDL3020\n# hadolint global ignore = DL3008\t, DL3009\n",
            &["1 hadolint DL3008 DL3020", "2 hadolint DL3008 DL3009"],
        ),
    ]);
}
