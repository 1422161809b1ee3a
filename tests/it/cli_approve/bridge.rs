//! The bridge that `init` writes: its script runs as in the workflow, with a forge simulated by files.
//!
//! If bash or jq is not installed, these tests say so and pass.

use std::path::Path;
use std::process::Command;

use super::{ID, POLICY, World};
use crate::cli;
use crate::repo::git;

/// Returns the job of the workflow that `init` writes, with these flags.
fn workflow(flags: &[&str]) -> serde_json::Value {
    let folder = tempfile::tempdir().unwrap();
    git2::Repository::init(folder.path()).unwrap();
    let run = cli::run(folder.path(), &[&["init", "-q"], flags].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    let path = folder.path().join(".github/workflows/exledger.yml");
    serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Returns the script of the job.
fn script() -> String {
    let steps = workflow(&[])["jobs"]["reviews"]["steps"].clone();
    let last = steps.as_array().unwrap().last().unwrap().clone();
    last["run"].as_str().unwrap().to_owned()
}

#[test]
fn the_bridge_asks_for_no_more_than_it_needs_and_lets_no_text_into_its_script() {
    let whole = workflow(&[]);
    assert_eq!(whole["permissions"], serde_json::json!({"contents": "read"}));
    let job = &whole["jobs"]["reviews"];
    let needed = serde_json::json!({"contents": "write", "pull-requests": "write"});
    assert_eq!(job["permissions"], needed);
    assert!(job["if"].as_str().unwrap().contains("github.event_name == 'push'"));
    for step in job["steps"].as_array().unwrap() {
        if let Some(action) = step["uses"].as_str() {
            let (_, version) = action.split_once('@').unwrap();
            assert_eq!(version.len(), 40, "{action} is not pinned");
        }
    }
    assert!(!script().contains("${{"), "text of the forge in the script");
    assert_eq!(workflow(&["--no-bridge"])["jobs"]["reviews"], serde_json::Value::Null);
    for method in ["merge", "squash", "rebase"] {
        let of = workflow(&["--merge-method", method]);
        assert_eq!(of["jobs"]["reviews"], *job, "{method}");
    }
}

/// A simulated forge: a bare repository, its API's answers, and a checkout as in a workflow.
struct Forge {
    world: World,
    folder: tempfile::TempDir,
    before: String,
    landing: String,
    /// The number of the pull request that is requested by hand.
    again: String,
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn forge() -> Option<Forge> {
    for program in ["bash", "jq"] {
        if Command::new(program).arg("--version").output().is_err() {
            eprintln!("skipped: {program} is not installed");
            return None;
        }
    }
    let world = World::new(POLICY)?;
    let head = world.repo.tip("billing").to_string();
    let before = world.repo.tip("main").to_string();
    let landing = world.squash("billing").to_string();
    let folder = tempfile::tempdir().unwrap();
    let from = world.repo.path().display().to_string();
    git(folder.path(), &["clone", "-q", "--bare", &from, "bare"]);
    let bare = folder.path().join("bare");
    git(&bare, &["update-ref", "refs/pull/1/head", &head]);
    git(&bare, &["branch", "-q", "-D", "billing"]);
    git(folder.path(), &["clone", "-q", "bare", "runner"]);
    let forge = Forge { world, folder, before, landing, again: String::new() };
    let landing = &forge.landing;
    forge.answer(
        "commits",
        &format!(
            r#"[{{"number": 9, "merged_at": null, "merge_commit_sha": "{landing}"}},
            {{"number": 1, "merged_at": "2026-11-20T11:00:00Z", "merge_commit_sha": "{landing}"}}]"#
        ),
    );
    let review = |login: &str, state: &str, body: &str| {
        format!(
            r#"{{"user": {{"login": "{login}"}}, "state": "{state}", "commit_id": "{head}",
                "submitted_at": "2026-11-20T10:30:00Z", "body": {body},
                "html_url": "https://forge.example.com/pull/1#{login}"}}"#
        )
    };
    // Two pages, as in the API: two concatenated arrays.
    let pages = format!(
        "[{}, {}]\n[{}]\n",
        review("dkim", "APPROVED", r#""Fine.\n$(touch pwned) `touch pwned`""#),
        review("ana", "COMMENTED", r#""""#),
        review("chen-lee", "APPROVED", "null"),
    );
    forge.answer("reviews", &pages);
    forge.answer("users", r#"{"chen-lee": "lee@example.com"}"#);
    forge.answer("permissions", r#"{"chen-lee": "write"}"#);
    forge.answer(
        "request",
        &format!(
            r#"{{"user": {{"login": "aruiz"}}, "merged_at": "2026-11-20T11:00:00Z", "base": {{"ref": "main"}},
                "merge_commit_sha": "{landing}"}}"#
        ),
    );
    let commit = r#"{"commit": {"author": {"email": "ana@example.com"}}, "author": {"login": "aruiz"}, "parents": [1]}"#;
    forge.answer("commit", commit);
    forge.answer("branch", &format!("[{commit}]"));
    Some(forge)
}

impl Forge {
    fn answer(&self, name: &str, json: &str) {
        std::fs::write(self.folder.path().join(name), json).unwrap();
    }

    /// Runs the script of the workflow, and returns its output.
    fn run(&self) -> (bool, String) {
        let place = |name: &str| self.folder.path().join(name);
        std::fs::create_dir_all(place("bin")).unwrap();
        for (name, text) in [("gh", GH), ("sleep", SLEEP)] {
            let program = place("bin").join(name);
            std::fs::write(&program, text).unwrap();
            executable(&program);
        }
        let own = Path::new(env!("CARGO_BIN_EXE_exledger")).parent().unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{}:{path}", place("bin").display(), own.display());
        let now = self.world.repo.now().to_string();
        let output = Command::new("bash")
            .args(["-c", &script()])
            .current_dir(place("runner"))
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.folder.path())
            .env("FORGE", self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_DATE", &now)
            .env("GIT_COMMITTER_DATE", &now)
            .env("GITHUB_REPOSITORY", "example/payments")
            .env("GITHUB_REF_NAME", "main")
            .env("GITHUB_SERVER_URL", "https://github.com")
            .env("GITHUB_SHA", &self.landing)
            .env("PULL_REQUEST", &self.again)
            .env("BEFORE", &self.before)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), said)
    }

    /// Tells whether `list`, `queue` and `show` give a hint in a freshly fetched clone.
    fn waits(&self, hint: &str) -> [bool; 3] {
        let clone = self.folder.path().join("runner");
        git(&clone, &["fetch", "-q"]);
        [&["list"][..], &["queue"], &["show", ID]].map(|args| {
            let run = cli::run(&clone, args);
            run.err.replace('\n', " ").contains(hint)
        })
    }

    fn comment(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("comment")).unwrap()
    }

    fn log(&self, branch: &str) -> String {
        git(&self.folder.path().join("bare"), &["log", "--format=%an|%s", branch])
    }

    /// Fetches a branch of the forge to the mainline of the world.
    fn take(&self, branch: &str) {
        let bare = self.folder.path().join("bare").display().to_string();
        let to = format!("+{branch}:refs/heads/main");
        git(self.world.repo.path(), &["fetch", "-q", "--update-head-ok", &bare, &to]);
    }
}

