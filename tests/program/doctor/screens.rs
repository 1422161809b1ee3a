//! `doctor` as a program: exit codes, screens, clones.

use std::path::Path;

use serde_json::Value;

use super::{ID, JOBS, POLICY, WORKFLOW};
use crate::cli::{self, Run};
use crate::cli_approve::RECORD;
use crate::support::golden;
use crate::support::repo::{Repo, git};

const OMAR: &str = "Omar Diaz <888+odiaz@users.noreply.github.com>";

/// Reviews by click under two private addresses, squashes, no job, a group of one.
fn gaps() -> Repo {
    let policy = "version: 1
groups: {security: [dana@example.com], platform: []}
tiers:
  - {name: sensitive, match: [{risk: [high]}], approvals: {count: 2, each_of: [security, platform]}}
  - {name: standard, require: []}
";
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.config("user.name", "Ana Ruiz");
    repo.config("user.email", "ana@example.com");
    let old = JOBS.replace(
        "example/exledger@0123456789abcdef0123456789abcdef01234567",
        "example/exledger@v1",
    );
    let old = old.replace("ci merged", "ci nightly");
    repo.by("lee")
        .write("exledger.yaml", policy)
        .write(WORKFLOW, &old)
        .commit("Keep exceptions in a ledger");
    repo.by("Omar Diaz <omar@example.com>").write("README.md", "Payments\n").commit("Describe it");
    repo.branch("file").by("nina").write(ID, RECORD).commit("File it");
    repo.by(OMAR).through("github").squash("file", "File it (#1)");
    repo.branch("docs").by("nina").write("docs.md", "x\n").commit("Describe more");
    repo.by(OMAR).through("github").merge("docs", "Merge pull request #2 from nina/docs");
    repo.checkout();
    repo
}

fn ask(repo: &Repo, args: &[&str]) -> Run {
    let on = repo.now().to_string();
    let args = [&["--on", &on, "doctor"], args].concat();
    cli::run(repo.path(), &args)
}

#[test]
fn a_remote_that_this_clone_has_seen_nothing_of_is_pushed_to() {
    let repo = super::ledger(POLICY);
    repo.checkout();
    let remote = crate::support::temporary();
    git(remote.path(), &["init", "-q", "--bare"]);
    git(repo.path(), &["remote", "add", "origin", &remote.path().display().to_string()]);
    let run = ask(&repo, &["--format", "json"]);
    assert_eq!(run.code, 3, "{}", run.err);
    assert!(run.out.contains("git push -u origin main"), "{}", run.out);
    git(repo.path(), &["push", "-q", "-u", "origin", "main"]);
    assert_eq!(ask(&repo, &[]).code, 0);
}

#[test]
fn the_screens_look_as_they_did() {
    let repo = gaps();
    for format in ["table", "json", "markdown", "csv", "jsonl"] {
        let run = ask(&repo, &["--format", format]);
        assert_eq!(run.code, 1, "{}", run.err);
        golden::check(&format!("cli/doctor.{format}"), &format!("# exit 1\n{}", run.out));
    }
    let sound = super::ledger(POLICY);
    let run = ask(&sound, &[]);
    assert_eq!(run.code, 0, "{}", run.err);
    golden::check("cli/doctor-yes.table", &run.out);
}

#[test]
fn the_keys_of_the_answer_are_those_that_are_promised() {
    let run = ask(&gaps(), &["--format", "json"]);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(answer["schema"], "exledger/doctor/v1");
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        keys(&answer),
        ["schema", "ledger", "verdict", "ci", "checks", "logins", "forges", "simulated"]
    );
    assert_eq!(keys(&answer["checks"][0]), ["check", "state", "message", "lines", "commands"]);
    assert_eq!(keys(&answer["logins"][0]), ["login", "forge", "address", "because"]);
}

