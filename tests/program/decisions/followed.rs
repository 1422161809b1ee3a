//! Ended records, review outcomes, waiting records: the bucket, and the next step, which is taken and works.

use serde_json::{Value, json};

use crate::decisions::{ID, Life, record};
use crate::support::repo::git;

/// What a person answers to the prompts of a closure, as flags.
const SAID: &str = " --outcome withdrawn --reason 'The job is retired' --evidence change:https://ci.example.com/11";

const CLOSE: [&str; 8] = [
    "close",
    ID,
    "--outcome",
    "remediated",
    "--reason",
    "The job is retired",
    "--evidence",
    "change:https://ci.example.com/11",
];

/// Returns the entry of a record in `queue`; null if it needs nothing.
fn due(life: &Life, id: &str) -> Value {
    let run = life.run("sam", &["queue", "--format", "json"]);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    let mut records = answer["records"].as_array().unwrap().iter();
    records.find(|record| record["id"] == id).cloned().unwrap_or(Value::Null)
}

fn buckets(life: &Life) -> Vec<String> {
    life.due(ID).1
}

/// Takes the step in `queue` as one person, and lets another merge it.
fn follow(life: &Life, said: &str, by: &str, merged_by: &str) {
    let due = due(life, ID);
    let mut command = due["next"]["command"].as_str().unwrap().to_owned();
    if command.starts_with("exledger close") {
        command.push_str(said);
    } else if command.starts_with("exledger reject") {
        command.push_str(" --reason 'The job is retired'");
    }
    assert!(!command.contains('…'), "{command}");
    let mut words: Vec<String> = Vec::new();
    for (n, part) in command.split('\'').enumerate() {
        match n % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    assert_eq!(words.remove(0), "exledger");
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    life.decided(by, &words, merged_by);
}

#[test]
fn what_was_in_force_and_ended_is_to_be_closed_whatever_its_status() {
    let short = "expires: 2026-12-01\n";
    // A push changes the subject: nothing is granted any more, and the end passes.
    let pushed = |life: &Life| {
        life.filed(ID, &record(ID, short), "ana", "lee");
        life.repo.clock("2026-11-25T09:00:00Z");
        let work = life.repo.by("ana");
        work.edit(ID, "subject: {application: orders}")
            .edit(ID, "expires: 2027-01-31")
            .commit("Another application, and longer");
        life.switch("main");
    };
    // An emergency that nobody approved.
    let emergency = |life: &Life| {
        let more = "class: emergency\nstarts: 2026-11-20T10:00:00Z\nexpires: 2026-11-22T10:00:00Z\n\
                    deviates_from: {rule: Deployments on weekdays, baseline: change-window}\n\
                    references: {change: CHG-1234}\n";
        let work = life.repo.by("ana");
        work.write(ID, &record(ID, more)).commit("Deploy now");
        life.switch("main");
    };
    for (name, begin, status) in [
        ("pushed", &pushed as &dyn Fn(&Life), "unapproved"),
        ("emergency", &emergency, "unapproved"),
        ("plain", &|life: &Life| life.filed(ID, &record(ID, short), "ana", "lee"), "expired"),
    ] {
        let life = Life::new();
        begin(&life);
        life.repo.clock("2027-01-04T09:00:00Z");
        let shown = life.show(ID);
        assert_eq!(shown["status"], status, "{name}");
        assert!(shown["in_place"]["overrun_days"].as_i64().unwrap() > 30, "{name}: {shown}");
        assert!(shown["days_left"].as_i64().unwrap() < -30, "{name}: {shown}");
        let due = due(&life, ID);
        assert_eq!(due["bucket"], "overdue-closure", "{name}: {due:#}");
        assert!(!buckets(&life).contains(&"waiting-approval".to_owned()), "{name}");
        assert!(due["next"]["days"].as_i64().unwrap() > 30, "{name}");
        let reason = shown["reasons"][0].as_str().unwrap();
        assert!(reason.contains("close it") && !reason.contains("approve"), "{name}: {reason}");
        follow(&life, SAID, "ana", "lee");
        assert_eq!(life.show(ID)["status"], "closed", "{name}");
        assert!(buckets(&life).is_empty(), "{name}");
    }
}

#[test]
fn a_file_that_breaks_after_the_end_hides_no_access() {
    let life = Life::new();
    life.filed(ID, &record(ID, "expires: 2026-12-01\n"), "ana", "lee");
    life.repo.clock("2026-12-10T09:00:00Z");
    life.repo.by("ana").replace(ID, "class: standard", "class: [").commit("Break it");
    life.switch("main");
    assert_eq!(life.show(ID)["status"], "invalid");
    assert_eq!(life.due(ID), (1, vec!["overdue-closure".to_owned()]));
    let due = due(&life, ID);
    assert_eq!(due["next"]["since"], "2026-12-02T00:00:00Z");
    assert_eq!(due["next"]["command"], format!("exledger lint exceptions/{ID}.yaml"));
}

#[test]
fn a_request_whose_time_is_over_is_expired_and_nobody_is_asked_to_approve_it() {
    let life = Life::new();
    let text = record(ID, "expires: 2026-12-01\n");
    life.filed(ID, &text, "ana", "ana");
    let other = "EXC-2026-0THER";
    let text = text.replace(ID, other);
    life.file(other, &text, "ana");
    assert_eq!(buckets(&life), ["waiting-approval"]);
    life.repo.clock("2026-12-02T00:00:00Z");
    for (id, status) in [(ID, "unapproved"), (other, "proposed")] {
        assert_eq!(life.show(id)["status"], status);
        let due = due(&life, id);
        assert_eq!((&due["bucket"], &due["also"]), (&json!("expired"), &json!([])), "{id}");
        assert_eq!(due["next"]["since"], "2026-12-02T00:00:00Z", "{id}");
        assert!(!due["next"]["command"].as_str().unwrap().contains("approve"), "{due:#}");
    }
    follow(&life, SAID, "ana", "lee");
    assert!(buckets(&life).is_empty());
    // The other one gets a later end on its branch, and waits for approval again.
    let work = life.repo.branch(&format!("file-{other}")).by("ana");
    work.edit(other, "expires: 2027-01-15").commit("Later");
    assert_eq!(life.due(other).1, ["waiting-approval"]);
}

#[test]
fn a_later_end_that_landed_unapproved_is_what_is_approved_before_the_earlier_one() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.repo.clock("2026-12-10T09:00:00Z");
    let renewed = "renewals: [{date: 2026-12-10, from: 2026-12-15, until: 2027-01-15, reason: The vendor is late}]";
    let work = life.repo.by("ana").edit(ID, "expires: 2027-01-15").edit(ID, renewed);
    work.commit("Later");
    life.switch("main");
    life.repo.clock("2026-12-13T09:00:00Z");
    let of_renewed = due(&life, ID);
    assert_eq!(of_renewed["bucket"], "urgent", "{of_renewed:#}");
    let action = of_renewed["next"]["action"].as_str().unwrap();
    assert!(action.starts_with("merge a change to its text"), "{of_renewed:#}");
    // Without the entry no approval helps.
    life.repo.by("ana").replace(ID, renewed, "").commit("Drop the entry");
    life.switch("main");
    let silent = due(&life, ID);
    let command = silent["next"]["command"].as_str().unwrap();
    assert!(command.starts_with("git checkout "), "{silent:#}");
}

