//! What is suppressed before there is a ledger is put on record, and covers nothing that is new.

use std::path::Path;

use serde_json::Value;

use crate::cli::{self, Run};
use crate::support::repo::{Repo, git};

const FILES: &[(&str, &str)] = &[
    (
        "app/run.py",
        "import subprocess\nsubprocess.call(build)  # nosec B602 the command is a constant\n\
         subprocess.call(deploy)  # nosec B602\nload(data)  # nosec\n",
    ),
    ("app/web.js", "run(code); // eslint-disable-line no-eval\n"),
    ("app/get.py", "fetch(url)  # nosemgrep: shell-true\n"),
    (
        ".trivyignore",
        "# No fix yet\nCVE-2026-0001\nCVE-2026-0002 exp:2099-01-01\nCVE-2026-0003 exp:2020-01-01\n",
    ),
    (".bundler-audit.yml", "ignore:\n  - CVE-2026-0009 # only in tests\n"),
    ("lib/a.go", "x := md5.New() // #nosec G401 -- no secret\n"),
];

const CODEOWNERS: &str = "/app/ @example/team @nobody @odiaz\n";

fn run(repo: &Repo, args: &[&str]) -> Run {
    cli::run(repo.path(), args)
}

/// Returns the exit code, and the places that are errors.
fn scan(repo: &Repo, args: &[&str]) -> (i32, Vec<String>) {
    let run = run(repo, &[&["scan", "--format", "json"], args].concat());
    let answer: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    let findings = answer["findings"].as_array().unwrap().iter();
    let errors = findings.filter(|it| it["level"] == "error");
    let places = errors.map(|it| {
        let rule = it["rule"].as_str().unwrap();
        format!("{}:{} {rule}", it["path"].as_str().unwrap(), it["line"])
    });
    (run.code, places.collect())
}

fn records(repo: &Repo) -> Vec<(String, String)> {
    let found = std::fs::read_dir(repo.path().join("exceptions")).unwrap();
    let mut paths: Vec<_> = found.map(|it| it.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "yaml"));
    paths.sort();
    let name = |path: &Path| format!("exceptions/{}", path.file_name().unwrap().to_string_lossy());
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

const ADOPT: &[&str] = &[
    "init",
    "--adopt",
    "--branch",
    "main",
    "--person",
    "aruiz=ana@example.com",
    "--person",
    "odiaz=omar@example.com",
];

/// A project with suppressions, which Ana adopts on a branch and Omar merges.
fn adopted() -> Repo {
    let repo = Repo::at("2030-12-01T08:00:00Z");
    let mut work = repo.by("ana").write("CODEOWNERS", CODEOWNERS);
    for (path, text) in FILES {
        work = work.write(path, text);
    }
    work.commit("Write a program");
    repo.checkout();
    let mut config = git2::Repository::open(repo.path()).unwrap().config().unwrap();
    config.set_str("user.name", "Ana Ruiz").unwrap();
    config.set_str("user.email", "ana@example.com").unwrap();
    let dry = run(&repo, &[ADOPT, &["--dry-run"]].concat());
    assert_eq!(dry.code, 0, "{}", dry.err);
    assert!(!repo.path().join("exledger.yaml").exists());
    let made = run(&repo, ADOPT);
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(made.err.contains("app/run.py:4: it names no rule"), "{}", made.err);
    assert!(made.err.contains(".trivyignore:4: it ended at"), "{}", made.err);
    assert_eq!(git(repo.path(), &["status", "--porcelain", "--untracked-files=no"]), "");
    let policy = std::fs::read_to_string(repo.path().join("exledger.yaml")).unwrap();
    assert!(policy.lines().count() <= 20, "{policy}");
    merge_adopted(&repo);
    repo
}

/// Ana commits what adopting wrote on a branch, and Omar merges it.
fn merge_adopted(repo: &Repo) {
    let policy = std::fs::read_to_string(repo.path().join("exledger.yaml")).unwrap();
    let branch = repo.branch("adopt");
    let mut work = branch.by("ana").write("exledger.yaml", &policy);
    for (path, text) in &records(repo) {
        work = work.write(path, text);
    }
    work.commit("Adopt what is there");
    repo.by("omar").merge("adopt", "Merge branch 'adopt'");
    repo.checkout();
}

