//! The state of each grant, and the order in which the states apply.

use serde_json::json;

use crate::support::access::{
    BILLING, ON, PARTNER, ask, ask_on, empty, file, grant, ledger, one, record,
};

#[test]
fn each_state_is_told_with_its_record_and_its_end() {
    let repo = ledger();
    let list = [
        grant("{}"),
        r#"{"source":"oauth","id":"g1","identity":"svc:partner-gw","credential":"vault:prod/partner/7"}"#.to_owned(),
        r#"{"identity":"svc:asked"}"#.to_owned(),
        grant(r#"{"action":["read","write"]}"#),
        r#"{"source":"aws","identity":"svc:monitor","resource":"metrics"}"#.to_owned(),
        r#"{"source":"aws","identity":"role:adm","resource":"bucket:payroll","action":"read"}"#.to_owned(),
        "{}".to_owned(),
        "nothing".to_owned(),
    ]
    .join("\n");
    let answer = ask(&repo, &list);
    let rows = answer["grants"].as_array().unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row["state"].as_str().unwrap(), row["record"].as_str(), row["end"].as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("covered", Some(BILLING), Some("2026-12-21T00:00:00Z")),
            ("ended", Some(PARTNER), Some("2026-11-26T00:00:00Z")),
            ("pending", Some("EXC-2026-ASKED"), Some("2026-12-21T00:00:00Z")),
            ("wider", Some(BILLING), Some("2026-12-21T00:00:00Z")),
            ("routine", None, None),
            ("none", None, None),
            ("none", None, None),
            ("unparsed", None, None),
        ]
    );
    assert_eq!(
        answer["counts"],
        json!({"covered": 1, "pending": 1, "ended": 1, "wider": 1, "routine": 1, "none": 2, "unparsed": 1})
    );
    assert_eq!(answer["gone"], json!(null));
    assert_eq!(rows[1]["overdue_days"], 5);
    assert_eq!(rows[1]["route"]["owner"]["email"], "ana@example.com");
    assert_eq!(rows[5]["route"]["owner"]["email"], "lee@example.com", "by the asset");
    assert_eq!(rows[0]["route"], json!(null));
    assert_eq!(rows[0]["overdue_days"], json!(null));
    assert_eq!(
        (&rows[1]["source"], &rows[1]["id"], &rows[1]["index"]),
        (&json!("oauth"), &json!("g1"), &json!(2))
    );
    assert_eq!((&rows[7]["source"], &rows[7]["index"]), (&json!("a.jsonl"), &json!(8)));
    assert!(rows[6]["message"].as_str().unwrap().contains("states neither identity"));
}

