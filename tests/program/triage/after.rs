//! Consequences of the inputs: triggers to fire, unused records, drafts.

use serde_json::{Value, json};

use crate::cli;
use crate::support::repo::Repo;
use crate::triage::{
    ON, POLICY, data, file, finding, json as asked, ledger, put, result, run, sarif, story,
};

/// A record with one finding and one tested trigger.
fn tested(id: &str, key: &str, test: &str) -> String {
    format!(
        "{}triggers: [{{id: T1, when: The scanner says so, then: review, test: {test}}}]\n",
        finding(id, key)
    )
}

/// Returns the proposals, as record and reason.
fn proposed(repo: &Repo, log: &str) -> Vec<(String, String)> {
    put(repo, "a.sarif", log);
    let (_, answer) = asked(repo, &["a.sarif"]);
    let text = |value: &Value, key: &str| value[key].as_str().unwrap().to_owned();
    let proposals = answer["proposals"].as_array().unwrap().iter();
    proposals.map(|it| (text(it, "record"), text(it, "message"))).collect()
}

fn trivy(version: &str, fixed: &str) -> Value {
    let mut result = result("CVE-2026-1", "Cargo.lock");
    result["message"]["text"] = format!("Package: x\nInstalled Version: {version}\n{fixed}").into();
    result
}

#[test]
fn what_scanners_say_lets_tested_triggers_fire() {
    let repo = ledger(POLICY);
    let key = "tool: trivy, id: CVE-2026-1, purl: 'pkg:cargo/x@1.0.0'";
    let severe = "tool: trivy, id: CVE-2026-1, severity: low";
    for (id, key, test) in [
        ("EXC-2026-F1XED", key, "fix-available"),
        ("EXC-2026-G0NE0", key, "finding-gone"),
        ("EXC-2026-0THER", key, "value-changed"),
        ("EXC-2026-SEVER", severe, "value-changed"),
    ] {
        file(&repo, id, &tested(id, key, test));
    }
    // Already fired: it is not proposed again.
    let fired = tested("EXC-2026-F1RED", key, "fix-available");
    let fired = format!("{fired}fired: [{{date: 2026-11-20, trigger: T1, by: ana@example.com}}]\n");
    file(&repo, "EXC-2026-F1RED", &fired);
    repo.checkout();
    let severer =
        ("EXC-2026-SEVER", "trivy:CVE-2026-1 now has severity high; the record names low");
    for (results, expected) in [
        (vec![trivy("1.0.0", "Severity: HIGH")], vec![severer]),
        (
            vec![trivy("1.0.0", "Fixed Version: 1.0.1")],
            vec![("EXC-2026-F1XED", "trivy:CVE-2026-1 is fixed in 1.0.1"), severer],
        ),
        (
            vec![trivy("1.0.2", "")],
            vec![
                (
                    "EXC-2026-0THER",
                    "trivy:CVE-2026-1 is now in version 1.0.2; the record names 1.0.0",
                ),
                severer,
            ],
        ),
        (vec![], vec![]),
    ] {
        let found = proposed(&repo, &sarif("Trivy", &results));
        let expected = expected.iter().map(|(id, why)| ((*id).to_owned(), (*why).to_owned()));
        assert_eq!(found, expected.collect::<Vec<_>>());
    }
    // A run is relevant for vulnerabilities only if it has a rule for one.
    let looked = |tool: &str, name: &str, more: Value| {
        let rules = json!([{"id": "CVE-2026-9", "name": name}]);
        let mut run = json!({"tool": {"driver": {"name": tool, "rules": rules}}, "results": []});
        for (key, value) in more.as_object().unwrap() {
            run[key] = value.clone();
        }
        json!({"runs": [run]}).to_string()
    };
    let class = "LanguageSpecificPackageVulnerability";
    let gone = ("EXC-2026-G0NE0".to_owned(), "trivy no longer finds it".to_owned());
    assert_eq!(proposed(&repo, &looked("Trivy", class, json!({}))), [gone]);
    // A tool that did not look, or failed, found nothing for another reason.
    for log in [
        sarif("grype", &[]),
        looked("Trivy", "Secret", json!({})),
        looked("Trivy", class, json!({"results": [{"ruleId": 7}]})),
        looked("Trivy", class, json!({"invocations": [{"executionSuccessful": false}]})),
    ] {
        assert_eq!(proposed(&repo, &log), [], "{log}");
    }
    put(&repo, "a.sarif", looked("Trivy", class, json!({})));
    let answer = run(&repo, &["a.sarif"]);
    let command = "exledger fire EXC-2026-G0NE0 T1 --note 'trivy no longer finds it'";
    assert!(answer.out.contains(command), "{}", answer.out);
    let fired = [
        "--on",
        ON,
        "fire",
        "EXC-2026-G0NE0",
        "T1",
        "--note",
        "trivy no longer finds it",
        "--by",
        "ana@example.com",
    ];
    let fired = cli::run(repo.path(), &fired);
    assert_eq!(fired.code, 0, "{}", fired.err);
}

