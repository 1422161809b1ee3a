//! The jobs of the GitLab component: their scripts run in a checkout, with `curl` answered from files.

use std::process::Command;

use serde_json::{Value, json};

use super::runner::{Runner, text};
use crate::cli;
use crate::cli_approve::{ID, RECORD};
use crate::support::project;
use crate::support::repo::{Repo, git, speak};

const POLICY: &str = "version: 1
name: example/payments
people:
  noreply: [users.noreply.gitlab.example.com]
  logins: {\"odiaz@users.noreply.gitlab.example.com\": omar@example.com}
";

/// Runs a job of the component; returns exit code and log.
fn job(runner: &Runner, name: &str, more: &[(&str, &str)]) -> (i32, String) {
    let component = text(&project::root(), "templates/exledger.yml");
    let jobs: Value = serde_yaml::from_str(component.split_once("\n---\n").unwrap().1).unwrap();
    let part = |job: &str, key: &str| jobs[job][key][0].as_str().unwrap().to_owned();
    let script = format!("{}\n{}", part(".exledger", "before_script"), part(name, "script"));
    let clone = runner.clone_folder();
    let own = std::path::Path::new(env!("CARGO_BIN_EXE_exledger")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{}:{path}", runner.place("bin").display(), own.display());
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("exec 2>&1\n{script}"))
        .current_dir(&clone)
        .env_clear()
        .env("PATH", path)
        .env("HOME", runner.place(""))
        .env("FORGE", runner.place(""))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_DATE", &runner.now)
        .env("GIT_COMMITTER_DATE", &runner.now)
        .env("EXLEDGER_TEST_CLOCK", &runner.now)
        .env("EXLEDGER_FOLDER", ".")
        .env("EXLEDGER_APPROVED_REF", "refs/remotes/origin/main")
        .env("EXLEDGER_TOKEN", "s3cr3t")
        .env("EXLEDGER_KEY", runner.place("bridge"))
        .env("CI_API_V4_URL", "https://gitlab.example.com/api/v4")
        .env("CI_SERVER_HOST", "gitlab.example.com")
        .env("CI_PROJECT_ID", "1")
        .env("CI_DEFAULT_BRANCH", "main")
        .env("CI_COMMIT_SHA", git(&clone, &["rev-parse", "HEAD"]).trim())
        .env("CI_COMMIT_BEFORE_SHA", git(&clone, &["rev-parse", "HEAD~"]).trim())
        .env("CI_PROJECT_DIR", &clone)
        .env("CI_PROJECT_URL", format!("file://{}", runner.place("bare").display()))
        .env("CI_JOB_URL", "https://gitlab.example.com/job/1")
        .envs(more.iter().copied())
        .output()
        .unwrap();
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stdout).into_owned())
}

fn forge() -> Runner {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("lee")
        .write("exledger.yaml", POLICY)
        .write(".github/allowed_signers", &speak::bridge_line())
        .commit("Keep exceptions in a ledger");
    repo.branch("billing").by("nina").write(ID, RECORD).commit("File the billing exception");
    let head = repo.tip("billing").to_string();
    let landing = repo.by("nina").squash("billing", "File the billing exception").to_string();
    let runner = Runner::of(&repo);
    std::fs::write(runner.place("bridge"), speak::private_file("bridge")).unwrap();
    runner.executable("bin/curl", include_str!("curl.sh"));
    // The address of the project ends in `.git`.
    std::os::unix::fs::symlink(runner.bare(), runner.place("bare.git")).unwrap();
    git(&runner.bare(), &["update-ref", "refs/merge-requests/2/head", &head]);
    let answer =
        |path: &str, json: Value| runner.raw(&format!("{path}.json"), json.to_string().as_bytes());
    answer(
        "user",
        json!({"id": 77, "name": "bridge", "email": "project_1_bot_ab@noreply.gitlab.example.com"}),
    );
    answer("projects/1/issues", json!([]));
    answer("projects/1/members/all/9", json!({"access_level": 30}));
    answer(
        &format!("projects/1/repository/commits/{landing}/merge_requests"),
        json!([{"iid": 2, "state": "merged", "target_branch": "main", "squash_commit_sha": landing, "sha": head}]),
    );
    let request = "projects/1/merge_requests/2";
    answer(
        request,
        json!({"author": {"username": "nweber"}, "web_url": "https://gitlab.example.com/2"}),
    );
    let approval =
        json!({"user": {"id": 9, "username": "odiaz"}, "approved_at": "2026-11-20T10:30:00.000Z"});
    answer(&format!("{request}/approvals"), json!({"approved_by": [approval]}));
    answer(&format!("{request}/commits"), json!([{"author_email": "nina@example.com"}]));
    versions(&runner, &head, "2026-11-20T10:00:00.000Z");
    runner
}

