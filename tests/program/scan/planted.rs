//! One planted suppression for each row of the table of patterns: found without an id, clean with one.

use std::collections::BTreeSet;

use exledger::formats::suppressions::comment_table;

use super::{ID, POLICY, are, found, found_after_end, found_in_each, ledger, record, track};
use crate::support::repo::Repo;

/// A comment of a tool: its file, the text without and with the id of a record, and the finding that the record names.
struct Planted {
    tool: &'static str,
    path: &'static str,
    bare: &'static str,
    cited: &'static str,
    finding: &'static str,
}

const fn planted(
    tool: &'static str,
    path: &'static str,
    bare: &'static str,
    cited: &'static str,
    finding: &'static str,
) -> Planted {
    Planted { tool, path, bare, cited, finding }
}

const PLANTED: &[Planted] = &[
    planted(
        "bandit",
        "a.py",
        "x()  # nosec B602",
        "x()  # nosec B602 # ID",
        "tool: bandit, id: B602",
    ),
    planted(
        "gosec",
        "a.go",
        "x() // #nosec G304",
        "x() // #nosec G304 -- ID",
        "tool: gosec, id: G304",
    ),
    planted(
        "golangci-lint",
        "a.go",
        "x() //nolint:gosec",
        "x() //nolint:gosec // ID",
        "tool: golangci-lint, id: gosec",
    ),
    planted("ruff", "a.py", "x()  # noqa: S603", "x()  # noqa: S603  # ID", "tool: ruff, id: S603"),
    planted(
        "ruff",
        "a.py",
        "x()  # ruff: ignore[S603]",
        "x()  # ruff: ignore[S603]  # ID",
        "tool: ruff, id: S603",
    ),
    planted(
        "flake8",
        "a.py",
        "# flake8: noqa: S603",
        "# flake8: noqa: S603  # ID",
        "tool: flake8, id: S603",
    ),
    planted(
        "sonar",
        "A.java",
        "x(); // NOSONAR",
        "x(); // NOSONAR ID",
        "tool: sonar, id: 'java:S2068'",
    ),
    planted(
        "checkov",
        "a.tf",
        "#checkov:skip=CKV_AWS_20",
        "#checkov:skip=CKV_AWS_20:ID public",
        "tool: checkov, id: CKV_AWS_20",
    ),
    planted(
        "checkov",
        "pod.yaml",
        "checkov.io/skip1: CKV_K8S_20",
        "checkov.io/skip1: CKV_K8S_20=ID public",
        "tool: checkov, id: CKV_K8S_20",
    ),
    planted(
        "semgrep",
        "a.rb",
        "x # nosemgrep: shell-true",
        "x # nosemgrep: shell-true ID",
        "tool: semgrep, id: shell-true",
    ),
    planted(
        "trivy",
        "Dockerfile",
        "#trivy:ignore:DS002",
        "#trivy:ignore:DS002:exp:2026-12-21 ID",
        "tool: trivy-misconfig, id: DS002",
    ),
    planted(
        "kics",
        "a.tf",
        "# kics-scan disable=abc",
        "# ID\n# kics-scan disable=abc",
        "tool: kics, id: abc",
    ),
    planted("codeql", "a.c", "// codeql[cpp/x]", "// codeql[cpp/x] ID", "tool: codeql, id: cpp/x"),
    planted(
        "eslint",
        "a.ts",
        "// eslint-disable-next-line no-eval",
        "// eslint-disable-next-line no-eval -- ID",
        "tool: eslint, id: no-eval",
    ),
    planted(
        "zizmor",
        "ci.yml",
        "- uses: a # zizmor: ignore[unpinned-uses]",
        "- uses: a # zizmor: ignore[unpinned-uses] ID",
        "tool: zizmor, id: unpinned-uses",
    ),
    planted(
        "gitleaks",
        "a.js",
        "x // gitleaks:allow",
        "x // gitleaks:allow ID",
        "tool: gitleaks, id: aws-key",
    ),
    planted(
        "trufflehog",
        "a.js",
        "x // trufflehog:ignore",
        "x // trufflehog:ignore ID",
        "tool: trufflehog, id: AWS",
    ),
    planted(
        "detect-secrets",
        "a.env",
        "x # pragma: allowlist secret",
        "x # pragma: allowlist secret ID",
        "tool: detect-secrets, id: Basic",
    ),
    planted(
        "hadolint",
        "Dockerfile",
        "# hadolint ignore=DL3008",
        "# ID\n# hadolint ignore=DL3008",
        "tool: hadolint, id: DL3008",
    ),
    planted(
        "gitguardian",
        "a.env",
        "A=1 # ggignore",
        "A=1 # ggignore ID",
        "tool: gitguardian, id: aws-key",
    ),
    planted(
        "rust",
        "a.rs",
        "#[allow(unsafe_code)]",
        "#[allow(unsafe_code, reason = \"ID\")]",
        "tool: clippy, id: unsafe_code",
    ),
];

