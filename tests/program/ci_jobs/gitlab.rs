//! The jobs in a pipeline of GitLab.

use serde_json::{Value, json};

use super::runner::{Job, Runner, TOKEN, text};
use crate::cli_approve::{ID, RECORD};
use crate::support::repo::{Repo, git, speak};

/// The project in the API.
const PROJECT: &str = "projects/example%2Fpayments";

const POLICY: &str = "version: 1
name: example/payments
people:
  noreply: [users.noreply.gitlab.example.com]
  logins: {\"odiaz@users.noreply.gitlab.example.com\": omar@example.com}
";

/// Runs a job of the pipeline.
fn job(runner: &Runner, arguments: &[&str], more: &[(&str, &str)]) -> Job {
    let clone = runner.clone_folder();
    let commit = |name: &str| git(&clone, &["rev-parse", name]).trim().to_owned();
    let (newest, before) = (commit("HEAD"), commit("HEAD~"));
    let (folder, address) =
        (clone.display().to_string(), runner.place("bare").display().to_string());
    let own = [
        ("GITLAB_CI", "true"),
        ("GITLAB_TOKEN", TOKEN),
        ("CI_SERVER_HOST", "gitlab.example.com"),
        ("CI_PROJECT_PATH", "example/payments"),
        ("CI_PROJECT_ID", "1"),
        ("CI_PROJECT_DIR", &folder),
        ("CI_PROJECT_URL", &address),
        ("CI_COMMIT_SHA", &newest),
        ("CI_COMMIT_BEFORE_SHA", &before),
        ("CI_JOB_URL", "https://gitlab.example.com/job/1"),
    ];
    runner.run(arguments, &[&own[..], more].concat())
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
    git(&runner.bare(), &["update-ref", "refs/merge-requests/2/head", &head]);
    let answer = |path: &str, json: Value| {
        runner.raw(&format!("{PROJECT}{path}.json"), json.to_string().as_bytes());
    };
    runner.raw("user.json", br#"{"id": 77, "username": "project_1_bot"}"#);
    answer("/issues", json!([]));
    answer("/members/all/9", json!({"access_level": 30}));
    let request = json!({"iid": 2, "state": "merged", "target_branch": "main", "squash_commit_sha": landing,
        "sha": head, "author": {"username": "nweber"}, "web_url": "https://gitlab.example.com/2"});
    answer(&format!("/repository/commits/{landing}/merge_requests"), json!([request]));
    answer("/merge_requests/2", request);
    let approval =
        json!({"user": {"id": 9, "username": "odiaz"}, "approved_at": "2026-11-20T10:30:00.000Z"});
    answer("/merge_requests/2/approvals", json!({"approved_by": [approval]}));
    answer("/merge_requests/2/commits", json!([{"id": head, "author_email": "nina@example.com"}]));
    answer("/merge_requests/2/notes", json!([]));
    versions(&runner, &head, "2026-11-20T10:00:00.000Z");
    runner
}

/// Sets when the reviewed version was pushed.
fn versions(runner: &Runner, head: &str, at: &str) {
    let json = json!([{"head_commit_sha": head, "created_at": at}]);
    runner.raw(&format!("{PROJECT}/merge_requests/2/versions.json"), json.to_string().as_bytes());
}

fn statements(runner: &Runner) -> usize {
    git(&runner.bare(), &["for-each-ref", "refs/heads/exledger-approvals"]).lines().count()
}

#[test]
fn an_approval_becomes_a_statement_and_the_issue_is_kept() {
    let runner = forge();
    let key = speak::private_file("bridge");
    let done = job(&runner, &["merged"], &[("EXLEDGER_KEY", &key)]);
    assert_eq!((done.code, statements(&runner)), (0, 1), "{}", done.log);
    let files = git(&runner.bare(), &["ls-tree", "-r", "--name-only", "exledger-approvals"]);
    assert!(files.contains("omar@example.com") && files.lines().count() == 2, "{files}");
    // A deleted account takes nothing from the approval of another.
    let approvals = format!("{PROJECT}/merge_requests/2/approvals");
    let mut both = runner.api(&approvals);
    let nobody = json!({"user": null, "approved_at": "2026-11-20T10:30:00.000Z"});
    both["approved_by"].as_array_mut().unwrap().push(nobody);
    runner.raw(&format!("{approvals}.json"), both.to_string().as_bytes());
    let done = job(&runner, &["merged"], &[("EXLEDGER_KEY", &key)]);
    assert_eq!(done.code, 0, "{}", done.log);
    assert!(done.log.contains("an account that the forge does not name"), "{}", done.log);
    runner.writes();
    let night = job(&runner, &["nightly"], &[]);
    assert!(night.code <= 1, "{}", night.log);
    let writes = runner.writes();
    assert!(writes.iter().all(|it| *it == format!("POST {PROJECT}/issues")), "{writes:?}");
}

#[test]
fn a_request_without_its_head_or_its_author_is_nonsense_and_a_message_is_compared() {
    let key = ("EXLEDGER_KEY", &*speak::private_file("bridge"));
    let runner = forge();
    let path = format!("{PROJECT}/merge_requests/2");
    let honest = runner.api(&path);
    for missing in ["sha", "author", "iid"] {
        let mut request = honest.clone();
        request.as_object_mut().unwrap().remove(missing);
        runner.raw(&format!("{path}.json"), request.to_string().as_bytes());
        runner.calls();
        let done = job(&runner, &["merged"], &[key]);
        assert_eq!((done.code, statements(&runner)), (3, 0), "{missing}: {}", done.log);
        let n_asked = runner.calls().iter().filter(|call| call["path"] == path.as_str()).count();
        assert_eq!(n_asked, 3, "{missing}");
    }
    runner.raw(&format!("{path}.json"), honest.to_string().as_bytes());
    let clone = runner.clone_folder();
    let message = "Merge branch 'x'\n\nSee merge request example/payments!5";
    let who = ["-c", "user.name=Nina Weber", "-c", "user.email=nina@example.com"];
    git(&clone, &[&who[..], &["commit", "-q", "--allow-empty", "-m", message]].concat());
    git(&clone, &["push", "-q", "origin", "main"]);
    let landing = git(&clone, &["rev-parse", "HEAD"]).trim().to_owned();
    let requests = format!("{PROJECT}/repository/commits/{landing}/merge_requests.json");
    runner.raw(&requests, b"[]");
    let done = job(&runner, &["merged"], &[key]);
    assert_eq!((done.code, statements(&runner)), (3, 0), "{}", done.log);
    assert!(done.log.contains("ci merged --pull-request 5"), "{}", done.log);
}

#[test]
fn an_approval_of_what_was_pushed_later_counts_for_nothing() {
    let runner = forge();
    let head = git(&runner.bare(), &["rev-parse", "refs/merge-requests/2/head"]);
    let key = speak::private_file("bridge");
    for at in ["2026-11-20T11:00:00.000Z", "yesterday"] {
        versions(&runner, head.trim(), at);
        let done = job(&runner, &["merged"], &[("EXLEDGER_KEY", &key)]);
        assert_eq!((done.code, statements(&runner)), (3, 0), "{at}: {}", done.log);
    }
    let again = ("EXLEDGER_MERGE_REQUEST", "2; touch pwned");
    assert_eq!(job(&runner, &["merged"], &[("EXLEDGER_KEY", &key), again]).code, 2);
}

#[test]
fn an_approval_without_a_time_has_that_of_gitlabs_own_note_or_is_named() {
    let key = speak::private_file("bridge");
    let note = |id: u64, system: bool, body: &str, at: &str| {
        json!({"id": 1, "system": system, "author": {"id": id, "username": "odiaz"}, "body": body,
            "created_at": format!("2026-11-20T{at}:00.000Z")})
    };
    let (yes, no) = ("approved this merge request", "unapproved this merge request");
    for (notes, expected) in [
        (json!([note(9, true, no, "10:20"), note(9, true, yes, "10:30")]), (0, 1)),
        (json!([note(9, true, no, "10:31"), note(9, true, yes, "10:30")]), (1, 0)),
        // Anybody can write a note.
        (json!([note(9, false, yes, "10:30"), note(8, true, yes, "10:30")]), (1, 0)),
        (json!([]), (1, 0)),
    ] {
        let runner = forge();
        let answer = |path: &str, json: Value| {
            let path = format!("{PROJECT}/merge_requests/2{path}.json");
            runner.raw(&path, json.to_string().as_bytes());
        };
        let approval = json!({"user": {"id": 9, "username": "odiaz"}});
        answer("/approvals", json!({"approved_by": [approval]}));
        answer("/notes", notes.clone());
        let done = job(&runner, &["merged"], &[("EXLEDGER_KEY", &key)]);
        assert_eq!((done.code, statements(&runner)), expected, "{notes}: {}", done.log);
        let says = "odiaz approved !2, but the forge does not say when";
        assert_eq!(done.log.contains(says), expected.0 == 1, "{}", done.log);
        let comments = runner.api(&format!("{PROJECT}/merge_requests/2/notes"));
        assert_eq!(comments.to_string().contains(says), expected.0 == 1, "{comments}");
    }
}

#[test]
fn a_merge_request_gets_a_report_and_one_comment() {
    let runner = forge();
    git(&runner.clone_folder(), &["fetch", "-q", "origin", "refs/merge-requests/2/head:billing"]);
    git(&runner.clone_folder(), &["checkout", "-q", "billing"]);
    git(&runner.clone_folder(), &["update-ref", "refs/remotes/origin/main", "HEAD~"]);
    let own = ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "1");
    let request = [("CI_MERGE_REQUEST_IID", "2"), ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")];
    let done = job(&runner, &["pull-request"], &[request[0], request[1], own]);
    assert_eq!(done.code, 0, "{}", done.log);
    assert_eq!(runner.writes(), [format!("POST {PROJECT}/merge_requests/2/notes")]);
    let note = runner.api(&format!("{PROJECT}/merge_requests/2/notes"))[0]["body"].clone();
    assert!(note.as_str().unwrap().contains(ID), "{note}");
    let report = text(&runner.clone_folder(), "gl-code-quality-exledger.json");
    assert!(serde_json::from_str::<Value>(&report).unwrap().is_array());
    // From a fork, and without a token, there is none.
    for more in [("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "9"), ("GITLAB_TOKEN", "")] {
        let done = job(&runner, &["pull-request"], &[request[0], request[1], own, more]);
        assert_eq!((done.code, runner.writes()), (0, Vec::new()), "{}", done.log);
    }
}
