//! `--base`: what a branch does to an entry that spans several lines.

use std::path::Path;

use serde_json::Value;

use super::POLICY;
use crate::cli::{self, Run};
use crate::support::repo::{Repo, git};

/// Returns what `scan --base` says of a branch that replaces a text by another one in a file of `main`.
fn replaced(path: &str, text: &str, old: &str, new: &str) -> Run {
    assert!(text.contains(old), "{path}: {old}");
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("dana").write(path, text).commit("Write");
    repo.checkout();
    write(repo.path(), path, &text.replacen(old, new, 1));
    git(repo.path(), &["add", "-A"]);
    cli::run(repo.path(), &["scan", "--base", "main", "--on", "2026-11-21"])
}

fn write(folder: &Path, path: &str, text: &str) {
    std::fs::write(folder.join(path), text).unwrap();
}

const OSV: &str = "[[IgnoredVulns]]\nid = \"CVE-2026-0001\"\nignoreUntil = 2027-01-01T00:00:00Z\nreason = \"not reachable\"\n";

const TRIVY: &str = "vulnerabilities:\n  - id: CVE-2026-0001\n    paths: ['src/*']\n    expired_at: 2027-01-01\n    statement: not reachable\n";

const PACKAGES: &str = "vulnerabilities:\n  - id: CVE-2026-0001\n    purls: ['pkg:npm/a@1.0.0']\n    statement: not reachable\n";

const SNYK: &str = "version: v1.25.0\nignore:\n  SNYK-JS-LODASH-567746:\n    - 'a > b':\n        reason: not reachable\n        expires: 2027-01-01T00:00:00Z\n";

const SAFETY: &str = "security:\n  ignore-vulnerabilities:\n    25853:\n      reason: not reachable\n      expires: '2027-01-01'\n";

const AUDIT_CI: &str = "{\n  \"allowlist\": [\n    {\n      \"GHSA-aaaa-bbbb-cccc\": {\n        \"active\": true,\n        \"notes\": \"not reachable\",\n        \"expiry\": \"2027-01-01\"\n      }\n    }\n  ]\n}\n";

const CHECK: &str = "<suppressions xmlns=\"https://jeremylong.github.io/DependencyCheck/dependency-suppression.1.3.xsd\">\n  <suppress\n    until=\"2027-01-01Z\">\n    <notes>not reachable</notes>\n    <packageUrl>pkg:npm/a@1.0.0</packageUrl>\n    <cve>CVE-2026-0001</cve>\n  </suppress>\n  <suppress\n    until=\"2027-01-01Z\">\n    <notes>not reachable</notes>\n    <gav>org.example:a:1</gav>\n    <cpe>cpe:/a:example:a</cpe>\n  </suppress>\n</suppressions>\n";

const GRYPE: &str = "ignore:\n  - vulnerability: CVE-2026-0001\n    reason: not reachable\n    fix-state: wont-fix\n    package:\n      name: ^a.*\n      type: npm\n";

const SECRETS: &str = "{\n  \"version\": \"1.5.0\",\n  \"results\": {\n    \"tests/keys.py\": [\n      {\n        \"type\": \"Secret Keyword\",\n        \"filename\": \"tests/keys.py\",\n        \"hashed_secret\": \"1111111111111111111111111111111111111111\",\n        \"line_number\": 3\n      }\n    ]\n  }\n}\n";

const PLAIN: &str = "# not reachable from outside\nCVE-2026-0001 exp:2027-01-01\n";

const DEPENDABOT: &str = "version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    ignore:\n      # the next major version breaks the build\n      - dependency-name: a\n        versions: ['>=5']\n";

const ASSERTS: &str = "# ruff: ignore[S101] asserts are for mypy\nassert x\n";

const BESIDE: &str = "assert x  # noqa: S101 for mypy\n";

const KICS: &str = "# a module of others\n# kics-scan ignore-line\nresource x {}\n";

const INLINE: &str = "#trivy:ignore:AVD-AWS-0001[name=a]:ws:dev public by design\nresource x {}\n";

const EVAL: &str = "// eslint-disable-next-line no-eval -- checked\neval(x)\n";

const ALLOWED: &str = "[[allowlists]]\ndescription = \"fixtures\"\ncondition = \"AND\"\npaths = [\"test/.*\"]\nregexes = [\"AKIA.*\"]\n";

const SEMGREP: &str = "# generated code\nsrc/*\n!src/app.py\n!src/main.py\n";

const RENOVATE: &str = "{\"packageRules\": [{\"description\": \"frozen\", \"matchPackageNames\": [\"*\"], \"enabled\": false}, {\"matchPackageNames\": [\"x\"], \"enabled\": true}]}\n";

