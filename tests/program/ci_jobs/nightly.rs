//! `ci nightly`: one issue with what is due and what the audit found.

use serde_json::{Value, json};

use super::runner::{REPO, Runner};
use crate::cli_approve::{ID, RECORD};
use crate::support::repo::{Repo, git};

/// Only the account that is a person's here is mentioned.
const POLICY: &str = "version: 1\npeople: {logins: {aruiz: ana@example.com}}\n";

/// A ledger where nothing is due.
fn forge() -> (Repo, Runner) {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("lee").write("exledger.yaml", POLICY).commit("Keep exceptions in a ledger");
    repo.branch("billing").by("ana").write(ID, RECORD).commit("File the billing exception");
    let runner = Runner::of(&repo);
    (repo, runner)
}

fn issue(runner: &Runner) -> Value {
    let issues = runner.asked("issues");
    assert_eq!(issues.as_array().unwrap().len(), 1, "{issues:#}");
    issues[0].clone()
}

#[test]
fn one_issue_is_opened_once_something_is_due_and_closed_when_nothing_is() {
    let (repo, mut runner) = forge();
    // Only the forge's own account is believed.
    let stranger = json!({"number": 3, "user": {"login": "mallory"}, "state": "open", "body": "<!-- exledger-due -->"});
    runner.answer("issues", json!([stranger]));
    let first = runner.job(&["nightly"], &[]);
    assert_eq!((first.code, runner.writes()), (0, Vec::new()), "nothing is due: {}", first.log);
    assert!(first.summary.contains("Kept by `exledger ci nightly`"), "{}", first.summary);
    // A record lands without approval: the issue is opened, and the audit is red.
    repo.by("ana").through("github").squash("billing", "File the billing exception (#1)");
    runner.take(&repo);
    let second = runner.job(&["nightly"], &[]);
    assert_eq!(second.code, 1, "{}", second.log);
    assert_eq!(runner.writes(), [format!("POST {REPO}/issues")]);
    let own = runner.asked("issues")[1].clone();
    assert_eq!(own["state"], "open");
    let body = own["body"].as_str().unwrap();
    assert!(
        body.starts_with("<!-- exledger-due -->\n") && body.contains("missing-approval"),
        "{body}"
    );
    assert!(body.contains("To: Ana") || body.contains(ID), "{body}");
    // The next night it is the same issue.
    runner.answer("issues", json!([own]));
    let updated = [format!("PATCH {REPO}/issues/101")];
    let third = runner.job(&["nightly"], &[]);
    assert_eq!((third.code, runner.writes().as_slice()), (1, &updated[..]), "{}", third.log);
    assert_eq!(issue(&runner)["state"], "open");
    // Lee approves a later version.
    repo.branch("title")
        .by("ana")
        .edit(ID, "title: Invoices read with a shared user")
        .commit("Name it");
    repo.by("lee").merge("title", "Merge branch 'title'");
    runner.take(&repo);
    let fourth = runner.job(&["nightly"], &[]);
    assert_eq!((fourth.code, runner.writes().as_slice()), (0, &updated[..]), "{}", fourth.log);
    assert_eq!(issue(&runner)["state"], "closed", "{:#}", issue(&runner));
    // Half a year later it has ended, and only the account that the policy knows is mentioned.
    runner.now = "2027-06-01T09:00:00Z".to_owned();
    let later = runner.job(&["nightly"], &[]);
    assert_eq!(runner.writes(), updated, "{}", later.log);
    let own = issue(&runner);
    let body = own["body"].as_str().unwrap();
    let words = body.split_whitespace().filter(|word| word.starts_with('@'));
    assert_eq!(
        (&own["state"], words.collect::<Vec<_>>()),
        (&json!("open"), vec!["@aruiz"]),
        "{body}"
    );
}

#[test]
fn facts_from_outside_are_asked_about_every_exception_in_force() {
    let (repo, mut runner) = forge();
    let trigger = "triggers: [{id: T2, when: It is exploited, then: close, test: known-exploited}]";
    let scope = "scope: {findings: [{tool: trivy, id: CVE-2026-0001, purl: 'pkg:npm/a@1'}]}";
    repo.branch("billing").by("ana").edit(ID, trigger).edit(ID, scope).commit("Watch it");
    repo.by("lee").merge("billing", "Merge branch 'billing'");
    runner.take(&repo);
    let path = runner.place("kev.json");
    let facts = format!("--facts={}", path.display());
    let mut night = |count: usize, id: &str| {
        let catalog = json!({"count": count, "dateReleased": "2026-11-20T00:00:00Z",
            "vulnerabilities": [{"cveID": id}]});
        std::fs::write(&path, catalog.to_string()).unwrap();
        let job = runner.job(&["nightly", &facts], &[]);
        (job.code, runner.writes().len(), job.summary)
    };
    let (code, writes, summary) = night(1, "CVE-2020-0001");
    assert_eq!((code, writes), (0, 0), "nothing is due: {summary}");
    let (code, writes, summary) = night(1, "CVE-2026-0001");
    assert_eq!((code, writes), (0, 1), "{summary}");
    let ended = format!("{ID} (trivy:CVE-2026-0001): T2: known to be exploited");
    assert!(summary.contains("# What facts end") && summary.contains(&ended), "{summary}");
    for (count, id) in [(2, "CVE-2020-0001"), (1, "soon")] {
        let (code, writes, summary) = night(count, id);
        assert_eq!((code, writes), (3, 1), "{summary}");
        assert!(summary.contains("# What no file of facts can tell"), "{summary}");
    }
}

#[test]
fn a_branch_that_was_rewritten_is_red_in_a_clone_that_remembers_it() {
    let (repo, mut runner) = forge();
    repo.by("lee").write("README.md", "Read me\n").commit("Say what this is");
    runner.take(&repo);
    let first = repo.git.find_commit(repo.tip("main")).unwrap().parent_id(0).unwrap();
    repo.set_ref("refs/heads/main", first);
    repo.by("mallory").write("README.md", "Read this\n").commit("Say what this is");
    runner.take(&repo);
    let job = runner.job(&["nightly"], &[]);
    assert_eq!(job.code, 1, "{}", job.log);
    assert_eq!(runner.writes(), [format!("POST {REPO}/issues")]);
    let own = issue(&runner);
    assert!(own["body"].as_str().unwrap().contains("history-rewritten"), "{own:#}");
    // A fresh clone remembers nothing.
    std::fs::remove_dir_all(runner.clone_folder()).unwrap();
    git(&runner.place(""), &["clone", "-q", "bare", "runner"]);
    let job = runner.job(&["nightly"], &[]);
    assert_eq!(job.code, 0, "{}", job.log);
    assert_eq!(issue(&runner)["state"], "closed");
}

#[test]
fn the_first_night_opens_the_issue_also_if_the_audit_can_not_be_made() {
    let (repo, mut runner) = forge();
    repo.by("lee").merge("billing", "Merge branch 'billing'");
    runner.take(&repo);
    std::fs::remove_dir_all(runner.clone_folder()).unwrap();
    let url = format!("file://{}", runner.bare().display());
    git(&runner.place(""), &["clone", "-q", "--depth=1", &url, "runner"]);
    let job = runner.job(&["nightly"], &[]);
    assert_eq!(job.code, 3, "{}", job.log);
    assert_eq!(runner.writes(), [format!("POST {REPO}/issues")], "{}", job.log);
    assert_eq!(issue(&runner)["state"], "open");
}