/// A policy under which every tool is looked for.
fn policy() -> String {
    let tools: BTreeSet<&str> = PLANTED.iter().map(|it| it.tool).collect();
    let tools: Vec<&str> = tools.into_iter().collect();
    format!("{POLICY}scan: {{tools: [{}]}}\n", tools.join(", "))
}

fn line_of(text: &str) -> usize {
    text.lines().count()
}

#[test]
fn the_table_has_one_planted_suppression_for_each_row() {
    let rows = comment_table::all();
    let rows: Vec<&str> = rows.iter().map(|row| row.kind).collect();
    let planted: Vec<&str> = PLANTED.iter().map(|it| it.tool).collect();
    assert_eq!(rows, planted);
}

#[test]
fn a_word_of_each_row_is_in_whatever_its_pattern_matches() {
    for (row, planted) in comment_table::all().iter().zip(PLANTED) {
        for text in [planted.bare, planted.cited] {
            let line = text.lines().last().unwrap();
            let matched = row.regex().unwrap().find(line.as_bytes()).unwrap();
            let matched = String::from_utf8_lossy(matched.as_bytes()).to_lowercase();
            let has = |word: &String| matched.contains(word);
            assert!(row.words.iter().any(has), "{}: {matched}", row.kind);
        }
    }
}

#[test]
fn every_planted_suppression_is_found_once_and_covered_with_an_id_or_without() {
    // Each in a folder of its own, for which it has a record of its own.
    let id = |n: usize| format!("EXC-2026-{:05}", 10_000 + n);
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("dana").write("exledger.yaml", &policy()).commit("Keep exceptions in a ledger");
    let mut work = repo.branch("work").by("ana");
    for (n, it) in PLANTED.iter().enumerate() {
        let key = format!("{{{}, paths: ['src/{n}/**']}}", it.finding);
        work = work.write(&id(n), &record(&key).replace(ID, &id(n)));
    }
    work.commit("File them");
    repo.by("dana").merge("work", "Merge branch 'work'");
    // Writes a text of each below a folder, and returns the places.
    let plant = |folder: &str, text: &dyn Fn(usize, &Planted) -> String| {
        let texts = PLANTED.iter().enumerate().map(|(n, it)| {
            let path = format!("{folder}/{n}/{}", it.path);
            (path, text(n, it))
        });
        let texts: Vec<(String, String)> = texts.collect();
        let files: Vec<(&str, &str)> =
            texts.iter().map(|(path, text)| (&**path, &**text)).collect();
        track(&repo, &files);
        files.iter().map(|(path, text)| format!("{path}:{}", line_of(text))).collect::<Vec<_>>()
    };
    let all = |places: &[String], rule: &'static str| {
        let mut all = are(&places.iter().map(|place| (&**place, rule)).collect::<Vec<_>>());
        all.sort();
        (1, all)
    };
    let sorted = |(code, mut found): (i32, Vec<(String, String)>)| {
        found.sort();
        (code, found)
    };
    let places = plant("src", &|_, it| it.bare.to_owned());
    assert_eq!(found(&repo, &[]), (0, vec![]));
    assert_eq!(sorted(found_after_end(&repo)), all(&places, "uncovered"));
    let cited = |n: usize, it: &Planted| it.cited.replace("ID", &id(n));
    plant("src", &cited);
    assert_eq!(found(&repo, &[]), (0, vec![]));
    // Outside the paths of its record each hides more than the record allows.
    let places = plant("lib", &cited);
    assert_eq!(sorted(found(&repo, &[])), all(&places, "scope-wider"));
}

/// Returns the findings in one file under a record with these findings.
fn of(findings: &str, path: &str, text: &str) -> Vec<(String, String)> {
    let repo = ledger(POLICY, &record(findings));
    track(&repo, &[(path, &text.replace("ID", ID))]);
    found(&repo, &[]).1
}

const RUFF: &str = "{tool: ruff, id: S101, paths: ['*/a.py'], content: ['assert x  # noqa: S101 # EXC-2026-7F3KQ']}";

const SEMGREP: &str = "{tool: semgrep, id: r1, paths: ['*/a.py'], content: ['run(command)']}";

