//! The proposals of branches and the work tree: shown, waiting for approval, and never granting anything.

use serde_json::Value;

use crate::cli_answers::{ask, file, json, standard, story};
use crate::support::repo::Repo;
use crate::support::samples::SERVICE_ACCOUNT;

const NEW: &str = "EXC-2026-NEW42";
const DRAFT: &str = "EXC-2026-DRAFT";

/// The ledger with a record on a branch, one in the work tree, and a branch that extends what is approved.
fn proposing() -> Repo {
    let repo = story();
    let text =
        standard(NEW, "Wiki assistant reads the handbook", "wiki", "2026-11-30", "2027-01-20");
    repo.clock("2026-11-30T08:00:00Z");
    repo.branch("wiki").by("sam").write(NEW, &text).commit("File the wiki assistant");
    repo.branch("longer").by("ana").edit("EXC-2026-V23EW", "expires: 2027-02-01").commit("Longer");
    let draft = standard("EXC-2026-DRAFT", "Only here", "draft", "2026-11-30", "2026-12-20");
    repo.scribble("EXC-2026-DRAFT", &draft);
    repo
}

fn record<'a>(answer: &'a Value, id: &str) -> &'a Value {
    let mut records = answer["records"].as_array().unwrap().iter();
    records.find(|record| record["id"] == id).unwrap_or_else(|| panic!("{id} in {answer:#}"))
}

#[test]
fn what_is_nowhere_else_is_proposed_and_grants_nothing() {
    let repo = proposing();
    let answer = json(&repo, &["list"]);
    let new = record(&answer, NEW);
    assert_eq!(new["status"], "proposed");
    assert_eq!(new["in_force"], false);
    assert_eq!(new["tier"], "standard");
    assert_eq!(new["compensating_controls"][0]["fresh"], true);
    assert_eq!(new["branch"], "wiki");
    assert_eq!(new["waiting_since"], "2026-11-30T08:00:00Z");
    assert_eq!(new["requester"], "sam@example.com");
    assert_eq!(
        new["pending"][0]["author"],
        serde_json::json!({"email": "sam@example.com", "name": "Sam Ito"})
    );
    assert_eq!(new["pending"][0]["events"], serde_json::json!(["filed"]));
    assert_eq!(new["approval"]["satisfied"], false);
    assert_eq!(new["approval"]["needed"]["count"], 1);
    let draft = record(&answer, DRAFT);
    assert_eq!(
        (&draft["status"], &draft["branch"], &draft["waiting_since"]),
        (&"proposed".into(), &Value::Null, &Value::Null)
    );
    let gate = ask(&repo, &["check", "--application", "wiki", "--format", "json"]);
    let receipt: Value = serde_json::from_str(&gate.out).unwrap();
    assert_eq!((&receipt["verdict"], gate.code), (&"pending".into(), 1));
    assert_eq!(receipt["record"], NEW);
}

