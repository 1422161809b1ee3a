//! `report`: the backlog, the trends, the classes, the controls.

use exledger::record::time::Day;
use exledger::survey::summary;
use serde_json::{Value, json};

use crate::cli;
use crate::cli_answers::{ask, json, standard, story};
use crate::decisions::{ID, Life, record};
use crate::support::repo::Repo;

fn report(repo: &Repo, args: &[&str]) -> Value {
    let run = cli::run(repo.path(), &[&["report", "--format", "json"], args].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

/// One record closed and filed again, one rejected, one false alarm, one waiting for approval.
fn trends() -> Repo {
    let repo = Repo::at("2026-01-05T08:00:00Z");
    repo.by("dana").write("exledger.yaml", "version: 1\n").commit("Begin");
    let land = |id: &str, text: &str, from: &str, to: &str| {
        repo.clock(from);
        let name = format!("{id}-{}", from.replace(':', ""));
        repo.branch(&name).by("ana").write(id, text).commit("File");
        repo.clock(to);
        repo.by("lee").merge(&name, "Merge");
    };
    let record = |id: &str, application: &str, starts: &str| {
        standard(id, "A key that can not rotate", application, starts, "2026-12-20")
            .replace("moderate", "low")
    };
    let first = record("EXC-2026-00001", "billing", "2026-01-10");
    land("EXC-2026-00001", &first, "2026-01-08T08:00:00Z", "2026-01-10T08:00:00Z");
    let closure = "closure: {outcome: remediated, date: 2026-02-09, by: ana@example.com, reason: The job is retired}\n";
    let closed = format!("{first}{closure}");
    land("EXC-2026-00001", &closed, "2026-02-09T08:00:00Z", "2026-02-09T09:00:00Z");
    // The same again within 90 days; the decision took six days.
    let again = record("EXC-2026-00002", "billing", "2026-03-10");
    land("EXC-2026-00002", &again, "2026-03-04T08:00:00Z", "2026-03-10T08:00:00Z");
    let alarm = record("EXC-2026-00003", "search", "2026-03-12")
        .replace("brittle-dependency", "bad-source-data");
    land("EXC-2026-00003", &alarm, "2026-03-11T08:00:00Z", "2026-03-12T08:00:00Z");
    let no = "closure: {outcome: rejected, date: 2026-03-15, by: lee@example.com, reason: Rotate it instead}\n";
    let rejected = record("EXC-2026-00004", "orders", "2026-03-14") + no;
    land("EXC-2026-00004", &rejected, "2026-03-13T08:00:00Z", "2026-03-15T08:00:00Z");
    repo.clock("2026-03-20T08:00:00Z");
    let waits = record("EXC-2026-00005", "wiki", "2026-03-20");
    repo.branch("waits").by("ana").write("EXC-2026-00005", &waits).commit("File");
    repo.checkout();
    repo
}

#[test]
fn the_backlog_and_the_trends_are_figures_that_can_be_counted_by_hand() {
    let repo = trends();
    let on = ["--on", "2026-03-25T08:00:00Z"];
    let answer = report(&repo, &on);
    let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
    let promised =
        "schema ledger backlog periods controls classes summary owners tiers approvals simulated";
    assert_eq!(keys, promised.split(' ').collect::<Vec<_>>());
    assert_eq!(answer["schema"], "exledger/report/v1");
    // Decisions took 2, 6, 1 and 2 days; two have been in force for 15 and 13 days.
    assert_eq!(
        answer["backlog"],
        json!({
            "awaiting": 1,
            "oldest_waiting_days": 5,
            "mean_days_to_decision": 2.8,
            "expiring_soon": 0,
            "overdue_in_force": 0,
            "mean_age_days": 14.0,
            "median_days_to_decision": 2.0,
        })
    );
    let period = |from: &str, to: &str, counts: [usize; 3], days: Value, share: Value| {
        json!({
            "from": from, "to": to, "opened": counts[0], "closed": counts[1], "repeated": counts[2],
            "mean_days_in_force": days, "overrides": share,
        })
    };
    assert_eq!(
        answer["periods"],
        json!([
            period("2026-01-01", "2026-01-31", [1, 0, 0], Value::Null, json!(1.0)),
            period("2026-02-01", "2026-02-28", [0, 1, 0], json!(31.0), Value::Null),
            period("2026-03-01", "2026-03-25", [3, 0, 1], Value::Null, json!(0.67)),
        ])
    );
    assert_eq!(
        answer["controls"],
        json!([{
            "id": "nist-csf:ID.RA-07",
            "title": "Changes and exceptions are managed, assessed for risk impact, recorded, and tracked",
            "records": ["EXC-2026-00001", "EXC-2026-00002", "EXC-2026-00003"],
        }])
    );
    assert_eq!(
        answer["classes"][0],
        json!({
            "class": "standard", "open": 3, "in_force": 2, "overdue": 1,
            "records": ["EXC-2026-00002", "EXC-2026-00003", "EXC-2026-00005"],
        })
    );
    assert_eq!(
        answer["summary"],
        "2 exceptions are in force; 1 is overdue: Ana Ruiz (1); 1 waits for approval."
    );
    let counts = json!({"open": 3, "in_force": 2, "overdue": 1, "awaiting": 1});
    let with = |mut group: Value| {
        group.as_object_mut().unwrap().extend(counts.as_object().unwrap().clone());
        group
    };
    assert_eq!(
        answer["owners"],
        json!([with(json!({"name": "Ana Ruiz", "email": "ana@example.com"}))])
    );
    assert_eq!(answer["tiers"], json!([with(json!({"tier": "standard"}))]));
    assert_eq!(answer["approvals"], json!({"attested": 0, "forge_signed": 0, "claimed": 2}));
    let words: Vec<&Value> =
        answer["classes"].as_array().unwrap().iter().map(|it| &it["class"]).collect();
    assert_eq!(words, ["standard", "emergency", "regulated", "third-party"]);
    let again = report(&repo, &on);
    assert_eq!(answer, again);
}

#[test]
fn a_span_cuts_the_months_and_leaves_out_what_was_closed_before() {
    let repo = trends();
    let answer =
        report(&repo, &["--on", "2026-03-25", "--from", "2026-02-15", "--to", "2026-03-11"]);
    let periods: Vec<[&str; 2]> = answer["periods"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| [it["from"].as_str().unwrap(), it["to"].as_str().unwrap()])
        .collect();
    assert_eq!(periods, [["2026-02-15", "2026-02-28"], ["2026-03-01", "2026-03-11"]]);
    assert_eq!(answer["periods"][1]["opened"], 1);
    assert_eq!(answer["controls"][0]["records"], json!(["EXC-2026-00002"]));
    assert_eq!(answer["backlog"]["mean_days_to_decision"], 6.0);
    // A record that is not over is counted up to the clock's day.
    let answer = report(&repo, &["--on", "2026-03-25", "--to", "2027-01-31"]);
    assert_eq!(answer["periods"][2]["to"], "2026-03-25");
    // At most a year of months, unless asked for more.
    let answer = report(&repo, &["--on", "2028-03-25"]);
    assert_eq!(answer["periods"].as_array().unwrap().len(), 12);
    assert_eq!(answer["periods"][0]["from"], "2027-04-01");
    for args in [
        &["--from", "2026-03-02", "--to", "2026-03-01"][..],
        &["--on", "2026-03-25", "--from", "2026-04-01"],
        &["--from", "yesterday"],
        &["--format", "sarif"],
        &["--format", "ics"],
    ] {
        let run = cli::run(repo.path(), &[&["report"], args].concat());
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}: {}", run.err);
    }
}

#[test]
fn it_is_made_for_the_summary_of_a_job_unless_asked_otherwise() {
    let repo = story();
    let plain = ask(&repo, &["report"]);
    let markdown = ask(&repo, &["report", "--format", "markdown"]);
    assert_eq!((plain.code, &plain.out), (0, &markdown.out), "{}", plain.err);
    assert!(plain.out.starts_with("## Exceptions of example/payments: 2026-10-01 to 2026-12-01\n"));
    let table = ask(&repo, &["report", "--format", "table"]);
    assert!(table.out.starts_with("Exceptions of example/payments"), "{}", table.out);
    // What can't be determined has no figure: that is reported, with exit code 3.
    let shallow = repo.clone_with(&["--depth=1"]);
    assert_eq!(cli::run(shallow.path(), &["report"]).code, 3);
}

#[test]
fn an_empty_ledger_has_a_report_too() {
    let repo = Repo::at("2026-01-05T08:00:00Z");
    repo.by("dana").write("exledger.yaml", "version: 1\n").commit("Begin");
    repo.checkout();
    let answer = report(&repo, &["--on", "2026-01-25"]);
    assert_eq!(
        answer["backlog"],
        json!({
            "awaiting": 0, "oldest_waiting_days": null, "mean_days_to_decision": null, "expiring_soon": 0,
            "overdue_in_force": 0, "mean_age_days": null, "median_days_to_decision": null,
        })
    );
    assert_eq!(answer["periods"].as_array().unwrap().len(), 1);
    let run = cli::run(repo.path(), &["report", "--on", "2026-01-25"]);
    assert!(run.out.contains("nothing is overdue"), "{}", run.out);
}

#[test]
fn what_still_grants_although_overdue_is_counted() {
    let repo = story();
    // On 8 December the sensitive record is degraded and denied; a standard record past its fix would still grant.
    let before = json(&repo, &["report"]);
    assert_eq!(before["backlog"]["overdue_in_force"], 0);
    assert_eq!(before["backlog"]["expiring_soon"], 2);
    repo.by("ana")
        .edit(
            "EXC-2026-V23EW",
            "fix: {target: automation, plan: Build the new image, due: 2026-11-25}",
        )
        .commit("Say when the fix is due");
    repo.checkout();
    let after = json(&repo, &["report"]);
    assert_eq!(after["backlog"]["overdue_in_force"], 1);
}

#[test]
fn a_page_says_that_it_counts_approvals_beside_exceptions() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let run = life.run("ana", &["report", "--format", "html"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("0 of 1 approval of exceptions in force"), "{}", run.out);
    assert!(!run.out.contains("0 of 1 in force"), "{}", run.out);
}

#[test]
fn the_calendar_of_a_report_begins_on_a_monday() {
    for (day, monday) in [
        ("2026-12-07", "2026-12-07"),
        ("2026-12-13", "2026-12-07"),
        ("2026-12-14", "2026-12-14"),
        ("2027-01-01", "2026-12-28"),
        ("2023-12-31", "2023-12-25"),
        ("1999-12-31", "1999-12-27"),
    ] {
        let day = Day::new(day).unwrap();
        assert_eq!(summary::monday(day).to_string(), monday);
    }
}
