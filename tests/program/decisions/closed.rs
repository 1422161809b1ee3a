//! Closed records: they accept their post-closure review and nothing else, on any branch.

use crate::decisions::refused::refused;
use crate::decisions::{ID, Life, POLICY, record};

const CLOSE: [&str; 8] = [
    "close",
    ID,
    "--outcome",
    "withdrawn",
    "--reason",
    "Not needed",
    "--evidence",
    "note:https://x.example.com/1",
];

const TRIGGER: &str = "triggers: [{id: T1, when: The vendor ships, then: review}]\n";

#[test]
fn a_closed_record_takes_its_review_and_nothing_else() {
    let life = Life::new();
    life.filed(ID, &record(ID, TRIGGER), "ana", "lee");
    life.decided("ana", &CLOSE, "lee");
    for args in [
        &["renew", ID, "--for", "10d", "--reason", "Late"][..],
        &["review", ID, "--outcome", "close"],
        &["fire", ID, "T1"],
        &["review", ID, "--control", "CC1"],
        &["transfer", ID, "--to", "lee@example.com"],
        &["note", ID, "--stage", "triage", "--note", "More"],
        &CLOSE,
    ] {
        let err = refused(&life, args);
        assert!(err.contains("was closed on 2026-11-20 by ana@example.com"), "{args:?}: {err}");
    }
    let run = life.run("lee", &["close", ID, "--reviewed", "--outcome", "recurred"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("--like EXC-2026-7F3KQ"), "{}", run.out);
}

#[test]
fn a_closure_is_reviewed_although_its_owner_left_and_the_policy_tightened() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.decided("ana", &CLOSE, "lee");
    let policy = POLICY
        .replace("groups:", "people: {roster: people.csv}\ngroups:")
        .replace("max_term: 90d", "max_term: 5d");
    life.repo
        .by("dana")
        .write("exledger.yaml", &policy)
        .write("people.csv", "email,name,team,active\nlee@example.com,Lee,p,yes\n")
        .commit("Tighten");
    life.switch("main");
    let run = life.run("dana", &["close", ID, "--reviewed", "--outcome", "effective"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(life.run("dana", &["lint"]).code, 0);
    let text = life.text(ID).replace("by: dana@", "by: Ana@");
    life.repo.scribble(ID, &text);
    let lint = life.run("dana", &["lint"]);
    assert!(lint.code == 1 && lint.out.contains("review-by-self"), "{}", lint.out);
}

#[test]
fn what_was_closed_meanwhile_takes_no_decision_on_a_branch_that_does_not_know() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.repo.branch("old");
    let note = ["note", ID, "--stage", "triage", "--note", "Seen"];
    life.decided("ana", &note, "lee");
    life.switch("old");
    let run = life.run("lee", &note);
    assert!(run.code == 0 && run.err.contains("merge the approved ref first"), "{}", run.err);
    life.decided("ana", &CLOSE, "lee");
    life.switch("old");
    for args in [&note[..], &CLOSE, &["renew", ID, "--for", "2d", "--reason", "Late"]] {
        let err = refused(&life, args);
        assert!(err.contains("is closed on the approved ref"), "{err}");
    }
}
