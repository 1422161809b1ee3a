//! A false positive is one command and one other person, and ends when its text does.

use serde_json::{Value, json};

use super::{ON, ledger, put};
use crate::cli::{self, Run};
use crate::support::repo::Repo;
use crate::triage::{POLICY, json as triaged};

const TIER: &str =
    "  - {name: false-alarm, match: {root_cause: false-positive}, max_term: 2y, max_total: 2y}\n";

const CODE: &str = "import subprocess\n\ndef run(cmd):\n    subprocess.call(cmd, shell=True)\n";

fn repo(policy: &str) -> Repo {
    let repo = ledger(policy);
    let mut config = git2::Repository::open(repo.path()).unwrap().config().unwrap();
    config.set_str("user.name", "Ana Ruiz").unwrap();
    config.set_str("user.email", "ana@example.com").unwrap();
    let ends = "run(x, 1)\n)\nrun(x, shell=True)\n)\n";
    repo.by("root").write("app/run.py", CODE).write("app/ends.py", ends).commit("Add the code");
    repo.checkout();
    put(&repo, "log.sarif", log(4));
    repo
}

fn log(line: u64) -> String {
    let result: Value = json!({
        "ruleId": "B602", "level": "error", "message": {"text": "shell=True"},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": "app/run.py"}, "region": {"startLine": line},
        }}],
    });
    super::sarif("bandit", &[result])
}

fn file(repo: &Repo, more: &[&str]) -> Run {
    let reason = "The command is a constant of this module, nobody outside can change it";
    let args = ["new", "--on", ON, "--format", "json", "--reason", reason, "--false-positive"];
    cli::run(repo.path(), &[&args, more].concat())
}