#[test]
fn one_command_and_one_merge_put_all_on_record_and_nothing_new() {
    let repo = adopted();
    let records = records(&repo);
    let of = |rule: &str| {
        let texts = records.iter().filter(|(_, text)| text.contains(rule));
        let texts: Vec<Value> =
            texts.map(|(_, text)| serde_yaml::from_str(text).unwrap()).collect();
        assert_eq!(texts.len(), 1, "{rule}: {records:?}");
        texts.into_iter().next().unwrap()
    };
    assert_eq!(records.len(), 6, "{records:?}");
    let bandit = of("bandit:B602");
    assert_eq!(bandit["owner"]["email"], "omar@example.com");
    assert_eq!(bandit["deviates_from"]["baseline"], "adopted");
    assert_eq!(bandit["root_cause"], "unclassified");
    assert_eq!(bandit["risk"]["level"], "moderate");
    assert_eq!(bandit["scope"]["findings"][0]["content"].as_array().unwrap().len(), 2);
    let why = bandit["justification"].as_str().unwrap();
    assert!(why.contains("app/run.py:2: the command is a constant"), "{why}");
    assert!(why.contains("app/run.py:3: No reason is written beside it."), "{why}");
    let trivy = of("trivy: .trivyignore");
    assert_eq!(trivy["owner"]["email"], "ana@example.com");
    assert!(trivy["justification"].as_str().unwrap().contains(".trivyignore:2: No fix yet"));
    // All but what was listed is allowed.
    let listed = ["app/run.py:4 scan-uncovered", ".trivyignore:4 scan-uncovered"];
    let (code, mut errors) = scan(&repo, &[]);
    errors.sort();
    assert_eq!(
        (code, &*errors),
        (1, &*vec![listed[1].to_owned(), listed[0].to_owned()]),
        "{}",
        run(&repo, &["list"]).out
    );
    let mut work = repo.by("omar");
    for (path, text) in FILES {
        let kept = text.lines().filter(|line| !line.ends_with("# nosec") && !line.contains("2020"));
        let kept: String = kept.map(|line| format!("{line}\n")).collect();
        work = work.write(path, &kept);
    }
    work.commit("Remove what is over");
    repo.checkout();
    assert_eq!(scan(&repo, &[]), (0, Vec::new()));
    // What is adopted says nothing about anything else in its application.
    let application = bandit["subject"]["application"].as_str().unwrap();
    let asked = run(&repo, &["check", "--application", application, "--format", "json"]);
    let answer: Value = serde_json::from_str(&asked.out).unwrap();
    assert_eq!((asked.code, &answer["verdict"]), (1, &Value::from("deny")), "{answer}");
    // Nothing is adopted twice.
    let again = run(&repo, &["import", "scan", "--dry-run", "--format", "json"]);
    let answer: Value =
        serde_json::from_str(&again.out).unwrap_or_else(|_| panic!("{}", again.err));
    assert_eq!((again.code, &answer["drafts"]), (0, &Value::Array(Vec::new())), "{answer}");
    for (name, path, text, expected) in [
        ("same-rule", "app/new.py", "subprocess.call(other)  # nosec B602\n", "app/new.py:1"),
        ("elsewhere", "lib/copy.py", "subprocess.call(deploy)  # nosec B602\n", "lib/copy.py:1"),
        (
            "in-a-list",
            ".trivyignore",
            "# No fix yet\nCVE-2026-0001\nCVE-2026-0002 exp:2099-01-01\nCVE-2026-0007\n",
            ".trivyignore:4",
        ),
        ("wider", ".trivyignore", "# No fix yet\nCVE-2026-0001\nCVE-2026-0002\n", ".trivyignore:3"),
    ] {
        repo.branch(name).by("ana").write(path, text).commit(name);
        git(repo.path(), &["checkout", "--quiet", "--force", name]);
        let expected = vec![format!("{expected} scan-uncovered")];
        assert_eq!(scan(&repo, &["--base", "main"]), (1, expected), "{name}");
        git(repo.path(), &["checkout", "--quiet", "--force", "main"]);
    }
    // A copy in the same file: nobody can tell which one was adopted.
    let text = std::fs::read_to_string(repo.path().join("app/run.py")).unwrap();
    let copied = format!("{text}subprocess.call(deploy)  # nosec B602\n");
    std::fs::write(repo.path().join("app/run.py"), copied).unwrap();
    let (code, errors) = scan(&repo, &["--base", "main"]);
    assert_eq!((code, errors.len()), (1, 2), "{errors:?}");
    assert_eq!(scan(&repo, &[]), (code, errors));
}