#[test]
fn a_shallow_clone_cannot_tell_and_the_command_that_it_names_repairs_it() {
    let repo = super::ledger(POLICY);
    repo.by("lee").write("README.md", "Payments\n").commit("Describe it");
    let clone = repo.clone_with(&["--depth=1"]);
    let run = cli::run(clone.path(), &["doctor", "--format", "json"]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(answer["verdict"], "unknown");
    assert_eq!(answer["checks"][1]["check"], "clone");
    let command = answer["checks"][1]["commands"][0].as_str().unwrap();
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    git(clone.path(), &words);
    let run = cli::run(clone.path(), &["doctor"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.starts_with("yes, "), "{}", run.out);
}

#[test]
fn a_bare_mirror_without_a_reflog_is_named_until_the_printed_command_was_run() {
    let repo = super::ledger(POLICY);
    let clone_check = |folder: &Path| {
        let run = cli::run(folder, &["doctor", "--format", "json"]);
        assert_eq!(run.code, 0, "{}{}", run.out, run.err);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(answer["checks"][1]["check"], "clone");
        answer["checks"][1].clone()
    };
    let state = |folder: &Path| clone_check(folder)["state"].as_str().unwrap().to_owned();
    let clone = repo.clone_with(&["--mirror"]);
    let check = clone_check(clone.path());
    let message = "a bare mirror keeps no reflog, so a force push goes unnoticed here";
    assert_eq!((&check["state"], &check["message"]), (&"note".into(), &message.into()));
    let screen = cli::run(clone.path(), &["doctor"]).out;
    let command = check["commands"][0].as_str().unwrap();
    assert!(screen.contains(message) && screen.contains(command), "{screen}");
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    git(clone.path(), &words);
    assert_eq!(state(clone.path()), "ok");
    // From then on a force push is noticed.
    let before = repo.tip("main");
    repo.by("lee").write("README.md", "Payments\n").commit("Describe it");
    git(clone.path(), &["fetch", "-q"]);
    repo.set_ref("refs/heads/main", before);
    git(clone.path(), &["fetch", "-q"]);
    let verify = cli::run(clone.path(), &["verify"]);
    assert!(verify.out.contains("history-rewritten"), "{}{}", verify.out, verify.err);
    // git goes on with a log that is there, whatever is set, and logs nothing where it is told not to.
    git(clone.path(), &["config", "core.logAllRefUpdates", "false"]);
    assert_eq!(state(clone.path()), "ok");
    std::fs::remove_dir_all(clone.path().join("logs")).unwrap();
    assert_eq!(state(clone.path()), "note");
    git(clone.path(), &["config", "core.logAllRefUpdates", "always"]);
    assert_eq!(state(clone.path()), "ok");
    // A clone with a work tree has the reflog of its remote's branch.
    assert_eq!(state(repo.clone_with(&[]).path()), "ok");
}

#[test]
fn a_partial_clone_answers_once_everything_is_fetched() {
    let repo = super::ledger(POLICY);
    repo.branch("file").by("nina").write(ID, RECORD).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo.by("lee").write(ID, &RECORD.replace("moderate", "low")).commit("Lower it");
    let clone = repo.clone_with(&["--filter=blob:none"]);
    let run = cli::run(clone.path(), &["doctor", "--format", "json"]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    let of_clone = &answer["checks"][1];
    assert_eq!((&of_clone["check"], &of_clone["state"]), (&"clone".into(), &"unknown".into()));
    let command = of_clone["commands"][0].as_str().unwrap();
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    git(clone.path(), &words);
    let run = cli::run(clone.path(), &["doctor"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
}

#[test]
fn outside_a_ledger_and_about_the_past_it_says_why_not() {
    let folder = crate::support::temporary();
    let run = cli::run(folder.path(), &["doctor"]);
    assert_eq!(run.code, 3, "{}", run.err);
    let run = cli::run(folder.path(), &["doctor", "--as-of", "2026-11-20"]);
    assert_eq!(run.code, 2, "{}", run.err);
}
