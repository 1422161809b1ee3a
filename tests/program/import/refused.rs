//! What an import refuses, and how it names the place; whose alerts it reads.

use serde_json::{Value, json};

use super::drafts::{BULK, put};
use super::{answer, imported};
use crate::cli::run;
use crate::cli_new::ledger;

fn alerts(repositories: &[&str]) -> String {
    let alert = |(n, repository): (usize, &&str)| {
        json!({
            "number": n, "state": "dismissed", "dismissed_reason": "tolerable_risk",
            "dependency": {"package": {"ecosystem": "npm", "name": "a"}, "manifest_path": "p.json"},
            "security_advisory": {"ghsa_id": format!("GHSA-aaaa-bbbb-{n:04}"), "identifiers": []},
            "url": format!("https://api.github.com/repos/{repository}/dependabot/alerts/{n}"),
        })
    };
    Value::from((1..).zip(repositories).map(alert).collect::<Vec<_>>()).to_string()
}

#[test]
fn alerts_of_another_repository_are_never_drafted_in_silence() {
    let folder = ledger();
    let folder = folder.path();
    put(folder, "a.json", &alerts(&["acme/other"]));
    let args = ["github-alerts", "a.json", "--dry-run"];
    let ran = imported(folder, &args);
    assert!(ran.err.contains("alerts of acme/other"), "{}", ran.err);
    put(folder, "a.json", &alerts(&["acme/shop", "acme/other"]));
    let ran = imported(folder, &args);
    assert_eq!(ran.code, 2, "{}", ran.out);
    let said = "the alerts are of several repositories: acme/other, acme/shop";
    assert!(ran.err.contains(said) && ran.err.contains("--repo OWNER/NAME"), "{}", ran.err);
    let found = answer(folder, 0, &[&args[..], &["--repo", "Acme/Shop"]].concat());
    assert_eq!(found["entries"][0]["state"], json!("draft"));
    assert_eq!(found["entries"][1]["state"], json!("skipped"));
    assert_eq!(found["entries"][1]["message"], json!("the alert is of another repository"));
    for (more, why) in [
        (&["--repo", "shop"][..], "--repo is not a repository of GitHub"),
        (&["--repo", "acme/shop"], "--repo is about alerts, and the format is trivy"),
    ] {
        put(folder, ".trivyignore", "CVE-1\n");
        let own: &[&str] = if why.contains("trivy") { &["trivy", ".trivyignore"] } else { &args };
        let ran = imported(folder, &[own, more].concat());
        assert_eq!(ran.code, 2, "{}", ran.out);
        assert!(ran.err.contains(why), "{}", ran.err);
    }
}

#[test]
fn a_refused_draft_is_named_by_the_place_of_its_entries() {
    let folder = ledger();
    let folder = folder.path();
    let rows = "title,findings,risk\n\"A\ntitle\",trivy:CVE-1,low\nTwo,trivy:CVE-2,LOW!\n";
    put(folder, "r.csv", rows);
    let ran = imported(folder, &[&["csv", "r.csv", "--expires", "30d"], BULK].concat());
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains("r.csv:4: "), "{}", ran.err);
    let rows = "title,findings,risk\nOne,trivy:CVE-1,LOW!\nTwo,trivy:CVE-2,LOW!\n";
    put(folder, "r.csv", rows);
    let args = [&["csv", "r.csv", "--one-record", "--expires", "30d"], BULK].concat();
    let ran = imported(folder, &args);
    assert!(ran.err.contains("r.csv:2 and 1 more entry: "), "{}", ran.err);
}

#[test]
fn cells_of_the_header_may_have_line_breaks() {
    let found = super::read("csv", "r.csv", "\"title\";\"what\nit is\";expires\nA;x;2026-12-20\n");
    assert_eq!(found, ["3 | 2026-12-20"]);
}

#[test]
fn a_suppression_that_is_no_object_is_not_accepted() {
    let folder = ledger();
    let folder = folder.path();
    let result = json!({
        "ruleId": "a", "message": {"text": "m"}, "suppressions": ["x"],
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/a.py"}}}],
    });
    let tool = json!({"driver": {"name": "Semgrep OSS", "rules": []}});
    let run = json!({"version": "2.1.0", "runs": [{"tool": tool, "results": [result]}]});
    put(folder, "a.sarif", &run.to_string());
    let found = answer(folder, 0, &["sarif", "a.sarif"]);
    assert_eq!(found["entries"][0]["state"], json!("skipped"), "{found}");
}

#[test]
fn two_columns_of_one_field_and_odd_folders_are_refused() {
    let folder = ledger();
    let folder = folder.path();
    put(folder, "r.csv", "a,b\nThe portal,x\n");
    for (more, why) in [
        (&["--map", "a=risk", "--map", "b=risk.level"][..], "two columns are mapped to risk.level"),
        (
            &["--map", "a=title", "--folder", "a\nb"],
            "`a\\nb` contains a line break or another control character, so it cannot be a folder for records",
        ),
    ] {
        let ran = imported(folder, &[&["csv", "r.csv"], more].concat());
        assert_eq!(ran.code, 2, "{}", ran.out);
        assert!(ran.err.contains(why), "{}", ran.err);
    }
}

#[test]
fn what_no_flag_answers_is_edited() {
    let folder = ledger();
    let folder = folder.path();
    put(folder, "a.yaml", "vulnerabilities:\n  - id: 'TODO(import): x'\n");
    let found = answer(folder, 0, &[&["trivy", "a.yaml", "--expires", "30d"], BULK].concat());
    let id = found["drafts"][0]["id"].as_str().unwrap();
    let ran = run(folder, &["new", "--complete", id, "--no-input", "--on", super::ON]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    let said = "no flag answers scope.findings[0].id: edit the file";
    assert!(ran.err.contains(said), "{}", ran.err);
}