#[test]
fn a_grant_that_outlasts_the_record_is_wider_and_both_ends_are_named() {
    let repo = ledger();
    for (expires, state) in [
        (r#""2026-12-20""#, "covered"),
        (r#""2026-12-21T00:00:00Z""#, "covered"),
        (r#""2026-12-21T00:00:01Z""#, "wider"),
        (r#""2026-12-21""#, "wider"),
        ("null", "wider"),
    ] {
        let row = one(&repo, &grant(&format!(r#"{{"expires":{expires}}}"#)));
        assert_eq!(row["state"], state, "{expires}: {row}");
        if state == "wider" {
            let message = row["message"].as_str().unwrap();
            assert!(message.contains("it lasts through 2026-12-20, but the grant"), "{message}");
        }
    }
    let row = one(&repo, &grant(r#"{"expires":null}"#));
    assert!(row["message"].as_str().unwrap().contains("the grant states no end"), "{row}");
    let row = one(&repo, &grant(r#"{"expires":"2027-01-31"}"#));
    assert!(row["message"].as_str().unwrap().contains("the grant through 2027-01-31"), "{row}");
}

#[test]
fn an_oauth_grant_that_outlived_its_exception_is_found_on_the_day_after() {
    let repo = ledger();
    let list = r#"{"source":"oauth","identity":"svc:partner-gw","credential":"vault:prod/partner/7","expires":"2026-11-25"}"#;
    let on = |on: &str| ask_on(&repo, on, &[list], &[])["grants"][0].clone();
    assert_eq!(on("2026-11-25T23:59:59Z")["state"], "covered");
    let row = on("2026-11-26T00:00:00Z");
    assert_eq!((row["state"].as_str(), row["overdue_days"].as_i64()), (Some("ended"), Some(0)));
    let row = on(ON);
    assert_eq!(
        row["message"],
        format!("{PARTNER} ended on 2026-11-25, and the access is still there")
    );
}

#[test]
fn closed_revoked_removed_and_suspended_records_have_ended_too() {
    let repo = empty();
    let text = |id: &str, name: &str| record(id, &format!("identity: {name}"), "", "2026-12-20");
    let closed = "closure: {outcome: remediated, date: 2026-11-25, by: ana@example.com, reason: The job has its own user now.}\n";
    let trigger = "triggers:\n  - {id: T1, when: The job moves, then: revoke}\n";
    let fired = "fired:\n  - {trigger: T1, date: 2026-11-25, by: ana@example.com}\n";
    for (id, name) in
        [("EXC-2026-C10SE", "svc:c"), ("EXC-2026-5VSPE", "svc:s"), ("EXC-2026-REM0V", "svc:r")]
    {
        file(&repo, id, &text(id, name));
    }
    let fires = text("EXC-2026-F1RED", "svc:f") + trigger;
    file(&repo, "EXC-2026-F1RED", &fires);
    repo.clock("2026-11-25T10:00:00Z");
    let close = text("EXC-2026-C10SE", "svc:c") + closed;
    repo.branch("close").by("ana").write("EXC-2026-C10SE", &close).commit("Close it");
    repo.by("dana").merge("close", "Merge branch 'close'");
    repo.by("ana").write("EXC-2026-F1RED", &(fires + fired)).commit("Fire it");
    repo.by("ana").remove("exceptions/EXC-2026-REM0V.yaml").commit("Remove it");
    // Nobody approved that another identity gets it, so nobody has it any more.
    repo.by("ana")
        .write("EXC-2026-5VSPE", &text("EXC-2026-5VSPE", "svc:other"))
        .commit("Change it");
    for (name, how) in [
        ("svc:c", "EXC-2026-C10SE was closed at 2026-11-25"),
        ("svc:f", "EXC-2026-F1RED was revoked at 2026-11-25"),
        ("svc:r", "the file of EXC-2026-REM0V was removed at 2026-11-25"),
        ("svc:s", "EXC-2026-5VSPE has granted nothing since 2026-11-25"),
    ] {
        let row = one(&repo, &format!(r#"{{"identity":"{name}"}}"#));
        assert_eq!(row["state"], "ended", "{name}: {row}");
        assert!(row["message"].as_str().unwrap().starts_with(how), "{row}");
        assert!(row["overdue_days"].as_i64().unwrap() >= 5, "{row}");
    }
    // The new identity waits for its approval, and never had access.
    assert_eq!(one(&repo, r#"{"identity":"svc:other"}"#)["state"], "pending");
}

#[test]
fn what_was_never_in_force_has_not_ended() {
    let repo = empty();
    let lone = record("EXC-2026-A10NE", "identity: svc:lone", "", "2026-11-25");
    repo.by("ana").write("EXC-2026-A10NE", &lone).commit("File it alone");
    let row = one(&repo, r#"{"identity":"svc:lone"}"#);
    assert_eq!((row["state"].as_str(), row["record"].as_str()), (Some("none"), None), "{row}");
}

#[test]
fn a_record_that_starts_later_is_waited_for() {
    let repo = empty();
    let text = record("EXC-2026-1ATER", "identity: svc:later", "", "2026-12-28");
    file(&repo, "EXC-2026-1ATER", &text.replace("starts: 2026-11-20", "starts: 2026-12-24"));
    let row = one(&repo, r#"{"identity":"svc:later","expires":"2026-12-27"}"#);
    assert_eq!(row["state"], "pending", "{row}");
    assert!(row["message"].as_str().unwrap().contains("starts on 2026-12-24"), "{row}");
}

#[test]
fn a_baseline_makes_routine_only_what_the_ledger_knows_nothing_about() {
    let repo = ledger();
    let ended = record(
        "EXC-2026-M0N1T",
        "identity: svc:monitor",
        "scope: {resources: [db:a]}\n",
        "2026-11-25",
    );
    file(&repo, "EXC-2026-M0N1T", &ended);
    assert_eq!(
        one(&repo, r#"{"identity":"svc:monitor","resource":"metrics"}"#)["state"],
        "routine"
    );
    assert_eq!(one(&repo, r#"{"identity":"svc:monitor","resource":"db:a"}"#)["state"], "ended");
    // The part that ended is not hidden by the rest.
    let row = one(&repo, r#"{"identity":"svc:monitor","resource":["db:a","metrics"]}"#);
    assert_eq!(row["state"], "none", "{row}");
    // A baseline for other events says nothing about grants.
    assert_eq!(one(&repo, r#"{"identity":"svc:elsewhere"}"#)["state"], "none");
}

#[test]
fn a_record_that_counts_its_uses_can_not_be_judged_from_a_list() {
    let repo = empty();
    let text = record("EXC-2026-0NCE5", "identity: svc:once", "uses: {limit: 1}\n", "2026-12-20");
    file(&repo, "EXC-2026-0NCE5", &text);
    let row = one(&repo, r#"{"identity":"svc:once","expires":"2026-12-10"}"#);
    assert_eq!(row["state"], "none", "{row}");
    assert!(
        row["message"].as_str().unwrap().contains("its uses are counted: a grant states none"),
        "{row}"
    );
}
