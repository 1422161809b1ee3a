//! Uses after the end, records never used, and the mainline recorded in receipts.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli;
use crate::support::audit::filed;
use crate::support::repo::{MAIN, Repo};
use crate::support::samples::ID;

const ON: &str = "2026-12-31T12:00:00Z";

/// The sample, closed on 10 December.
fn closed() -> Repo {
    let repo = filed();
    repo.clock("2026-12-10T09:00:00Z");
    repo.branch("close")
        .by("ana")
        .edit(
            ID,
            "closure: {outcome: remediated, date: 2026-12-10, by: ana@example.com, reason: The job is retired, evidence: \
             [{id: E1, kind: log, url: \"https://ci.example.com/7\"}]}",
        )
        .commit("Close it");
    repo.by("lee").merge("close", "Merge branch 'close'");
    repo.checkout();
    repo
}

fn receipt(verdict: &str, record: Option<&str>, commit: &str, instant: &str) -> String {
    let receipt = json!({
        "schema": "exledger/check/v1", "verdict": verdict, "record": record,
        "ledger": {"ref": "refs/heads/main", "commit": commit, "instant": instant},
    });
    format!("{receipt}\n")
}

/// Returns the exit code, and each finding as `level rule line-of-the-receipts`.
fn verified(repo: &Repo, text: &str) -> (i32, Vec<String>, String) {
    let outside = crate::support::temporary();
    let path = outside.path().join("receipts.jsonl");
    std::fs::write(&path, text).unwrap();
    let run = cli::run(
        repo.path(),
        &["verify", "--on", ON, "--receipts", path.to_str().unwrap(), "--format", "json"],
    );
    let answer: Value = serde_json::from_str(&run.out).unwrap_or_default();
    let findings = answer["findings"].as_array().cloned().unwrap_or_default();
    let told = findings
        .iter()
        .map(|it| format!("{} {}", it["level"].as_str().unwrap(), it["rule"].as_str().unwrap()))
        .collect();
    (run.code, told, run.err)
}

#[test]
fn a_use_after_the_closure_is_an_error_though_the_end_had_not_come() {
    let repo = closed();
    let tip = repo.tip(MAIN).to_string();
    let before = receipt("allow", Some(ID), &tip, "2026-12-01T12:00:00Z");
    let (code, told, err) = verified(&repo, &before);
    assert_eq!((code, told), (0, Vec::<String>::new()), "{err}");
    let after = receipt("allow", Some(ID), &tip, "2026-12-12T12:00:00Z");
    let (code, told, _) = verified(&repo, &format!("{before}{after}"));
    assert_eq!((code, told), (1, vec!["error use-after-end".to_owned()]));
    // A denied question is not a use.
    let denied = receipt("deny", Some(ID), &tip, "2026-12-12T12:00:00Z");
    let (code, told, _) = verified(&repo, &format!("{before}{denied}"));
    assert_eq!((code, told), (0, Vec::<String>::new()));
}

#[test]
fn a_closed_record_that_no_receipt_names_need_not_be_closed() {
    let (code, told, _) = verified(&closed(), "");
    assert_eq!((code, told), (0, Vec::<String>::new()));
}

#[test]
fn a_use_of_what_is_no_record_is_an_error() {
    let repo = closed();
    let tip = repo.tip(MAIN).to_string();
    let own = receipt("allow", Some(ID), &tip, "2026-12-01T12:00:00Z");
    let other = receipt("allow", Some("EXC-2026-N0NE1"), &tip, "2026-12-01T12:00:00Z");
    let (code, told, _) = verified(&repo, &format!("{own}{other}"));
    assert_eq!((code, told), (1, vec!["error use-after-end".to_owned()]));
}

#[test]
fn each_commit_that_a_receipt_saw_is_compared_like_a_checkpoint() {
    let repo = closed();
    let tip = repo.tip(MAIN).to_string();
    let own = receipt("allow", Some(ID), &tip, "2026-12-01T12:00:00Z");
    let side = repo.tip("close").to_string();
    let gone = "1234567890123456789012345678901234567890";
    for (commit, expected) in [(side.as_str(), "mainline-rerouted"), (gone, "history-rewritten")] {
        let other = receipt("deny", None, commit, "2026-12-01T12:00:00Z");
        let (code, told, err) = verified(&repo, &format!("{own}{other}"));
        assert_eq!((code, told), (1, vec![format!("error {expected}")]), "{err}");
    }
}

#[test]
fn what_is_no_receipt_can_not_be_counted() {
    let (code, _, err) = verified(&closed(), "{}\n");
    assert_eq!(code, 3);
    assert!(err.contains("line 1 of "), "{err}");
    let run = cli::run(closed().path(), &["verify", "--receipts", "nowhere"]);
    assert_eq!(run.code, 3);
    assert!(!Path::new("nowhere").exists());
}
