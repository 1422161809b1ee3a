//! `lint --base` if the branch changes the policy: the effect on records that it leaves unchanged.

use serde_json::Value;

use crate::diff::{ID, Ledger, POLICY, found, record};

const OTHER: &str = "EXC-2026-0THER";

fn lint(ledger: &Ledger) -> (i32, Value) {
    let run = ledger.run(&["lint", "--base", "main", "--format", "json"]);
    let json = serde_json::from_str(&run.out);
    (run.code, json.unwrap_or_else(|_| panic!("{}{}", run.out, run.err)))
}

/// Changes the policy on a branch, and checks it out.
fn change(ledger: &Ledger, from: &str, to: &str) {
    assert!(POLICY.contains(from), "{from}");
    ledger
        .repo
        .branch("policy")
        .by("ana")
        .write("exledger.yaml", &POLICY.replace(from, to))
        .commit("Change the policy");
    ledger.switch("policy");
}

#[test]
fn a_shorter_term_is_reported_for_records_that_the_branch_leaves_alone() {
    let ledger = Ledger::with(&[ID]);
    change(&ledger, "max_term: 90d", "max_term: 20d");
    let (exit, answer) = lint(&ledger);
    assert_eq!(found(&answer), ["error term-too-long", "warning policy-changed"]);
    assert_eq!(answer["findings"][0]["path"], format!("exceptions/{ID}.yaml"));
    assert_eq!((exit, &answer["checked"]), (1, &1.into()));
}

#[test]
fn what_the_policy_before_found_too_is_nothing_new() {
    let ledger = Ledger::with(&[ID]);
    let broken = record(OTHER).replace("expires: 2026-12-20", "expires: 2028-12-20");
    ledger.repo.by("dana").write(OTHER, &broken).commit("File too long");
    // Another limit changes the message of the same finding.
    change(&ledger, "max_term: 90d", "max_term: 80d");
    let (exit, answer) = lint(&ledger);
    assert_eq!((exit, found(&answer)), (0, vec!["warning policy-changed".to_owned()]));
    assert_eq!(answer["checked"], 2);
    // If the policy is unchanged, the other records are not linted.
    ledger.switch("main");
    assert_eq!(lint(&ledger).1["checked"], 0);
}

#[test]
fn the_base_is_judged_by_the_policy_that_counts_there() {
    let ledger = Ledger::with(&[ID]);
    // Nobody approved this: the previous limit counts.
    ledger
        .repo
        .by("ana")
        .write("exledger.yaml", &POLICY.replace("max_term: 90d", "max_term: 900d"))
        .commit("Allow more");
    let long = record(OTHER).replace("expires: 2026-12-20", "expires: 2028-01-20");
    ledger
        .repo
        .branch("long")
        .by("ana")
        .write(OTHER, &long)
        .write("README.md", "Allow more\n")
        .commit("File for long");
    ledger
        .repo
        .branch("long")
        .by("ana")
        .write("exledger.yaml", &POLICY.replace("max_term: 90d", "max_term: 901d"))
        .commit("Allow a day more");
    ledger.switch("long");
    let (exit, answer) = lint(&ledger);
    assert!(found(&answer).contains(&"error policy-loosened".to_owned()), "{answer:#}");
    assert_eq!(exit, 1);
    let diff = ledger.diff("long").1;
    assert!(found(&diff).contains(&"error policy-loosened".to_owned()), "{diff:#}");
}
