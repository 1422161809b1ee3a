//! Classes whose repetition is expected: counted apart, never frozen, and only warned about beside a frozen group.

use serde_json::{Value, json};

use crate::diff::{Ledger, POLICY, found};
use crate::patterns::{id, landed, of, patterns};

const ON: &str = "2026-11-22";

/// A record of a class.
fn of_class(n: usize, class: &str, cause: &str) -> (String, String) {
    let (id, text) = of(n, "billing", cause);
    (id, text.replace("class: standard", &format!("class: {class}")))
}

fn groups(answer: &Value, list: &str) -> Vec<(Value, u64, bool)> {
    let groups = answer[list].as_array().unwrap().iter();
    let of = |it: &Value| {
        (it["key"].clone(), it["count"].as_u64().unwrap(), it["frozen"].as_bool().unwrap())
    };
    groups.map(of).collect()
}

/// Judges a record on a branch of its own; returns the exit codes without and with `--strict`, and the findings.
fn judged(ledger: &Ledger, branch: &str, (id, text): &(String, String)) -> (i32, i32, Vec<String>) {
    ledger.repo.branch(branch).by("ana").write(id, text).commit("File another");
    ledger.switch(branch);
    let lint = ledger.run(&["lint", "--base", "main", "--format", "json"]);
    let strict = ledger.run(&["--strict", "lint", "--base", "main"]);
    ledger.switch("main");
    (lint.code, strict.code, found(&serde_json::from_str(&lint.out).unwrap()))
}

#[test]
fn expected_classes_count_apart_and_freeze_nothing() {
    let texts = [
        of_class(1, "regulated", "timeout"),
        of_class(2, "regulated", "timeout"),
        of_class(3, "regulated", "timeout"),
        of_class(4, "standard", "timeout"),
        of_class(5, "standard", "timeout"),
        of_class(6, "regulated", "unclassified"),
    ];
    let ledger = landed(POLICY, &texts);
    let (code, answer) = patterns(&ledger, &["--strict", "--on", ON]);
    assert_eq!((code, &answer["groups"]), (0, &json!([])), "{answer:#}");
    let key =
        |cause: &str| json!({"root_cause": cause, "application": "billing", "class": "regulated"});
    assert_eq!(
        groups(&answer, "expected"),
        [(key("timeout"), 3, false), (key("unclassified"), 1, false)]
    );
    assert_eq!(answer["expected"][0]["ids"], json!([id(1), id(2), id(3)]));
    assert_eq!(answer["expected"][0]["occurrences"].as_array().unwrap().len(), 3);
    // They count nowhere else.
    assert_eq!((&answer["unclassified"], &answer["applications"]), (&json!(0), &json!([])));
    assert_eq!(groups(&answer, "causes"), [(json!({"root_cause": "timeout"}), 2, false)]);
    let table = ledger.run(&["patterns", "--on", ON]).out;
    assert!(table.contains("root cause timeout, application billing, class regulated"), "{table}");
    assert!(table.contains("1 other kind below 3 occurrences"), "{table}");
    // A third one of the other classes freezes the group, which none of the expected ones belongs to.
    let (id, text) = of_class(7, "standard", "timeout");
    ledger.repo.branch("third").by("ana").write(&id, &text).commit("File a third");
    ledger.repo.by("lee").merge("third", "Merge branch 'third'");
    ledger.repo.checkout();
    let (_, answer) = patterns(&ledger, &["--on", ON]);
    let key = json!({"root_cause": "timeout", "application": "billing"});
    assert_eq!(groups(&answer, "groups"), [(key, 3, true)]);
    // A policy may expect none.
    let ledger = landed(&format!("{POLICY}patterns: {{expected: []}}\n"), &texts);
    let (_, answer) = patterns(&ledger, &["--on", ON]);
    let key = json!({"root_cause": "timeout", "application": "billing"});
    assert_eq!(groups(&answer, "groups"), [(key, 5, true)]);
    assert_eq!(answer["expected"], json!([]));
}

#[test]
fn an_expected_class_beside_a_frozen_group_is_a_warning() {
    let ledger = landed(POLICY, &[1, 2, 3].map(|n| of_class(n, "standard", "timeout")));
    let error = (1, 1, vec!["error frozen-pattern".to_owned()]);
    assert_eq!(judged(&ledger, "standard", &of_class(4, "standard", "timeout")), error);
    let warning = (0, 1, vec!["warning frozen-pattern".to_owned()]);
    assert_eq!(judged(&ledger, "regulated", &of_class(5, "regulated", "timeout")), warning);
    let (code, _, findings) = judged(&ledger, "silent", &of_class(6, "regulated", "unclassified"));
    assert_eq!(code, 0);
    assert!(findings.contains(&"warning frozen-pattern".to_owned()), "{findings:?}");
    // Only the standard one is refused.
    let (code, answer) = patterns(&ledger, &["--on", ON]);
    assert_eq!((code, &answer["groups"][0]["refused"]), (1, &json!([id(4)])));
    // A team may turn the rule into a warning, and the warning never into an error.
    for level in ["warning", "error"] {
        let policy = format!("{POLICY}lint: {{levels: {{frozen-pattern: {level}}}}}\n");
        let ledger = landed(&policy, &[1, 2, 3].map(|n| of_class(n, "standard", "timeout")));
        let (.., findings) = judged(&ledger, "regulated", &of_class(5, "regulated", "timeout"));
        assert_eq!(findings, ["warning frozen-pattern"]);
        let (.., findings) = judged(&ledger, "standard", &of_class(6, "standard", "timeout"));
        assert_eq!(findings, [format!("{level} frozen-pattern")]);
    }
}

#[test]
fn a_branch_can_not_expect_its_own_record() {
    let ledger = landed(POLICY, &[1, 2, 3].map(|n| of_class(n, "standard", "timeout")));
    let (id, text) = of_class(4, "standard", "timeout");
    let policy = format!("{POLICY}patterns: {{expected: [standard]}}\n");
    let work = ledger.repo.branch("both").by("ana").write("exledger.yaml", &policy);
    work.write(&id, &text).commit("Expect it, and file it");
    ledger.switch("both");
    let lint = ledger.run(&["lint", "--base", "main", "--format", "json"]);
    let findings = found(&serde_json::from_str(&lint.out).unwrap());
    assert!(findings.contains(&"error policy-loosened".to_owned()), "{findings:?}");
    assert_eq!(lint.code, 1);
}
