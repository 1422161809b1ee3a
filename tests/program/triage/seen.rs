//! What is filed covers what was seen, and nothing else: next steps, classes, patterns, packages, and references that stay.

use serde_json::{Value, json};

use super::accepted::{approve, at, committed, drafts, log, states};
use super::{ON, POLICY, ledger, put, sarif};
use crate::cli;
use crate::support::repo::Repo;
use crate::triage::json as triaged;

const CODE: &str = "def run(cmd):\n    subprocess.call(cmd, shell=True)\n";

fn findings(draft: &str) -> Value {
    let record: Value = serde_yaml::from_str(draft).unwrap();
    record["scope"]["findings"].clone()
}

/// Returns the command of a run's next step.
fn next(repo: &Repo, log: &str) -> String {
    put(repo, "log.sarif", log);
    let (_, answer) = triaged(repo, &["log.sarif"]);
    answer["next"]["command"].as_str().unwrap_or_default().to_owned()
}

fn false_positive(repo: &Repo, finding: &str, place: &str) -> cli::Run {
    let mut config = git2::Repository::open(repo.path()).unwrap().config().unwrap();
    config.set_str("user.name", "Ana Ruiz").unwrap();
    config.set_str("user.email", "ana@example.com").unwrap();
    let reason = "The command is a constant of this module, nobody outside can change it";
    cli::run(
        repo.path(),
        &["new", "--on", ON, "--reason", reason, "--false-positive", finding, place],
    )
}

#[test]
fn an_empty_commit_means_the_work_tree() {
    let repo = committed(&[("conf/old.ini", "[a]\ntoken: of the store\n")]);
    let mut result = at("generic-api-key", "conf/old.ini", (2, 2));
    result["partialFingerprints"] = json!({"commitSha": ""});
    let log = log("gitleaks", &[result]);
    let (drafted, answer) = drafts(&repo, &log, &[]);
    assert!(drafted.len() == 1 && drafted[0].contains("2-2@"), "{answer} {drafted:?}");
    approve(&repo, "EXC-2026-C0VER", &drafted[0]);
    assert_eq!(states(&repo, &log), ["covered"]);
}

#[test]
fn the_next_step_names_the_line_or_the_package() {
    let lock = "web/package-lock.json";
    let repo = committed(&[("app/run.py", CODE), (lock, "{}\n")]);
    let line = next(&repo, &log("bandit", &[at("B602", "app/run.py", (2, 2))]));
    assert_eq!(
        line,
        "exledger new --finding bandit:B602 --severity high --path app/run.py --line 2"
    );
    let mut package = at("CVE-2026-1", lock, (1, 1));
    package["message"]["text"] = "Package: lodash\nInstalled Version: 4.17.15".into();
    let rules = json!([{"id": "CVE-2026-1", "name": "LanguageSpecificPackageVulnerability"}]);
    let trivy = |result: &Value| {
        let driver = json!({"name": "Trivy", "rules": rules});
        json!({"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": [result]}]})
            .to_string()
    };
    let step = next(&repo, &trivy(&package));
    assert!(step.contains("--purl pkg:npm/lodash@4.17.15 "), "{step}");
    // Nobody can type a version that the report doesn't state.
    package["message"]["text"] = "Package: lodash".into();
    let step = next(&repo, &trivy(&package));
    let expected = "exledger triage log.sarif --only trivy:CVE-2026-1 --draft exceptions/drafts";
    assert_eq!(step, expected);
    let step = next(&repo, &log("bandit", &[at("B602", "/src/app/run.py", (2, 2))]));
    assert!(step.starts_with("exledger triage log.sarif --only bandit:B602"), "{step}");
}

