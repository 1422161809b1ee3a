//! `ci pull-request`: the checks, the annotations, and one comment, only where an exception or a rule changes.

use serde_json::{Value, json};

use super::runner::{BOT, REPO, Runner};
use crate::cli;
use crate::cli_approve::{ID, RECORD};
use crate::support::repo::{Repo, git};

/// A ledger with a branch that files a record, one that changes a rule, and one that changes neither.
fn forge() -> (Repo, Runner) {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("lee").write("exledger.yaml", "version: 1\n").commit("Keep exceptions in a ledger");
    repo.branch("billing").by("ana").write(ID, RECORD).commit("File the billing exception");
    repo.branch("words").by("ana").write("README.md", "Read me\n").commit("Say what this is");
    let workflow = ".github/workflows/test.yml";
    repo.branch("words").by("ana").write(workflow, "on: push\n").commit("Test");
    let policy = "version: 1\nid_prefix: EXC\n";
    repo.branch("rules").by("ana").write("exledger.yaml", policy).commit("Name the prefix");
    let runner = Runner::of(&repo);
    runner.answer("issues/7/comments", json!([]));
    (repo, runner)
}

/// Checks out the merge of a branch, as for a pull request from a repository.
fn request(runner: &Runner, branch: &str, from: &str) {
    let clone = runner.clone_folder();
    git(&clone, &["checkout", "-q", "--detach", "origin/main"]);
    let merge = ["merge", "-q", "--no-ff", "-m", "Merge", &format!("origin/{branch}")];
    git(
        &clone,
        &[&["-c", "user.name=forge", "-c", "user.email=forge@example.com"], &merge[..]].concat(),
    );
    runner.event(json!({"pull_request": {"number": 7, "base": {"ref": "main"},
        "head": {"ref": branch, "repo": {"full_name": from}}}}));
}

fn bodies(runner: &Runner) -> Vec<String> {
    let comments = runner.asked("issues/7/comments");
    let body = |it: &Value| it["body"].as_str().unwrap().to_owned();
    comments.as_array().unwrap().iter().map(body).collect()
}

#[test]
fn what_changes_an_exception_or_a_rule_gets_one_comment_that_is_kept_up_to_date() {
    let (_repo, mut runner) = forge();
    let own = "example/payments";
    request(&runner, "words", own);
    let job = runner.job(&["pull-request"], &[]);
    assert_eq!((job.code, runner.writes()), (0, Vec::new()), "{}", job.log);
    // Others may write the marker; their comments are theirs.
    let other = |login: &str| json!({"id": 1, "user": {"login": login, "type": "Bot"}, "body": "<!-- exledger -->\nmine"});
    runner.answer("issues/7/comments", json!([other("mallory"), other("other-app[bot]")]));
    request(&runner, "billing", own);
    let job = runner.job(&["pull-request"], &[]);
    assert_eq!(job.code, 0, "{}", job.log);
    let made = format!("POST {REPO}/issues/7/comments");
    assert_eq!(runner.writes(), [made.as_str()]);
    assert_eq!(runner.asked("issues/7/comments")[2]["user"]["login"], BOT);
    let body = bodies(&runner).pop().unwrap();
    assert!(body.starts_with("<!-- exledger -->\n") && body.contains(ID), "{body}");
    assert!(job.summary.contains(ID), "{}", job.summary);
    // The next push updates it, also when nothing about exceptions is left.
    for branch in ["billing", "words"] {
        request(&runner, branch, own);
        let job = runner.job(&["pull-request"], &[]);
        assert_eq!(job.code, 0, "{}", job.log);
        assert_eq!(runner.writes(), [format!("PATCH {REPO}/issues/comments/101")], "{branch}");
    }
    let all = bodies(&runner);
    assert!(all.len() == 3 && all[0].ends_with("mine") && all[1].ends_with("mine"), "{all:?}");
    assert!(!all[2].contains(ID), "{all:?}");
}

#[test]
fn a_rule_alone_gets_a_comment_and_a_fork_none() {
    let (_repo, mut runner) = forge();
    request(&runner, "rules", "stranger/payments");
    let job = runner.job(&["pull-request"], &[]);
    assert_eq!((job.code, runner.writes()), (0, Vec::new()), "{}", job.log);
    assert!(job.summary.contains("policy-changed"), "{}", job.summary);
    request(&runner, "rules", "example/payments");
    assert_eq!(runner.job(&["pull-request"], &[]).code, 0);
    assert_eq!(runner.writes().len(), 1);
    assert!(bodies(&runner)[0].contains("policy-changed"));
    let job = runner.job(&["pull-request"], &[]);
    let step = "it needs one person other than the authors: merge it with a merge commit";
    assert!(job.log.contains(step) || job.out.contains(step), "{}{}", job.out, job.log);
    assert_eq!(runner.writes().len(), 1);
    // What can't be told is red: without the base there is nothing to compare with.
    git(&runner.clone_folder(), &["update-ref", "-d", "refs/remotes/origin/main"]);
    let job = runner.job(&["pull-request"], &[]);
    assert_eq!((job.code, runner.writes()), (3, Vec::new()), "{}", job.log);
}

#[test]
fn a_request_from_a_fork_is_approved_by_its_number_from_any_clone() {
    let (_repo, mut runner) = forge();
    request(&runner, "billing", "stranger/payments");
    let job = runner.job(&["pull-request"], &[]);
    assert_eq!((job.code, runner.writes()), (0, Vec::new()), "{}", job.log);
    assert!(job.summary.contains("git merge --no-ff pull/7/head"), "{}", job.summary);
    // The forge keeps its commits under that name, and no branch has them.
    let bare = runner.bare();
    git(&bare, &["update-ref", "refs/pull/7/head", "refs/heads/billing"]);
    git(&bare, &["update-ref", "-d", "refs/heads/billing"]);
    let lee = runner.place("lee");
    git(&bare, &["clone", "-q", ".", &lee.display().to_string()]);
    let args = ["approve", ID, "--ref", "pull/7/head", "--by", "lee@example.com", "--dry-run"];
    let asked = cli::run(&lee, &args);
    assert!(asked.err.contains("git fetch origin pull/7/head:pull/7/head"), "{}", asked.err);
    git(&lee, &["fetch", "-q", "origin", "pull/7/head:pull/7/head"]);
    let found = cli::run(&lee, &args);
    assert!(found.out.contains("invoices"), "{}\n{}", found.out, found.err);
}
