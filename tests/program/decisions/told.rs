//! Who is notified of due records: one message per person, the escalation chain, and a calendar.

use std::collections::BTreeMap;

use crate::cli;
use crate::decisions::{ID, Life, POLICY, record};
use crate::support::golden;

const OTHER: &str = "EXC-2026-00002";

/// Runs a command over the demonstration ledger of a fixed day.
fn demo(args: &[&str]) -> cli::Run {
    let folder = crate::support::temporary();
    let made = cli::run(folder.path(), &["demo", "--on", "2026-11-20", "ledger"]);
    assert_eq!(made.code, 0, "{}", made.err);
    cli::run(&folder.path().join("ledger"), &[args, &["--on", "2026-11-20"]].concat())
}

#[test]
fn messages_and_calendar_are_as_promised() {
    // The commits of the demonstration are irrelevant for messages.
    for format in ["table", "markdown"] {
        let run = demo(&["queue", "--strict", "--messages", "-q", "--format", format]);
        assert_eq!((run.code, run.err.as_str()), (1, ""), "{}", run.out);
        golden::check(&format!("decisions/messages.{format}"), &run.out);
    }
    let run = demo(&["queue", "--messages", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
    let promised = "schema ledger records groups redesigns hidden messages simulated";
    assert_eq!(keys, promised.split(' ').collect::<Vec<_>>());
    let messages = serde_json::to_string_pretty(&answer["messages"]).unwrap();
    golden::check("decisions/messages.json", &(messages + "\n"));
    let run = demo(&["queue", "--strict", "--format", "ics"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""), "{}", run.out);
    assert!(run.out.split_inclusive("\r\n").all(|line| line.ends_with("\r\n") && line.len() <= 77));
    assert_eq!(run.out.matches('\n').count(), run.out.matches("\r\n").count());
    golden::check("decisions/queue.ics", &run.out.replace("\r\n", "\n"));
    let list = demo(&["list", "--format", "ics"]);
    assert_eq!((list.code, list.out.as_str()), (2, ""), "only `queue` is a calendar");
    let both = demo(&["queue", "--messages", "--format", "ics"]);
    assert_eq!((both.code, both.out.as_str()), (2, ""));
}

#[test]
fn ids_of_events_are_those_of_the_name() {
    for (name, id) in [
        ("ics/EXC-2026-7F3KQ/expires", "fdd1b164-43cc-520b-a817-5c2fd2089155"),
        ("ics/EXC-2026-7F3KQ/review", "f9cd40fa-df35-5499-b6e2-62b6fbcd84a0"),
    ] {
        assert_eq!(exledger::formats::uuid::name_uuid(name), id);
    }
    // A name that fills more than one block of the digest.
    let long = exledger::formats::uuid::name_uuid(&"x".repeat(200));
    assert_eq!(long, LONG);
}

const LONG: &str = "be0a2363-e600-579f-898b-4459910dab0c";

/// Returns the people notified of what is due, with the roles and ids.
fn told(life: &Life) -> BTreeMap<String, Vec<String>> {
    let now = life.repo.now().to_string();
    let run = life.run("sam", &["queue", "--messages", "--since", &now, "--format", "json"]);
    let answer: serde_json::Value =
        serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    let messages = answer["messages"].as_array().unwrap().iter();
    let people = messages.map(|message| {
        let records = message["records"].as_array().unwrap().iter();
        let records =
            records.map(|record| format!("{} {}", record["id"].as_str().unwrap(), record["roles"]));
        (message["to"]["email"].as_str().unwrap().to_owned(), records.collect())
    });
    people.collect()
}

fn expected(people: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
    let people = people.iter();
    people
        .map(|(who, records)| {
            ((*who).to_owned(), records.iter().map(|it| (*it).to_owned()).collect())
        })
        .collect()
}

#[test]
fn the_chain_names_more_people_the_longer_it_takes() {
    let policy = format!(
        "{POLICY}escalate: [{{after: 7d, to: security}}, {{after: 0d, to: owner}}, {{after: 3d, to: backup}}]\n"
    );
    let life = Life::of(&policy);
    let owned = "owner: {name: Ana Ruiz, email: ana@example.com, backup: dana@example.com}\n";
    life.filed(ID, &record(ID, owned), "ana", "lee");
    life.filed(
        OTHER,
        &record(OTHER, "subject: {application: orders}\nexpires: 2027-02-15"),
        "ana",
        "lee",
    );
    assert_eq!(
        told(&life),
        expected(&[("ana@example.com", &["EXC-2026-7F3KQ [\"owner\"]"])]),
        "it ends soon"
    );
    for (on, people) in [
        ("2026-12-16T00:00:00Z", &[("ana@example.com", "[\"owner\"]")][..]),
        ("2026-12-18T23:59:59Z", &[("ana@example.com", "[\"owner\"]")]),
        (
            "2026-12-19T00:00:00Z",
            &[("ana@example.com", "[\"owner\"]"), ("dana@example.com", "[\"backup\"]")],
        ),
        (
            "2026-12-23T00:00:00Z",
            &[
                ("ana@example.com", "[\"owner\"]"),
                ("dana@example.com", "[\"backup\",\"security\"]"),
                ("sam@example.com", "[\"security\"]"),
            ],
        ),
    ] {
        life.repo.clock(on);
        let people: Vec<(&str, Vec<String>)> =
            people.iter().map(|(who, roles)| (*who, vec![format!("{ID} {roles}")])).collect();
        let people: BTreeMap<String, Vec<String>> =
            people.into_iter().map(|(who, it)| (who.to_owned(), it)).collect();
        assert_eq!(told(&life), people, "{on}");
    }
    let run = life.run("sam", &["queue", "--strict", "--messages"]);
    assert_eq!(run.code, 1);
    assert!(!run.out.contains(OTHER), "nothing healthy is mentioned: {}", run.out);
}

#[test]
fn where_the_owner_left_the_next_one_is_told_at_once() {
    let policy = POLICY.replace("groups:", "people: {roster: people.csv}\ngroups:");
    let life = Life::of(&policy);
    let roster = "email,name,team,active\nana@example.com,Ana Ruiz,p,ANA\nlee@example.com,Lee,p,yes\ndana@example.com,Dana Kim,s,yes\n";
    life.repo
        .by("dana")
        .write("people.csv", &roster.replace("ANA", "yes"))
        .commit("Begin the roster");
    let owned = "owner: {name: Ana Ruiz, email: ana@example.com, backup: dana@example.com}\nexpires: 2027-02-15\n";
    life.filed(ID, &record(ID, owned), "ana", "lee");
    assert_eq!(told(&life), expected(&[]));
    life.repo.by("dana").write("people.csv", &roster.replace("ANA", "no")).commit("Ana left");
    assert_eq!(told(&life), expected(&[("dana@example.com", &["EXC-2026-7F3KQ [\"backup\"]"])]));
    assert_eq!(life.due(ID), (1, vec!["ownerless".to_owned()]));
}

#[test]
fn a_request_is_told_of_once_it_waits_too_long() {
    let life = Life::new();
    life.file(ID, &record(ID, "expires: 2027-02-15"), "ana");
    let approvers: &[(&str, &[&str])] = &[
        ("dana@example.com", &["EXC-2026-7F3KQ [\"approver\"]"]),
        ("kim@example.com", &["EXC-2026-7F3KQ [\"approver\"]"]),
        ("lee@example.com", &["EXC-2026-7F3KQ [\"approver\"]"]),
        ("sam@example.com", &["EXC-2026-7F3KQ [\"approver\"]"]),
    ];
    assert_eq!(told(&life), expected(approvers));
    life.repo.clock("2026-11-22T23:00:00Z");
    assert_eq!((told(&life), life.due(ID).0), (expected(approvers), 0));
    life.repo.clock("2026-11-23T10:00:01Z");
    let owner: (&str, &[&str]) = ("ana@example.com", &["EXC-2026-7F3KQ [\"owner\",\"requester\"]"]);
    assert_eq!(told(&life), expected(&[&[owner], approvers].concat()));
    let run = life.run("sam", &["queue", "--strict", "--messages"]);
    assert!(run.code == 1 && run.out.contains("at least claimed"), "{}", run.out);
}
