//! Characters that nobody sees, records that grant nothing any more, and records that can't be read.

use serde_json::json;

use super::drafts::{BULK, draft, put};
use super::{answer, imported};
use crate::cli_new::ledger;

#[test]
fn characters_that_no_record_can_hold_are_left_out_of_texts() {
    for hidden in ["\u{200B}", "\u{202E}", "\u{AD}", "\u{1B}", "\u{200D} "] {
        let folder = ledger();
        let folder = folder.path();
        let title = format!("The portal{hidden} keeps TLS 1.1");
        put(folder, "r.csv", &format!("title,application\n{title},port{hidden}al\n"));
        let found = answer(folder, 0, &["csv", "r.csv"]);
        let record = draft(folder, &found, 0);
        let words: Vec<&str> = record["title"].as_str().unwrap().split_whitespace().collect();
        assert_eq!(words, ["The", "portal", "keeps", "TLS", "1.1"], "{hidden:?}");
        let again = answer(folder, 0, &["csv", "r.csv"]);
        assert_eq!(again["entries"][0]["state"], json!("known"), "{hidden:?}");
    }
}

#[test]
fn an_id_or_path_with_such_a_character_is_listed_and_spoils_nothing_else() {
    let folder = ledger();
    let folder = folder.path();
    let rows =
        "title,findings\nOne,trivy:CVE-1\u{202E}\nTwo,trivy:CVE-\u{1B}2\nThree,trivy:CVE-3\n";
    put(folder, "r.csv", rows);
    let args = [&["csv", "r.csv", "--expires", "30d"], BULK].concat();
    let found = answer(folder, 0, &args);
    let states: Vec<&str> = found["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["listed", "listed", "draft"]);
    assert_eq!(found["entries"][0]["findings"], json!([]));
    let said = "its id has the character U+202E, which no record can hold";
    assert_eq!(found["entries"][0]["message"], json!(said));
    assert!(found["entries"][1]["message"].as_str().unwrap().contains("U+001B"));
}

#[test]
fn scan_hides_what_import_takes_for_a_secret() {
    let secret = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    let repo = super::moving_in::begun(super::moving_in::PLAIN);
    let text = format!("{secret}\nsrc/{secret}.py:aws:3\n");
    repo.by("dana").write(".trivyignore", &text).write(".gitleaksignore", &text).commit("Ignore");
    repo.checkout();
    let ran = crate::cli::run(repo.path(), &["scan", "--format", "json"]);
    assert!(ran.out.contains(".trivyignore") && ran.out.contains(".gitleaksignore"), "{}", ran.out);
    assert!(!ran.out.contains(&secret) && !ran.err.contains(&secret), "{}", ran.out);
}

#[test]
fn a_record_that_names_an_entry_and_grants_nothing_any_more_is_said() {
    let folder = ledger();
    let folder = folder.path();
    let record =
        "title: The parser\nscope: {findings: [{tool: trivy, id: CVE-1}]}\nexpires: 2026-11-01\n";
    put(folder, "exceptions/EXC-2026-7F3KQ.yaml", &format!("id: EXC-2026-7F3KQ\n{record}"));
    let other = record.replace("CVE-1", "CVE-9").replace("2026-11-01", "2026-12-20");
    put(folder, "exceptions/EXC-2026-7F3KR.yaml", &format!("id: EXC-2026-7F3KR\n{other}"));
    put(folder, "exceptions/broken.yaml", "scope: [\n");
    put(folder, ".trivyignore", "CVE-1\n# EXC-2026-7F3KR\nCVE-2\n# EXC-2026-7F3KR\nCVE-9\n");
    let found = answer(folder, 0, &["trivy", ".trivyignore"]);
    let told = |n: usize| {
        let entry = &found["entries"][n];
        (entry["state"].as_str().unwrap(), entry["message"].as_str().unwrap())
    };
    let ended = "EXC-2026-7F3KQ ended 2026-11-01: delete the entry, or renew the exception";
    assert_eq!(told(0), ("known", ended));
    assert_eq!(told(1).0, "known");
    assert!(told(1).1.starts_with("EXC-2026-7F3KR does not name it"), "{found}");
    assert_eq!(told(2), ("known", ""));
    let ran = imported(folder, &["trivy", ".trivyignore"]);
    assert!(ran.err.contains("exceptions/broken.yaml can't be read: an entry"), "{}", ran.err);
}