const CODEQL: &str =
    "query-filters:\n  - exclude: {tags: security} # too slow\n  - include: {id: js/x}\n";

const CODEQL_TURNED: &str =
    "query-filters:\n  - include: {id: js/x}\n  - exclude: {tags: security} # too slow\n";

const ZIZMOR: &str = "rules:\n  artipacked:\n    ignore:\n      - x.yml:10:3 # it pushes\n";

const AT_PATH: &str = "{\"allowlist\": [\n  {\"GHSA-aaaa-bbbb-cccc|a>b\": {\"active\": true, \"notes\": \"not reachable\"}}\n]}\n";

const VEX: &str = "{\"@context\": \"https://openvex.dev/ns/v0.2.0\", \"statements\": [\n  {\"vulnerability\": {\"name\": \"CVE-2026-0001\"}, \"status\": \"not_affected\", \"impact_statement\": \"not reachable\", \"products\": [{\"@id\": \"pkg:oci/a\", \"subcomponents\": [{\"@id\": \"pkg:npm/b\"}]}, {\"@id\": \"pkg:oci/c\", \"subcomponents\": [{\"@id\": \"pkg:npm/b\"}]}]}\n]}\n";

const VET: &str =
    "[[exemptions.a]]\nversion = \"1.0.0\"\ncriteria = \"safe-to-run\"\nnotes = \"a build tool\"\n";

/// Path, text, what is replaced, by what.
type Case = (&'static str, &'static str, &'static str, &'static str);

const WIDER: &[Case] = &[
    ("osv-scanner.toml", OSV, "2027", "2029"),
    ("osv-scanner.toml", OSV, "ignoreUntil = 2027-01-01T00:00:00Z\n", ""),
    ("osv-scanner.toml", OSV, "reason = \"not reachable\"\n", ""),
    (".trivyignore.yaml", TRIVY, "2027", "2029"),
    (".trivyignore.yaml", TRIVY, "    paths: ['src/*']\n", ""),
    (".trivyignore.yaml", TRIVY, "'src/*'", "'src/*', 'lib/*'"),
    (".trivyignore.yaml", TRIVY, "'src/*'", "'**'"),
    (".trivyignore.yaml", TRIVY, "    statement: not reachable\n", ""),
    (".trivyignore.yaml", PACKAGES, "1.0.0']", "1.0.0', 'pkg:npm/b@1.0.0']"),
    (".snyk", SNYK, "2027", "2029"),
    (".snyk", SNYK, "'a > b'", "'*'"),
    (".safety-policy.yml", SAFETY, "2027", "2029"),
    ("audit-ci.jsonc", AUDIT_CI, "2027", "2029"),
    ("odc-suppressions.xml", CHECK, "2027", "2029"),
    ("odc-suppressions.xml", CHECK, "    <packageUrl>pkg:npm/a@1.0.0</packageUrl>\n", ""),
    ("odc-suppressions.xml", CHECK, "    <cve>", "    <cve>CVE-2026-0002</cve>\n    <cve>"),
    ("odc-suppressions.xml", CHECK, "    <cpe>cpe:/a:example:a</cpe>\n", ""),
    (".grype.yaml", GRYPE, "    package:\n      name: ^a.*\n      type: npm\n", ""),
    (".grype.yaml", GRYPE, "    fix-state: wont-fix\n", ""),
    (".trivyignore", PLAIN, "# not reachable from outside\n", ""),
    (".trivyignore", PLAIN, " exp:2027-01-01", ""),
    (".github/dependabot.yml", DEPENDABOT, "        versions: ['>=5']\n", ""),
    ("a.py", "run(a)  # nosec B602 - checked\n", "B602 ", "B602, B603 "),
    ("a.py", "run(a)  # nosec B602 - checked\n", "B602 ", "B307, B102 "),
    ("a.py", "run(a)  # nosec B602 - checked\n", " B602 - checked", ""),
    ("a.js", "/* eslint-disable no-eval -- checked */\n", "no-eval ", ""),
    ("a.py", ASSERTS, "ignore[", "file-ignore["),
    ("a.py", ASSERTS, "ignore[", "disable["),
    ("a.py", "# noqa: S101 for mypy\nassert x\n", "noqa", "ruff: noqa"),
    ("a.py", BESIDE, BESIDE, "# ruff: noqa: S101 for mypy\nassert x\n"),
    ("Dockerfile", "# needed\n# hadolint ignore=DL3002\nUSER root\n", "ignore=", "global ignore="),
    ("a.tf", KICS, "-line", "-block"),
    ("a.tf", KICS, "ignore-line", "ignore"),
    ("a.tf", INLINE, "[name=a]", ""),
    ("a.tf", INLINE, "[name=a]", "[name=*]"),
    ("a.tf", INLINE, ":ws:dev", ""),
    ("a.js", EVAL, EVAL, "/* eslint-disable no-eval -- checked */\neval(x)\n"),
    ("a.js", "/* eslint-disable no-eval -- checked */\n", "-disable no-eval", " no-eval: off"),
    ("zizmor.yml", ZIZMOR, ":10:3", ""),
    ("zizmor.yml", ZIZMOR, ":10:3", ":10"),
    ("audit-ci.json", AT_PATH, "|a>b", ""),
    ("vex.json", VEX, ", \"subcomponents\": [{\"@id\": \"pkg:npm/b\"}]", ""),
    ("supply-chain/config.toml", VET, "safe-to-run", "safe-to-deploy"),
    (".semgrepignore", SEMGREP, "!src/app.py\n", ""),
    (".semgrepignore", SEMGREP, "src/*\n!src/app.py\n", "!src/app.py\nsrc/*\n"),
    (".github/codeql/a.yml", CODEQL, "  - include: {id: js/x}\n", ""),
    (".github/codeql/b.yml", CODEQL, CODEQL, CODEQL_TURNED),
    (".github/dependabot.yaml", DEPENDABOT, "directory: /\n", "directory: /b\n"),
    ("renovate.json", RENOVATE, ", {\"matchPackageNames\": [\"x\"], \"enabled\": true}", ""),
    (".gitleaks.toml", ALLOWED, "condition = \"AND\"\n", ""),
    (".gitleaks.toml", ALLOWED, "paths = [\"test/.*\"]\n", ""),
    (".gitleaks.toml", ALLOWED, "\"AND\"\n", "\"AND\"\nregexTarget = \"line\"\n"),
];

