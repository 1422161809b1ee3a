//! Which files of a forge run exledger, recognised by content.

use exledger::features::doctor::check::{CheckName, CheckState, DoctorCheck};
use exledger::ledger::tree::MapTree;
use exledger::survey::workflows::ci::{CiSetup, PushedBranches};

use super::{JOBS, POLICY, SIGNERS, WORKFLOW, assert_yes, check, ledger, merge, verdict};
use crate::cli;
use crate::support::repo::{Repo, git, speak};
use crate::support::samples::LISTED;
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

const MAIN: &str = "refs/remotes/origin/main";

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
    assert_eq!(new.states_reviews(None, MAIN), Some(WORKFLOW));
    assert!(new.workflows[0].unpinned.is_empty());
    let old = of(&[(WORKFLOW, OLD)]);
    assert_eq!(old.states_reviews(Some("github"), MAIN), Some(WORKFLOW));
    let chosen = "run: exledger ci \"$JOB\"\n        env: {JOB: \"${{ github.event_name == 'schedule' && 'nightly' || 'merged' }}\", ";
    let chosen = JOBS.replace("run: exledger ci merged\n        env: {", chosen);
    assert_eq!(
        of(&[(WORKFLOW, &chosen)]).states_reviews(None, MAIN),
        Some(WORKFLOW),
        "by its variable"
    );
    let names = &new.workflows[0].variables;
    assert_eq!(names[0].name, "EXLEDGER_KEY", "GH_TOKEN is the forge's");
    assert_eq!(
        new.states_reviews(Some("gitlab"), MAIN),
        None,
        "GitLab runs none of GitHub's workflows"
    );
    let without = JOBS.replace("ci merged", "ci nightly");
    assert_eq!(of(&[(WORKFLOW, &without)]).states_reviews(None, MAIN), None);
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

/// The ways to spoil the job that records reviews: what is replaced by what, the line that is named, and words about it.
const SPOILED: &[(&str, &str, u32, &str)] = &[
    ("    environment: exledger\n", "", 15, "the job reviews lacks `environment: exledger`"),
    ("environment: exledger", "environment: {name: release}", 18, "lacks `environment: exledger`"),
    (
        ", EXLEDGER_KEY: \"${{ secrets.EXLEDGER_KEY }}\"}",
        "}",
        24,
        "the job reviews has a step without the variable EXLEDGER_KEY",
    ),
    (
        "GH_TOKEN: \"${{ github.token }}\", ",
        "",
        24,
        "the job reviews has a step without the variable GH_TOKEN",
    ),
    ("{contents: write, ", "{contents: read, ", 19, "may not push: it lacks `contents: write`"),
    (
        "        with: {fetch-depth: 0, persist-credentials: false}\n      \
         - uses: example/exledger@0123456789abcdef0123456789abcdef01234567\n      - run: exledger ci merged",
        "      - run: exledger ci merged",
        21,
        "its checkout lacks `fetch-depth: 0`",
    ),
    (
        "permissions: {}",
        "env: {EXLEDGER_APPROVED_REF: refs/remotes/origin/trunk}",
        5,
        "another branch",
    ),
    ("[main]", "[trunk]", 4, "runs on pushes to trunk, but the approved branch is main"),
    ("branches: [main]", "branches-ignore: [main]", 4, "runs on pushes to **, !main, but"),
];

/// The ways to leave it open whether the job records reviews, as in `SPOILED`.
const DOUBTFUL: &[(&str, &str, u32, &str)] = &[
    ("{branches: [main]}", "{branches: [main], paths: [\"src/**\"]}", 4, "change certain paths"),
    ("if: github.event_name == 'push'", "if: false", 16, "a condition that may not hold on a push"),
    (
        "if: github.event_name == 'push'",
        "if: github.event_name == 'schedule'",
        16,
        "a condition that may not hold on a push",
    ),
    ("if: github.event_name == 'push'", "needs: lint", 16, "only after other jobs"),
    (
        "      - run: exledger ci merged\n",
        "      - run: exledger ci merged\n        if: false\n",
        25,
        "may not hold",
    ),
    ("ci merged", "ci merged --dry-run", 24, "not `exledger ci merged` alone"),
    ("exledger ci merged", "echo exledger ci merged", 24, "not `exledger ci merged` alone"),
    ("exledger ci merged", "exledger ci merged || true", 24, "not `exledger ci merged` alone"),
    (
        "exledger ci merged\n        env: {",
        "exledger ci $JOB\n        env: {JOB: \"${{ inputs.job }}\", ",
        24,
        "an expression gives JOB",
    ),
];

