//! The job `reviews`: what reviewers decided on the forge becomes approval files that count.

use serde_json::{Value, json};

use super::runner::Runner;
use crate::cli;
use crate::cli_approve::{ID, POLICY, World};
use crate::support::repo::git;

/// A forge with a merged pull request.
struct Merged {
    world: World,
    runner: Runner,
    before: String,
    landing: String,
    head: String,
}

fn merged() -> Merged {
    let world = World::new(POLICY);
    let head = world.repo.tip("billing").to_string();
    let before = world.repo.tip("main").to_string();
    let landing = world.squash("billing").to_string();
    let runner = Runner::of(&world.repo);
    let bare = runner.bare();
    git(&bare, &["update-ref", "refs/pull/1/head", &head]);
    git(&bare, &["branch", "-q", "-D", "billing"]);
    git(&runner.clone_folder(), &["fetch", "-q", "--prune"]);
    let commit = json!({"commit": {"author": {"email": "ana@example.com"}}, "author": {"login": "aruiz"}, "parents": [1]});
    runner.answer(
        &format!("commits/{landing}/pulls"),
        json!([{"number": 9, "merged_at": null, "merge_commit_sha": landing},
            {"number": 1, "merged_at": "2026-11-20T11:00:00Z", "merge_commit_sha": landing}]),
    );
    runner.answer(&format!("commits/{landing}"), commit.clone());
    runner.answer("pulls/1/commits", json!([commit]));
    runner.answer(
        "pulls/1",
        json!({"user": {"login": "aruiz"}, "merged_at": "2026-11-20T11:00:00Z",
        "base": {"ref": "main"}, "merge_commit_sha": landing}),
    );
    runner.answer("pulls", json!([]));
    runner.answer("issues/1/comments", json!([]));
    runner.answer("collaborators/chen-lee/permission", json!({"permission": "write"}));
    runner.raw("users/chen-lee.json", br#"{"email": "lee@example.com"}"#);
    let merged = Merged { world, runner, before, landing, head };
    merged.reviews(&merged.head);
    merged.pushed();
    merged
}

impl Merged {
    /// Sets the reviews; Dana looked at this commit, the others at the head. Two pages, as in the API.
    fn reviews(&self, seen: &str) {
        let review = |login: &str, state: &str, commit: &str, body: Value| {
            json!({"user": {"login": login}, "state": state, "commit_id": commit, "body": body,
                "submitted_at": "2026-11-20T10:30:00Z", "html_url": format!("https://forge.example.com/pull/1#{login}")})
        };
        let head = self.head.as_str();
        let fine = json!("Fine.\n$(touch pwned) `touch pwned`");
        let first = json!([
            review("dkim", "APPROVED", seen, fine),
            review("ana", "COMMENTED", head, json!(""))
        ]);
        let second = json!([review("chen-lee", "APPROVED", head, Value::Null)]);
        let pages = format!("{first}\n{second}\n");
        self.runner.raw("repos/example/payments/pulls/1/reviews.json", pages.as_bytes());
    }

    fn pushed(&self) {
        self.runner.event(json!({"before": self.before}));
    }

    fn again(&self, number: &str) {
        self.runner.event(json!({"inputs": {"pull_request": number}}));
    }

    fn comment(&self) -> String {
        self.runner.asked("issues/1/comments")[0]["body"].as_str().unwrap().to_owned()
    }

    /// Fetches a branch of the forge to the mainline of the world.
    fn take(&self, branch: &str) {
        let bare = self.runner.bare().display().to_string();
        let to = format!("+{branch}:refs/heads/main");
        git(self.world.repo.path(), &["fetch", "-q", "--update-head-ok", &bare, &to]);
    }

    /// Tells whether `list`, `queue` and `show` give a hint in a freshly fetched clone.
    fn waits(&self, hint: &str) -> [bool; 3] {
        let clone = self.runner.clone_folder();
        git(&clone, &["fetch", "-q"]);
        [&["list"][..], &["queue"], &["show", ID]].map(|args| {
            let run = cli::run(&clone, args);
            run.err.replace('\n', " ").contains(hint)
        })
    }
}

#[test]
fn the_script_commits_what_reviewers_decided_and_it_counts() {
    let mut merged = merged();
    let job = merged.runner.reviews();
    assert_eq!(job.code, 0, "{}", job.log);
    let log = merged.runner.history("main");
    let first = log.lines().next().unwrap();
    assert_eq!(first, "github-actions[bot]|Record the reviews of what was merged");
    let clone = merged.runner.clone_folder();
    assert!(!clone.join("pwned").exists(), "a review ran something");
    let config = std::fs::read_to_string(clone.join(".git/config")).unwrap();
    assert!(
        !config.contains("extraheader") && !job.log.contains("s3cr3t"),
        "the token stays out of the clone"
    );
    assert_eq!(merged.runner.writes(), Vec::<String>::new());
    merged.take("main");
    assert_eq!(merged.world.stands(), ("active".into(), "claimed".into()));
    let record = merged.world.record();
    let approvers = record["approval"]["approvers"].as_array().unwrap();
    let reasons: Vec<&Value> = approvers.iter().map(|it| &it["reason"]).collect();
    assert_eq!(*reasons[0], "Fine. $(touch pwned) `touch pwned`");
    assert_eq!(*reasons[1], Value::Null);
    // A second run has no effect.
    git(&clone, &["reset", "-q", "--hard", &merged.landing]);
    let job = merged.runner.reviews();
    assert_eq!((job.code, merged.runner.history("main")), (0, log), "{}", job.log);
}

#[test]
fn a_key_that_is_listed_signs_what_the_bridge_states() {
    let mut merged = merged();
    let key = std::fs::read_to_string(merged.world.key("sam")).unwrap();
    // The key of a person is listed for no bridge: what it signs is pushed, and the job says so.
    let job = merged.runner.job("reviews", &[("INPUT_KEY", key.trim())]);
    assert_eq!(job.code, 1, "{}", job.log);
    assert!(!job.log.contains(key.lines().nth(1).unwrap()), "the key stays out of the log");
    assert!(merged.comment().contains("listed for no bridge"), "{}", merged.comment());
    let files = git(&merged.runner.bare(), &["diff", "--name-only", "main~", "main"]);
    assert_eq!(files.lines().filter(|file| file.ends_with(".sig")).count(), 2, "{files}");
}

#[test]
fn without_a_key_nothing_is_recorded() {
    let mut merged = merged();
    let before = merged.runner.history("main");
    let job = merged.runner.job("reviews", &[]);
    assert_eq!((job.code, merged.runner.history("main")), (0, before), "{}", job.log);
    assert!(job.log.contains("no reviews are recorded"), "{}", job.log);
}

#[test]
fn where_the_branch_is_protected_it_comes_by_a_pull_request() {
    let mut merged = merged();
    merged.runner.executable("bare/hooks/update", "#!/bin/sh\ntest \"$1\" != refs/heads/main\n");
    let job = merged.runner.reviews();
    assert_eq!(job.code, 0, "{}", job.log);
    let branch = format!("exledger-reviews-{}", merged.landing.get(..12).unwrap());
    let request = merged.runner.asked("pulls")[0].clone();
    assert_eq!((&request["head"], &request["base"]), (&json!(branch), &json!("main")));
    let text = request["body"].as_str().unwrap();
    assert!(
        text.contains("Approve workflows to run") && text.contains("close and reopen"),
        "{text}"
    );
    assert!(merged.runner.history(&branch).starts_with("github-actions[bot]|"));
    let comment = merged.comment();
    assert!(comment.contains("count once https://forge.example.com/pull/2 is merged"), "{comment}");
    let hint = format!(
        "reviews of {ID} wait on branch origin/{branch}: they count once its pull request is merged"
    );
    assert_eq!(merged.waits(&hint), [true; 3]);
    merged.take(&branch);
    assert_eq!(merged.world.stands().0, "active");
    git(&merged.runner.bare(), &["update-ref", "refs/heads/main", &branch]);
    assert_eq!(merged.waits("wait on branch"), [false; 3]);
}

#[test]
fn a_login_that_nobody_knows_fails_the_job_and_is_asked_for_until_it_is_run_again() {
    let mut merged = merged();
    let permission = "collaborators/chen-lee/permission";
    merged.runner.answer(permission, json!({}));
    let job = merged.runner.reviews();
    assert_eq!(job.code, 1, "{}", job.log);
    assert!(job.log.contains("it is not known who chen-lee is"), "{}", job.log);
    let comment = merged.comment();
    assert!(comment.contains("- `chen-lee: ADDRESS`"), "{comment}");
    let log = merged.runner.history("main");
    assert!(log.starts_with("github-actions[bot]|"), "what counts is pushed: {log}");
    merged.runner.answer(permission, json!({"permission": "write"}));
    merged.again("1");
    let job = merged.runner.reviews();
    assert_eq!(job.code, 0, "{}", job.log);
    assert!(merged.comment().contains("No approval of this pull request is left out"));
    merged.take("main");
    assert_eq!(merged.world.stands(), ("active".into(), "claimed".into()));
    for number in ["1; touch pwned", "x"] {
        merged.again(number);
        assert_eq!(merged.runner.reviews().code, 2, "{number}");
    }
    assert!(!merged.runner.clone_folder().join("pwned").exists());
}

#[test]
fn a_push_without_a_pull_request_leaves_everything_as_it_is() {
    let mut merged = merged();
    merged.runner.answer(&format!("commits/{}/pulls", merged.landing), json!([]));
    let log = merged.runner.history("main");
    for before in [merged.before.clone(), "0".repeat(40)] {
        merged.runner.event(json!({"before": before}));
        let job = merged.runner.reviews();
        assert_eq!((job.code, merged.runner.history("main")), (0, log.clone()), "{}", job.log);
        let waits = merged.runner.place("waits");
        assert_eq!(std::fs::read_to_string(&waits).unwrap(), "0\n10\n30\n");
        std::fs::remove_file(waits).unwrap();
    }
    // A forge that doesn't answer is no forge without pull requests.
    std::fs::remove_dir_all(merged.runner.place("api")).unwrap();
    assert_eq!(merged.runner.reviews().code, 3);
}

#[test]
fn a_review_that_can_not_be_told_fails_the_job_after_the_others_were_written() {
    let mut merged = merged();
    merged.reviews(&"3".repeat(40));
    let job = merged.runner.reviews();
    assert_eq!(job.code, 3, "{}", job.log);
    assert!(job.log.contains("could not determine what dana@example.com looked at"), "{}", job.log);
    let files = git(&merged.runner.bare(), &["diff", "--name-only", "main~", "main"]);
    assert_eq!(files.lines().count(), 2, "{files}");
    assert!(files.contains(ID) && files.contains("lee@example.com"), "{files}");
}