#[test]
fn a_branch_changes_nothing_about_what_is_approved() {
    let repo = proposing();
    let answer = json(&repo, &["list"]);
    let search = record(&answer, "EXC-2026-V23EW");
    assert_eq!(search["status"], "active");
    assert_eq!(search["pending_change"], true);
    assert_eq!(search["branch"], "longer");
    assert_eq!(search["pending"][0]["events"], serde_json::json!(["extended"]));
    assert_eq!(search["expires"], "2026-12-05");
    let only = json(&repo, &["list", "--approved-only"]);
    let ids: Vec<&str> = only["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["id"].as_str().unwrap())
        .collect();
    assert!(!ids.contains(&NEW) && !ids.contains(&DRAFT), "{ids:?}");
    assert_eq!(record(&only, "EXC-2026-V23EW")["pending_change"], false);
}

#[test]
fn a_request_is_due_once_it_waited_longer_than_the_policy_says() {
    let repo = proposing();
    for (on, code) in [("2026-12-02T08:00:00Z", "in time"), ("2026-12-04T08:00:00Z", "late")] {
        let args = ["queue", "--on", on, "--format", "json"];
        let answer = crate::cli::run(repo.path(), &args);
        let answer: Value = serde_json::from_str(&answer.out).unwrap();
        assert_eq!(record(&answer, NEW)["bucket"], "waiting-approval", "{code}");
    }
    let table = ask(&repo, &["queue"]);
    assert!(table.out.contains("at least claimed"), "{}", table.out);
}

#[test]
fn a_proposal_is_shown_whole_and_raw() {
    let repo = proposing();
    let shown = ask(&repo, &["show", "NEW42"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(shown.out.contains("proposed on branch wiki"), "{}", shown.out);
    let raw = ask(&repo, &["show", "NEW42", "--raw"]);
    assert!(raw.out.starts_with("id: EXC-2026-NEW42\n"), "{}", raw.out);
    let raw = ask(&repo, &["show", "DRAFT", "--raw"]);
    assert!(raw.out.starts_with("id: EXC-2026-DRAFT\n"), "{}", raw.out);
}

#[test]
fn proposals_exist_only_at_the_present_tip() {
    let repo = proposing();
    let past = crate::cli::run(repo.path(), &["list", "--as-of", "2026-12-01", "--format", "json"]);
    let past: Value = serde_json::from_str(&past.out).unwrap();
    assert!(
        past["records"].as_array().unwrap().iter().all(|record| record["status"] != "proposed")
    );
}

#[test]
fn a_bare_repository_answers_from_its_history() {
    let repo = story();
    let clone = repo.clone_with(&["--bare"]);
    let answer = crate::cli::run(clone.path(), &["--on", super::ON, "show", "7F3KQ", "--raw"]);
    assert_eq!((answer.code, answer.out.as_str()), (0, SERVICE_ACCOUNT), "{}", answer.err);
    for command in ["lint", "new"] {
        let answer = crate::cli::run(clone.path(), &[command]);
        assert_eq!((answer.code, answer.out.as_str()), (3, ""), "{command}");
    }
}

#[test]
fn a_ledger_in_a_folder_answers_like_one_at_the_top() {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    let policy = "version: 1\n";
    repo.by("dana").write("team/exledger.yaml", policy).commit("Keep exceptions");
    let path = "team/exceptions/EXC-2026-V23EW.yaml";
    let text = standard(
        "EXC-2026-V23EW",
        "Search index runs as root",
        "search",
        "2026-11-20",
        "2026-12-05",
    );
    repo.branch("file").by("ana").write(path, &text).commit("File");
    repo.by("dana").merge("file", "Merge branch 'file'");
    repo.checkout();
    let answer = json(&repo, &["-C", "team", "list"]);
    let search = record(&answer, "EXC-2026-V23EW");
    assert_eq!(
        (&search["status"], &search["path"]),
        (&"active".into(), &"exceptions/EXC-2026-V23EW.yaml".into())
    );
    file(&repo, "EXC-2026-0THER", &text);
    assert_eq!(json(&repo, &["-C", "team", "list"])["records"].as_array().unwrap().len(), 1);
}

#[test]
fn printed_commands_run_where_the_folder_was_named() {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("dana").write("team/exledger.yaml", "version: 1\n").commit("Keep exceptions");
    let text = standard(NEW, "`exledger` runs as root", "wiki", "2026-11-20", "2026-12-05");
    let path = format!("team/exceptions/{NEW}.yaml");
    repo.branch("file").by("ana").write(&path, &text).commit("File");
    repo.checkout();
    let args: [&[&str]; 6] = [
        &["queue"],
        &[],
        &["check", "--application", "nothing"],
        &["check", "--application", "wiki"],
        &["approve", NEW, "--by", "lee@example.com"],
        &["show", "EXC-2026-N0PE0"],
    ];
    for args in args {
        let run = crate::cli::run(repo.path(), &[&["-C", "team"], args].concat());
        let said = format!("{}{}", run.out, run.err);
        assert!(said.contains("exledger -C team "), "{args:?}: {said}");
        let n_other = said.replace("exledger -C team ", "").matches("exledger ").count();
        assert_eq!(n_other, 0, "{args:?}: {said}");
        assert!(!said.contains("-C team -C"), "{args:?}: {said}");
    }
    // JSON names the command for the ledger's folder.
    let steps = json(&repo, &["-C", "team", "queue"]);
    assert!(!steps.to_string().contains("-C team"), "{steps:#}");
}

/// A ledger whose one record is a new one on a branch of two commits.
fn filed_on_a_branch() -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.write_loose();
    repo.by("dana").write("exledger.yaml", "version: 1\n").commit("Begin");
    let text =
        standard(NEW, "Wiki assistant reads the handbook", "wiki", "2026-11-30", "2027-01-20");
    repo.branch("wiki").by("ana").write(NEW, &text).commit("File the wiki assistant");
    repo.branch("wiki").by("ana").write("README.md", "Wiki\n").commit("Describe it");
    repo.checkout();
    repo
}

#[test]
fn who_wrote_a_proposal_that_is_partly_unread_is_not_guessed_and_strict_fails() {
    let repo = filed_on_a_branch();
    let shallow = repo.clone_with(&["--depth=1", "--no-single-branch"]);
    let folder = repo.git.revparse_single("wiki~1^{tree}").unwrap().id().to_string();
    std::fs::remove_file(repo.git.path().join("objects").join(&folder[..2]).join(&folder[2..]))
        .unwrap();
    for (folder, command) in
        [(shallow.path(), "git fetch --unshallow"), (repo.path(), "exledger diff")]
    {
        let ask = |words: &[&str]| {
            let words = [words, &["--on", "2026-12-01T12:00:00Z"]].concat();
            crate::cli::run_with(folder, &words, &[("CI", "true")])
        };
        let run = ask(&["queue", "--format", "json"]);
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(run.err.contains("could not determine what "), "{}", run.err);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        let next = &record(&answer, NEW)["next"];
        assert!(next["action"].as_str().unwrap().starts_with("find out who wrote "), "{next:#}");
        assert!(next["command"].as_str().unwrap().starts_with(command), "{next:#}");
        for words in [&["queue"][..], &["list"], &["patterns"], &["queue", "--messages"]] {
            assert_eq!(ask(words).code, 0, "{words:?}");
            let run = ask(&[words, &["--strict"]].concat());
            assert_eq!(run.code, 3, "{words:?}: {}{}", run.out, run.err);
            let error = run.err.lines().find(|line| line.starts_with("error: ")).unwrap();
            assert!(error.contains("wiki: run `git "), "{words:?}: {error}");
            assert!(!run.out.contains("git merge"), "{words:?}: {}", run.out);
        }
        assert_eq!(ask(&["queue", "--strict", "--approved-only"]).code, 0);
    }
}

#[test]
fn a_branch_of_a_shallow_clone_that_has_the_records_that_landed_proposes_nothing() {
    let repo = filed_on_a_branch();
    repo.git.find_reference("refs/heads/wiki").unwrap().delete().unwrap();
    repo.branch("docs").by("ana").write("README.md", "Wiki\n").commit("Describe it");
    let shallow = repo.clone_with(&["--depth=1", "--no-single-branch"]);
    for words in [&["queue", "--strict"][..], &["list", "--strict"], &["patterns", "--strict"]] {
        let words = [words, &["--on", "2026-12-01T12:00:00Z"]].concat();
        let run = crate::cli::run_with(shallow.path(), &words, &[("CI", "true")]);
        assert_eq!(run.code, 0, "{words:?}: {}{}", run.out, run.err);
        assert!(!run.err.contains("could not determine"), "{words:?}: {}", run.err);
    }
}
