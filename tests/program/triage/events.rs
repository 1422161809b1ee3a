//! Events against baselines and ledger.

use serde_json::{Value, json};

use crate::support::repo::Repo;
use crate::triage::{are, counts, data, json as asked, ledger, put, run, story};

/// Returns an event of production with these data.
fn event(id: &str, time: &str, data: Value) -> String {
    json!({"specversion": "1.0", "type": "tool.call", "source": "urn:agent:a", "id": id, "time": time, "data": data})
        .to_string()
}

/// Returns the event that the ledger's record covers.
fn covered() -> Value {
    json!({
        "identity": "svc:billing-batch", "action": "read", "resource": "db:invoices", "environment": "production",
        "control": "owasp-nhi:NHI7:2025", "decision": "escalated",
    })
}

fn state(repo: &Repo, line: &str) -> String {
    put(repo, "one.jsonl", line);
    let (_, answer) = asked(repo, &["one.jsonl"]);
    answer["results"][0]["state"].as_str().unwrap().to_owned()
}

#[test]
fn each_line_is_judged_at_its_own_time() {
    let repo = story();
    let (code, answer) = asked(&repo, &[&data("agent-events.jsonl")]);
    assert_eq!(code, 3);
    let text = std::fs::read_to_string(data("agent-events.expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    for (state, n) in expected["counts"].as_object().unwrap() {
        assert_eq!(&answer["counts"][state], n, "{state}");
    }
    assert_eq!(counts(&answer).iter().map(|(_, n)| n).sum::<u64>(), 8);
    for row in answer["results"].as_array().unwrap() {
        let line = &expected["lines"][row["index"].to_string()];
        let state = row["state"].as_str().unwrap();
        assert!(line.as_str().unwrap().starts_with(state), "{row}: {line}");
    }
    let skipping = run(&repo, &["--skip-bad", &data("agent-events.jsonl")]);
    assert_eq!(skipping.code, 1, "{}", skipping.err);
}

#[test]
fn all_that_the_record_names_must_agree() {
    let repo = story();
    let at = "2026-11-21T01:00:00Z";
    assert_eq!(state(&repo, &event("1", at, covered())), "covered");
    for key in ["identity", "action", "resource", "environment", "control"] {
        let mut other = covered();
        other[key] = "other".into();
        let expected = if key == "environment" { "routine" } else { "uncovered" };
        assert_eq!(state(&repo, &event("1", at, other)), expected, "{key}");
        let mut silent = covered();
        silent.as_object_mut().unwrap().remove(key);
        // A control is compared only if it is stated.
        let expected = if key == "control" { "covered" } else { expected };
        assert_eq!(state(&repo, &event("1", at, silent)), expected, "no {key}");
    }
    for (at, expected) in [
        ("2026-11-19T23:59:59Z", "expired_cover"),
        ("2026-11-20T00:00:00Z", "covered"),
        ("2026-12-20T23:59:59.999Z", "covered"),
        ("2026-12-21T00:59:59+01:00", "covered"),
        ("2026-12-21T00:00:00Z", "expired_cover"),
    ] {
        assert_eq!(state(&repo, &event("1", at, covered())), expected, "{at}");
    }
}

#[test]
fn what_is_no_event_is_counted_and_never_lost() {
    let repo = story();
    let good = event("1", "2026-11-21T01:00:00Z", covered());
    let without = |key: &str| {
        let mut event: Value = serde_json::from_str(&good).unwrap();
        event.as_object_mut().unwrap().remove(key);
        event.to_string()
    };
    for line in [
        without("time"),
        without("id"),
        without("source"),
        without("type"),
        "[]".to_owned(),
        "7".to_owned(),
        "{\"a\": NaN}".to_owned(),
        good.replace("\"decision\"", "\"decision\":\"allowed\",\"decision\""),
        good.replace("2026-11-21T01:00:00Z", "2026-11-21"),
        good.replace("2026-11-21T01:00:00Z", "2026-11-21T01:00:00"),
        format!("{good}{good}"),
    ] {
        assert_eq!(state(&repo, &line), "unparsed", "{line}");
    }
    put(&repo, "all.jsonl", format!("\u{feff}{good}\r\n\r\n{good}\n{}\n", without("id")));
    let (code, answer) = asked(&repo, &["all.jsonl"]);
    assert_eq!((code, counts(&answer)), (3, are(&[("covered", 1), ("unparsed", 1)])));
    assert_eq!(answer["results"][1]["index"], 4);
    let (code, answer) = asked(&repo, &["all.jsonl", "all.jsonl", "--skip-bad"]);
    assert_eq!((code, counts(&answer)), (0, are(&[("covered", 1), ("unparsed", 2)])));
}

const NORMAL: &str = "version: 1
baselines:
  - id: B1
    kind: tool-invocation
    when: {type: tool.call}
    material_if: {\"data.decision\": [denied, escalated]}
    expect: {\"svc:reporting\": {\"data.scope\": [read], hours: \"22:00-03:00Z\"}}
    sample: 100
  - id: B2
    kind: vulnerability
    when: {type: finding, \"data.tool\": trivy}
    material_if: {\"data.severity\": [high, critical]}
    review_by: 2026-11-30
";

#[test]
fn what_is_normal_for_an_identity_is_routine_and_the_rest_is_not() {
    let repo = ledger(NORMAL);
    repo.checkout();
    for (time, data, expected) in [
        ("2026-11-21T02:59:59Z", json!({"identity": "svc:reporting", "scope": "read"}), "routine"),
        (
            "2026-11-21T22:00:00Z",
            json!({"identity": "svc:reporting", "scope": ["read"]}),
            "routine",
        ),
        (
            "2026-11-21T03:00:00Z",
            json!({"identity": "svc:reporting", "scope": "read"}),
            "uncovered",
        ),
        (
            "2026-11-21T02:00:00Z",
            json!({"identity": "svc:reporting", "scope": ["read", "write"]}),
            "uncovered",
        ),
        ("2026-11-21T02:00:00Z", json!({"identity": "svc:reporting"}), "uncovered"),
        ("2026-11-21T12:00:00Z", json!({"identity": "svc:other", "scope": "write"}), "routine"),
        (
            "2026-11-21T12:00:00Z",
            json!({"identity": "svc:other", "decision": "denied"}),
            "uncovered",
        ),
    ] {
        assert_eq!(state(&repo, &event("1", time, data.clone())), expected, "{time} {data}");
    }
}

#[test]
fn a_baseline_says_which_findings_matter_and_counts_show_how_it_does() {
    let repo = ledger(NORMAL);
    repo.checkout();
    let result = |level: &str| json!({"ruleId": "R", "level": level});
    let log = json!({"runs": [{"tool": {"driver": {"name": "Trivy"}}, "results": [
        result("error"), result("warning"), result("note"), {"ruleId": "R", "kind": "pass", "level": "error"},
    ]}]});
    put(&repo, "a.sarif", log.to_string());
    let (code, answer) = asked(&repo, &["a.sarif"]);
    assert_eq!((code, counts(&answer)), (1, are(&[("routine", 3), ("uncovered", 1)])));
    let baseline = &answer["baselines"][1];
    for (key, value) in [
        ("id", json!("B2")),
        ("matched", json!(4)),
        ("routine", json!(3)),
        ("escalated", json!(1)),
        ("dismissed", json!(0)),
        ("stale", json!(true)),
        ("material_if", json!({"data.severity": ["high", "critical"]})),
    ] {
        assert_eq!(baseline[key], value, "{key}");
    }
    let table = run(&repo, &["a.sarif"]);
    assert!(table.out.contains("overdue 2026-11-30"), "{}", table.out);
    assert!(table.err.contains("warning[stale-baseline]: baseline B2"), "{}", table.err);
    put(&repo, "none.sarif", super::sarif("Trivy", &[]));
    assert_eq!(run(&repo, &["none.sarif"]).code, 0);
    assert_eq!(run(&repo, &["none.sarif", "--strict"]).code, 1);
}

#[test]
fn a_sample_of_the_routine_ones_is_shown_for_a_look() {
    let repo = ledger(NORMAL);
    repo.checkout();
    put(&repo, "a.jsonl", event("1", "2026-11-21T12:00:00Z", json!({"identity": "svc:other"})));
    let run = run(&repo, &["a.jsonl"]);
    assert!(run.out.contains("A sample of the routine ones"), "{}", run.out);
    assert!(run.out.contains("tool.call"), "{}", run.out);
}

#[test]
fn a_baseline_that_chooses_nothing_makes_no_finding_routine() {
    let policy = "version: 1\nbaselines:\n  - {id: B1, kind: tool-invocation}\n";
    let repo = ledger(policy);
    repo.checkout();
    put(&repo, "a.sarif", crate::triage::sarif("Trivy", &[crate::triage::result("R", "a")]));
    let (code, answer) = asked(&repo, &["a.sarif"]);
    assert_eq!((code, counts(&answer)), (1, are(&[("uncovered", 1)])));
}