#[test]
fn many_entries_of_a_rule_are_several_records_that_queue_asks_to_judge() {
    let repo = Repo::at("2030-12-01T08:00:00Z");
    let lines = (1..=101).map(|n| format!("run(step_{n})  # nosec B602 step {n} is a constant\n"));
    let lines: String = lines.collect();
    repo.by("ana").write("app/steps.py", &lines).commit("Write a program");
    repo.checkout();
    let made = run(&repo, ADOPT);
    assert_eq!(made.code, 0, "{}", made.err);
    let policy = std::fs::read_to_string(repo.path().join("exledger.yaml")).unwrap();
    let records = records(&repo);
    let count = |text: &String| {
        let record: Value = serde_yaml::from_str(text).unwrap();
        let findings = record["scope"]["findings"].as_array().unwrap().iter();
        findings.map(|it| it["content"].as_array().unwrap().len()).sum::<usize>()
    };
    let mut counts: Vec<usize> = records.iter().map(|(_, text)| count(text)).collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 50, 50]);
    let branch = repo.branch("adopt");
    let mut work = branch.by("ana").write("exledger.yaml", &policy);
    for (path, text) in &records {
        work = work.write(path, text);
    }
    work.commit("Adopt what is there");
    repo.by("omar").merge("adopt", "Merge branch 'adopt'");
    repo.checkout();
    assert_eq!(scan(&repo, &[]), (0, Vec::new()));
    let record: Value = serde_yaml::from_str(&records[0].1).unwrap();
    let queue = run(&repo, &["queue", "--on", record["expires"].as_str().unwrap()]);
    let says = "judge it: say why, remove it, or call it a false positive";
    assert_eq!(queue.out.matches(says).count(), 3, "{}", queue.out);
}

const TRIVY: &str = "misconfigurations:\n  - id: AVD-DS-0002\n    paths: [dev/Dockerfile]\n  - id: AVD-DS-0001\n    # Only here\n    paths:\n      - old/Dockerfile\n";
const GRYPE: &str = "ignore:\n  - vulnerability: CVE-2026-0002\n    package:\n      name: lodash\n      version: 4.17.15\n";
const OSV: &str = "[[IgnoredVulns]]\nid = \"CVE-2026-0003\"\nignoreUntil = 2099-01-01\nreason = \"It is not called\"\n\n[[IgnoredVulns]]\nid = \"CVE-2026-0004\"\n";
const SNYK: &str = "version: v1.25.0\nignore:\n  SNYK-JS-LODASH-1:\n    - 'app > lodash':\n        reason: It is not called\n        expires: 2099-01-01T00:00:00.000Z\n";
const KYVERNO: &str = "apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata:\n  name: delta\n  namespace: delta\nspec:\n  exceptions:\n    - policyName: no-host\n      ruleNames: [host-path]\n  match:\n    any:\n      - resources:\n          kinds: [Pod]\n          namespaces: [delta]\n          names: [tool]\n";
const XML: &str = "<suppressions xmlns=\"https://jeremylong.github.io/DependencyCheck/dependency-suppression.1.3.xsd\">\n  <suppress>\n    <packageUrl regex=\"false\">pkg:npm/lodash@4.17.15</packageUrl>\n    <cve>CVE-2026-0005</cve>\n  </suppress>\n</suppressions>\n";