/// Files the finding as a false positive on a branch, merged by somebody else.
fn merged(repo: &Repo) -> Value {
    let run = file(repo, &["bandit:B602", "app/run.py:4"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    let path = answer["path"].as_str().unwrap();
    let text = std::fs::read_to_string(repo.path().join(path)).unwrap();
    repo.branch("alarm").by("ana").write(path, &text).commit("File a false positive");
    repo.by("dana").merge("alarm", "Merge branch 'alarm'");
    repo.checkout();
    put(repo, "log.sarif", log(4));
    serde_yaml::from_str(&text).unwrap()
}

fn state(repo: &Repo) -> (i32, Value) {
    let (code, answer) = triaged(repo, &["log.sarif"]);
    (code, answer["results"][0]["state"].clone())
}

#[test]
fn one_command_and_one_other_person_dismiss_it_until_the_line_changes() {
    let repo = repo(&POLICY.replacen("tiers:\n", &format!("tiers:\n{TIER}"), 1));
    let record = merged(&repo);
    assert_eq!(record["root_cause"], "false-positive");
    assert_eq!(record["risk"]["level"], "low");
    assert_eq!(record["compensating_controls"], json!([]));
    assert_eq!(
        record["scope"]["findings"][0]["content"],
        json!(["subprocess.call(cmd, shell=True)"])
    );
    assert!(record["expires"].as_str().unwrap().starts_with("2028-"), "{record}");
    assert_eq!(state(&repo), (0, json!("dismissed")));
    // Moved and indented, it is the same text.
    put(&repo, "app/run.py", CODE.replace("    sub", "\n\n        sub"));
    put(&repo, "log.sarif", log(6));
    assert_eq!(state(&repo), (0, json!("dismissed")));
    put(&repo, "app/run.py", CODE.replace("(cmd,", "(cmd + name,"));
    put(&repo, "log.sarif", log(4));
    assert_eq!(state(&repo), (1, json!("expired_cover")));
}

#[test]
fn its_end_is_the_earlier_of_the_longest_term_and_the_longest_total() {
    for (limits, end) in [("max_term: 2y", "2027-08-28"), ("max_term: 60d", "2027-01-30")] {
        let tier = TIER.replace("max_term: 2y, max_total: 2y", limits);
        let repo = repo(&POLICY.replacen("tiers:\n", &format!("tiers:\n{tier}"), 1));
        let run = file(&repo, &["bandit:B602", "app/run.py:4"]);
        assert_eq!(run.code, 0, "{limits}: {}", run.err);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        let text = std::fs::read_to_string(repo.path().join(answer["path"].as_str().unwrap()));
        assert!(text.as_ref().unwrap().contains(&format!("expires: {end}")), "{limits}: {text:?}");
    }
}

#[test]
fn a_cause_that_nobody_approved_makes_no_exception_of_it() {
    let repo = repo(&POLICY.replacen("tiers:\n", &format!("tiers:\n{TIER}"), 1));
    let record = merged(&repo);
    let (id, application) =
        (record["id"].as_str().unwrap(), record["subject"]["application"].as_str().unwrap());
    let shown = || -> Value {
        let run = cli::run(repo.path(), &["--on", ON, "show", id, "--format", "json"]);
        serde_json::from_str::<Value>(&run.out).unwrap()["record"].clone()
    };
    let asked = || {
        let args = ["--on", ON, "check", "--application", application];
        cli::run(repo.path(), &args).code
    };
    assert_eq!((asked(), &shown()["tier"]), (1, &json!("false-alarm")));
    let path = format!("exceptions/{id}.yaml");
    let text = repo.by("mallory").text(&path);
    let other = text.replace("root_cause: false-positive", "root_cause: unclassified");
    assert_ne!(other, text);
    repo.by("mallory").write(&path, &other).commit("Say why otherwise");
    let record = shown();
    assert_eq!((asked(), &record["tier"]), (1, &json!("false-alarm")), "{record:#}");
}

#[cfg(unix)]
#[test]
fn a_link_has_no_accepted_text() {
    let repo = repo(&POLICY.replacen("tiers:\n", &format!("tiers:\n{TIER}"), 1));
    merged(&repo);
    assert_eq!(state(&repo), (0, json!("dismissed")));
    let path = repo.path().join("app/run.py");
    std::fs::rename(&path, repo.path().join("app/other.py")).unwrap();
    put(&repo, "app/other.py", CODE.replace("(cmd,", "(cmd + name,"));
    std::os::unix::fs::symlink("other.py", &path).unwrap();
    assert_eq!(state(&repo), (1, json!("uncovered")));
}

#[test]
fn a_stricter_tier_still_decides_who_approves() {
    let two = "  - {name: run, match: {application: payments}, approvals: {count: 2}}\n";
    let repo = repo(&POLICY.replacen("tiers:\n", &format!("tiers:\n{TIER}{two}"), 1));
    merged(&repo);
    assert_eq!(state(&repo).0, 1, "one of two approved");
}

#[test]
fn what_cannot_be_told_is_refused() {
    let repo = repo(&POLICY.replacen("tiers:\n", &format!("tiers:\n{TIER}"), 1));
    for (asked, why) in [
        (["bandit", "app/run.py:4"], "names no finding"),
        (["bandit:B602", "app/run.py"], "names no line"),
        (["bandit:B602", "../run.py:4"], "is not a path inside the repository"),
        (["bandit:B602", "app/gone.py:4"], "app/gone.py is not in this checkout"),
        (["bandit:B602", "app/run.py:90"], "app/run.py has no line 90"),
        (["bandit:B602", "app/run.py:2"], "line 2 of app/run.py is blank"),
        (["bandit:B602", "app/ends.py:2"], "or may hold another finding"),
        (["trivy:CVE-2021-23337", "app/run.py:4"], "a package is known by its version"),
        (["trivy:CVE-2021-23337", "--purl=pkg:npm/lodash"], "is not the package URL of a version"),
        (["bandit:B602", "--severity=low"], "cannot be used with"),
    ] {
        let run = file(&repo, &asked);
        assert_eq!(run.code, 2, "{asked:?}: {}{}", run.out, run.err);
        assert!(run.err.contains(why), "{asked:?}: {}", run.err);
    }
    assert!(!repo.path().join("exceptions").exists());
}

#[test]
fn a_package_is_named_by_its_version_in_place_of_a_line() {
    let policy = POLICY.replacen("tiers:\n", &format!("tiers:\n{TIER}"), 1);
    let repo = repo(&policy);
    let run = file(&repo, &["trivy:CVE-2021-23337", "--purl", "pkg:npm/lodash@4.17.15"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    let path = answer["path"].as_str().unwrap();
    let text = std::fs::read_to_string(repo.path().join(path)).unwrap();
    let record: Value = serde_yaml::from_str(&text).unwrap();
    let key = json!([{"tool": "trivy", "id": "CVE-2021-23337", "purl": "pkg:npm/lodash@4.17.15"}]);
    assert_eq!(record["scope"]["findings"], key, "{text}");
    let run = file(&repo, &["trivy:CVE-2021-23337"]);
    assert_eq!(run.code, 2, "{}", run.out);
    assert!(run.err.contains("TOOL:RULE --purl PURL"), "{}", run.err);
}

#[test]
fn a_draft_is_completed_as_a_false_positive_without_a_control() {
    let policy = POLICY.replacen("tiers:\n", &format!("tiers:\n{TIER}"), 1);
    let repo = repo(&policy);
    let (_, answer) = triaged(&repo, &["log.sarif", "--draft", "exceptions/now"]);
    let draft = answer["drafts"][0]["path"].as_str().unwrap();
    let args = "new --complete DRAFT --no-input --root-cause false-positive --application billing --rule bandit --owner-email ana@example.com --owner-name Ana --expires 1y";
    let mut args: Vec<&str> =
        args.split(' ').map(|arg| if arg == "DRAFT" { draft } else { arg }).collect();
    let reason = "The command is a constant of this module, nobody outside can change it";
    args.extend(["--justification", reason, "--on", ON]);
    let run = cli::run(repo.path(), &args);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let text = std::fs::read_to_string(repo.path().join(draft)).unwrap();
    let record: Value = serde_yaml::from_str(&text).unwrap();
    assert_eq!(record["compensating_controls"], json!([]), "{text}");
}