#[test]
fn a_rule_about_secrets_is_drafted_by_reference() {
    let path = "app/login.py";
    let repo = committed(&[(path, "import os\n\npin = pick(\"wintersun\")\n")]);
    for (tool, rule) in [
        ("bandit", "B105"),
        ("ruff", "S106"),
        ("gosec", "G101"),
        ("hadolint", "DL3064"),
        ("checkov", "CKV_SECRET_6"),
        ("semgrep", "rules.hardcoded-password"),
        ("trivy", "generic-pin"),
    ] {
        let (drafted, answer) = drafts(&repo, &log(tool, &[at(rule, path, (3, 3))]), &[]);
        assert!(drafted[0].contains("3-3@"), "{tool}: {}{answer}", drafted[0]);
        assert!(!drafted[0].contains("wintersun"), "{tool}: {}", drafted[0]);
        let finding = format!("{tool}:{rule}");
        let filed = false_positive(&repo, &finding, "app/login.py:3");
        assert_eq!(filed.code, 0, "{finding}: {}{}", filed.out, filed.err);
        assert!(!filed.out.contains("wintersun"), "{}", filed.out);
        let folder = repo.path().join("exceptions");
        for entry in std::fs::read_dir(&folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            assert!(text.contains("3-3@") && !text.contains("wintersun"), "{text}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

#[test]
fn a_false_positive_takes_no_line_that_looks_like_another_finding() {
    let twins = "x = eval(one)\ny = eval(two)\nlog(y)\ny = eval(two)\n";
    let alone = "a = 1\nb = eval(two)\nc = 2\nlog(c)\nb = eval(two)\n";
    let walls = "eval(one)\neval(two)\neval(one)\neval(two)\neval(one)\n";
    let repo = committed(&[("twins.py", twins), ("alone.py", alone), ("walls.py", walls)]);
    // Up is another call; down, nothing is.
    let filed = false_positive(&repo, "bandit:B307", "twins.py:2");
    assert_eq!(filed.code, 0, "{}{}", filed.out, filed.err);
    assert!(filed.out.contains("bandit B307 in twins.py, where it says"), "{}", filed.out);
    assert!(filed.out.contains("log(y)") && !filed.out.contains("eval(one)"), "{}", filed.out);
    let filed = false_positive(&repo, "bandit:B307", "alone.py:2");
    assert!(filed.out.contains("a = 1"), "{}{}", filed.out, filed.err);
    let refused = false_positive(&repo, "bandit:B307", "walls.py:2");
    assert_eq!(refused.code, 2, "{}", refused.out);
    assert!(refused.err.contains("walls.py:2 tell it from others"), "{}", refused.err);
    assert!(refused.err.contains("--only bandit:B307 --draft"), "{}", refused.err);
}

#[cfg(unix)]
#[test]
fn a_file_name_never_becomes_a_pattern() {
    let path = "app/*.py";
    let repo = committed(&[(path, CODE), ("pages/[id].tsx", "const x = eval(input);\n")]);
    let (drafted, _) = drafts(&repo, &log("bandit", &[at("B602", path, (2, 2))]), &[]);
    assert!(drafted[0].contains("TODO(import): its path would be a pattern"), "{}", drafted[0]);
    for args in [
        &["--false-positive", "bandit:B602", "app/*.py:2", "--reason", "It is a constant"][..],
        &["--finding", "bandit:B602", "--path", path, "--line", "2"],
    ] {
        let refused = cli::run(repo.path(), &[&["new", "--on", ON][..], args].concat());
        assert_eq!(refused.code, 2, "{}", refused.out);
        assert!(refused.err.contains("would be a pattern"), "{}", refused.err);
    }
    // A bracket is a character like others.
    let log = log("eslint", &[at("no-eval", "pages/[id].tsx", (1, 1))]);
    let (drafted, _) = drafts(&repo, &log, &[]);
    assert_eq!(findings(&drafted[0])[0]["paths"], json!(["pages/[id].tsx"]));
}

#[test]
fn a_package_is_asked_for_only_where_the_report_can_state_one() {
    let repo = committed(&[("Cargo.toml", "[package]\n")]);
    let mut denied = at("a:vulnerability", "Cargo.toml", (1, 1));
    denied["partialFingerprints"] = json!({
        "cargo-deny/advisory-id": "RUSTSEC-2026-0007", "cargo-deny/krate": "cfg-if@1.0.5",
    });
    let licence = at("GPL-3.0", "Cargo.toml", (1, 1));
    let mut nowhere = at("CVE-2026-9", "app.jar", (1, 1));
    nowhere.as_object_mut().unwrap().remove("locations");
    for (tool, result, key) in [
        (
            "cargo-deny",
            denied,
            json!({"tool": "cargo-deny", "id": "RUSTSEC-2026-0007", "purl": "pkg:cargo/cfg-if@1.0.5", "paths": ["Cargo.toml"]}),
        ),
        (
            "trivy-license",
            licence,
            json!({"tool": "trivy-license", "id": "GPL-3.0", "paths": ["Cargo.toml"]}),
        ),
        ("dependency-check", nowhere, json!({"tool": "dependency-check", "id": "CVE-2026-9"})),
    ] {
        let log = log(tool, &[result]);
        let (drafted, _) = drafts(&repo, &log, &[]);
        assert_eq!(findings(&drafted[0]), json!([key]), "{tool}");
        let id = format!(
            "EXC-2026-{}",
            &tool.to_uppercase().replace(['-', 'I', 'L', 'O', 'U'], "0")[..5]
        );
        approve(&repo, &id, &drafted[0]);
        assert_eq!(states(&repo, &log), ["covered"], "{tool}");
    }
    let mut nowhere = at("B602", "app.py", (1, 1));
    nowhere.as_object_mut().unwrap().remove("locations");
    let (drafted, answer) = drafts(&repo, &log("bandit", &[nowhere]), &[]);
    assert!(drafted.is_empty(), "{drafted:?}");
    let why = answer["not_drafted"][0]["message"].as_str().unwrap();
    assert!(why.contains("states no place"), "{why}");
}

#[test]
fn check_triage_and_export_agree_on_the_kinds_of_trivy() {
    let repo = committed(&[("infra/main.tf", "resource \"aws_s3_bucket\" \"logs\" {\n}\n")]);
    let filed = false_positive(&repo, "trivy:AWS-0132", "infra/main.tf:1");
    assert_eq!(filed.code, 0, "{}{}", filed.out, filed.err);
    std::fs::remove_dir_all(repo.path().join("exceptions")).unwrap();
    let rules = json!([{"id": "AWS-0132", "name": "Misconfiguration"}]);
    let driver = json!({"name": "Trivy", "rules": rules});
    let results = [at("AWS-0132", "infra/main.tf", (1, 1))];
    let log =
        json!({"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]});
    for (id, tool) in [("EXC-2026-K1NDA", "trivy-misconfig"), ("EXC-2026-K1NDB", "trivy")] {
        let repo = committed(&[]);
        let key = format!("tool: {tool}, id: AVD-AWS-0132, paths: [infra/main.tf]");
        super::file(&repo, id, &super::finding(id, &key));
        repo.checkout();
        assert_eq!(states(&repo, &log.to_string()), ["covered"], "{tool}");
        for asked in ["trivy:AWS-0132", "trivy-misconfig:AWS-0132"] {
            let args = ["--on", ON, "check", "--finding", asked, "--path", "infra/main.tf"];
            let run = cli::run(repo.path(), &args);
            assert_eq!(run.code, 0, "{tool} {asked}: {}", run.out);
        }
        let exported = cli::run(repo.path(), &["--on", ON, "export", "trivy"]);
        assert!(exported.out.contains("misconfigurations:"), "{tool}: {}", exported.out);
        assert!(!exported.out.contains("vulnerabilities:"), "{tool}: {}", exported.out);
    }
    let repo = committed(&[]);
    let key = "tool: trivy, id: github-pat, paths: [conf.ini]";
    super::file(&repo, "EXC-2026-K1NDC", &super::finding("EXC-2026-K1NDC", key));
    repo.checkout();
    let exported = cli::run(repo.path(), &["--on", ON, "export", "trivy"]);
    assert_eq!(exported.code, 1, "{}", exported.out);
    assert!(
        exported.err.contains("name its kind: trivy-secret or trivy-license"),
        "{}",
        exported.err
    );
}

#[test]
fn one_changed_text_of_several_tells_the_owner() {
    let path = "app/run.py";
    let text = "subprocess.call(one, shell=True)\nos.system(two)\n";
    let repo = committed(&[(path, text)]);
    let results = [at("B602", path, (1, 1)), at("B602", path, (2, 2))];
    let (drafted, _) = drafts(&repo, &log("bandit", &results), &[]);
    assert_eq!(findings(&drafted[0])[0]["content"].as_array().unwrap().len(), 2);
    approve(&repo, "EXC-2026-C0VER", &drafted[0]);
    put(&repo, path, text.replace("one", "three"));
    put(&repo, "log.sarif", log("bandit", &results));
    let (_, answer) = triaged(&repo, &["log.sarif"]);
    let state = |nth: usize| answer["results"][nth]["state"].clone();
    assert_eq!((state(0), state(1)), (json!("expired_cover"), json!("covered")), "{answer}");
}

#[test]
fn names_are_what_their_registry_takes_for_one() {
    let repo = ledger(POLICY);
    let key = "tool: grype, id: CVE-2026-1, purl: 'pkg:npm/JSONStream@1.0.0'";
    super::file(&repo, "EXC-2026-NAMES", &super::finding("EXC-2026-NAMES", key));
    repo.checkout();
    for (purl, code) in [("pkg:npm/JSONStream@1.0.0", 0), ("pkg:npm/jsonstream@1.0.0", 1)] {
        let args = ["--on", ON, "check", "--finding", "grype:CVE-2026-1", "--purl", purl];
        let run = cli::run(repo.path(), &args);
        assert_eq!(run.code, code, "{purl}: {}", run.out);
    }
    let repo = committed(&[(".github/workflows/ci.yml", "permissions: write-all\n")]);
    let log =
        sarif("zizmor", &[at("zizmor/excessive-permissions", ".github/workflows/ci.yml", (1, 1))]);
    let (drafted, _) = drafts(&repo, &log, &[]);
    assert_eq!(findings(&drafted[0])[0]["id"], "zizmor/excessive-permissions");
    approve(&repo, "EXC-2026-C0VER", &drafted[0]);
    assert_eq!(states(&repo, &log), ["covered"]);
}

#[test]
fn lint_says_which_references_nobody_can_read_and_which_a_squash_loses() {
    let path = "conf/old.ini";
    let repo = committed(&[(path, "[a]\ntoken: of the store\n")]);
    let (drafted, _) = drafts(&repo, &log("gitleaks", &[at("R1", path, (2, 2))]), &[]);
    let content = findings(&drafted[0])[0]["content"][0].as_str().unwrap().to_owned();
    let blob = content.split_once('@').unwrap().1.to_owned();
    let git = git2::Repository::open(repo.path()).unwrap();
    let commit = git.head().unwrap().peel_to_commit().unwrap().id();
    let lint = |content: &str| {
        let key = json!([{"tool": "gitleaks", "id": "R1", "paths": [path], "content": [content]}]);
        let scope = json!({ "findings": key }).to_string();
        let text =
            super::record("EXC-2026-B10B0", "tool-access", &scope, "2026-11-20", "2027-01-10");
        std::fs::create_dir_all(repo.path().join("exceptions")).unwrap();
        put(&repo, "exceptions/EXC-2026-B10B0.yaml", &text);
        let run = cli::run(repo.path(), &["--on", ON, "lint", "--format", "json"]);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        let found = answer["findings"].as_array().unwrap().iter();
        let mut found = found.filter(|it| it["rule"] == "finding-content");
        found.next().map(|it| {
            let text = |key: &str| it[key].as_str().unwrap().to_owned();
            (text("level"), text("message"), text("help"))
        })
    };
    assert_eq!(lint(&content), None);
    for (content, why) in [
        (format!("2-3@{blob}"), "refers to lines that"),
        (format!("2-2@{commit}"), "does not have"),
    ] {
        let (level, message, _) = lint(&content).unwrap();
        assert_eq!(level, "error", "{message}");
        assert!(message.contains(why), "{message}");
    }
    // The branch changes the file after the draft.
    repo.by("ana").write(path, "[a]\ntoken: of the store\n[b]\n").commit("Go on");
    repo.checkout();
    let (level, message, help) = lint(&content).unwrap();
    assert_eq!(level, "warning", "{message}");
    assert!(message.contains("a squash may lose it"), "{message}");
    let again = help.strip_prefix("write ").unwrap();
    assert!(again.starts_with("2-2@") && again != content, "{again}");
    assert_eq!(lint(again), None);
    // Lines of another file, or of a version that the file has left, until somebody approved them.
    repo.by("ana").write("x.txt", "a\nkey = of nobody\n").commit("Add a file");
    repo.checkout();
    let foreign = git.revparse_single("HEAD:x.txt").unwrap().id();
    let foreign = format!("2-2@{foreign}");
    let of_nobody = || {
        let (level, message, help) = lint(&foreign).unwrap();
        assert_eq!(level, "warning", "{message}");
        assert!(message.contains(&format!("that {path} does not have")), "{message}");
        assert!(help.contains("read what is accepted"), "{help}");
    };
    of_nobody();
    repo.by("ana").remove("x.txt").commit("Tidy");
    repo.checkout();
    of_nobody();
    let key = json!([{"tool": "gitleaks", "id": "R1", "paths": [path], "content": [foreign]}]);
    let scope = json!({ "findings": key }).to_string();
    let text = super::record("EXC-2026-B10B0", "tool-access", &scope, "2026-11-20", "2027-01-10");
    super::file(&repo, "EXC-2026-B10B0", &text);
    repo.checkout();
    assert_eq!(lint(&foreign), None);
}

#[test]
fn adopted_records_are_listed_for_their_owners() {
    let repo = ledger(POLICY);
    let text = super::finding("EXC-2026-AD0PT", "tool: bandit, id: B602, paths: [app/run.py]");
    let text = text.replace("deviates_from: {", "deviates_from: {baseline: adopted, ");
    assert!(text.contains("baseline: adopted"), "{text}");
    let text = text.replace("2027-01-10", "2027-02-18");
    super::file(&repo, "EXC-2026-AD0PT", &text);
    repo.checkout();
    let queue = cli::run(repo.path(), &["--on", ON, "queue"]);
    let action = "judge it: say why, remove it, or call it a false positive";
    assert!(queue.out.contains(action), "{}{}", queue.out, queue.err);
}