/// Sets when the reviewed version was pushed.
fn versions(runner: &Runner, head: &str, at: &str) {
    let json = json!([{"head_commit_sha": head, "created_at": at}]);
    runner.raw("projects/1/merge_requests/2/versions.json", json.to_string().as_bytes());
}

#[test]
fn an_approval_of_a_merge_request_becomes_a_statement_that_counts_and_the_issue_is_closed() {
    let runner = forge();
    let clone = runner.clone_folder();
    let writes = || {
        let calls = text(&runner.place(""), "calls");
        std::fs::remove_file(runner.place("calls")).unwrap();
        let writes = calls.lines().filter(|call| !call.starts_with("GET"));
        writes.map(str::to_owned).collect::<Vec<String>>()
    };
    // Nobody approved what landed: the first night opens the issue.
    let (code, log) = job(&runner, "exledger-nightly", &[]);
    assert_eq!((code, writes()), (1, vec!["POST /projects/1/issues".to_owned()]), "{log}");
    let sent = text(&runner.place(""), "sent-1");
    assert!(sent.starts_with("<!-- exledger-due . -->\n"), "{sent}");
    assert!(sent.contains("self-approval"), "{sent}");
    let issue = json!([{"iid": 5, "author": {"id": 77}, "description": sent}]);
    runner.raw("projects/1/issues.json", issue.to_string().as_bytes());
    let updated = ["PUT /projects/1/issues/5"];
    assert_eq!(job(&runner, "exledger-nightly", &[]).0, 1);
    assert_eq!(writes(), updated);
    assert_eq!(text(&runner.place(""), "data"), "state_event=reopen\n");
    let (code, log) = job(&runner, "exledger-reviews", &[]);
    assert_eq!(code, 0, "{log}");
    git(&clone, &["fetch", "-q"]);
    git(&clone, &["reset", "-q", "--hard", "origin/main"]);
    let clock = ("EXLEDGER_TEST_CLOCK", runner.now.as_str());
    let run = cli::run_with(&clone, &["show", ID, "--format", "json"], &[clock]);
    let shown: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(shown["record"]["status"], "active", "{shown:#}");
    writes();
    let (code, log) = job(&runner, "exledger-nightly", &[]);
    assert_eq!((code, writes().as_slice()), (0, &updated.map(str::to_owned)[..]), "{log}");
    assert_eq!(text(&runner.place(""), "data"), "state_event=reopen\nstate_event=close\n");
    // A night in which nothing is due opens none.
    runner.raw("projects/1/issues.json", b"[]");
    assert_eq!((job(&runner, "exledger-nightly", &[]).0, writes()), (0, Vec::new()));
}

#[test]
fn an_approval_of_what_was_pushed_later_counts_for_nothing() {
    let runner = forge();
    let head = git(&runner.bare(), &["rev-parse", "refs/merge-requests/2/head"]);
    let log = runner.history("main");
    for at in ["2026-11-20T11:00:00.000Z", "2026-11-20T10:00:00.000+01:00"] {
        versions(&runner, head.trim(), at);
        assert_ne!(job(&runner, "exledger-reviews", &[]).0, 0, "{at}");
        assert_eq!(runner.history("main"), log, "{at}");
    }
    for (name, value) in [("EXLEDGER_MERGE_REQUEST", "2; touch pwned"), ("EXLEDGER_TOKEN", "")] {
        assert!(job(&runner, "exledger-reviews", &[(name, value)]).0 >= 2, "{name}");
    }
    assert!(!runner.clone_folder().join("pwned").exists());
}