/// Answers like GitHub's own client, from the files of the forge.
const GH: &str = r#"#!/usr/bin/env bash
case "$*" in
  "api repos/example/payments/commits/"*"/pulls") cat "$FORGE/commits" ;;
  "api repos/example/payments/commits/"*) cat "$FORGE/commit" ;;
  "api repos/example/payments/pulls/1") cat "$FORGE/request" ;;
  "api --paginate repos/example/payments/pulls/1/commits") cat "$FORGE/branch" ;;
  "api --paginate repos/example/payments/pulls/1/reviews") cat "$FORGE/reviews" ;;
  "api users/"*) jq --arg login "${2#users/}" '{login: $login, email: .[$login]}' "$FORGE/users" ;;
  "api repos/example/payments/collaborators/"*"/permission")
    login=${2#repos/example/payments/collaborators/}
    jq --arg login "${login%/permission}" '{permission: .[$login]}' "$FORGE/permissions" ;;
  "api --paginate repos/example/payments/issues/1/comments "*) if [ -e "$FORGE/comment" ]; then echo 5; fi ;;
  "api --method POST repos/example/payments/issues/1/comments "* | "api --method PATCH repos/example/payments/issues/comments/5 "*)
    cp "${6#body=@}" "$FORGE/comment" ;;
  "pr list "*) ;;
  "pr create "*)
    printf '%s\n' "$@" > "$FORGE/opened"
    echo https://forge.example.com/pull/2 ;;
  *) echo "gh $*" >&2; exit 1 ;;
esac
"#;

/// Tests don't wait.
const SLEEP: &str = "#!/usr/bin/env bash\necho \"$1\" >> \"$FORGE/waits\"\n";

#[cfg(unix)]
fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(not(unix))]
fn executable(_: &Path) {}

