//! Entries of one record that say different things: nothing that one of them states gives way to a flag or a default.

use std::path::Path;

use serde_json::{Value, json};

use super::answer;
use super::drafts::{BULK, draft, put};
use crate::cli_new::ledger;

/// Imports rows as one record, with more arguments; returns the answer and the record.
fn one(folder: &Path, rows: &str, more: &[&str]) -> (Value, Value) {
    let _ = std::fs::remove_dir_all(folder.join("exceptions"));
    put(folder, "r.csv", rows);
    let found = answer(folder, 0, &[&["csv", "r.csv", "--one-record"], BULK, more].concat());
    let record = draft(folder, &found, 0);
    (found, record)
}

fn message(found: &Value, n: usize) -> &str {
    found["entries"][n]["message"].as_str().unwrap()
}

#[test]
fn an_end_that_cannot_be_read_is_never_replaced_by_that_of_a_flag() {
    let folder = ledger();
    let folder = folder.path();
    for end in ["01.01.2024", "12/20/2026"] {
        let rows = format!("title,findings,expires\nThe portal keeps it,trivy:CVE-1,{end}\n");
        let (found, record) = one(folder, &rows, &["--expires", "30d"]);
        let said = "`expires` is not a date such as 2026-12-20";
        assert_eq!(record["expires"], json!(format!("TODO(import): say when it ends; {said}")));
        assert_eq!(message(&found, 0), said);
    }
    // Nor by the end of another entry.
    let rows = "title,findings,expires\nOne,trivy:CVE-1,soon\nTwo,trivy:CVE-2,2026-12-10\n";
    for more in [&[][..], &["--expires", "60d"]] {
        let (_, record) = one(folder, rows, more);
        assert!(record["expires"].as_str().unwrap().starts_with("TODO(import): "), "{record}");
    }
}

#[test]
fn the_strictest_counts_where_values_have_an_order() {
    let folder = ledger();
    let folder = folder.path();
    let rows = "title,findings,risk,starts\nOne,trivy:CVE-1,moderate,2026-12-10\nTwo,trivy:CVE-2,low,2026-12-15\nThree,trivy:CVE-3,,\n";
    let (found, record) = one(folder, rows, &["--expires", "30d"]);
    assert_eq!(record["risk"]["level"], json!("moderate"));
    assert_eq!(record["starts"], json!("2026-12-15"));
    assert_eq!(message(&found, 0), "differs: risk.level, starts");
    // What one row says, the flag says for the other.
    let rows = "title,findings,risk,starts\nOne,trivy:CVE-1,,2026-01-10\nTwo,trivy:CVE-2,,\n";
    let (found, record) = one(folder, rows, &["--expires", "30d"]);
    assert_eq!((&record["risk"]["level"], &record["starts"]), (&json!("low"), &json!(super::ON)));
    assert_eq!(message(&found, 0), "differs: starts");
    // Without a flag, nobody knows how bad the second one is.
    put(folder, "r.csv", "title,findings,risk\nOne,trivy:CVE-1,low\nTwo,trivy:CVE-2,\n");
    std::fs::remove_dir_all(folder.join("exceptions")).unwrap();
    let found = answer(folder, 0, &["csv", "r.csv", "--one-record"]);
    let level = draft(folder, &found, 0)["risk"]["level"].clone();
    assert_eq!(level, json!("TODO(import): the entries differ: low, nothing"));
}

#[test]
fn a_person_decides_what_has_no_order() {
    let folder = ledger();
    let folder = folder.path();
    let rows = "title,findings,class,environment\nOne,trivy:CVE-1,regulated,staging\nTwo,trivy:CVE-2,third-party,dev\n";
    let (found, record) = one(folder, rows, &["--environment", "production", "--expires", "30d"]);
    let differ = |what: &str| json!(format!("TODO(import): the entries differ: {what}"));
    assert_eq!(record["subject"]["environment"], differ("dev, staging"));
    assert_eq!(record["class"], differ("regulated, third-party"));
    assert_eq!(found["drafts"][0]["complete"], json!(false));
    assert_eq!(message(&found, 1), "differs: class, subject.environment");
    // A default is no answer either.
    let rows = "title,findings,class\nOne,trivy:CVE-1,regulated\nTwo,trivy:CVE-2,\n";
    assert_eq!(one(folder, rows, &[]).1["class"], differ("regulated, nothing"));
    // One record of rows about different resources would let each row reach those of the other.
    let rows = "title,findings,where\nOne,trivy:CVE-1,a:1\nTwo,trivy:CVE-2,a:2\n";
    let (found, record) = one(folder, rows, &["--map", "where=scope.resources"]);
    assert_eq!(record["scope"]["resources"], json!([differ("[\"a:1\"], [\"a:2\"]")]));
    assert_eq!(message(&found, 0), "differs: scope.resources");
    // Where all rows agree, or a flag says the same, nothing differs.
    let rows = "title,findings,environment\nOne,trivy:CVE-1,staging\nTwo,trivy:CVE-2,\n";
    let (found, record) = one(folder, rows, &["--environment", "staging"]);
    assert_eq!(record["subject"]["environment"], json!("staging"));
    assert_eq!(message(&found, 0), "");
}

#[test]
fn every_compensating_control_is_kept() {
    let folder = ledger();
    let folder = folder.path();
    let rows = "title,findings,guard\nOne,trivy:CVE-1,A proxy filters it\nTwo,trivy:CVE-2,Only the inner network\nThree,trivy:CVE-3,A proxy filters it\n";
    let (_, record) = one(folder, rows, &["--map", "guard=compensating_controls"]);
    let controls = record["compensating_controls"].as_array().unwrap();
    let said: Vec<&Value> = controls.iter().map(|it| &it["description"]).collect();
    assert_eq!(said, ["A proxy filters it", "Only the inner network"]);
}

#[test]
fn an_entry_that_has_ended_is_left_out_of_the_record_of_the_others() {
    let folder = ledger();
    let folder = folder.path();
    put(folder, ".trivyignore", "CVE-2026-1 exp:2024-01-01\nCVE-2026-2\n");
    let args = ["trivy", ".trivyignore", "--one-record", "--expires", "30d"];
    let found = answer(folder, 0, &[&args[..], BULK].concat());
    assert_eq!(found["entries"][0]["state"], json!("skipped"));
    let record = draft(folder, &found, 0);
    assert_eq!(record["scope"]["findings"], json!([{"tool": "trivy", "id": "CVE-2026-2"}]));
    assert_eq!(record["expires"], json!("2026-12-21"));
    // The day on which an entry ends is covered.
    put(
        folder,
        "r.csv",
        "title,findings,expires\nA,trivy:CVE-3,2026-11-20\nB,trivy:CVE-4,2026-11-21\n",
    );
    let found = answer(folder, 0, &["csv", "r.csv"]);
    assert_eq!(found["entries"][0]["state"], json!("skipped"));
    assert_eq!(found["entries"][1]["state"], json!("draft"));
}
