//! Each state, from findings.

use serde_json::{Value, json};

use crate::cli;
use crate::triage::{
    ON, POLICY, file, finding, json as asked, ledger, put, record, result, sarif, story,
};

/// Returns exit code, state, record and message of the one result of a file.
pub(super) fn one(
    repo: &crate::support::repo::Repo,
    text: &str,
) -> (i32, String, Option<String>, String) {
    put(repo, "one.sarif", text);
    let (code, answer) = asked(repo, &["one.sarif"]);
    let [row] = answer["results"].as_array().unwrap().as_slice() else {
        panic!("{answer}");
    };
    let text = |key: &str| row[key].as_str().map(str::to_owned);
    (code, text("state").unwrap(), text("record"), text("message").unwrap())
}

#[test]
fn each_finding_is_in_the_state_of_the_record_that_names_it() {
    let repo = story();
    for (rule, path, code, state, record) in [
        ("CVE-2026-0001", "services/a.rs", 0, "covered", Some("EXC-2026-C0VER")),
        ("CVE-2026-0001", "./services/x/../a.rs", 0, "covered", Some("EXC-2026-C0VER")),
        ("CVE-2026-0001", "services/b%20c.rs", 0, "covered", Some("EXC-2026-C0VER")),
        ("CVE-2026-0001", "tools/a.rs", 1, "uncovered", None),
        ("CVE-2026-0001", "services/../../services/a.rs", 1, "uncovered", None),
        ("CVE-2026-0001", "/elsewhere/services/a.rs", 1, "uncovered", None),
        ("CVE-2026-00011", "services/a.rs", 1, "uncovered", None),
        ("CVE-2026-0002", "services/a.rs", 1, "expired_cover", Some("EXC-2026-EN0ED")),
        ("CVE-2026-0003", "services/a.rs", 1, "expired_cover", Some("EXC-2026-1ATER")),
        ("CVE-2026-0004", "services/a.rs", 0, "dismissed", Some("EXC-2026-FA1SE")),
        ("CVE-2026-0004", "/elsewhere/a.rs", 0, "dismissed", Some("EXC-2026-FA1SE")),
        ("CVE-2026-0004", "../a.rs", 1, "uncovered", None),
        ("CVE-2026-0005", "services/a.rs", 1, "pending", Some("EXC-2026-A1NE0")),
        ("CVE-2026-0006", "services/a.rs", 1, "pending", Some("EXC-2026-ASKED")),
    ] {
        let found = one(&repo, &sarif("Trivy", &[result(rule, path)]));
        assert_eq!(
            (found.0, found.1.as_str(), found.2.as_deref()),
            (code, state, record),
            "{rule} {path}: {}",
            found.3
        );
    }
}

#[test]
fn a_finding_of_another_tool_is_another_finding() {
    let repo = story();
    for (tool, state) in [("trivy", "covered"), ("TRIVY", "covered"), ("grype", "uncovered")] {
        let found = one(&repo, &sarif(tool, &[result("CVE-2026-0001", "services/a.rs")]));
        assert_eq!(found.1, state, "{tool}");
    }
}

#[test]
fn all_places_of_a_finding_must_be_covered() {
    let repo = story();
    let at = |paths: &[&str]| {
        let mut whole = result("CVE-2026-0001", "services/a.rs");
        let places = paths.iter().map(|path| result("", path)["locations"][0].clone());
        whole["locations"] = places.collect();
        whole
    };
    for (paths, state) in [
        (&["services/a.rs", "services/b.rs"][..], "covered"),
        (&["services/a.rs", "tools/b.rs"], "uncovered"),
        (&["services/a.rs", "../services/b.rs"], "uncovered"),
        (&[], "uncovered"),
    ] {
        assert_eq!(one(&repo, &sarif("Trivy", &[at(paths)])).1, state, "{paths:?}");
    }
}

#[test]
fn covered_comes_before_routine_and_routine_before_the_rest() {
    let repo = story();
    for (rule, key, value, state) in [
        ("CVE-2026-0001", "level", "note", "covered"),
        ("CVE-2026-0001", "kind", "pass", "covered"),
        ("CVE-2026-0002", "level", "note", "routine"),
        ("CVE-2026-0005", "level", "none", "routine"),
        ("CVE-2026-9999", "level", "note", "routine"),
        ("CVE-2026-9999", "kind", "informational", "routine"),
        ("CVE-2026-9999", "level", "warning", "uncovered"),
    ] {
        let mut result = result(rule, "services/a.rs");
        result[key] = value.into();
        let found = one(&repo, &sarif("Trivy", &[result]));
        assert_eq!(found.1, state, "{rule} {key} {value}");
    }
}

#[test]
fn a_rule_says_how_bad_its_results_are_by_default() {
    let repo = story();
    for (rules, rule, state) in [
        (
            json!([{"id": "R1", "defaultConfiguration": {"level": "note"}}]),
            json!({"ruleId": "R1"}),
            "routine",
        ),
        (
            json!([{"id": "R1", "defaultConfiguration": {"level": "note"}}]),
            json!({"ruleIndex": 0}),
            "routine",
        ),
        (
            json!([{"id": "R1", "defaultConfiguration": {"level": "note"}}]),
            json!({"rule": {"index": 0}}),
            "routine",
        ),
        (
            json!([{"id": "R1", "defaultConfiguration": {"level": "note"}}]),
            json!({"ruleId": "R2"}),
            "uncovered",
        ),
        (json!([{"id": "R1"}]), json!({"ruleId": "R1"}), "uncovered"),
    ] {
        let log = json!({"runs": [{"results": [rule], "tool": {"driver": {"name": "x", "rules": rules}}}]});
        assert_eq!(one(&repo, &log.to_string()).1, state, "{log}");
    }
}

