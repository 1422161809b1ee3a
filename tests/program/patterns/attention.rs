//! A frozen group without a redesign in time: in `queue` and its messages, with `--strict` a failure, and no deployment.

use serde_json::{Value, json};

use exledger::record::time::Instant;
use exledger::session::Session;
use exledger::session::options::{Moment, Options};
use exledger::session::snapshot::walk::Scope;
use exledger::survey::follow_up::FollowUp;

use crate::diff::{ID, Ledger, POLICY};
use crate::patterns::{THREE, id, landed, of, redesigned};

const ON: &str = "2026-11-22";

/// Returns what needs attention and is no record, as a session answers it.
fn follow_ups(ledger: &Ledger, at: &str) -> Vec<FollowUp> {
    let session = Session::open(ledger.repo.path(), Options::default()).unwrap();
    let at = Moment::at(Instant::parse(at).unwrap());
    session.snapshot(&at, Scope::Worklist).unwrap().follow_ups()
}

/// Returns since when each of them has waited, and the redesign that is late.
fn waits(ledger: &Ledger, at: &str) -> Vec<(String, Option<String>)> {
    let follow_ups = follow_ups(ledger, at);
    let wait = |it: &FollowUp| {
        let redesign = it.group().unwrap().redesign.as_ref();
        (it.timing.at().unwrap().to_string(), redesign.map(|late| late.id.clone()))
    };
    follow_ups.iter().map(wait).collect()
}

fn answer(ledger: &Ledger, args: &[&str]) -> (i32, Value) {
    let run = ledger.run(&[args, &["--on", ON, "--format", "json"]].concat());
    let json = serde_json::from_str(&run.out);
    (run.code, json.unwrap_or_else(|_| panic!("{}{}", run.out, run.err)))
}

/// Lands a record by a merge of Lee.
fn land(ledger: &Ledger, branch: &str, id: &str, text: &str) {
    ledger.repo.branch(branch).by("ana").write(id, text).commit("File it");
    ledger.repo.by("lee").merge(branch, &format!("Merge branch '{branch}'"));
    ledger.repo.checkout();
}

#[test]
fn a_group_waits_from_its_third_occurrence_until_a_redesign_is_in_time() {
    let ledger = Ledger::with(&THREE[..2]);
    assert_eq!(waits(&ledger, "2026-11-22T00:00:00Z"), []);
    let ledger = Ledger::with(&THREE);
    let since = "2026-11-20T15:00:00Z".to_owned();
    assert_eq!(waits(&ledger, "2026-11-22T00:00:00Z"), [(since.clone(), None)]);
    // A closed record still counts, although a worklist leaves it out.
    let closure = "closure: {outcome: remediated, date: 2026-11-21, by: ana@example.com, reason: The job is gone}";
    ledger.repo.branch("close").by("ana").edit(THREE[0], closure).commit("Close one");
    ledger.repo.by("lee").merge("close", "Merge branch 'close'");
    assert_eq!(waits(&ledger, "2026-11-22T00:00:00Z"), [(since, None)]);
    // A redesign lifts it through the last day that it is due, and then it is named.
    land(&ledger, "fourth", ID, &redesigned("2026-12-18"));
    assert_eq!(waits(&ledger, "2026-12-18T23:59:59Z"), []);
    let late = ("2026-12-19T00:00:00Z".to_owned(), Some("BILL-500".to_owned()));
    assert_eq!(waits(&ledger, "2026-12-19T00:00:00Z"), [late]);
    // After the window nothing repeats.
    assert_eq!(waits(&ledger, "2027-06-20T00:00:00Z"), []);
    let unfrozen = Ledger::of(&format!("{POLICY}patterns: {{freeze: false}}\n"), &THREE);
    assert_eq!(waits(&unfrozen, "2026-11-22T00:00:00Z"), []);
}

#[test]
fn a_redesign_that_nobody_approved_or_that_is_closed_lifts_nothing() {
    let waiting = |ledger: &Ledger| follow_ups(ledger, "2026-11-22T00:00:00Z").len();
    let pushed = Ledger::with(&THREE);
    pushed.repo.by("ana").write(ID, &redesigned("2026-12-18")).commit("Push it");
    assert_eq!(waiting(&pushed), 1);
    let proposed = Ledger::with(&THREE);
    proposed.repo.branch("fourth").by("ana").write(ID, &redesigned("2026-12-18")).commit("File it");
    assert_eq!(waiting(&proposed), 1);
    let ledger = Ledger::with(&THREE);
    land(&ledger, "fourth", ID, &redesigned("2026-12-18"));
    assert_eq!(waiting(&ledger), 0);
    let closure = "closure: {outcome: withdrawn, date: 2026-11-21, by: ana@example.com, reason: Filed by mistake}";
    ledger.repo.branch("close").by("ana").edit(ID, closure).commit("Close it");
    ledger.repo.by("lee").merge("close", "Merge branch 'close'");
    assert_eq!(waiting(&ledger), 1);
    // One of another cause is another matter.
    let other = Ledger::with(&THREE);
    land(&other, "other", ID, &redesigned("2026-12-18").replace("brittle-dependency", "timeout"));
    assert_eq!(waiting(&other), 1);
}