/// Returns the messages that `scan --base` has about each of some cases, of a branch that makes all of their changes.
fn replaced_all(cases: &[Case]) -> Vec<Vec<String>> {
    // In a folder of its own, except for what is read in one place alone.
    let place = |n: usize, path: &str| match path.starts_with(".github/") {
        true => path.to_owned(),
        false => format!("{n}/{path}"),
    };
    let repo = Repo::at("2026-11-20T08:00:00Z");
    let work = cases
        .iter()
        .enumerate()
        .fold(repo.by("dana"), |work, (n, (path, text, ..))| work.write(&place(n, path), text));
    work.commit("Write");
    repo.checkout();
    let asked = |more: &[&str]| {
        let args = [&["scan", "--on", "2026-11-21", "--format", "json"], more].concat();
        let run = cli::run(repo.path(), &args);
        serde_json::from_str::<Value>(&run.out).unwrap_or_else(|_| panic!("{}{}", run.out, run.err))
    };
    let all = asked(&[]).to_string();
    for (n, (path, text, old, new)) in cases.iter().enumerate() {
        assert!(text.contains(old), "{path}: {old}");
        assert!(all.contains(&format!("\"{}\"", place(n, path))), "{path} is not read: {all}");
        write(repo.path(), &place(n, path), &text.replacen(old, new, 1));
    }
    git(repo.path(), &["add", "-A"]);
    let found = asked(&["--base", "main"]);
    let found = found["findings"].as_array().unwrap();
    let of = |(n, case): (usize, &Case)| {
        let own = found.iter().filter(|it| it["path"] == *place(n, case.0));
        own.map(|it| it["message"].as_str().unwrap().to_owned()).collect()
    };
    cases.iter().enumerate().map(of).collect()
}

#[test]
fn an_entry_that_hides_more_is_an_error_whatever_its_reason_says() {
    for (messages, (path, _, old, new)) in replaced_all(WIDER).iter().zip(WIDER) {
        let is_said = messages.iter().any(|it| it.starts_with("the branch widens `"));
        assert!(is_said, "{path}: {old} -> {new}: {messages:?}");
    }
    let (path, text, old, new) = WIDER[0];
    let run = replaced(path, text, old, new);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.out.contains("error[scan-new]: the branch widens `"), "{}", run.out);
}