#[test]
fn standing_criteria_cover_what_they_name_and_nothing_more() {
    let repo = ledger(POLICY);
    let scope = "{findings: [{cwe: CWE-79, severity: moderate, purl: pkg:npm/%40acme/ui, versions: '<3.2.0', \
                 paths: ['web/**']}]}";
    let text = record("EXC-2026-STAND", "brittle-dependency", scope, "2026-11-20", "2027-01-10");
    file(&repo, "EXC-2026-STAND", &text);
    repo.checkout();
    let log = |tags: Value, level: &str, version: &str, path: &str| {
        let mut result = result("XSS", path);
        result["level"] = level.into();
        result["properties"] = json!({"purl": format!("pkg:npm/%40acme/ui@{version}")});
        let rules = json!([{"id": "XSS", "properties": {"tags": tags}}]);
        json!({"runs": [{"tool": {"driver": {"name": "any", "rules": rules}}, "results": [result]}]}).to_string()
    };
    let tag = || json!(["security", "external/cwe/cwe-079"]);
    for (text, state) in [
        (log(tag(), "warning", "3.1.9", "web/a.js"), "covered"),
        (log(json!(["CWE-79: cross-site scripting"]), "warning", "3.1.9", "web/a.js"), "covered"),
        (log(json!(["external/cwe/cwe-89"]), "warning", "3.1.9", "web/a.js"), "uncovered"),
        (log(tag(), "error", "3.1.9", "web/a.js"), "uncovered"),
        (log(tag(), "warning", "3.2.0", "web/a.js"), "uncovered"),
        (log(tag(), "warning", "3.1.9", "api/a.js"), "uncovered"),
    ] {
        assert_eq!(one(&repo, &text).1, state, "{text}");
    }
}

#[test]
fn a_record_that_can_not_be_read_is_named_with_the_step_of_check() {
    let repo = ledger(POLICY);
    let id = "EXC-2026-C0VER";
    let path = format!("exceptions/{id}.yaml");
    let text = finding(id, "tool: trivy, id: CVE-2026-0001");
    file(&repo, id, &text);
    let log = sarif("trivy", &[result("CVE-2026-0001", "services/a.rs")]);
    let event = |application: &str| {
        let data =
            json!({"application": application, "environment": "production", "decision": "denied"});
        json!({"specversion": "1.0", "id": "1", "source": "gw", "type": "tool.call", "time": ON, "data": data})
            .to_string()
    };
    let unread = format!("no exception that can be read covers it; {path}: ");
    let broken = format!("{text}scope: [\n");
    for (more, why) in [
        (vec![(path.as_str(), broken.as_str())], "the file can't be read as a record"),
        (
            vec![(path.as_str(), text.as_str()), ("exceptions/other.yaml", text.as_str())],
            "2 files have this id: exceptions/EXC-2026-C0VER.yaml, exceptions/other.yaml",
        ),
    ] {
        let mut work = repo.by("ana");
        for (path, text) in more {
            work = work.write(path, text);
        }
        work.commit("Push");
        repo.checkout();
        let check = ["--on", ON, "check", "--finding", "trivy:CVE-2026-0001", "--format", "json"];
        let check = cli::run(repo.path(), &check);
        let check: (i32, Value) = (check.code, serde_json::from_str(&check.out).unwrap());
        put(&repo, "a.sarif", &log);
        let (code, answer) = asked(&repo, &["a.sarif"]);
        assert_eq!((code, &answer["next"]), (check.0, &check.1["next"]), "{answer:#}");
        assert_eq!(answer["results"][0]["message"], format!("{unread}{why}"));
        // Of an event, only if the file may state what it names.
        for (application, message) in
            [("billing", format!("{unread}{why}")), ("orders", "no exception covers it".to_owned())]
        {
            put(&repo, "a.jsonl", event(application));
            let (_, answer) = asked(&repo, &["a.jsonl"]);
            let found = answer["results"][0]["message"].as_str().unwrap();
            assert!(found.ends_with(&format!("; {message}")), "{application}: {found}");
        }
    }
}

#[test]
fn findings_that_a_later_version_drops_are_covered_as_in_check() {
    let repo = ledger(POLICY);
    let id = "EXC-2026-C0VER";
    let text = finding(id, "tool: trivy, id: CVE-2026-0001");
    file(&repo, id, &text);
    // Pushed by its author: what was approved stays as it was.
    let without =
        record(id, "brittle-dependency", "{resources: [db:x]}", "2026-11-20", "2027-01-10");
    repo.by("ana").write(id, &without).commit("Drop the findings");
    repo.checkout();
    let log = sarif("trivy", &[result("CVE-2026-0001", "services/a.rs")]);
    let check = cli::run(repo.path(), &["--on", ON, "check", "--finding", "trivy:CVE-2026-0001"]);
    assert_eq!((check.code, one(&repo, &log).1.as_str()), (0, "covered"));
}
