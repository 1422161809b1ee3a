//! One golden for each format.

use crate::support::golden;
use crate::triage::{data, put, result, run, sarif, story};

#[test]
fn every_answer_looks_as_it_did() {
    let repo = story();
    let rules = 1..=7;
    let mut results: Vec<_> =
        rules.map(|n| result(&format!("CVE-2026-000{n}"), "services/pay/Cargo.lock")).collect();
    results.push(result("CVE-2026-0007", "services/web/Cargo.lock"));
    put(&repo, "trivy.sarif", sarif("Trivy", &results));
    let events = std::fs::read_to_string(data("agent-events.jsonl")).unwrap();
    put(&repo, "events.jsonl", events);
    for format in ["table", "json", "jsonl", "csv", "markdown"] {
        let answer = run(&repo, &["trivy.sarif", "events.jsonl", "--format", format]);
        assert_eq!(answer.code, 3, "{}", answer.err);
        golden::check(&format!("cli/triage.{format}"), &format!("# exit 3\n{}", answer.out));
    }
}