#[test]
fn an_entry_that_hides_something_else_is_added() {
    let added: &[Case] = &[
        (".secrets.baseline", SECRETS, "    \"tests/keys.py\"", "    \"prod/keys.py\""),
        (".secrets.baseline", SECRETS, "1111111", "2222222"),
        (".gitleaksignore", "src/a.py:aws-key:7\n", ":7", ":9"),
        (".semgrepignore", "docs/\n", "docs/", "src/"),
        (".semgrepignore", "# generated\ndocs/\n", "docs/\n", "docs/\n:include .ignore\n"),
        (".gitleaks.toml", "[allowlist]\npaths = [\"test/.*\"]\n", "test", "src"),
        ("a.tf", "# kics-scan ignore-line\nresource x {}\n", "x {}", "y {}"),
        ("a.tf", "# trivy:ignore:A\n# trivy:ignore:B\nresource x {}\n", "x {}", "y {}"),
    ];
    for (path, text, old, new) in added {
        let run = replaced(path, text, old, new);
        assert_eq!(run.code, 1, "{path}: {}{}", run.out, run.err);
        assert!(run.out.contains("error[scan-new]: the branch adds "), "{path}: {}", run.out);
    }
}

#[test]
fn an_entry_that_hides_no_more_than_before_is_not_new() {
    let same: &[Case] = &[
        ("osv-scanner.toml", OSV, "2027", "2026"),
        ("osv-scanner.toml", OSV, "not reachable", "no caller reaches it"),
        (".trivyignore.yaml", TRIVY, "2027", "2026"),
        (".trivyignore.yaml", TRIVY, "'src/*'", "'src/a'"),
        (".snyk", SNYK, "2027", "2026"),
        (".snyk", SNYK, "reason: not reachable", "reason: no caller reaches it"),
        (".safety-policy.yml", SAFETY, "2027", "2026"),
        ("audit-ci.jsonc", AUDIT_CI, "2027", "2026"),
        ("odc-suppressions.xml", CHECK, "2027", "2026"),
        ("odc-suppressions.xml", CHECK, "not reachable", "no caller reaches it"),
        (".grype.yaml", GRYPE, "    package:\n", "    package:\n      version: 1.0.0\n"),
        (".secrets.baseline", SECRETS, "\"line_number\": 3", "\"line_number\": 30"),
        (".trivyignore", PLAIN, "from outside", "by a caller"),
        ("a.py", "run(a)  # nosec B602, B603 - checked\n", ", B603", ""),
        ("a.py", "# ruff: file-ignore[S101] for mypy\nassert x\n", "file-ignore", "ignore"),
        ("a.py", "# ruff: file-ignore[S101] for mypy\n", "for mypy", "for the types"),
        ("a.js", "/* eslint-disable no-eval -- checked */\n", "*/", "*/\nx();"),
        ("a.tf", INLINE, "[name=a]", "[name=a,type=b]"),
        ("a.tf", "# trivy:ignore:A\n# trivy:ignore:B\nresource x {}\n", "# trivy:ignore:B\n", ""),
        (".gitleaks.toml", ALLOWED, "\"AND\"\n", "\"&&\"\n"),
        (
            "vex.json",
            VEX,
            ", {\"@id\": \"pkg:oci/c\", \"subcomponents\": [{\"@id\": \"pkg:npm/b\"}]}",
            "",
        ),
        (".semgrepignore", SEMGREP, "!src/main.py\n", "!src/main.py\n!src/a.py\n"),
        (".github/codeql/c.yml", CODEQL, "{id: js/x}\n", "{id: js/x}\n  - include: {id: js/y}\n"),
        (
            ".github/dependabot.yaml",
            DEPENDABOT,
            "    ignore:",
            "    open-pull-requests-limit: 3\n    ignore:",
        ),
        (".checkov.yaml", "skip-check: [CKV_AWS_20, CKV_AWS_21]\n", "CKV_AWS_20, ", ""),
    ];
    for (messages, (path, _, old, new)) in replaced_all(same).iter().zip(same) {
        assert!(messages.is_empty(), "{path}: {old} -> {new}: {messages:?}");
    }
    let (path, text, old, new) = same[0];
    let run = replaced(path, text, old, new);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("no suppression added"), "{}", run.out);
}

#[test]
fn the_headline_tells_added_from_widened() {
    let headline = |path: &str, text: &str, old: &str, new: &str| {
        let run = replaced(path, text, old, new);
        let first = run.out.lines().next().unwrap_or_default().to_owned();
        let (begin, end) = first.split_once(" since ").unwrap();
        format!("{begin} since{}", end.split_once(')').unwrap().1)
    };
    let code = "run(a)  # nosec B602 - checked\n";
    let more = "run(a)  # nosec B602, B603 - checked\n";
    assert_eq!(headline("a.py", code, code, more), "1 suppression widened since, with a reason");
    let both = format!("{more}go()  # nosec B607\n");
    assert_eq!(
        headline("a.py", code, code, &both),
        "1 suppression added, 1 widened since, 1 without a reason"
    );
    let another = format!("{code}go()  # nosec B607 - fixed path\n");
    assert_eq!(headline("a.py", code, code, &another), "1 suppression added since, with a reason");
}

