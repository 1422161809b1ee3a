//! The job `nightly`: one issue with what is due, and checkpoints that nobody moves.

use serde_json::{Value, json};

use super::runner::{REPO, Runner};
use crate::cli_approve::{ID, RECORD};
use crate::support::repo::{Repo, git};

/// The program, with logins in its messages.
const ANSWERS: &str = "#!/usr/bin/env bash
case \"$*\" in
  *due*json*) \"$REAL\" \"$@\" | jq '.messages[0].to.login = \"aruiz\" | .messages += [{to: {login: \"x @mallory\"}}, {to: {}}]' ;;
  *) exec \"$REAL\" \"$@\" ;;
esac
";

/// A ledger where nothing is due.
fn forge() -> (Repo, Runner) {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("lee").write("exledger.yaml", "version: 1\n").commit("Keep exceptions in a ledger");
    repo.branch("billing").by("ana").write(ID, RECORD).commit("File the billing exception");
    let runner = Runner::of(&repo);
    (repo, runner)
}

fn issue(runner: &Runner) -> Value {
    let issues = runner.asked("issues");
    assert_eq!(issues.as_array().unwrap().len(), 1, "{issues:#}");
    issues[0].clone()
}

/// Returns the comments with checkpoints.
fn points(runner: &Runner, issue: &Value) -> Value {
    runner.asked(&format!("issues/{}/comments", issue["number"]))
}

#[test]
fn one_issue_is_kept_and_a_checkpoint_is_added_only_when_the_branch_has_moved() {
    let (repo, mut runner) = forge();
    // Only the forge's own account is believed.
    let stranger = json!({"number": 3, "user": {"login": "mallory"}, "state": "open", "body": "<!-- exledger-due -->"});
    runner.answer("issues", json!([stranger]));
    let first = runner.job("nightly", &[]);
    assert_eq!(first.code, 0, "{}", first.log);
    let made = format!("POST {REPO}/issues");
    let pointed = format!("POST {REPO}/issues/101/comments");
    let updated = format!("PATCH {REPO}/issues/101");
    assert_eq!(runner.writes(), [&made, &pointed, &updated].map(String::as_str));
    let own = runner.asked("issues")[1].clone();
    assert_eq!(own["state"], "closed", "nothing is due: {own:#}");
    runner.answer("issues", json!([own]));
    let kept = runner.kept().unwrap();
    let comment = points(&runner, &issue(&runner))[0]["body"].as_str().unwrap().to_owned();
    assert!(comment.contains(kept.trim()), "{comment}");
    // The next night nothing has moved; the artefact is kept again.
    let second = runner.job("nightly", &[]);
    assert_eq!((second.code, runner.writes()), (0, vec![updated.clone()]), "{}", second.log);
    assert_eq!(runner.kept().unwrap().lines().count(), kept.lines().count());
    // A record lands without approval: the issue opens, and the audit is red.
    repo.by("ana").through("github").squash("billing", "File the billing exception (#1)");
    runner.take(&repo);
    runner.keep(102, &kept);
    // Only a login is mentioned, whatever else an answer holds.
    runner.executable("bin/answers", ANSWERS);
    let answers = runner.place("bin/answers").display().to_string();
    let third =
        runner.job("nightly", &[("EXLEDGER", &answers), ("REAL", env!("CARGO_BIN_EXE_exledger"))]);
    assert_eq!(third.code, 1, "{}", third.log);
    assert_eq!(third.outputs["errors"], "1");
    assert_eq!(runner.writes(), [pointed, updated]);
    let now = issue(&runner);
    assert_eq!(now["state"], "open");
    let body = now["body"].as_str().unwrap();
    assert!(
        body.starts_with("<!-- exledger-due -->\n") && body.contains("missing-approval"),
        "{body}"
    );
    assert!(body.contains("To: Ana") || body.contains(ID), "{body}");
    let mentions: Vec<&str> =
        body.split_whitespace().filter(|word| word.starts_with('@')).collect();
    assert_eq!(mentions, ["@aruiz"], "{body}");
    assert_eq!(points(&runner, &now).as_array().unwrap().len(), 2);
}

