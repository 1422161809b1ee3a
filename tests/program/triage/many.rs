//! As many results as a large scan has, written by a generator that knows the expected answer.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};

use serde_json::Value;

use crate::triage::{ON, POLICY, counts, file, finding, json as asked, ledger, run, story};

/// The number of results.
const N: u64 = 10_000;

/// The rule and path of the n-th result, its level, and its expected state.
fn nth(n: u64) -> (String, &'static str, &'static str, &'static str) {
    match n % 20 {
        0..6 => ("CVE-2026-0001".to_owned(), "services/pay/Cargo.lock", "error", "covered"),
        6 => ("CVE-2026-0001".to_owned(), "tools/pay/Cargo.lock", "error", "uncovered"),
        7 | 8 => ("CVE-2026-0002".to_owned(), "a", "warning", "expired_cover"),
        9 => ("CVE-2026-0004".to_owned(), "a", "note", "dismissed"),
        10 => ("CVE-2026-0005".to_owned(), "a", "error", "pending"),
        11..14 => (format!("CVE-2025-{n}"), "b", "note", "routine"),
        _ => (format!("CVE-2025-{n}"), "b", "warning", "uncovered"),
    }
}

#[test]
fn ten_thousand_results_add_up() {
    let repo = story();
    let path = repo.path().join("many.sarif");
    let mut out = BufWriter::new(std::fs::File::create(&path).unwrap());
    write!(
        out,
        r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"Trivy"}}}},"results":["#
    )
    .unwrap();
    let mut expected: BTreeMap<&str, u64> = BTreeMap::new();
    for n in 0..N {
        let (rule, path, level, state) = nth(n);
        *expected.entry(state).or_default() += 1;
        let comma = if n == 0 { "" } else { "," };
        write!(
            out,
            r#"{comma}{{"ruleId":"{rule}","level":"{level}","message":{{"text":"n{n}"}},"locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"{path}"}}}}}}]}}"#
        )
        .unwrap();
    }
    write!(out, "]}}]}}").unwrap();
    drop(out);
    let (code, answer) = asked(&repo, &["many.sarif"]);
    assert_eq!(code, 1);
    let found = counts(&answer);
    assert_eq!(found.len(), expected.len());
    for (state, n) in found {
        assert_eq!(expected[state.as_str()], n, "{state}");
    }
    for row in answer["results"].as_array().unwrap().iter().step_by(97) {
        assert_eq!(row["state"], nth(row["index"].as_u64().unwrap()).3);
    }
    let shown = run(&repo, &["many.sarif"]).out;
    let beyond = "and 2001 more that are uncovered: `--format json` lists them all";
    assert!(shown.contains(beyond), "{}", shown.lines().last().unwrap());
    assert!(shown.contains("tools/pay/Cargo.lock and 499 more"));
    assert!(shown.lines().count() < 2_100);
    let filtered = run(&repo, &["many.sarif", "--filter"]);
    let filtered: Value = serde_json::from_str(&filtered.out).unwrap();
    let left = filtered["runs"][0]["results"].as_array().unwrap();
    assert_eq!(left.len() as u64, N - expected["covered"]);
    let numbers =
        left.iter().map(|it| it["message"]["text"].as_str().unwrap()[1..].parse().unwrap());
    let numbers: Vec<u64> = numbers.collect();
    assert!(numbers.is_sorted() && numbers.iter().all(|n| nth(*n).3 != "covered"));
}

#[test]
fn many_records_are_found_by_what_they_name() {
    let repo = ledger(POLICY);
    for n in 0..40 {
        let id = format!("EXC-2026-{:05}", 10_000 + n);
        let key = format!("tool: trivy, id: CVE-2026-{n}, paths: ['a{n}/**']");
        file(&repo, &id, &finding(&id, &key));
    }
    repo.checkout();
    let results = (0..400)
        .map(|n| crate::triage::result(&format!("CVE-2026-{}", n % 50), &format!("a{}/x", n % 80)));
    crate::triage::put(
        &repo,
        "a.sarif",
        crate::triage::sarif("Trivy", &results.collect::<Vec<_>>()),
    );
    let (_, answer) = asked(&repo, &["a.sarif"]);
    for (n, row) in answer["results"].as_array().unwrap().iter().enumerate() {
        let (rule, path) = (n % 50, n % 80);
        let expected =
            (rule < 40 && rule == path).then(|| format!("EXC-2026-{:05}", 10_000 + rule));
        assert_eq!(row["record"].as_str().map(str::to_owned), expected, "{row}");
        let finding = format!("trivy:CVE-2026-{rule}");
        if n % 37 == 0 {
            let path = format!("a{path}/x");
            let gate = ["--on", ON, "check", "--finding", &finding, "--path", &path];
            let gate = crate::cli::run(repo.path(), &gate);
            assert_eq!(gate.code == 0, expected.is_some(), "{finding} {path}: {}", gate.out);
        }
    }
}

#[test]
fn a_scan_says_the_same_beside_events_for_which_all_records_are_read() {
    let repo = story();
    let results = (1..=7).map(|n| crate::triage::result(&format!("CVE-2026-000{n}"), "services/a"));
    crate::triage::put(
        &repo,
        "a.sarif",
        crate::triage::sarif("Trivy", &results.collect::<Vec<_>>()),
    );
    crate::triage::put(&repo, "none.jsonl", "");
    let (code, alone) = asked(&repo, &["a.sarif"]);
    let (beside, both) = asked(&repo, &["a.sarif", "none.jsonl", "--observations", "seen"]);
    assert_eq!((code, alone), (beside, both));
}