#[test]
fn a_comment_over_other_code_and_settings_in_another_folder_are_added() {
    let comment = "def f():\n    # nosemgrep: r1\n    run(b)\n";
    for (new, code) in [("run(c)", 1), ("run(b)\n    done()", 0)] {
        let run = replaced("a.py", comment, "run(b)", new);
        assert_eq!(run.code, code, "{new}: {}{}", run.out, run.err);
    }
    for (to, code) in [("sub/osv-scanner.toml", 0), ("osv-scanner.toml", 1)] {
        let repo = Repo::at("2026-11-20T08:00:00Z");
        repo.by("dana").write("sub/osv-scanner.toml", FOREVER).commit("Write");
        repo.checkout();
        std::fs::remove_file(repo.path().join("sub/osv-scanner.toml")).unwrap();
        write(repo.path(), to, FOREVER);
        git(repo.path(), &["add", "-A"]);
        let run = cli::run(repo.path(), &["scan", "--base", "main", "--on", "2026-11-21"]);
        assert_eq!(run.code, code, "{to}: {}{}", run.out, run.err);
    }
}

/// An entry without an end, which a branch can't add without an error.
const FOREVER: &str = "[[IgnoredVulns]]\nid = \"CVE-2026-0001\"\n";

/// Returns the exit code of `scan --base main` where `main` has files, and the branch has others in their place.
fn since(before: &[(&str, &str)], now: &[(&str, &str)]) -> i32 {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    let work = repo.by("dana");
    before.iter().fold(work, |work, (path, text)| work.write(path, text)).commit("Write");
    repo.checkout();
    git(repo.path(), &["rm", "-q", "-r", "."]);
    for (path, text) in now {
        std::fs::create_dir_all(repo.path().join(path).parent().unwrap()).unwrap();
        write(repo.path(), path, text);
    }
    git(repo.path(), &["add", "-A"]);
    let run = cli::run(repo.path(), &["scan", "--base", "main", "--on", "2026-11-21"]);
    assert!(run.code < 2, "{}{}", run.out, run.err);
    run.code
}

#[test]
fn what_holds_for_a_whole_file_moves_only_with_that_file() {
    let code = "import os\ndef f(a):\n    os.system(a)\n    return a\nf(\"true\")\n";
    for comment in ["# ruff: noqa: S605\n", "# ruff: disable[S605]\n", "# flake8: noqa\n"] {
        let old = format!("{comment}{code}");
        let longer = format!("{old}f(1)\n");
        let much_longer = format!("{longer}g(1)\nh(2)\n");
        let paid = format!("{comment}pay()\n");
        let main: &[(&str, &str)] = &[("tests/a.py", &old), ("src/pay.py", "pay()\n")];
        let pay = ("src/pay.py", "pay()\n");
        assert_eq!(since(main, &[("tests/a.py", code), ("src/pay.py", &paid)]), 1, "{comment}");
        assert_eq!(since(main, &[("src/pay.py", &paid)]), 1, "{comment}");
        assert_eq!(since(main, &[("src/pay.py", &old)]), 1, "{comment}");
        assert_eq!(since(main, &[("tests/a.py", code), ("src/a.py", &old), pay]), 1, "{comment}");
        assert_eq!(since(main, &[("src/b.py", &much_longer), pay]), 1, "{comment}");
        assert_eq!(since(main, &[("src/b.py", &old), pay]), 0, "{comment}");
        assert_eq!(since(main, &[("src/b.py", &longer), pay]), 0, "{comment}");
    }
    let line = "run(a)  # nosec B602\n";
    assert_eq!(since(&[("a.py", line), ("b.py", "b()\n")], &[("b.py", line)]), 0);
}

#[test]
fn what_settings_name_as_an_ignore_file_is_added_though_it_was_there() {
    let list = ("docs/cves.txt", "CVE-2026-0001\n");
    let settings = ("trivy.yaml", "ignorefile: docs/cves.txt\n");
    assert_eq!(since(&[list], &[list, settings]), 1);
    assert_eq!(since(&[list, ("trivy.yaml", "ignorefile: other\n")], &[list, settings]), 1);
    assert_eq!(since(&[settings], &[list, settings]), 1);
    assert_eq!(
        since(&[list, settings], &[list, ("trivy.yaml", "# ours\nignorefile: docs/cves.txt\n")]),
        0
    );
    assert_eq!(since(&[list, settings], &[list]), 0);
}