#[test]
fn an_entry_is_adopted_with_its_limits() {
    let cases = [
        (".trivyignore.yaml", TRIVY, "    paths: [dev/Dockerfile]\n", ""),
        (
            ".trivyignore.yaml",
            TRIVY,
            "      - old/Dockerfile\n",
            "      - old/Dockerfile\n      - '**'\n",
        ),
        (".grype.yaml", GRYPE, "    package:\n      name: lodash\n      version: 4.17.15\n", ""),
        (".grype.yaml", GRYPE, "      version: 4.17.15\n", ""),
        ("osv-scanner.toml", OSV, "ignoreUntil = 2099-01-01\n", ""),
        (".snyk", SNYK, "'app > lodash'", "'*'"),
        (".snyk", SNYK, "        expires: 2099-01-01T00:00:00.000Z\n", ""),
        ("policy/delta.yaml", KYVERNO, "          names: [tool]\n", ""),
        (
            "policy/delta.yaml",
            KYVERNO,
            "[tool]\n",
            "[tool]\n      - resources:\n          kinds: [Pod]\n",
        ),
        (
            "owasp-suppressions.xml",
            XML,
            "<packageUrl regex=\"false\">pkg:npm/lodash@4.17.15</packageUrl>",
            "<packageUrl regex=\"true\">.*</packageUrl>",
        ),
    ];
    for (path, text, old, new) in cases {
        let repo = Repo::at("2030-12-01T08:00:00Z");
        repo.by("ana").write(path, text).commit("Ignore it");
        repo.checkout();
        let made = run(&repo, ADOPT);
        assert_eq!(made.code, 0, "{path}: {}", made.err);
        let policy = std::fs::read_to_string(repo.path().join("exledger.yaml")).unwrap();
        let branch = repo.branch("adopt");
        let mut work = branch.by("ana").write("exledger.yaml", &policy);
        let records = records(&repo);
        for (name, record) in &records {
            work = work.write(name, record);
        }
        work.commit("Adopt what is there");
        repo.by("omar").merge("adopt", "Merge branch 'adopt'");
        repo.checkout();
        assert_eq!(scan(&repo, &[]), (0, Vec::new()), "{path}: {records:?}");
        let wider = text.replace(old, new);
        assert_ne!(wider, text);
        std::fs::write(repo.path().join(path), wider).unwrap();
        let (code, errors) = scan(&repo, &[]);
        assert_eq!((code, errors.len()), (1, 1), "{path} {old:?}: {errors:?} {records:?}");
    }
}

#[test]
fn a_record_of_the_first_line_alone_stays_in_force() {
    let path = ".trivyignore.yaml";
    let repo = Repo::at("2030-12-01T08:00:00Z");
    repo.by("ana").write(path, TRIVY).commit("Ignore it");
    repo.checkout();
    assert_eq!(run(&repo, ADOPT).code, 0);
    let policy = std::fs::read_to_string(repo.path().join("exledger.yaml")).unwrap();
    let branch = repo.branch("adopt");
    let mut work = branch.by("ana").write("exledger.yaml", &policy);
    for (name, record) in records(&repo) {
        let record = record.replace("\\n    paths: [dev/Dockerfile]", "");
        let record = record.replace("\n          paths: [dev/Dockerfile]", "");
        work = work.write(&name, &record);
    }
    work.commit("Adopt what is there");
    repo.by("omar").merge("adopt", "Merge branch 'adopt'");
    repo.checkout();
    assert_eq!(scan(&repo, &[]), (0, Vec::new()), "{:?}", records(&repo));
    std::fs::write(repo.path().join(path), TRIVY.replace("    paths: [dev/Dockerfile]\n", ""))
        .unwrap();
    assert_eq!(scan(&repo, &[]), (0, Vec::new()), "{:?}", records(&repo));
}

#[test]
fn a_reason_that_tells_a_password_is_not_copied() {
    let repo = Repo::at("2030-12-01T08:00:00Z");
    let secret = ["Zx9UGJm", "GEp7C"].concat();
    let text = format!("run(deploy)  # nosec B602 - the password is {secret}, of the tests\n");
    repo.by("ana").write("app/run.py", &text).commit("Write a program");
    repo.checkout();
    let made = run(&repo, ADOPT);
    assert_eq!(made.code, 0, "{}", made.err);
    let records = records(&repo);
    assert_eq!(records.len(), 1, "{records:?}");
    assert!(!records[0].1.contains(&secret) && records[0].1.contains("1-1@"), "{}", records[0].1);
}

#[test]
fn what_cites_an_id_is_listed_also_where_the_ledger_begins() {
    let repo = Repo::at("2030-12-01T08:00:00Z");
    let text = "run(a)  # nosec B602 # EXC-2026-7F3KQ\nrun(b)  # nosec B602\n";
    repo.by("ana").write("app/run.py", text).commit("Run it");
    repo.checkout();
    let made = run(&repo, ADOPT);
    assert_eq!(made.code, 0, "{}", made.err);
    let listed = "app/run.py:1: it cites EXC-2026-7F3KQ: the ledger has no such record";
    let said = format!("{}{}", made.out, made.err);
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains(listed), "{said}");
    let records: String = records(&repo).into_iter().map(|(_, text)| text).collect();
    assert!(records.contains("run(b)") && !records.contains("run(a)"), "{records}");
}