#[test]
fn the_script_commits_what_reviewers_said_and_it_counts() {
    let Some(forge) = forge() else { return };
    let (done, said) = forge.run();
    assert!(done, "{said}");
    let log = forge.log("main");
    let first = log.lines().next().unwrap();
    assert_eq!(first, "github-actions[bot]|Record the reviews of what was merged");
    assert!(!forge.folder.path().join("runner/pwned").exists(), "a review ran something");
    assert!(!forge.folder.path().join("opened").exists());
    forge.take("main");
    assert_eq!(forge.world.stands(), ("active".into(), "claimed".into()));
    let record = forge.world.record();
    let approvers = record["approval"]["approvers"].as_array().unwrap();
    let reasons: Vec<&serde_json::Value> = approvers.iter().map(|it| &it["reason"]).collect();
    assert_eq!(*reasons[0], "Fine. $(touch pwned) `touch pwned`");
    assert_eq!(*reasons[1], serde_json::Value::Null);
    // The next push has no effect.
    let (done, said) = forge.run();
    assert!(done, "{said}");
    assert_eq!(forge.log("main"), log);
}

#[test]
fn where_the_branch_is_protected_it_comes_by_a_pull_request() {
    let Some(forge) = forge() else { return };
    let hook = forge.folder.path().join("bare/hooks/update");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\ntest \"$1\" != refs/heads/main\n").unwrap();
    executable(&hook);
    let (done, said) = forge.run();
    assert!(done, "{said}");
    let branch = format!("exledger-reviews-{}", forge.landing.get(..12).unwrap());
    let request = std::fs::read_to_string(forge.folder.path().join("opened")).unwrap();
    assert!(request.contains(&format!("--head\n{branch}\n")), "{request}");
    assert!(forge.log(&branch).starts_with("github-actions[bot]|"));
    let comment = forge.comment();
    assert!(comment.contains("count once https://forge.example.com/pull/2 is merged"), "{comment}");
    let hint = format!(
        "reviews of {ID} wait on branch origin/{branch}: they count once its pull request is merged"
    );
    assert_eq!(forge.waits(&hint), [true; 3]);
    forge.take(&branch);
    assert_eq!(forge.world.stands().0, "active");
    let bare = forge.folder.path().join("bare");
    git(&bare, &["update-ref", "refs/heads/main", &branch]);
    assert_eq!(forge.waits("wait on branch"), [false; 3]);
}

#[test]
fn a_login_that_nobody_knows_fails_the_job_and_is_asked_for_until_it_is_run_again() {
    let Some(mut forge) = forge() else { return };
    forge.answer("permissions", "{}");
    let (done, said) = forge.run();
    assert!(!done, "{said}");
    assert!(said.contains("it is not known who chen-lee is"), "{said}");
    let comment = forge.comment();
    assert!(comment.contains("- `chen-lee: ADDRESS`"), "{comment}");
    let log = forge.log("main");
    assert!(log.starts_with("github-actions[bot]|"), "what counts is pushed: {log}");
    forge.answer("permissions", r#"{"chen-lee": "write"}"#);
    forge.again = "1".to_owned();
    let (done, said) = forge.run();
    assert!(done, "{said}");
    assert!(forge.comment().contains("No approval of this pull request is left out"));
    forge.take("main");
    assert_eq!(forge.world.stands(), ("active".into(), "claimed".into()));
    for number in ["1; touch pwned", "x"] {
        forge.again = number.to_owned();
        assert!(!forge.run().0, "{number}");
    }
    assert!(!forge.folder.path().join("runner/pwned").exists());
}

#[test]
fn a_push_without_a_pull_request_leaves_everything_as_it_is() {
    let Some(mut forge) = forge() else { return };
    forge.answer("commits", "[]");
    let log = forge.log("main");
    for before in [forge.before.clone(), "0".repeat(40)] {
        forge.before = before;
        let (done, said) = forge.run();
        assert!(done, "{said}");
        assert_eq!(forge.log("main"), log);
        let waits = forge.folder.path().join("waits");
        assert_eq!(std::fs::read_to_string(&waits).unwrap(), "0\n10\n30\n");
        std::fs::remove_file(waits).unwrap();
    }
}

#[test]
fn a_review_that_can_not_be_told_fails_the_job_after_the_others_were_written() {
    let Some(forge) = forge() else { return };
    let reviews = std::fs::read_to_string(forge.folder.path().join("reviews")).unwrap();
    let head = reviews.split("\"commit_id\": \"").nth(1).unwrap().get(..40).unwrap().to_owned();
    forge.answer("reviews", &reviews.replacen(&head, &"3".repeat(40), 1));
    let (done, said) = forge.run();
    assert!(!done, "{said}");
    assert!(said.contains("could not determine what dana@example.com looked at"), "{said}");
    let files = git(&forge.folder.path().join("bare"), &["diff", "--name-only", "main~", "main"]);
    assert_eq!(files.lines().count(), 1, "{files}");
    assert!(files.contains(ID) && files.contains("lee@example.com"), "{files}");
}