#[cfg(unix)]
#[test]
fn an_ignore_file_that_settings_name_may_be_a_link() {
    use std::os::unix::fs::symlink;
    let repo = Repo::at("2026-11-20T08:00:00Z");
    let lists = [("a", "CVE-2026-0001\n"), ("b", "CVE-2026-0002\n")];
    let work = repo.by("dana").write("trivy.yaml", "ignorefile: list\n");
    lists.iter().fold(work, |work, (path, text)| work.write(path, text)).commit("Go");
    repo.checkout();
    symlink("a", repo.path().join("list")).unwrap();
    let add = ["-c", "user.name=dana", "-c", "user.email=dana@example.com"];
    git(repo.path(), &["add", "-A"]);
    git(repo.path(), &[&add[..], &["commit", "-q", "-m", "Link it"]].concat());
    let scan = || cli::run(repo.path(), &["scan", "--base", "HEAD", "--on", "2026-11-21"]);
    assert_eq!(scan().code, 0);
    std::fs::remove_file(repo.path().join("list")).unwrap();
    symlink("b", repo.path().join("list")).unwrap();
    git(repo.path(), &["add", "-A"]);
    let run = scan();
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(run.out.contains("list:1") && run.out.contains("CVE-2026-0002"), "{}", run.out);
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_of_settings_is_added_as_that_file_where_it_stands() {
    use std::os::unix::fs::symlink;
    let repo = Repo::at("2026-11-20T08:00:00Z");
    let entry = "# not reachable\nCVE-2026-0001 exp:2027-01-01\n";
    repo.by("dana").write("a/.trivyignore", entry).write("b/list", "CVE-2026-0002\n").commit("Go");
    repo.checkout();
    let link = |target: &str| {
        let _ = std::fs::remove_file(repo.path().join(".trivyignore"));
        symlink(target, repo.path().join(".trivyignore")).unwrap();
        git(repo.path(), &["add", "-A"]);
    };
    let commit = || {
        let author = ["-c", "user.name=dana", "-c", "user.email=dana@example.com"];
        git(repo.path(), &[&author[..], &["commit", "-q", "-m", "Go on"]].concat());
    };
    let added = |base: &str| {
        let args = ["scan", "--base", base, "--on", "2026-11-21", "--format", "json"];
        let run = cli::run(repo.path(), &args);
        let answer: Value =
            serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
        let all = answer["suppressions"].as_array().unwrap().iter();
        let places = all.map(|it| format!("{}:{}", it["path"].as_str().unwrap(), it["line"]));
        (run.code, places.collect::<Vec<_>>())
    };
    let is = |code: i32, places: &[&str]| {
        (code, places.iter().map(|place| (*place).to_owned()).collect::<Vec<_>>())
    };
    link("a/.trivyignore");
    assert_eq!(added("HEAD"), is(0, &[".trivyignore:2"]));
    commit();
    assert_eq!(added("HEAD"), is(0, &[]));
    symlink("b", repo.path().join("c")).unwrap();
    link("a/../c/./list");
    assert_eq!(added("HEAD"), is(1, &[".trivyignore:1"]));
    commit();
    assert_eq!(added("HEAD"), is(0, &[]));
    // The link is as it was, and what it leads to hides more.
    write(repo.path(), "b/list", "CVE-2026-0002\nCVE-2026-0003\n");
    assert_eq!(added("HEAD"), is(1, &[".trivyignore:2"]));
    write(repo.path(), "b/list", "CVE-2026-0002\n");
    // A regular file in its place hides the same.
    std::fs::remove_file(repo.path().join(".trivyignore")).unwrap();
    write(repo.path(), ".trivyignore", "CVE-2026-0002\n");
    assert_eq!(added("HEAD"), is(0, &[]));
}

#[cfg(unix)]
#[test]
fn an_ignore_file_that_settings_name_may_be_behind_a_linked_folder() {
    use std::os::unix::fs::symlink;
    let repo = Repo::at("2026-11-20T08:00:00Z");
    let work = repo.by("dana").write("trivy.yaml", "ignorefile: conf/list\n");
    work.write("a/list", "CVE-2026-0001\n").write("b/none", "").commit("Go");
    repo.checkout();
    let link = |target: &str| {
        let _ = std::fs::remove_file(repo.path().join("conf"));
        symlink(target, repo.path().join("conf")).unwrap();
        git(repo.path(), &["add", "-A"]);
    };
    let commit = || {
        let author = ["-c", "user.name=dana", "-c", "user.email=dana@example.com"];
        git(repo.path(), &[&author[..], &["commit", "-q", "-m", "Go on"]].concat());
    };
    let scan = || cli::run(repo.path(), &["scan", "--base", "HEAD", "--on", "2026-11-21"]);
    let says = |code: i32, what: &str| {
        let run = scan();
        assert_eq!(run.code, code, "{}{}", run.out, run.err);
        assert!(run.out.contains(what) || run.err.contains(what), "{}{}", run.out, run.err);
    };
    link("a");
    says(1, "conf/list:1");
    commit();
    says(0, "no suppression added");
    // The link is as it was, and the file behind it hides more.
    write(repo.path(), "a/list", "CVE-2026-0001\nCVE-2026-0002\n");
    says(1, "conf/list:2");
    write(repo.path(), "a/list", "CVE-2026-0001\n");
    // A file that isn't there hides nothing, and one outside may hide anything.
    link("b");
    says(0, "no suppression added");
    link("/etc");
    says(3, "conf/list:1");
    // A regular file in its place hides the same.
    std::fs::remove_file(repo.path().join("conf")).unwrap();
    std::fs::create_dir(repo.path().join("conf")).unwrap();
    write(repo.path(), "conf/list", "CVE-2026-0001\n");
    git(repo.path(), &["add", "-A"]);
    says(0, "no suppression added");
}

#[test]
fn a_comment_that_moves_into_or_over_another_block_is_added() {
    let skip = "  # checkov:skip=CKV_AWS_18:no logs\n";
    let bucket = |name: &str, first: &str| {
        format!("resource \"aws_s3_bucket\" \"{name}\" {{\n{first}  bucket = \"x\"\n}}\n\n")
    };
    let block = |name: &str| format!("# kics-scan ignore-block\n{}", bucket(name, ""));
    let nested = |name: &str, skip: &str| {
        bucket(name, &format!("  versioning {{\n  {skip}    enabled = false\n  }}\n"))
    };
    let (plain_a, plain_b) = (bucket("a", ""), bucket("b", ""));
    let (skip_a, skip_b) = (bucket("a", skip), bucket("b", skip));
    let unindented = bucket("b", skip.trim_start());
    let cases = [
        ([&skip_a, &plain_b], [&plain_a, &skip_b], 1),
        ([&skip_a, &plain_b], [&plain_a, &unindented], 1),
        ([&skip_a, &plain_b], [&plain_b, &skip_a], 0),
        ([&nested("a", skip), &nested("b", "")], [&nested("a", ""), &nested("b", skip)], 1),
        ([&block("a"), &plain_b], [&plain_a, &block("b")], 1),
        ([&block("a"), &plain_b], [&plain_b, &block("a")], 0),
    ];
    for (before, now, n_added) in cases {
        let [before, now] = [before, now].map(|[first, second]| format!("{first}{second}"));
        let run = replaced("a.tf", &before, &before, &now);
        let added = run.out.matches("[scan-new]: the branch adds").count();
        assert_eq!(added, n_added, "{before}->\n{now}{}{}", run.out, run.err);
        let moved = replaced("a.tf", &before, "bucket = ", "# why\n  bucket =   ");
        assert!(moved.out.contains("no suppression added"), "{before}{}", moved.out);
    }
}

#[test]
fn each_of_many_comments_of_a_file_is_compared_with_its_own() {
    let lines = |comment: &dyn Fn(u32) -> String| -> String {
        (100..400).map(|rule| format!("{}\nx()\n", comment(rule))).collect()
    };
    let why = lines(&|rule| format!("# ruff: noqa: S{rule} for {rule}"));
    let count = |now: &str, what: &str| replaced("a.py", &why, &why, now).out.matches(what).count();
    let other_why = lines(&|rule| format!("# ruff: noqa: S{rule} because of {rule}"));
    assert_eq!(count(&other_why, "[scan-new]"), 0);
    let more = lines(&|rule| format!("# ruff: noqa: S{rule}, S9{rule} for it"));
    assert_eq!(count(&more, "300 suppressions widened since"), 1);
    assert_eq!(
        count(&lines(&|rule| format!("# ruff: noqa: S{rule}")), "300 suppressions widened since"),
        1
    );
    assert_eq!(
        count(&lines(&|rule| format!("# ruff: noqa for {rule}")), "300 suppressions widened since"),
        1
    );
    let reversed = lines(&|rule| format!("# ruff: noqa: S{} for it", 499 - rule));
    assert_eq!(count(&reversed, "[scan-new]"), 0);
}

#[test]
fn an_attribute_over_another_item_is_added() {
    let scanned = format!("{POLICY}scan: {{rust_lints: [unsafe_code]}}\n");
    let allow = "#[allow(unsafe_code)]\n";
    let over = |first: &str, second: &str| {
        format!("{first}/// One\n#[inline]\nfn a() {{}}\n\n{second}#[inline]\nfn b() {{}}\n")
    };
    let (before, policy) = (over(allow, ""), ("exledger.yaml", scanned.as_str()));
    let stays = format!("//! Two\n\n{}", before.replace("/// One", "/// Three"));
    for (now, code) in [(over("", allow), 1), (stays, 0)] {
        assert_eq!(since(&[policy, ("a.rs", &before)], &[policy, ("a.rs", &now)]), code, "{now}");
    }
}

const BLOCK: &str = "const a = one(x);\nconst b = two(x);\n/* eslint-disable no-eval -- old templates */\nconst c = eval(x);\n/* eslint-enable no-eval */\nconst d = four(x);\n";

const RANGE: &str = "a = one(x)\n# ruff: disable[S602]  old\ncall(x, shell=True)\n# ruff: enable[S602]\nd = four(x)\n";

#[test]
fn a_block_whose_begin_or_end_takes_in_other_code_is_widened() {
    let end = "/* eslint-enable no-eval */\n";
    let begin = "const b = two(x);\n/* eslint-disable no-eval -- old templates */\n";
    let [above, below] = ["const b = two(x);\n", "const d = four(x);\n"];
    let turned = |begin: &str, above: &str| format!("{}{above}", begin.replace(above, ""));
    let quoted = format!("const q = `\n{end}`;\n");
    let range_end = "# ruff: enable[S602]\n";
    let cases = [
        ("a.js", BLOCK, end, String::new(), 1),
        ("a.js", BLOCK, end, end.replace("no-eval", "no-alert"), 1),
        ("a.js", BLOCK, end, end.replace("/*", "//").replace("*/", ""), 1),
        ("a.js", BLOCK, end, quoted, 1),
        ("a.js", BLOCK, &format!("{end}{below}"), format!("{below}{end}"), 1),
        ("a.js", BLOCK, begin, turned(begin, above), 1),
        ("a.py", RANGE, range_end, String::new(), 1),
        ("a.py", RANGE, range_end, format!("    {range_end}"), 1),
        ("a.py", RANGE, range_end, range_end.replace("602", "603"), 1),
        // Who changes the code of a block, or makes it shorter, widens nothing.
        ("a.js", BLOCK, "const c = eval(x);\n", "const c = eval(y);\nlog(c);\n".to_owned(), 0),
        ("a.js", BLOCK, "const a = one(x);\n", "const a = three(x);\nlog(a);\n".to_owned(), 0),
        ("a.js", BLOCK, end, end.replace(" no-eval", ""), 0),
        ("a.py", RANGE, "d = four(x)\n", "d = five(x)\n".to_owned(), 0),
    ];
    for (path, text, old, new, n) in cases {
        let run = replaced(path, text, old, &new);
        let said = format!("{path} {old} -> {new}{}{}", run.out, run.err);
        assert_eq!(run.out.matches("the branch widens `").count(), n, "{said}");
        assert_eq!(run.code, i32::try_from(n).unwrap(), "{said}");
    }
}

#[test]
fn what_is_about_a_method_or_a_step_is_new_over_another_one() {
    let suppress = "    @SuppressFBWarnings(\n        value = \"COMMAND_INJECTION\")\n";
    let class = |on_class: &str, on_method: &str| {
        format!(
            "package a;\n\n{on_class}class A {{\n{on_method}    @Override\n    void one(String x) {{ run(x); }}\n}}\n"
        )
    };
    let ignore = "        # zizmor: ignore[artipacked]\n";
    let jobs = |docs: &str, release: &str| {
        let job = |name: &str, comment: &str| {
            format!(
                "  {name}:\n    steps:\n      - uses: actions/checkout@v4\n{comment}        with: {{fetch-depth: 0}}\n"
            )
        };
        format!("on: push\njobs:\n{}{}", job("docs", docs), job("release", release))
    };
    let workflow = ".github/workflows/a.yml";
    let cases = [
        ("A.java", class("", suppress), class(suppress, ""), 1),
        ("A.java", class("", suppress), class("", suppress).replace("package a", "package b"), 0),
        (workflow, jobs(ignore, ""), jobs("", ignore), 1),
        (workflow, jobs(ignore, ""), jobs(ignore, "").replace("depth: 0", "depth: 1"), 0),
    ];
    for (path, before, now, n) in cases {
        let run = since(&[(path, &before)], &[(path, &now)]);
        assert_eq!(run, n, "{path} {before} -> {now}");
    }
}