#[test]
fn no_format_shows_what_an_allowlist_of_secrets_lets_pass() {
    let repo = Repo::at("2030-12-01T08:00:00Z");
    let lists = "[extend]\nuseDefault = true\n[allowlist]\nregexes = ['hunter2correct']\nstopwords = ['hunter2correct']\n";
    let matches =
        "version: 2\nsecret:\n  ignored_matches:\n    - {match: hunter2correct, name: a sample}\n";
    let rules = "allow-rules:\n  - regex: hunter2correct\n";
    let work = repo.by("ana").write(".gitleaks.toml", lists).write(".gitguardian.yaml", matches);
    work.write("trivy-secret.yaml", rules).commit("Let samples pass");
    repo.checkout();
    assert_eq!(run(&repo, &["scan", "--format", "csv"]).out.matches("…").count(), 4);
    for format in ["json", "sarif", "github", "junit", "gitlab", "markdown", "csv", "jsonl"] {
        let run = run(&repo, &["scan", "--format", format]);
        assert!(!run.out.contains("hunter2"), "{format}: {}", run.out);
    }
    let run = run(&repo, &["scan", "--list"]);
    assert!(run.out.contains("gitleaks") && !run.out.contains("hunter2"), "{}", run.out);
}

/// Adopts what a repository with one file has, which this author committed; returns the records.
fn adopt(path: &str, text: &str, author: &str) -> Vec<String> {
    let repo = Repo::at("2030-12-01T08:00:00Z");
    repo.by("ana").write(path, text).commit("Ignore it");
    repo.checkout();
    let at = "2030-12-01T08:00:00Z";
    let mut amend = std::process::Command::new("git");
    amend.args(["commit", "--quiet", "--amend", "--no-edit", "--reset-author"]);
    for (name, value) in [
        ("GIT_AUTHOR_NAME", author),
        ("GIT_COMMITTER_NAME", author),
        ("GIT_AUTHOR_EMAIL", "ana@example.com"),
        ("GIT_COMMITTER_EMAIL", "ana@example.com"),
        ("GIT_AUTHOR_DATE", at),
        ("GIT_COMMITTER_DATE", at),
    ] {
        amend.env(name, value);
    }
    assert!(amend.current_dir(repo.path()).status().unwrap().success());
    let made = run(&repo, ADOPT);
    assert_eq!(made.code, 0, "{text:?}: {}", made.err);
    records(&repo).into_iter().map(|(_, text)| text).collect()
}

#[test]
fn an_entry_that_ends_on_the_last_day_is_adopted() {
    for (end, expires) in [
        ("2031-03-31T10:00:00.000Z", "2031-03-31T10:00:00Z"),
        ("2031-04-01T00:00:00.000Z", "2031-04-01T00:00:00Z"),
        ("2031-04-01T00:00:01.000Z", "2031-03-31"),
        ("2031-04-01T10:00:00.000Z", "2031-03-31"),
        ("2031-04-01T23:59:59.000Z", "2031-03-31"),
        ("2031-04-02T00:00:00.000Z", "2031-04-01"),
        ("2031-07-01T00:00:00.000Z", "2031-04-01"),
    ] {
        let records = adopt(".snyk", &SNYK.replace("2099-01-01T00:00:00.000Z", end), "Ana Ruiz");
        assert_eq!(records.len(), 1, "{end}");
        assert!(records[0].contains(&format!("\nexpires: {expires}\n")), "{end}: {}", records[0]);
    }
}

#[test]
fn characters_that_nobody_sees_are_left_out_of_reasons_and_names() {
    for hidden in [
        "\u{200B}",
        "\u{AD}",
        "\u{FEFF}",
        "\u{200E}",
        "\u{200D}",
        "\u{202E}",
        "\u{1B}[31m",
        "\u{7}",
    ] {
        let list = format!("# waits for {hidden} upstream\nCVE-2026-0001\n");
        let records = adopt(".trivyignore", &list, &format!("Ana{hidden} Ruiz"));
        assert_eq!(records.len(), 1, "{hidden:?}");
        assert!(records[0].contains("waits for"), "{}", records[0]);
        assert!(!records[0].contains(hidden), "{hidden:?}: {}", records[0]);
        let code = format!("run(a_long, shell=True) # nosec B602 - admin {hidden} only\n");
        let records = adopt("app/a.py", &code, "Ana Ruiz");
        assert_eq!(records.len(), 1, "{hidden:?}");
        assert!(!records[0].contains(hidden), "{hidden:?}: {}", records[0]);
    }
}