#[test]
fn a_job_that_lacks_what_it_needs_records_no_review_and_the_verdict_does_not_rest_on_it() {
    let repo = ledger(&format!("version: 1\nname: example/payments\n{LISTED}"));
    repo.branch("docs").by("nina").write("docs.md", "x\n").commit("Describe it");
    repo.by("nina").through("github").squash("docs", "Describe it (#1)");
    repo.checkout();
    assert_eq!(check(&repo, CheckName::Bridge).state, CheckState::Ok);
    assert_yes(&repo);
    for (from, to, line, says) in SPOILED {
        assert_eq!(JOBS.matches(from).count(), 1, "{from}");
        let spoiled = JOBS.replace(from, to);
        assert_eq!(of(&[(WORKFLOW, &spoiled)]).states_reviews(None, MAIN), None, "{says}");
        merge(&repo, WORKFLOW, &spoiled);
        for name in [CheckName::Bridge, CheckName::Ci] {
            let check = check(&repo, name);
            assert_eq!(check.state, CheckState::Problem, "{says}: {}", check.message);
            let place = format!("{WORKFLOW}:{line}");
            let is_named = check.message.contains(&place) && check.message.contains(says);
            assert!(is_named && !check.lines.is_empty(), "{says}: {}", check.message);
        }
        assert_eq!(verdict(&repo), "no", "{says}");
    }
    // Another job than that one records nothing, whatever a variable that it doesn't use says.
    let unused = "exledger ci nightly\n        env: {JOB: merged, ";
    merge(&repo, WORKFLOW, &JOBS.replace("exledger ci merged\n        env: {", unused));
    assert_eq!(verdict(&repo), "no");
    for (from, to, line, says) in DOUBTFUL {
        assert_eq!(JOBS.matches(from).count(), 1, "{from}");
        merge(&repo, WORKFLOW, &JOBS.replace(from, to));
        for name in [CheckName::Bridge, CheckName::Ci] {
            let check = check(&repo, name);
            assert_eq!(check.state, CheckState::Unknown, "{to}: {}", check.message);
            let start =
                format!("it is not known whether reviews are recorded: {WORKFLOW}:{line}: ");
            let start = start.trim_end_matches(": ");
            assert!(check.message.starts_with(start), "{to}: {}", check.message);
            assert!(check.message.contains(says), "{to}: {}", check.message);
        }
        assert_eq!(verdict(&repo), "unknown", "{to}");
    }
    merge(&repo, WORKFLOW, JOBS);
    assert_yes(&repo);
    // Signatures are another way, and then it is a note.
    merge(&repo, WORKFLOW, &JOBS.replace("ci merged", "ci merged --dry-run"));
    merge(&repo, SIGNERS, &(speak::signer("dana") + &speak::bridge_line()));
    let bridge = check(&repo, CheckName::Bridge);
    assert_eq!(bridge.state, CheckState::Note, "{}", bridge.message);
    assert!(bridge.message.starts_with("it is not known whether"), "{}", bridge.message);
    assert_yes(&repo);
    merge(&repo, WORKFLOW, &JOBS.replace("fetch-depth: 0, persist", "persist"));
    let bridge = check(&repo, CheckName::Bridge);
    assert_eq!(bridge.state, CheckState::Note, "{}", bridge.message);
    assert!(bridge.message.starts_with("no review is recorded: "), "{}", bridge.message);
    assert_yes(&repo);
}

#[test]
fn the_workflow_of_init_is_known_to_record_reviews() {
    for folder in ["", "sec/led ger"] {
        let place = tempfile::tempdir().unwrap();
        git(place.path(), &["init", "-q", "-b", "main"]);
        let there = place.path().join(folder);
        std::fs::create_dir_all(&there).unwrap();
        let args = ["init", "--forge", "github", "--install", "true", "--branch", "main"];
        let run = cli::run(&there, &[&["-C", "."], &args[..]].concat());
        assert_eq!(run.code, 0, "{}", run.err);
        let text = std::fs::read_to_string(place.path().join(WORKFLOW)).unwrap();
        let setup = of(&[(WORKFLOW, &text)]);
        assert_eq!(setup.review_gap(None, MAIN), None, "{text}");
        assert_eq!(setup.states_reviews(None, MAIN), Some(WORKFLOW), "{text}");
    }
}

#[test]
fn what_the_forge_computes_and_rights_of_another_token_are_taken_to_be_there() {
    for (from, to) in [
        ("environment: exledger", "environment: {name: Exledger}"),
        ("environment: exledger", "environment: \"${{ inputs.environment }}\""),
        (
            "    permissions: {contents: write, pull-requests: write}\n",
            "    permissions: write-all\n",
        ),
        ("{contents: write, ", "{contents: read, "),
    ] {
        let other = JOBS.replace(from, to);
        let token = if to.contains("read") { "secrets.BOT" } else { "github.token" };
        let other = other.replace("github.token", token);
        assert_eq!(of(&[(WORKFLOW, &other)]).states_reviews(None, MAIN), Some(WORKFLOW), "{to}");
    }
    let fetch = "      - run: git fetch --unshallow\n      - run: exledger ci merged";
    let fetched = JOBS.replace("      - run: exledger ci merged", fetch);
    let fetched = fetched.replace("fetch-depth: 0, ", "");
    assert_eq!(of(&[(WORKFLOW, &fetched)]).states_reviews(None, MAIN), Some(WORKFLOW));
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
    repo.checkout();
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
