//! A team's first day: from `init` to a record that is active although it was squashed.

use serde_json::{Value, json};

use super::runner::Runner;
use crate::cli;
use crate::cli_approve::{ID, RECORD};
use crate::support::repo::{Repo, git, speak};

#[test]
fn from_init_to_a_record_that_is_active_by_squash() {
    // Lee sets up the ledger in a clone of an empty repository.
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.config("remote.origin.url", "git@github.com:example/payments.git");
    let init = cli::run(
        repo.path(),
        &["init", "--merge-method", "squash", "--install", "true", "--format", "json"],
    );
    assert_eq!(init.code, 0, "{}", init.err);
    let answer: Value = serde_json::from_str(&init.out).unwrap();
    let mut work = repo.by("lee");
    for path in answer["created"].as_array().unwrap() {
        let path = path.as_str().unwrap();
        work = work.write(path, &std::fs::read_to_string(repo.path().join(path)).unwrap());
    }
    // The key of the job that records reviews is listed with the first policy.
    let work = work.write(".github/allowed_signers", &speak::bridge_line());
    work.commit("Keep exceptions in a ledger");
    // Nina files; the comment says what it needs; Omar, a member, presses *Approve*; she squashes herself.
    repo.branch("billing").by("nina").write(ID, RECORD).commit("File the billing exception");
    let head = repo.tip("billing").to_string();
    let mut runner = Runner::of(&repo);
    runner.answer("issues/7/comments", json!([]));
    git(&runner.clone_folder(), &["checkout", "-q", "--detach", "origin/billing"]);
    runner.event(json!({"pull_request": {"number": 7, "base": {"ref": "main"},
        "head": {"ref": "billing", "repo": {"full_name": "example/payments"}}}}));
    let job = runner.job(&["pull-request"], &[]);
    assert_eq!(job.code, 0, "{}", job.log);
    assert!(runner.asked("issues/7/comments")[0]["body"].as_str().unwrap().contains("1 approval"));
    let before = repo.tip("main").to_string();
    let work = repo.by("Nina <777+nweber@users.noreply.github.com>").through("github");
    let landing = work.squash("billing", "File the billing exception (#7)").to_string();
    git(&runner.bare(), &["update-ref", "refs/pull/7/head", &head]);
    runner.take(&repo);
    let commit = |email: &str| json!({"sha": head, "commit": {"author": {"email": email}}, "author": {"login": "nweber"}, "parents": [1]});
    let merge = json!({"number": 7, "user": {"login": "nweber"}, "merged_at": "2026-11-20T11:00:00Z",
        "base": {"ref": "main"}, "head": {"sha": head}, "merge_commit_sha": landing});
    runner.answer(&format!("commits/{landing}/pulls"), json!([merge]));
    runner.answer(&format!("commits/{landing}"), commit("777+nweber@users.noreply.github.com"));
    runner.answer("pulls/7", merge);
    runner.answer("pulls/7/commits", json!([commit("nina@example.com")]));
    runner.answer("pulls/7/reviews", json!([{"user": {"login": "odiaz"}, "state": "APPROVED", "commit_id": head,
        "submitted_at": "2026-11-20T10:30:00Z", "body": "", "html_url": "https://forge.example.com/pull/7#1"}]));
    runner.raw("users/odiaz.json", br#"{"email": null}"#);
    runner.answer("collaborators/odiaz/permission", json!({"permission": "write"}));
    runner.event(json!({"before": before}));
    let key = speak::private_file("bridge");
    let job = runner.job(&["merged"], &[("EXLEDGER_KEY", &key)]);
    assert_eq!(job.code, 0, "{}", job.log);
    let clone = runner.clone_folder();
    git(&clone, &["fetch", "-q"]);
    let run = cli::run_with(
        &clone,
        &["show", ID, "--format", "json"],
        &[("EXLEDGER_TEST_CLOCK", &runner.now)],
    );
    let shown: Value = serde_json::from_str(&run.out).unwrap();
    let record = &shown["record"];
    assert_eq!(
        (&record["status"], &record["approval"]["result"]),
        (&json!("active"), &json!("claimed")),
        "{record:#}"
    );
    // The night after, nothing is due, so no issue is opened.
    git(&clone, &["reset", "-q", "--hard", "origin/main"]);
    runner.event(json!({}));
    runner.writes();
    let job = runner.job(&["nightly"], &[]);
    assert_eq!(job.code, 0, "{}", job.log);
    assert_eq!((runner.writes(), runner.asked("issues")), (Vec::new(), json!([])), "{}", job.log);
}