#[test]
fn the_worklists_name_the_group_and_fail_only_strictly() {
    let ledger = Ledger::with(&THREE);
    let promised = json!([{
        "key": {"root_cause": "brittle-dependency", "application": "billing"},
        "count": 3,
        "ids": THREE,
        "since": "2026-11-20T15:00:00Z",
        "redesign": null,
        "bucket": "frozen-pattern",
        "action": "change the automation: the same dependency or step keeps failing; file a redesign with an owner and a date",
        "command": "exledger redesign new --pattern root_cause=brittle-dependency --pattern application=billing",
        "waits_for": [{"email": "ana@example.com", "name": "Ana Ruiz"}],
    }]);
    for command in ["queue", "patterns"] {
        let (code, found) = answer(&ledger, &[command]);
        assert_eq!(code, 0, "{command}: {found:#}");
        assert_eq!(answer(&ledger, &["--strict", command]).0, 1, "{command}");
        if command != "patterns" {
            assert_eq!(found["groups"], promised, "{command}");
        }
        let table = ledger.run(&[command, "--on", ON]).out;
        assert!(table.contains("root cause brittle-dependency, application billing"), "{table}");
    }
    // A filter selects a group by its records.
    assert_eq!(answer(&ledger, &["queue", "--application", "billing"]).1["groups"], promised);
    let (code, other) = answer(&ledger, &["--strict", "queue", "--application", "orders"]);
    assert_eq!((code, &other["groups"]), (0, &json!([])));
    // The first screen counts it, and it comes before what still has time.
    let (code, first) = answer(&ledger, &[]);
    assert_eq!((code, &first["next"]["id"]), (0, &Value::Null), "{first:#}");
    assert_eq!(first["next"]["command"], promised[0]["command"]);
    let screen = ledger.run(&["--on", ON]).out;
    assert!(screen.contains("1 repeated cause without a redesign"), "{screen}");
    // Report and patterns say the same.
    let report = ledger.run(&["report", "--on", ON]).out;
    assert!(report.contains("frozen, no redesign in time"), "{report}");
    land(&ledger, "fourth", ID, &redesigned("2026-12-18"));
    for command in ["queue", "patterns"] {
        assert_eq!(answer(&ledger, &["--strict", command]).0, 0, "{command}");
    }
    let (_, found) = answer(&ledger, &["patterns"]);
    assert_eq!(
        found["groups"][0]["redesign"],
        json!({"id": "BILL-500", "status": "ticket", "due": "2026-12-18"})
    );
    assert_eq!(answer(&ledger, &["queue"]).1["groups"], json!([]));
}

#[test]
fn an_occurrence_names_its_landing() {
    let ledger = Ledger::with(&THREE);
    let (_, found) = answer(&ledger, &["patterns"]);
    let occurrences = found["groups"][0]["occurrences"].as_array().unwrap();
    let tip = ledger.repo.tip("main").to_string();
    assert_eq!(
        occurrences[2],
        json!({"commit": tip, "at": "2026-11-20T15:00:00Z", "pull_request": "#3", "ids": [THREE[2]]})
    );
    // Several records of one merge are one.
    let texts = [of(1, "billing", "timeout"), of(2, "billing", "timeout")];
    let ledger = Ledger::of(&format!("{POLICY}patterns: {{threshold: 1}}\n"), &[]);
    for (id, text) in &texts {
        ledger.repo.branch("both").by("ana").write(id, text).commit("File one");
    }
    ledger.repo.by("lee").merge("both", "Merge branch 'both'");
    let (_, found) = answer(&ledger, &["patterns"]);
    let group = &found["groups"][0];
    assert_eq!((&group["count"], &group["ids"]), (&json!(1), &json!([id(1), id(2)])));
    assert_eq!(group["occurrences"][0]["ids"], json!([id(1), id(2)]));
    assert_eq!(group["occurrences"][0]["pull_request"], Value::Null);
}

