//! All answers that list, count or report what is due agree about each record.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cli;
use crate::decisions::{ID, Life, record};

fn ask(folder: &std::path::Path, on: &str, args: &[&str]) -> (i32, Value) {
    let args = [args, &["--on", on, "--format", "json"]].concat();
    let run = cli::run(folder, &args);
    let json = serde_json::from_str(&run.out);
    let json = json.unwrap_or_else(|_| panic!("{args:?}: {}{}", run.out, run.err));
    (run.code, json)
}

fn by_id(answer: &Value, key: &str) -> BTreeMap<String, Value> {
    let records = answer[key].as_array().unwrap().iter();
    let id = |record: &Value| record["id"].as_str().unwrap().to_owned();
    records.map(|record| (id(record), record.clone())).collect()
}

#[test]
fn queue_report_and_messages_agree_at_every_instant() {
    let folder = crate::support::temporary();
    let demo = cli::run(folder.path(), &["demo", "--on", "2026-11-20", "ledger"]);
    assert_eq!(demo.code, 0, "{}", demo.err);
    let ledger = folder.path().join("ledger");
    for on in [
        "2026-11-19T20:00:00Z",
        "2026-11-21T17:59:59Z",
        "2026-11-21T18:00:00Z",
        "2026-11-22T12:00:00Z",
        "2027-03-01T00:00:00Z",
    ] {
        let (code, queue) = ask(&ledger, on, &["queue"]);
        let (_, report) = ask(&ledger, on, &["report"]);
        let (_, told) = ask(&ledger, on, &["queue", "--messages"]);
        let queue = by_id(&queue, "records");
        // Every record in a message has the same next step and date as in the person's own `queue`, unless it only says whom
        // it waits for, what was decided, or what it waits for beside something more urgent.
        let messages = told["messages"].as_array().unwrap().iter();
        for message in messages {
            let email = message["to"]["email"].as_str().unwrap();
            crate::support::repo::git(&ledger, &["config", "user.email", email]);
            let queue = by_id(&ask(&ledger, on, &["queue"]).1, "records");
            for told in message["records"].as_array().unwrap() {
                if told["bucket"] == "decided" {
                    continue;
                }
                let record = &queue[told["id"].as_str().unwrap()];
                if told["bucket"] != record["bucket"] {
                    assert_eq!(told["roles"], json!(["approver"]), "{on}: {told}");
                    continue;
                }
                let next = &record["next"];
                let waits = told["action"].as_str().unwrap().starts_with("it waits for");
                assert!(!waits || !told["roles"].to_string().contains("approver"), "{told}");
                let keys = ["since", "deadline", "action", "command"];
                for key in &keys[..if waits { 2 } else { 4 }] {
                    assert_eq!(told[key], next[key], "{key} of {} on {on}", told["id"]);
                }
            }
        }
        let table = cli::run(&ledger, &["-q", "queue", "--strict", "--on", on]);
        let heading = table.out.lines().next().unwrap();
        let n_overdue: u64 = match heading.strip_prefix("overdue: ") {
            Some(rest) => rest.split(' ').next().unwrap().parse().unwrap(),
            None => 0,
        };
        let classes = report["classes"].as_array().unwrap().iter();
        let counted: u64 = classes.map(|class| class["overdue"].as_u64().unwrap()).sum();
        assert_eq!(counted, n_overdue, "{on}");
        let owed = queue.values().any(|it| it["bucket"] == "emergency-review-due");
        assert_eq!((code, table.code == 1), (0, n_overdue > 0 || owed), "{on}");
    }
}

#[test]
fn an_emergency_is_due_before_its_deadline_and_overdue_after_it() {
    let folder = crate::support::temporary();
    let demo = cli::run(folder.path(), &["demo", "--on", "2026-11-20", "ledger"]);
    assert_eq!(demo.code, 0, "{}", demo.err);
    let ledger = folder.path().join("ledger");
    let id = "EXC-2026-D3P0Y";
    let of_class = |on: &str| {
        let (_, report) = ask(&ledger, on, &["report"]);
        let classes = report["classes"].as_array().unwrap().clone();
        let mut classes = classes.into_iter();
        let emergency = classes.find(|class| class["class"] == "emergency").unwrap();
        (report["backlog"]["overdue_in_force"].clone(), emergency["overdue"].clone())
    };
    let before = "2026-11-20T23:59:59Z";
    let (_, queue) = ask(&ledger, before, &["queue"]);
    let next = &by_id(&queue, "records")[id]["next"];
    assert_eq!(
        (&next["since"], &next["days"], &next["deadline"]),
        (&Value::Null, &Value::Null, &json!("2026-11-21T18:00:00Z"))
    );
    assert_eq!(of_class(before), (json!(2), json!(0)));
    for (command, said) in [
        ("queue", "emergency review due in 18 hours, before 2026-11-21T18:00:00Z"),
        ("report", "emergency review due in 18 hours, before 2026-11-21T18:00:00Z"),
    ] {
        let run = cli::run(&ledger, &[command, "--on", before]);
        assert!(run.out.contains(said), "{command}: {}", run.out);
    }
    let queue = cli::run(&ledger, &["-q", "queue", "--on", before]).out;
    assert!(queue.contains("due now: 1 record\nEXC-2026-D3P0Y"), "{queue}");
    let after = "2026-11-21T20:00:00Z";
    let (_, queue) = ask(&ledger, after, &["queue"]);
    let next = &by_id(&queue, "records")[id]["next"];
    assert_eq!(next["since"], "2026-11-21T18:00:00Z");
    assert_eq!(of_class(after).1, json!(1));
    let queue = cli::run(&ledger, &["-q", "queue", "--on", after]).out;
    assert!(queue.contains("emergency review due for 2 hours"), "{queue}");
    assert!(!queue.contains("due now"), "{queue}");
}

#[test]
fn one_approval_from_one_group_is_not_one_each() {
    let one =
        "tiers: [{name: standard, max_term: 90d, approvals: {count: 1, each_of: [security]}}]\n";
    for (count, said) in
        [("1", "1 approval, from security"), ("2", "2 approvals, one of them from security")]
    {
        let groups =
            "version: 1\ngroups: {security: [dana@example.com], platform: [lee@example.com]}\n";
        let life =
            Life::of(&format!("{groups}{}", one.replace("count: 1", &format!("count: {count}"))));
        life.filed(ID, &record(ID, ""), "ana", "lee");
        let shown = life.run("ana", &["show", ID]).out;
        assert!(shown.contains(&format!("needs      {said}\n")), "{shown}");
        let page = life.run("ana", &["report", "--format", "html"]).out;
        assert!(page.contains(said) && !page.contains("one each from"), "{page}");
    }
}