#[test]
fn records_are_told_apart_by_whether_anything_matches_them() {
    let repo = story();
    put(
        &repo,
        "old.sarif",
        sarif("Trivy", &[result("CVE-2026-0001", "services/a"), result("CVE-2026-0004", "a")]),
    );
    put(&repo, "new.sarif", sarif("Trivy", &[result("CVE-2026-0004", "a")]));
    let unused = |args: &[&str]| {
        let (_, answer) = asked(&repo, &[args, &["--unused"]].concat());
        answer["unused"].clone()
    };
    assert_eq!(
        unused(&["old.sarif"]),
        json!({"matched": ["EXC-2026-C0VER", "EXC-2026-FA1SE"], "no_longer": [], "never": ["EXC-2026-7F3KQ"]})
    );
    assert_eq!(
        unused(&["new.sarif"]),
        json!({"matched": ["EXC-2026-FA1SE"], "no_longer": [], "never": ["EXC-2026-7F3KQ", "EXC-2026-C0VER"]})
    );
    assert_eq!(
        unused(&["old.sarif", "new.sarif"]),
        json!({"matched": ["EXC-2026-FA1SE"], "no_longer": ["EXC-2026-C0VER"], "never": ["EXC-2026-7F3KQ"]})
    );
    // A file of another tool does not matter for the first tool.
    put(&repo, "other.sarif", sarif("grype", &[]));
    assert_eq!(unused(&["old.sarif", "other.sarif"])["no_longer"], json!([]));
    assert_eq!(
        unused(&[&data("agent-events.jsonl")]),
        json!({"matched": ["EXC-2026-7F3KQ"], "no_longer": [], "never": []})
    );
    let (_, answer) = asked(&repo, &["old.sarif"]);
    assert!(answer.get("unused").is_none());
    let table = run(&repo, &["new.sarif", "--unused"]);
    assert!(
        table.out.contains("Records in force: 1 matched, 0 no longer, 2 never"),
        "{}",
        table.out
    );
}

#[test]
fn what_needs_a_record_gets_one_draft_that_lint_refuses_until_it_is_filled_in() {
    let repo = story();
    let mut packaged = result("CVE-2026-0009", "web/package-lock.json");
    packaged["properties"] =
        json!({"purl": "pkg:npm/%40acme/ui@1.0.0", "security-severity": "9.8"});
    let results = [
        result("CVE-2026-0009", "services/a"),
        result("CVE-2026-0009", "services/b"),
        packaged,
        result("CVE-2026-0001", "services/a"),
        result("CVE-2026-0002", "services/a"),
        result("odd: rule [x]", "/etc/passwd"),
    ];
    put(&repo, "a.sarif", sarif("Trivy", &results));
    let events = data("agent-events.jsonl");
    let args = ["a.sarif", &events, "--draft", "exceptions/drafts"];
    let (code, answer) = asked(&repo, &args);
    assert_eq!(code, 3);
    let drafts = answer["drafts"].as_array().unwrap().clone();
    assert_eq!(drafts.len(), 3, "{answer}");
    let text = |n: usize| {
        let path = repo.path().join(drafts[n]["path"].as_str().unwrap());
        std::fs::read_to_string(path).unwrap().replace(drafts[n]["id"].as_str().unwrap(), "ID")
    };
    crate::support::golden::check(
        "cli/triage-draft.yaml",
        &[text(0), text(1), text(2)].join("---\n"),
    );
    let lint = cli::run(repo.path(), &["lint"]);
    assert_eq!(lint.code, 1, "{}", lint.out);
    for draft in &drafts {
        assert!(lint.out.contains(draft["path"].as_str().unwrap()), "{}", lint.out);
    }
    // The same again: everything already has its draft.
    let (_, again) = asked(&repo, &args);
    assert_eq!(again["drafts"], json!([]));
    assert_eq!(
        again["counts"]["pending"], answer["counts"]["pending"],
        "a draft asks for nothing yet"
    );
}

#[test]
fn alerts_without_plan_are_recognized_and_the_flag_is_named() {
    let repo = story();
    let alert = json!({"number": 1, "state": "open", "html_url": "https://example.com/1"});
    let spread = serde_json::to_string_pretty(&json!([alert])).unwrap();
    for (text, said) in [
        (json!([alert]).to_string(), "these look like alerts of GitHub: "),
        (alert.to_string(), "these look like alerts of GitHub: "),
        (format!("{0}{0}", json!([alert])), "if it is of alerts of GitHub, "),
        (spread, "if it is of alerts of GitHub, "),
    ] {
        put(&repo, "alerts.json", &text);
        let (code, answer) = asked(&repo, &["alerts.json"]);
        assert_eq!(code, 3, "{text}");
        let message = answer["results"][0]["message"].as_str().unwrap();
        let said = format!("{said}add `--plan github --repo OWNER/NAME`");
        assert!(message.contains(&said), "{message}");
    }
    // Anything else is refused as before.
    for text in ["[1]", "[]", "{\"number\": 1}"] {
        put(&repo, "alerts.json", text);
        let (code, answer) = asked(&repo, &["alerts.json"]);
        assert_eq!(code, 3, "{text}");
        let message = answer["results"][0]["message"].as_str().unwrap();
        assert!(!message.contains("GitHub"), "{message}");
    }
}

#[test]
fn drafts_among_the_records_say_how_they_are_completed() {
    let repo = ledger(POLICY);
    repo.checkout();
    put(&repo, "a.sarif", sarif("trivy", &[result("CVE-2026-1", "a.lock")]));
    let shown = run(&repo, &["a.sarif", "--draft", "exceptions/imported"]).out;
    let mut files = std::fs::read_dir(repo.path().join("exceptions/imported")).unwrap();
    let name = files.next().unwrap().unwrap().file_name().into_string().unwrap();
    let id = name.trim_end_matches(".yaml");
    let next = format!("exledger new --complete {id}\nexledger lint exceptions/imported\n");
    assert!(shown.contains(&next), "{shown}");
    // Elsewhere `new --complete` finds none.
    std::fs::remove_dir_all(repo.path().join("exceptions/imported")).unwrap();
    let shown = run(&repo, &["a.sarif", "--draft", "elsewhere"]).out;
    assert!(shown.contains("elsewhere/") && !shown.contains("--complete"), "{shown}");
}