#[test]
fn what_hides_more_or_other_findings_is_told_apart() {
    let bandit = "{tool: bandit, id: B602}";
    let cases = [
        (bandit, "a.py", "x()  # nosec # ID", "scope-wider"),
        (bandit, "a.py", "x()  # nosec because it is safe # ID", "scope-wider"),
        (bandit, "a.py", "x()  # nosec B602,B603 # ID", "not-named"),
        (bandit, "a.py", "x()  # nosec B999 # ID", "scope-wider"),
        (bandit, "a.py", "x()  # nosec not_a_test # ID", "scope-wider"),
        (bandit, "a.py", "x()  # nosec B603 # ID", "not-named"),
        (bandit, "a.go", "x() // #nosec G304 -- ID", "not-named"),
        (bandit, "a.py", "x()  # nosec B602 # EXC-2026-ZZZZZ", "unknown-id"),
        // Another ledger's id, and what only looks like one, cite nothing.
        (bandit, "a.py", "x()  # nosec B999 # OTHER-2026-7F3KQ", "uncovered"),
        (bandit, "a.py", "x()  # nosec B999 # CVE-2026-12345", "uncovered"),
        ("{tool: gosec, id: G304}", "a.go", "x() //nolint:gosec // ID", "scope-wider"),
        ("{tool: gosec, id: G304}", "a.go", "x() //nolint:lll, GoSec // ID", "scope-wider"),
        ("{tool: gosec, id: G304}", "a.go", "x() // #nosec: G304, G305 -- ID", "not-named"),
        ("{tool: gosec, id: G304}", "a.go", "x() // #nosec as G304 (and G305) ID", "not-named"),
        ("{tool: gosec, id: G304}", "a.go", "x() //gosec:disable -- G304 ID", "scope-wider"),
        ("{tool: checkov, id: A}", "a.yaml", "\"checkov.io/skip2\" : 'B=ID'", "not-named"),
        ("{tool: trivy, id: DS002}", "Dockerfile", "#trivy:ignore:DS002 ID", "term-longer"),
        (
            "{tool: trivy, id: DS002}",
            "Dockerfile",
            "#trivy:ignore:DS002:exp:2026-12-22 ID",
            "term-longer",
        ),
        ("{tool: trivy, id: DS002}", "Dockerfile", "#trivy:ignore:DS002:exp:2026-11-21 ID", "dead"),
        ("{tool: bandit, id: B602, cwe: CWE-78}", "a.py", "x()  # nosec B602 # ID", "scope-wider"),
        (
            "{tool: bandit, id: B602, severity: low}",
            "a.py",
            "x()  # nosec B602 # ID",
            "scope-wider",
        ),
        (
            "{tool: bandit, id: B602, purl: 'pkg:pypi/a'}",
            "a.py",
            "x()  # nosec B602 # ID",
            "scope-wider",
        ),
        // A comment about one line hides no more than the text of that line; one about a file does.
        (RUFF, "a.py", "assert x  # noqa: S101 # ID", ""),
        (RUFF, "a.py", "y()  # noqa: S101 # ID", "scope-wider"),
        (RUFF, "a.py", "# ruff: noqa: S101 # ID\nassert x", "scope-wider"),
        (SEMGREP, "a.py", "# nosemgrep: r1 # ID\nrun(command)", ""),
        (SEMGREP, "a.py", "y()  # nosemgrep: r1 # ID\nrun(command)", "scope-wider"),
        // A list that names nothing may hide everything.
        ("{tool: codeql, id: a}", "a.c", "// codeql[,] ID", "scope-wider"),
        ("{tool: zizmor, id: a}", "ci.yml", "- uses: a # zizmor: ignore[,] ID", "scope-wider"),
        ("{tool: kics, id: abc}", "a.tf", "# ID\n# kics-scan disable=,", "scope-wider"),
        // An id in the code is none in the comment of the tool, but it is on the line.
        ("{tool: kics, id: abc}", "a.tf", "x = \"ID\"\n# kics-scan disable=other", "uncovered"),
    ];
    let all: BTreeSet<&str> = cases.iter().map(|it| it.0).collect();
    for findings in all {
        let cases: Vec<_> = cases.iter().filter(|it| it.0 == findings).collect();
        let files = cases.iter().enumerate();
        let files = files.map(|(n, case)| (format!("{n}/{}", case.1), case.2.replace("ID", ID)));
        let repo = ledger(POLICY, &record(findings));
        for (case, found) in cases.iter().zip(found_in_each(&repo, &files.collect::<Vec<_>>())) {
            let rules: Vec<&str> = found.iter().map(|(_, rule)| &**rule).collect();
            assert_eq!(rules.join(" "), case.3, "{findings}: {}", case.2);
        }
    }
}