#[test]
fn a_review_that_says_close_or_reduce_is_due_until_something_follows() {
    let scope =
        "scope: {resources: [db:invoices, db:orders], actions: [read]}\nexpires: 2027-01-31\n";
    let reviewed = |outcome: &str| {
        let life = Life::new();
        life.filed(ID, &record(ID, scope), "ana", "lee");
        life.repo.clock("2026-11-25T09:00:00Z");
        life.decided("dana", &["review", ID, "--outcome", outcome], "lee");
        life.repo.clock("2026-11-27T09:00:00Z");
        life
    };
    for outcome in ["close", "reduce"] {
        let bucket = format!("review-says-{outcome}");
        let life = reviewed(outcome);
        assert_eq!(life.due(ID), (1, vec![bucket.clone()]));
        let queue = life.run("sam", &["-q", "queue"]).out;
        let words = bucket.replace('-', " ");
        assert!(queue.contains(&format!("{words} for 47 hours; waits for Ana Ruiz")), "{queue}");
        // A review with `still-needed` follows.
        life.decided("lee", &["review", ID, "--outcome", "still-needed"], "dana");
        assert!(buckets(&life).is_empty());
        // Another review asks again: the later outcome applies.
        life.decided("dana", &["review", ID, "--outcome", outcome], "lee");
        assert_eq!(buckets(&life), [bucket.as_str()]);
        // A narrower scope, an earlier end.
        for narrowing in
            ["scope: {resources: [db:invoices], actions: [read]}", "expires: 2026-12-31"]
        {
            let life = reviewed(outcome);
            life.repo.by("ana").edit(ID, narrowing).commit("Narrow it");
            life.switch("main");
            assert!(buckets(&life).is_empty(), "{narrowing}");
            // After reverting that, the review applies again.
            let back = match narrowing.starts_with("scope") {
                true => "scope: {resources: [db:invoices, db:orders], actions: [read]}",
                false => "expires: 2027-01-31",
            };
            life.repo.branch("back").by("ana").edit(ID, back).commit("As it was");
            life.merge("back", "lee", "");
            assert_eq!(buckets(&life), [bucket.as_str()], "{back}");
        }
        // A change of the text only.
        let life = reviewed(outcome);
        life.repo.by("ana").edit(ID, "title: In other words").commit("Word it");
        assert!(buckets(&life).contains(&bucket));
        // The entry is removed without approval.
        let life = reviewed(outcome);
        life.repo.by("ana").write(ID, &record(ID, scope)).commit("Drop the review");
        assert!(buckets(&life).contains(&bucket));
    }
    let life = reviewed("close");
    follow(&life, SAID, "ana", "lee");
    assert!(buckets(&life).is_empty());
    // If a branch closes it, only merging is left to do.
    let life = reviewed("close");
    life.decide("over", "ana", &CLOSE);
    life.switch("main");
    let next = due(&life, ID)["next"].clone();
    assert_eq!(next["action"], "merge over (closed): it needs no approval");
    // So it is with whatever grants nothing, and nobody is asked to approve it.
    let life = Life::new();
    life.filed(ID, &record(ID, "expires: 2027-01-31\n"), "ana", "lee");
    for (branch, event, args) in [
        ("looked", "reviewed", &["review", ID, "--outcome", "still-needed"][..]),
        ("noted", "noted", &["note", ID, "--stage", "triage", "--note", "The vendor is asked"]),
    ] {
        life.decide(branch, "ana", args);
        life.switch("main");
        for asker in ["ana", "lee"] {
            let shown = life.answer(0, asker, &["show", ID]);
            let action = format!("merge {branch} ({event}): it needs no approval");
            assert_eq!(shown["next"]["action"], action, "{shown:#}");
        }
        let mail = life.run("ana", &["queue", "--messages"]).out;
        assert!(!mail.contains("exledger approve"), "{mail}");
        git(life.repo.path(), &["branch", "-q", "-D", branch]);
    }
}