#[test]
fn a_checkpoint_that_is_lost_stays_red_until_somebody_answers_for_the_branch() {
    let (_repo, mut runner) = forge();
    assert_eq!(runner.job("nightly", &[]).code, 0);
    let kept = runner.kept().unwrap();
    runner.keep(102, &kept);
    let sound = points(&runner, &issue(&runner));
    let comments = format!("issues/{}/comments", issue(&runner)["number"]);
    let mut edited = sound.clone();
    edited[0]["updated_at"] = json!("2026-11-21T00:00:00Z");
    let other = kept.replace("\"mainline_commits\": 1", "\"mainline_commits\": 2");
    let mut differs = sound.clone();
    differs[0]["body"] =
        json!(sound[0]["body"].as_str().unwrap().replace(kept.trim(), other.trim()));
    runner.writes();
    for (case, answer) in [("edited", edited), ("removed", json!([])), ("differs", differs)] {
        runner.answer(&comments, answer);
        let job = runner.job("nightly", &[]);
        assert_eq!((job.code, runner.kept()), (1, None), "{case}: {}", job.log);
        assert!(job.log.contains("::error title=checkpoint-lost::"), "{case}: {}", job.log);
        assert_eq!(runner.writes(), [format!("PATCH {REPO}/issues/101")], "{case}: no checkpoint");
        let now = issue(&runner);
        assert_eq!(now["state"], "open", "{case}");
        assert!(now["body"].as_str().unwrap().contains("## checkpoint-lost"), "{case}");
    }
    // A commit that is none, or is not of the branch, is refused; any other is named with whoever accepts it.
    for (oid, code) in [("main", 2), (&"1".repeat(40), 1)] {
        runner.event(json!({"inputs": {"accept_checkpoint": oid}}));
        let job = runner.job("nightly", &[]);
        assert_eq!((job.code, runner.writes()), (code, Vec::new()), "{oid}: {}", job.log);
    }
    let tip = git(&runner.clone_folder(), &["rev-parse", "origin/main"]).trim().to_owned();
    runner.event(json!({"inputs": {"accept_checkpoint": tip}}));
    let job = runner.job("nightly", &[]);
    assert_eq!(job.code, 0, "{}", job.log);
    let accepted =
        points(&runner, &issue(&runner)).as_array().unwrap().last().unwrap()["body"].clone();
    let line = format!("Accepted: `{tip}`, by `odiaz`, in [this run]");
    assert!(accepted.as_str().unwrap().contains(&line), "{accepted}");
    // What was lost before it no longer matters, and the issue names who accepted.
    runner.event(json!({}));
    let job = runner.job("nightly", &[]);
    assert_eq!(job.code, 0, "{}", job.log);
    assert!(issue(&runner)["body"].as_str().unwrap().contains(&line));
}

#[test]
fn a_branch_that_was_rewritten_is_red_and_gets_no_checkpoint() {
    let (repo, mut runner) = forge();
    repo.by("lee").write("README.md", "Read me\n").commit("Say what this is");
    runner.take(&repo);
    assert_eq!(runner.job("nightly", &[]).code, 0);
    let first = repo.git.find_commit(repo.tip("main")).unwrap().parent_id(0).unwrap();
    repo.set_ref("refs/heads/main", first);
    repo.by("mallory").write("README.md", "Read this\n").commit("Say what this is");
    runner.take(&repo);
    runner.writes();
    let job = runner.job("nightly", &[]);
    assert_eq!((job.code, runner.kept()), (3, None), "{}", job.log);
    assert_eq!(runner.writes(), [format!("PATCH {REPO}/issues/101")]);
    assert!(issue(&runner)["body"].as_str().unwrap().contains("history-rewritten"));
    // An artefact alone shows it too, when somebody removed the issue; one from a fork counts for nothing.
    let kept = points(&runner, &issue(&runner))[0]["body"].as_str().unwrap().to_owned();
    let kept = kept.split("```json\n").nth(1).unwrap().split("```").next().unwrap().to_owned();
    runner.answer("issues", json!([]));
    runner.keep(105, &kept);
    let job = runner.job("nightly", &[]);
    assert_eq!((job.code, runner.writes()), (3, Vec::new()), "{}", job.log);
    let mut artefacts = runner.asked("actions/artifacts");
    artefacts["artifacts"][0]["workflow_run"]["head_repository_id"] = json!(2);
    runner.answer("actions/artifacts", artefacts);
    assert_eq!(runner.job("nightly", &[]).code, 0);
}
