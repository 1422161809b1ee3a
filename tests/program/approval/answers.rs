//! The commands' answers about late evidence and notes.

use serde_json::Value;

use crate::cli;
use crate::support::approval::sealed;
use crate::support::repo::Repo;
use crate::support::repo::speak::{no, yes};
use crate::support::samples::{ID, SAMPLE};

fn asked(repo: &Repo, words: &[&str]) -> Value {
    let words = [words, &["--format", "json", "--on", "2026-11-21"]].concat();
    let run = cli::run(repo.path(), &words);
    serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{words:?}: {}{}", run.out, run.err))
}

fn status(repo: &Repo) -> (String, Value) {
    let shown = asked(repo, &["show", ID]);
    let record = &shown["record"];
    let status = record["status"].as_str().unwrap().to_owned();
    (status, record["in_place"]["first_approved"].clone())
}

/// Returns each event of the trail with the short id of its commit.
fn events(repo: &Repo) -> Vec<(String, String)> {
    let log = asked(repo, &["log", ID]);
    let events = log["events"].as_array().unwrap().iter();
    events
        .map(|event| {
            let text = |key: &str| event[key].as_str().unwrap().to_owned();
            (text("event"), text("commit"))
        })
        .collect()
}

/// Returns the gate's answer, which reads only the few records that could answer.
fn gate(repo: &Repo) -> String {
    let answer = asked(repo, &["check", "--application", "billing"]);
    answer["verdict"].as_str().unwrap().to_owned()
}

#[test]
fn an_approval_and_a_veto_that_land_later_are_events_of_their_own() {
    let repo = sealed();
    let filed = repo.by("ana").write(ID, SAMPLE).commit("File it");
    repo.checkout();
    assert_eq!(status(&repo), ("unapproved".to_owned(), Value::Null));
    assert_eq!(gate(&repo), "pending");
    let says = yes("dana", ID, SAMPLE, "2026-11-20T10:30:00Z");
    let approved = repo.by("ana").says(&says).commit("Approve it");
    repo.checkout();
    let since = Value::from("2026-11-20T11:00:00Z");
    assert_eq!(status(&repo), ("active".to_owned(), since.clone()));
    assert_eq!(gate(&repo), "allow");
    let veto = no("sam", ID, SAMPLE, "2026-11-20T11:30:00Z");
    let vetoed = repo.by("ana").says(&veto).commit("Veto it");
    repo.checkout();
    assert_eq!(status(&repo), ("unapproved".to_owned(), since));
    assert_eq!(gate(&repo), "pending");
    let expected = [("filed", filed), ("approved", approved), ("vetoed", vetoed)];
    let expected = expected.map(|(event, commit)| (event.to_owned(), commit.to_string()));
    assert_eq!(events(&repo), expected);
}

#[test]
fn answers_that_used_notes_name_them() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root")
        .write("exledger.yaml", "version: 1\napproval: {forge: gerrit}\n")
        .commit("Begin");
    let landed = repo.by("ana").through("gerrit").write(ID, SAMPLE).commit("File it");
    repo.checkout();
    let before = asked(&repo, &["show", ID]);
    assert!(before["ledger"].get("notes").is_none());
    assert_eq!(before["record"]["status"], "unapproved");
    let note = repo
        .orphan("notes")
        .by("gerrit")
        .write(&landed.to_string(), "Code-Review+2: Dana Kim <dana@example.com>\n")
        .commit("Notes added");
    repo.set_ref("refs/notes/review", note);
    let after = asked(&repo, &["show", ID]);
    assert_eq!(after["ledger"]["notes"], note.to_string());
    assert_eq!(after["record"]["status"], "active");
    let source = &after["record"]["approval"]["approvers"][0]["source"];
    assert_eq!(*source, format!("refs/notes/review:{landed}"));
    let earlier = asked(&repo, &["show", ID, "--as-of", "2026-11-20T10:30:00Z"]);
    assert_eq!(earlier["record"]["status"], "unapproved");
}
