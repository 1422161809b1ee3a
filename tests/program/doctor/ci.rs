//! Which files of a forge run exledger, recognised by content.

use exledger::features::doctor::check::{CheckName, CheckState, DoctorCheck};
use exledger::ledger::tree::MapTree;
use exledger::survey::workflows::ci::{CiSetup, PushedBranches};

use super::{JOBS, POLICY, WORKFLOW, assert_yes, check, ledger, merge};
use crate::support::repo::Repo;
use exledger::features;
use exledger::session::Session;
use exledger::session::options::{Moment, Options};

const OLD: &str = "on: {push: {branches: [main, master]}}
jobs:
  lint:
    steps:
      - run: cargo install exledger --locked --version 0.1.0
      - run: exledger lint
  reviews:
    steps:
      - run: |
          exledger approve --from-reviews notes > written
";

fn of(files: &[(&str, &str)]) -> CiSetup {
    CiSetup::read(&MapTree::of(files.iter().copied())).unwrap()
}

/// Returns the check of the workflow after a file of the repository was replaced.
fn with(path: &str, text: &str) -> DoctorCheck {
    let repo = ledger(POLICY);
    merge(&repo, path, text);
    check(&repo, CheckName::Ci)
}

#[test]
fn both_forms_are_recognised_by_what_they_run() {
    let new = of(&[(WORKFLOW, JOBS)]);
    assert_eq!(new.states_reviews(None), Some(WORKFLOW));
    assert!(new.workflows[0].unpinned.is_empty());
    let old = of(&[(WORKFLOW, OLD)]);
    assert_eq!(old.states_reviews(Some("github")), Some(WORKFLOW));
    let chosen =
        "env: {JOB: \"${{ a && 'nightly' || 'merged' }}\"}\n        run: exledger ci \"$JOB\"";
    let chosen =
        JOBS.replace("run: exledger ci merged\n        env:", &format!("{chosen}\n        x:"));
    assert_eq!(of(&[(WORKFLOW, &chosen)]).states_reviews(None), Some(WORKFLOW), "by its variable");
    let names = &new.workflows[0].variables;
    assert_eq!(names[0].0, "EXLEDGER_KEY");
    assert_eq!(new.states_reviews(Some("gitlab")), None, "GitLab runs none of GitHub's workflows");
    let without = JOBS.replace("ci merged", "ci nightly");
    assert_eq!(of(&[(WORKFLOW, &without)]).states_reviews(None), None);
    let local = JOBS.replace(
        "example/exledger@0123456789abcdef0123456789abcdef01234567",
        "./.github/actions/exledger",
    );
    let action = ".github/actions/exledger/action.yml";
    assert!(of(&[(WORKFLOW, &local), (action, "runs: {}\n")]).workflows[0].missing.is_empty());
    assert_eq!(of(&[(WORKFLOW, &local)]).workflows[0].missing.len(), 2);
}

#[test]
fn what_only_mentions_it_runs_nothing() {
    for text in
        ["# exledger\non: push\njobs: {a: {steps: [{run: make}]}}\n", "on: push\njobs: {}\n"]
    {
        assert!(of(&[(WORKFLOW, text)]).workflows.is_empty(), "{text}");
    }
    assert!(of(&[(".github/workflows/sub/x.yml", JOBS), ("x.yml", JOBS)]).workflows.is_empty());
}

#[test]
fn no_bytes_make_it_panic_and_what_cannot_be_read_is_a_fault() {
    for text in
        ["exledger: [", "exledger", "jobs: exledger\non: 1\n", "exledger:\n\t- x", "\u{0}exledger"]
    {
        let setup =
            of(&[(WORKFLOW, text), (".gitlab-ci.yml", text), (".gitlab/exledger.yml", text)]);
        assert!(setup.workflows.iter().all(|it| it.fault.is_some()), "{text}");
    }
}

#[test]
fn branch_filters_are_those_of_the_forge() {
    for (patterns, branch, has) in [
        (&["main"][..], "main", true),
        (&["main", "master"], "trunk", false),
        (&["release/*"], "release/1", true),
        (&["release/*"], "release/1/2", false),
        (&["release/**"], "release/1/2", true),
        (&["**", "!trunk"], "trunk", false),
        (&[], "main", false),
    ] {
        let patterns = patterns.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(PushedBranches::Matching(patterns).has(branch), has, "{branch}");
    }
    for (on, expected) in [
        ("on: push", PushedBranches::Any),
        ("on: [pull_request, push]", PushedBranches::Any),
        ("on: {pull_request: }", PushedBranches::Nothing),
        ("on: {push: {tags: [v1]}}", PushedBranches::Nothing),
    ] {
        let jobs = format!("{on}\njobs: {{a: {{steps: [{{run: exledger lint}}]}}}}\n");
        assert_eq!(of(&[(WORKFLOW, &jobs)]).workflows[0].pushes, expected, "{on}");
    }
}

