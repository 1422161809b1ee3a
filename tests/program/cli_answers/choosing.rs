//! `list`, `queue` and `show`: which records are selected, in what order, and what can't be determined.

use serde_json::Value;

use crate::cli;
use crate::cli_answers::{ON, ask, json, story};
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};

fn ids(answer: &Value) -> Vec<&str> {
    let ids = answer["records"].as_array().unwrap().iter();
    ids.map(|record| record["id"].as_str().unwrap().rsplit('-').next().unwrap()).collect()
}

#[test]
fn filters_are_alternatives_within_a_flag_and_conditions_across_flags() {
    let repo = story();
    for (args, expected) in [
        (&[][..], &["01D01", "5E1FA", "7F3KQ", "BR0KE", "V23EW"][..]),
        (&["--all"], &["01D01", "5E1FA", "7F3KQ", "BR0KE", "C10SE", "V23EW"]),
        (&["--status", "closed"], &["C10SE"]),
        (&["--status", "expired,unapproved"], &["01D01", "5E1FA"]),
        (&["--status", "expired", "--status", "unapproved"], &["01D01", "5E1FA"]),
        (&["--application", "search"], &["V23EW"]),
        (&["--application", "search-old"], &["V23EW"]),
        (&["--application", "search,fraud", "--status", "active"], &["V23EW"]),
        (&["--identity", "svc:billing-batch"], &["7F3KQ"]),
        (&["--credential", "vault:prod/billing/db"], &["7F3KQ"]),
        (&["--asset", "host:nowhere"], &[]),
        (&["--owner", "ANA@example.com", "--tier", "sensitive"], &["7F3KQ"]),
        (&["--owner", "Ana Ruiz", "--team", "billing", "--status", "active"], &["7F3KQ", "V23EW"]),
        (&["--control", "owasp-nhi:NHI7:2025"], &["7F3KQ"]),
        (&["--control", "OWASP-NHI:NHI-07"], &["7F3KQ"]),
        (&["--finding", "trivy:CVE-2026-1234", "--status", "active"], &["V23EW"]),
        (&["--finding", "CVE-2026-1234", "--status", "active"], &["V23EW"]),
        (&["--reference", "BILL-412", "--tier", "sensitive"], &["7F3KQ"]),
        (&["--class", "emergency"], &[]),
        (&["--root-cause", "brittle-dependency", "--ends-within", "7d"], &["V23EW"]),
        (&["--ends-within", "30d"], &["7F3KQ", "V23EW"]),
        (&["--vendor", "Example Payments Ltd"], &[]),
    ] {
        let answer = json(&repo, &[&["list"], args].concat());
        assert_eq!(ids(&answer), expected, "{args:?}");
    }
}

#[test]
fn the_order_is_by_id_unless_asked() {
    let repo = story();
    for (sort, first) in [
        ("id", "01D01"),
        ("expires", "01D01"),
        ("tier", "BR0KE"),
        ("status", "BR0KE"),
        ("title", "BR0KE"),
    ] {
        let answer = json(&repo, &["list", "--sort", sort]);
        assert_eq!(ids(&answer)[0], first, "{sort}");
    }
    let answer = json(&repo, &["list"]);
    assert_eq!(answer["hidden"], 1);
    assert_eq!(answer["simulated"], true);
    let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["schema", "ledger", "records", "hidden", "simulated"]);
    let keys: Vec<&String> = answer["ledger"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["ref", "commit", "instant"]);
    assert_eq!(answer["ledger"]["ref"], "refs/heads/main");
    assert_eq!(answer["ledger"]["instant"], ON);
}

#[test]
fn a_record_view_has_its_promised_keys_in_their_order() {
    let repo = story();
    let answer = json(&repo, &["show", "7F3KQ"]);
    let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
    let promised =
        ["schema", "ledger", "record", "content", "statements", "evidence", "next", "simulated"];
    assert_eq!(keys, promised);
    let record = &answer["record"];
    let keys: Vec<&str> = record.as_object().unwrap().keys().map(String::as_str).collect();
    let promised = "id title path class tier status in_force reasons owner requester subject risk root_cause controls \
        compensating_controls branch waiting_since pending_change pending starts expires not_after days_left approval \
        approved changed_since_approval renewals in_place";
    assert_eq!(keys, promised.split_whitespace().collect::<Vec<_>>());
    assert_eq!(record["status"], "active");
    assert_eq!(record["in_force"], true);
    assert_eq!(record["tier"], "sensitive");
    assert_eq!(record["expires"], "2026-12-20");
    assert_eq!(record["not_after"], "2026-12-21T00:00:00Z");
    assert_eq!(record["days_left"], 19);
    assert_eq!(record["risk"], "high");
    assert_eq!(
        record["controls"][0],
        serde_json::json!({"id": "owasp-nhi:NHI7:2025", "title": "Long-Lived Secrets"})
    );
    assert_eq!(
        record["compensating_controls"][0],
        serde_json::json!({"id": "CC1", "status": "active", "verified": "2026-11-19", "fresh": true, "dropped": false})
    );
    let approval = &record["approval"];
    assert_eq!(approval["satisfied"], true);
    assert_eq!(approval["result"], "claimed");
    assert_eq!(
        approval["needed"],
        serde_json::json!({"count": 1, "each_of": ["security"], "must_include": []})
    );
    assert_eq!(approval["approvers"][0]["email"], "dana@example.com");
    assert_eq!(approval["approvers"][0]["groups"], serde_json::json!(["security"]));
    assert_eq!(
        approval["authors"][0],
        serde_json::json!({"email": "ana@example.com", "name": "Ana Ruiz", "attested": false})
    );
    assert_eq!(approval["landed"]["by"]["email"], "dana@example.com");
    assert_eq!(record["approved"]["digest"].as_str().unwrap().len(), 64);
    assert_eq!(answer["content"]["id"], "EXC-2026-7F3KQ");
}

