//! Changes of the forge's workflows on a branch; workflows may state reviews.

use serde_json::Value;

use crate::diff::{ID, Ledger, found};

const JOB: &str = ".github/workflows/exledger.yml";

fn ledger() -> Ledger {
    let ledger = Ledger::with(&[ID]);
    let main = ledger.repo.by("dana");
    main.write(JOB, "on: push\njobs: {}\n").commit("Run it");
    ledger
}

/// Returns the messages about workflows.
fn messages(answer: &Value) -> Vec<String> {
    let findings = answer["findings"].as_array().unwrap().iter();
    let of_rule = findings.filter(|it| it["rule"] == "workflow-changed");
    let message = |it: &Value| it["message"].as_str().unwrap().to_owned();
    of_rule.map(message).collect()
}

#[test]
fn every_commit_that_changes_what_the_forge_runs_is_named_also_when_a_later_one_undoes_it() {
    let ledger = ledger();
    let work = || ledger.repo.branch("job").by("ana");
    work().write(JOB, "on: push\n").commit("Check nothing");
    work()
        .write(JOB, "on: push\njobs: {}\n")
        .write(".github/actions/say/action.yml", "runs: {}\n")
        .commit("Check again");
    work()
        .write(".gitlab-ci.yml", "include: [{local: .gitlab/exledger.yml}]\n")
        .write(".gitlab/exledger.yml", "exledger-reviews: {}\n")
        .commit("Move");
    work().write(".github/CODEOWNERS", "* @ana\n").commit("Own");
    let (exit, diff) = ledger.diff("job");
    assert_eq!((exit, found(&diff)), (0, vec!["warning workflow-changed".to_owned(); 5]));
    let said = messages(&diff).join("\n");
    for part in [
        "by ana@example.com changes .github/workflows/exledger.yml, which may record reviews",
        "by ana@example.com adds .github/actions/say/action.yml",
        "by ana@example.com adds .gitlab-ci.yml",
        "by ana@example.com adds .gitlab/exledger.yml",
    ] {
        assert!(said.contains(part), "{said}");
    }
    ledger.switch("job");
    let run = ledger.run(&["--strict", "lint", "--base", "main", "--format", "json"]);
    let lint: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.code, messages(&lint).len()), (1, 5), "{lint:#}");
}

#[test]
fn what_main_changed_is_not_the_branchs_and_what_is_not_committed_is() {
    let ledger = ledger();
    let work = || ledger.repo.branch("work").by("ana");
    work().write("README.md", "Read me\n").commit("Read me");
    let main = ledger.repo.by("dana");
    main.write(JOB, "on: [push]\n").commit("Change it");
    work().merge("main", "Merge branch 'main' into work");
    let (exit, diff) = ledger.diff("work");
    assert_eq!((exit, found(&diff)), (0, Vec::new()));
    ledger.switch("work");
    ledger.repo.scribble(JOB, "on: pull_request_target\n");
    let run = ledger.run(&["diff", "--format", "json"]);
    let diff: Value = serde_json::from_str(&run.out).unwrap();
    let [message] = &messages(&diff)[..] else {
        panic!("{diff:#}");
    };
    assert!(message.starts_with("the work tree"), "{message}");
}

#[test]
fn a_ledger_below_a_folder_names_the_workflows_of_the_whole_repository() {
    let ledger = ledger();
    let repo = &ledger.repo;
    let below = repo.by("dana").write("teams/pay/exledger.yaml", "version: 1\n");
    below.commit("Begin another ledger");
    let work = repo.branch("job").by("ana");
    work.write(JOB, "on: push\n").commit("Check nothing");
    ledger.switch("job");
    let run = ledger.run(&["-C", "teams/pay", "diff", "main", "job", "--format", "json"]);
    let diff: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(found(&diff), ["warning workflow-changed"]);
    assert_eq!(diff["findings"][0]["path"], format!("../../{JOB}"));
}
