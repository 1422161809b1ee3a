//! A renewal after another one that has not landed: it replaces that one, and never one that landed.

use crate::decisions::refused::refused;
use crate::decisions::{ID, Life, record};
use crate::support::samples;

/// The policy of most decisions, which lets a standard record be renewed twice.
const POLICY: &str = samples::TEAMS;

fn renew<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&["renew", ID][..], args, &["--reason", "The vendor is late"]].concat()
}

/// Returns the end of the record in the work tree, and the end of each of its renewals.
fn ends(life: &Life) -> (String, Vec<String>) {
    let text = life.text(ID);
    let end = text.lines().find_map(|line| line.strip_prefix("expires: ")).unwrap();
    let untils = text.split("until: ").skip(1);
    (end.to_owned(), untils.map(|it| it[..10].to_owned()).collect())
}

/// Renews, and returns the note of the answer; empty if there is none.
fn note(life: &Life, args: &[&str]) -> String {
    let run = life.run("ana", args);
    assert_eq!(run.code, 0, "{args:?}: {}", run.err);
    let note = run.out.lines().find_map(|line| line.strip_prefix("note"));
    note.unwrap_or_default().trim().to_owned()
}

#[test]
fn an_entry_that_has_not_landed_is_replaced_and_the_answer_says_so() {
    let life = Life::of(POLICY);
    life.filed(ID, &record(ID, ""), "ana", "lee");
    assert_eq!(note(&life, &renew(&["--for", "14d"])), "");
    assert_eq!(ends(&life), ("2026-12-29".to_owned(), vec!["2026-12-29".to_owned()]));
    let replaced =
        |until: &str| format!("the renewal until {until}, which has not landed, is replaced");
    assert_eq!(note(&life, &renew(&["--for", "60d"])), replaced("2026-12-29"));
    assert_eq!(ends(&life), ("2027-02-13".to_owned(), vec!["2027-02-13".to_owned()]));
    assert!(life.text(ID).contains("from: 2026-12-15, until: 2027-02-13"), "{}", life.text(ID));
    // Committed on a branch, it has not landed either.
    life.commit("renew", "ana");
    assert_eq!(note(&life, &renew(&["--until", "2026-12-20"])), replaced("2027-02-13"));
    assert_eq!(ends(&life), ("2026-12-20".to_owned(), vec!["2026-12-20".to_owned()]));
    life.commit("renew", "ana");
    life.merge("renew", "lee", "");
    let shown = life.show(ID);
    assert_eq!((&shown["status"], &shown["renewals"]["count"]), (&"active".into(), &1.into()));
}

#[test]
fn an_entry_that_landed_is_never_touched() {
    let life = Life::of(POLICY);
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.decided("ana", &renew(&["--until", "2026-12-20"]), "lee");
    let landed = life.text(ID);
    assert_eq!(note(&life, &renew(&["--until", "2026-12-28"])), "");
    assert_eq!(ends(&life).1, ["2026-12-20", "2026-12-28"]);
    let first =
        |text: &str| text.lines().find(|it| it.contains("until: 2026-12-20")).unwrap().to_owned();
    assert_eq!(first(&life.text(ID)), first(&landed));
    life.answer(0, "ana", &renew(&["--until", "2027-01-05"]));
    assert_eq!(
        ends(&life),
        ("2027-01-05".to_owned(), vec!["2026-12-20".to_owned(), "2027-01-05".to_owned()])
    );
    assert_eq!(first(&life.text(ID)), first(&landed));
}

#[test]
fn the_present_end_takes_a_renewal_back_and_an_earlier_one_does_too() {
    let life = Life::of(POLICY);
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let before = life.text(ID);
    for until in ["2026-12-15", "2026-12-10"] {
        life.answer(0, "ana", &renew(&["--for", "14d"]));
        assert_eq!(
            note(&life, &["renew", ID, "--until", until]),
            "the renewal until 2026-12-29, which has not landed, is taken back"
        );
        assert_eq!(life.text(ID), before.replace("2026-12-15", until));
        life.repo.checkout();
    }
    assert!(
        refused(&life, &["renew", ID, "--until", "2026-12-15"])
            .contains("ends on 2026-12-15 already")
    );
    // A later end still needs a reason, whatever was asked for before.
    life.answer(0, "ana", &renew(&["--for", "14d"]));
    assert!(
        refused(&life, &["renew", ID, "--until", "2026-12-18"])
            .contains("ends on 2026-12-15, and a later end needs a reason")
    );
}

#[test]
fn without_an_approved_ref_nothing_is_replaced() {
    let life = Life::of(POLICY);
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.answer(0, "ana", &renew(&["--for", "14d"]));
    let text = life.text(ID);
    let args = [&["--approved-ref", "refs/heads/nothing"], &renew(&["--for", "14d"])[..]].concat();
    assert_eq!(life.run("ana", &args).code, 3);
    assert_eq!(life.text(ID), text);
}

#[test]
fn an_earlier_end_that_has_not_landed_is_replaced_or_taken_back() {
    let life = Life::of(POLICY);
    let credential = "credential_expires: 2026-12-15";
    let lines = format!(
        "subject: {{identity: 'svc:invoices', identity_type: service-account, credential: 'vault:invoices', \
         {credential}, application: billing, task: nightly invoices}}\nevent_ends: 2027-01-31\n"
    );
    let text = record(ID, &lines);
    life.filed(ID, &text, "ana", "lee");
    life.repo.branch("earlier");
    life.switch("earlier");
    for is_committed in [false, true] {
        life.answer(0, "ana", &["renew", ID, "--until", "2026-12-05"]);
        assert!(life.text(ID).contains("credential_expires: 2026-12-05"), "{}", life.text(ID));
        if is_committed {
            life.commit("earlier", "ana");
        }
        let said =
            |verb: &str| format!("the earlier end 2026-12-05, which has not landed, is {verb}");
        let shortened = life.text(ID);
        assert_eq!(note(&life, &["renew", ID, "--until", "2026-12-15"]), said("taken back"));
        assert_eq!(life.text(ID), text);
        std::fs::write(life.repo.path().join(crate::support::repo::path_of(ID)), shortened)
            .unwrap();
        assert_eq!(note(&life, &renew(&["--until", "2026-12-28"])), said("replaced"));
        assert!(life.text(ID).contains("from: 2026-12-15, until: 2026-12-28"), "{}", life.text(ID));
        let ends = [credential, "event_ends: 2027-01-31"];
        assert!(ends.iter().all(|end| life.text(ID).contains(end)), "{}", life.text(ID));
        assert_eq!(life.run("ana", &["lint", "--base", "main"]).code, 0);
        life.repo.checkout();
    }
}