#[test]
fn what_suppresses_nothing_is_not_found() {
    let files = [
        ("a.py", "print('the word nosec in a string is no comment')"),
        ("a.py", "x()  # noqa: E501"),
        ("a.js", "// eslint-disable-next-line no-console"),
        ("a.js", "// eslint-enable no-eval"),
        ("a.go", "x() //nolint:lll"),
        ("a.go", "x() //nolint:lll // gosec"),
        ("a.go", "x() //nolintlint"),
        ("a.go", "x() /* nolint:gosec */"),
        ("a.md", "checkov.io/skip1: CKV_K8S_20"),
        ("a.tf", "# kics-scan enable=abc"),
        ("a.rs", "#[allow(unsafe_code)]"),
        ("a.md", "nosec, nolint, noqa, codeql, trivy: and eslint-disable"),
    ];
    let files = files.into_iter().enumerate().map(|(n, (path, text))| match path {
        "vendor/a.py" => (path.to_owned(), text.to_owned()),
        _ => (format!("{n}/{path}"), text.to_owned()),
    });
    let repo = ledger(POLICY, &record("{tool: bandit, id: B602}"));
    let files: Vec<(String, String)> =
        files.chain([("b.py".into(), "x()  # nosec".into())]).collect();
    for ((path, text), found) in files.iter().zip(found_in_each(&repo, &files)) {
        // What is beside them is found.
        assert_eq!(found.len(), usize::from(path == "b.py"), "{path}: {text}: {found:?}");
    }
    // Two on a line, each with its own id, and lines with other ends.
    let two = "x()  # nosec B602 # ID  # noqa: S603 # ID\r\ny()  # nosec\r\n";
    let findings = "{tool: bandit, id: B602}, {tool: ruff, id: S603}";
    assert_eq!(of(findings, "a.py", two), are(&[("a.py:2", "uncovered")]));
}

#[test]
fn the_policy_chooses_tools_lints_and_files() {
    let text = "x()  # nosec\ny()  # noqa\n";
    let check = |settings: &str, files: &[(&str, &str)], expected: &[(&str, &str)]| {
        let repo: Repo =
            ledger(&format!("{POLICY}scan: {settings}\n"), &record("{tool: x, id: y}"));
        track(&repo, files);
        assert_eq!(found(&repo, &[]).1, are(expected), "{settings}");
    };
    check("{}", &[("a.py", text)], &[("a.py:1", "uncovered"), ("a.py:2", "uncovered")]);
    check("{tools: [bandit]}", &[("a.py", text)], &[("a.py:1", "uncovered")]);
    check(
        "{exclude: ['docs/**']}",
        &[("docs/a.py", text), ("vendor/a.py", "# nosec"), ("a.py", "# nosec")],
        &[("a.py:1", "uncovered")],
    );
    let rust = "#[allow(unsafe_code)]\n#[expect(dead_code)]\n";
    check("{rust_lints: [unsafe_code]}", &[("a.rs", rust)], &[("a.rs:1", "uncovered")]);
    check(
        "{tools: [rust]}",
        &[("a.rs", rust)],
        &[("a.rs:1", "uncovered"), ("a.rs:2", "uncovered")],
    );
    let reasons = "#[allow(clippy::allow_attributes_without_reason, unsafe_code)]\n#[allow(unsafe_code, reason = \"it calls f(x), g()\")]\n#[allow(dead_code, reason=\"a \\\"b) unsafe_code\")]\n";
    check(
        "{rust_lints: [unsafe_code]}",
        &[("a.rs", reasons)],
        &[("a.rs:1", "uncovered"), ("a.rs:2", "uncovered")],
    );
    check("{tools: [hadolint]}", &[(".trivyignore", "CVE-2026-0001\n")], &[]);
}

#[test]
fn a_line_of_thousands_of_suppressions_is_read_once() {
    let line = |end: &str| format!("é x() {}{end}\n", "# nosec B602 ".repeat(3_000));
    let repo = ledger(POLICY, &record("{tool: bandit, id: B602}"));
    track(&repo, &[("a.py", &line(&format!("# {ID}")))]);
    assert_eq!(found(&repo, &[]), (0, vec![]));
    track(&repo, &[("a.py", &line(""))]);
    let words = ["--on", "2026-12-21T00:00:00Z", "scan", "--format", "json"];
    let run = crate::cli::run(repo.path(), &words);
    let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let columns = answer["findings"].as_array().unwrap().iter().map(|it| &it["column"]);
    let columns: Vec<u64> = columns.map(|it| it.as_u64().unwrap()).collect();
    assert_eq!((run.code, columns.len()), (1, 3_000));
    assert_eq!((columns[0], columns[2_999]), (7, 7 + 2_999 * 13));
}