#[test]
fn what_is_due_is_in_the_first_bucket_that_holds() {
    let repo = story();
    let answer = ask(&repo, &["queue", "--strict", "--format", "json"]);
    assert_eq!(answer.code, 1, "{}", answer.err);
    let answer: Value = serde_json::from_str(&answer.out).unwrap();
    let buckets: Vec<(&str, &str)> = answer["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| (record["id"].as_str().unwrap(), record["bucket"].as_str().unwrap_or("none")))
        .collect();
    assert_eq!(
        buckets,
        [
            ("EXC-2026-01D01", "overdue-closure"),
            ("EXC-2026-5E1FA", "waiting-approval"),
            ("EXC-2026-BR0KE", "none"),
            ("EXC-2026-7F3KQ", "review-due"),
            ("EXC-2026-V23EW", "urgent"),
        ]
    );
    // The review is due in time, before an end that is further away.
    assert_eq!(answer["records"][3]["also"], serde_json::json!(["soon"]));
    assert_eq!(answer["records"][4]["also"], serde_json::json!(["soon"]));
    let short = json(&repo, &["queue", "--within", "10d"]);
    // How far ahead an end counts says nothing of a review.
    assert_eq!(short["records"][3]["also"], serde_json::json!([]));
}

#[test]
fn a_tip_committed_long_ago_moves_nothing_that_landed_before_it_into_the_past() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root").write("exledger.yaml", "version: 1\n").commit("Begin");
    let begun = repo.tip("main").to_string();
    repo.clock("2026-11-25T09:00:00Z");
    repo.by("ana").through("lee").write(ID, SAMPLE).commit("File it");
    // Gerrit fast-forwards to a change and keeps its old dates.
    repo.clock("2026-11-10T09:00:00Z");
    repo.by("ana").write("README.md", "Read me").commit("Fix it");
    repo.checkout();
    for (as_of, on, found) in [
        ("2026-11-21", None, &[][..]),
        ("2026-11-26", None, &["7F3KQ"][..]),
        (begun.as_str(), None, &[][..]),
        ("2026-11-21", Some("2026-11-26"), &[][..]),
    ] {
        let mut words = vec!["list", "--all", "--as-of", as_of, "--format", "json"];
        words.extend(on.iter().flat_map(|on| ["--on", *on]));
        let run = cli::run(repo.path(), &words);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(ids(&answer), found, "{words:?}: {}", run.err);
    }
    let shown = cli::run(repo.path(), &["list", "--all", "--on", "2026-11-21", "--format", "json"]);
    assert!(shown.out.contains("2026-11-25T09:00:00Z"), "{}", shown.out);
}

#[test]
fn the_ledger_as_of_a_day_knows_nothing_of_what_landed_since() {
    let repo = story();
    let before =
        cli::run(repo.path(), &["list", "--all", "--as-of", "2026-10-31", "--format", "json"]);
    assert_eq!(before.code, 0, "{}", before.err);
    let before: Value = serde_json::from_str(&before.out).unwrap();
    assert_eq!(ids(&before), ["01D01", "C10SE"]);
    assert_eq!(before["ledger"]["instant"], "2026-10-31T23:59:59Z");
    assert_eq!(before["simulated"], true);
    // Both clocks: the ledger as it was then, evaluated later.
    let both = cli::run(
        repo.path(),
        &["show", "01D01", "--as-of", "2026-10-31", "--on", "2026-11-10", "--format", "json"],
    );
    let both: Value = serde_json::from_str(&both.out).unwrap();
    assert_eq!(both["record"]["status"], "expired");
    let commit = before["ledger"]["commit"].as_str().unwrap();
    let at = cli::run(repo.path(), &["list", "--all", "--as-of", commit, "--format", "json"]);
    let at: Value = serde_json::from_str(&at.out).unwrap();
    assert_eq!(ids(&at), ["01D01", "C10SE"]);
    // A commit of a merged branch is not on the mainline; the error names the merge that landed it.
    let side = repo.tip("EXC-2026-7F3KQ").to_string();
    let refused = cli::run(repo.path(), &["list", "--as-of", &side]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(refused.err.contains("--as-of "), "{}", refused.err);
    assert_eq!(cli::run(repo.path(), &["list", "--as-of", "nonsense"]).code, 2);
    assert_eq!(cli::run(repo.path(), &["list", "--as-of", "2020-01-01"]).code, 3);
}

#[test]
fn an_id_is_found_by_any_part_that_no_other_has() {
    let repo = story();
    for id in ["EXC-2026-7F3KQ", "7F3KQ", "exc-2026-7f3kq", "3kq", "EXC-2026-7"] {
        let answer = ask(&repo, &["show", id, "--format", "json"]);
        assert_eq!(answer.code, 0, "{id}: {}", answer.err);
    }
    for id in ["EXC-2026", "nothing", ""] {
        let answer = ask(&repo, &["show", id]);
        assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{id}");
    }
    let raw = ask(&repo, &["show", "7F3KQ", "--raw"]);
    assert_eq!(raw.out, crate::support::samples::SERVICE_ACCOUNT);
}