#[test]
fn owners_and_those_whom_the_policy_names_get_a_message() {
    let roster = "email,name,team,active\nana@example.com,Ana Ruiz,billing,no\nsam@example.com,Sam Chen,billing,yes\n";
    let policy = format!("{POLICY}patterns: {{notify: [security, kim@example.com]}}\n");
    let messages = |ledger: &Ledger| {
        let (_, found) = answer(ledger, &["queue", "--messages"]);
        let rows = found["messages"].as_array().unwrap().iter().flat_map(|message| {
            let groups = message["records"].as_array().unwrap().iter();
            let groups = groups.filter(|row| row["bucket"] == "frozen-pattern").cloned();
            groups.map(|row| (message["to"]["email"].clone(), row["roles"].clone(), row))
        });
        rows.collect::<Vec<_>>()
    };
    let ledger = Ledger::of(&policy, &THREE);
    let sent = messages(&ledger);
    let told: Vec<(&str, &Value)> =
        sent.iter().map(|(to, roles, _)| (to.as_str().unwrap(), roles)).collect();
    assert_eq!(
        told,
        [
            ("ana@example.com", &json!(["owner"])),
            ("dana@example.com", &json!(["security"])),
            ("kim@example.com", &json!(["contact"])),
            ("sam@example.com", &json!(["security"])),
        ]
    );
    let (.., row) = &sent[0];
    assert_eq!(row["id"], Value::Null);
    assert_eq!(row["key"], json!({"root_cause": "brittle-dependency", "application": "billing"}));
    assert_eq!((&row["since"], &row["deadline"]), (&json!("2026-11-20T15:00:00Z"), &Value::Null));
    // A record's row has no key.
    let (_, found) = answer(&ledger, &["queue", "--messages", "--within", "60d"]);
    let rows = found["messages"].as_array().unwrap().iter();
    let mut rows = rows.flat_map(|message| message["records"].as_array().unwrap());
    let record = rows.find(|row| row["id"] == THREE[0]).unwrap();
    assert_eq!(record.as_object().unwrap().get("key"), Some(&Value::Null));
    let text = ledger.run(&["queue", "--messages", "--on", ON]).out;
    let subject = "Subject: Frozen pattern: root cause brittle-dependency, application billing";
    assert!(text.contains(subject), "{text}");
    // Whoever left is not told: the backup is, else the groups that `escalate` names.
    for (policy, backup, expected) in [
        (POLICY.to_owned(), ", backup: sam@example.com", json!(["backup"])),
        (format!("{POLICY}escalate: [{{after: 9d, to: security}}]\n"), "", json!(["security"])),
    ] {
        let ledger = Ledger::of(&format!("{policy}people: {{roster: people.csv}}\n"), &[]);
        ledger.repo.by("dana").write("people.csv", roster).commit("List the people");
        for n in 1..=3 {
            let (id, text) = of(n, "billing", "timeout");
            let owner = format!("email: ana@example.com{backup}}}");
            let text = text.replacen("email: ana@example.com}", &owner, 1);
            land(&ledger, &format!("file-{n}"), &id, &text);
        }
        let sent = messages(&ledger);
        let sam = sent.iter().find(|(to, ..)| to == "sam@example.com");
        assert_eq!(sam.map(|(_, roles, _)| roles), Some(&expected), "{sent:#?}");
        assert!(sent.iter().all(|(to, ..)| to != "ana@example.com"), "{sent:#?}");
    }
}

#[test]
fn nothing_is_deployed_while_its_cause_is_frozen() {
    let texts = [
        of(1, "Invoicing", "timeout"),
        of(2, "INVOICING", "timeout"),
        of(3, "' invoicing '", "timeout"),
        of(4, "orders", "timeout"),
    ];
    let ledger = landed(POLICY, &texts);
    let asked = |ledger: &Ledger, application: &str, more: &[&str]| {
        let args = [&["check", "--application", application, "--deploy"], more].concat();
        let run = ledger.run(&[&args[..], &["--format", "json"]].concat());
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        (run.code, answer["reason"].as_str().unwrap().to_owned())
    };
    let reason = "root cause timeout, application Invoicing is frozen and has no redesign in time"
        .to_owned();
    for application in ["Invoicing", "invoicing", "INVOICING"] {
        assert_eq!(asked(&ledger, application, &["--on", ON]), (1, reason.clone()));
    }
    let allowed = |application: &str| (0, format!("nothing blocks a deployment of {application}"));
    assert_eq!(asked(&ledger, "orders", &["--on", ON]), allowed("orders"));
    // Many questions, each at its own time: the window passes, and so does a redesign.
    let lines = [("2026-11-22T00:00:00Z", "deny"), ("2027-06-20T00:00:00Z", "allow")];
    let questions = lines.map(|(at, _)| {
        json!({"application": "invoicing", "deploy": true, "at": at}).to_string() + "\n"
    });
    let fed = crate::cli::run_fed(
        ledger.repo.path(),
        &["check", "--stdin"],
        questions.concat().as_bytes(),
    );
    let verdicts: Vec<Value> = fed
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["verdict"].clone())
        .collect();
    assert_eq!(verdicts, lines.map(|(_, verdict)| json!(verdict)));
    let redesign = redesigned("2026-12-18")
        .replace("brittle-dependency", "timeout")
        .replace("application: billing", "application: invoicing")
        + "rollback: {plan: Pause the job, criteria: Any error}\n";
    land(&ledger, "fifth", ID, &redesign);
    assert_eq!(asked(&ledger, "invoicing", &["--on", "2026-12-18"]), allowed("invoicing"));
    assert_eq!(asked(&ledger, "invoicing", &["--on", "2026-12-19"]), (1, reason));
}