#[test]
fn each_gap_of_a_workflow_is_a_problem_with_a_way_out() {
    let unpinned = JOBS.replace(
        "example/exledger@0123456789abcdef0123456789abcdef01234567",
        "example/exledger@v1",
    );
    for (text, says) in [
        (unpinned, "example/exledger@v1, whose content can change"),
        (JOBS.replace("[main]", "[trunk]"), "the approved branch is main"),
        (
            format!("{JOBS}env: {{EXLEDGER_APPROVED_REF: refs/remotes/origin/trunk}}\n"),
            "is about another branch",
        ),
        (JOBS.replace("  push: {branches: [main]}\n", ""), "no push to main starts it"),
        (format!("{JOBS}\n x: ["), ".github/workflows/exledger.yml:"),
    ] {
        let check = with(WORKFLOW, &text);
        assert_eq!(check.state, CheckState::Problem, "{says}");
        assert!(check.message.contains(says), "{says}: {}", check.message);
        assert!(!check.lines.is_empty() || check.message.ends_with(": correct it"), "{says}");
    }
    // `init --install` writes what it is told to.
    assert_ne!(with(WORKFLOW, OLD).state, CheckState::Problem);
}

#[test]
fn a_ledger_in_a_folder_gets_its_workflow_and_no_second_ledger_above() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("lee").write("sec/exledger.yaml", POLICY).commit("Keep exceptions in a ledger");
    repo.config("remote.origin.url", "https://github.com/example/payments");
    repo.set_ref("refs/remotes/origin/main", repo.tip("main"));
    repo.checkout();
    let folder = repo.path().join("sec");
    let session = Session::open(&folder, Options::default()).unwrap();
    let answer = features::doctor::answer(&session, &Moment::at(repo.now()), &folder).unwrap();
    let mut checks = answer.diagnosis.checks.into_iter();
    let ci = checks.find(|check| check.name == CheckName::Ci).unwrap();
    let there = folder.canonicalize().unwrap();
    assert_eq!(ci.commands, [format!("exledger -C {} init", there.display())]);
}

#[test]
fn gitlab_must_include_the_jobs_that_are_there() {
    let jobs = (".gitlab/exledger.yml", "lint: {script: [exledger lint]}\n");
    let pipeline = |text: &'static str| of(&[jobs, (".gitlab-ci.yml", text)]).gitlab;
    for text in [
        "include: .gitlab/exledger.yml\n",
        "include: {local: /.gitlab/exledger.yml}\n",
        "include:\n  - local: other.yml\n  - local: .gitlab/exledger.yml\n",
        "include: [{component: gitlab.example.com/team/exledger/all@1.0.0}]\n",
        "check: {script: [make]}\nlint:\n  script:\n    - exledger lint\n",
    ] {
        assert!(pipeline(text).runs_exledger, "{text}");
    }
    for text in ["", "include: other.yml\n", "# exledger lint\n"] {
        assert!(!pipeline(text).runs_exledger, "{text}");
    }
    assert!(!of(&[jobs]).gitlab.runs_exledger);

    let repo = ledger(POLICY);
    repo.branch("change")
        .by("sam")
        .remove(WORKFLOW)
        .write(jobs.0, jobs.1)
        .write(".gitlab-ci.yml", "build: {script: [make]}\n")
        .commit("Use GitLab");
    repo.by("dana").merge("change", "Merge branch 'change'");
    let found = check(&repo, CheckName::Ci);
    assert_eq!(found.state, CheckState::Problem);
    assert_eq!(found.lines, ["include: [{local: .gitlab/exledger.yml}]"]);
    merge(
        &repo,
        ".gitlab-ci.yml",
        "include: [{local: .gitlab/exledger.yml}]\nbuild: {script: [make]}\n",
    );
    assert_eq!(check(&repo, CheckName::Ci).state, CheckState::Ok);
    assert_yes(&repo);
}