#[test]
fn a_closure_that_nobody_looked_at_has_a_next_step() {
    let life = Life::of("version: 1\ntiers: [{name: standard, post_closure_review: 10d}]\n");
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.decided("ana", &CLOSE, "lee");
    life.repo.clock("2026-12-10T09:00:00Z");
    let table = life.run("sam", &["-q", "queue"]).out;
    assert!(table.contains("review the closure, unless you closed it"), "{table}");
    assert_eq!(buckets(&life), ["post-closure-review-due"]);
    follow(&life, " --outcome effective", "dana", "lee");
    assert!(buckets(&life).is_empty());
}

#[test]
fn a_branch_that_is_dated_in_the_future_has_no_age() {
    let life = Life::new();
    life.repo.clock("2032-09-18T09:00:00Z");
    life.file(ID, &record(ID, ""), "ana");
    life.repo.clock("2026-11-22T09:00:00Z");
    let next = due(&life, ID)["next"].clone();
    assert_eq!((&next["since"], &next["days"]), (&Value::Null, &Value::Null));
    let report = life.answer(0, "sam", &["report"]);
    assert_eq!(report["backlog"]["awaiting"], 1);
    assert_eq!(report["backlog"]["oldest_waiting_days"], Value::Null);
    for command in ["queue", "report", "show"] {
        let id = if command == "show" { &[ID][..] } else { &[] };
        let out = life.run("sam", &[&[command], id].concat()).out;
        let is_age = |pair: &[u8]| pair[0] == b'-' && pair[1].is_ascii_digit();
        let words = out.split_whitespace();
        let negative = words.filter(|it| it.as_bytes().get(..2).is_some_and(is_age));
        assert_eq!(negative.count(), 0, "{command}: {out}");
        let is_said = out.contains("2032-09-18T09:00:00Z, which is in the future");
        assert_eq!(is_said, command != "report", "{command}: {out}");
    }
}

#[test]
fn what_its_branch_rejects_waits_for_nobody() {
    let life = Life::new();
    life.file(ID, &record(ID, ""), "ana");
    assert_eq!(life.check(&["--application", "billing"]).0, "pending");
    let no = "closure: {outcome: rejected, date: 2026-11-20, by: dana@example.com, reason: The gateway does it}\n";
    let branch = life.repo.branch(&format!("file-{ID}"));
    branch.by("dana").write(ID, &record(ID, no)).commit("Reject it");
    life.switch("main");
    let (verdict, reason) = life.check(&["--application", "billing"]);
    assert_eq!(verdict, "deny", "{reason}");
    assert!(reason.contains("rejected there by dana@example.com"), "{reason}");
    let action = due(&life, ID)["next"]["action"].as_str().unwrap().to_owned();
    assert_eq!(action, format!("merge file-{ID}: it needs no approval"));
    let shown = life.run("ana", &["show", ID]).out;
    let by = "filed, rejected by Ana Ruiz <ana@example.com>, Dana Kim <dana@example.com>";
    assert!(shown.contains(by), "{shown}");
}

#[test]
fn who_files_an_emergency_merges_it_first() {
    let life = Life::new();
    let emergency = record(ID, "class: emergency\nexpires: 2026-11-21\n");
    life.file(ID, &emergency, "ana");
    life.switch("main");
    let next = |by: &str| life.answer(0, by, &["show", ID])["next"]["action"].to_string();
    assert!(
        next("ana").contains(&format!("merge file-{ID}: the first emergency")),
        "{}",
        next("ana")
    );
    assert!(!next("dana").contains("the first emergency"), "{}", next("dana"));
    life.merge(&format!("file-{ID}"), "ana", "");
    assert_eq!(life.check(&["--application", "billing"]).0, "allow");
}
