//! Further output of tools: weaknesses, former ids, other names, other versions of the standard, kinds of findings.

use serde_json::{Value, json};

use crate::support::project;
use crate::support::repo::Repo;
use crate::triage::states::one;
use crate::triage::{
    POLICY, counts, data, file, finding, json as asked, ledger, put, result, sarif,
};

fn records(keys: &[(&str, &str)]) -> Repo {
    let repo = ledger(POLICY);
    for (id, key) in keys {
        file(&repo, id, &finding(id, key));
    }
    repo.checkout();
    repo
}

fn log(tool: &str, rule: &Value, result: &Value) -> String {
    json!({"runs": [{"tool": {"driver": {"name": tool, "rules": [rule]}}, "results": [result]}]})
        .to_string()
}

#[test]
fn weaknesses_are_read_wherever_tools_write_them() {
    let repo = records(&[("EXC-2026-CWE00", "cwe: CWE-79, paths: ['services/**']")]);
    let relation = |component: &str, id: &str, kinds: Value| json!({"id": "R", "relationships": [{"target": {"id": id, "toolComponent": {"name": component}}, "kinds": kinds}]});
    for (state, rule, own) in [
        ("uncovered", json!({"id": "R"}), json!({})),
        (
            "covered",
            json!({"id": "R", "properties": {"tags": ["security", "CWE-79: XSS"]}}),
            json!({}),
        ),
        ("covered", relation("CWE", "CWE-79", json!(["superset"])), json!({})),
        ("covered", relation("cwe", "79", json!([])), json!({})),
        ("uncovered", relation("CWE", "CWE-79", json!(["disjoint"])), json!({})),
        ("uncovered", relation("OWASP", "79", json!(["superset"])), json!({})),
        ("covered", json!({"id": "R", "properties": {"cwe": "CWE-79"}}), json!({})),
        ("covered", json!({"id": "R", "properties": {"cwe": ["CWE-20", "cwe-079"]}}), json!({})),
        ("covered", json!({"id": "R", "properties": {"cwe": 79}}), json!({})),
        ("uncovered", json!({"id": "R", "properties": {"cwe": "CWE-790"}}), json!({})),
        (
            "covered",
            json!({"id": "R"}),
            json!({"properties": {"cwe": "CWE-79: Cross-site scripting"}}),
        ),
        (
            "covered",
            json!({"id": "R"}),
            json!({"taxa": [{"id": "79", "toolComponent": {"name": "CWE"}}]}),
        ),
        (
            "uncovered",
            json!({"id": "R"}),
            json!({"taxa": [{"id": "79", "toolComponent": {"name": "WASC"}}]}),
        ),
        ("uncovered", json!({"id": "R"}), json!({"taxa": [{"id": "79"}]})),
    ] {
        let mut found = result("R", "services/a");
        for (key, value) in own.as_object().unwrap() {
            found[key] = value.clone();
        }
        let found = one(&repo, &log("semgrep", &rule, &found));
        assert_eq!(found.1, state, "{rule} {own}: {}", found.3);
    }
}

#[test]
fn a_former_id_of_a_rule_is_met() {
    let repo = records(&[("EXC-2026-F0RMR", "tool: osv-scanner, id: GHSA-m5pq-gvj9-9vr8")]);
    let rule =
        json!({"id": "CVE-2022-24713", "deprecatedIds": ["CVE-2022-24713", "GHSA-m5pq-gvj9-9vr8"]});
    let found = one(&repo, &log("osv-scanner", &rule, &result("CVE-2022-24713", "Cargo.lock")));
    assert_eq!((found.1.as_str(), found.2.as_deref()), ("covered", Some("EXC-2026-F0RMR")));
    let rule = json!({"id": "CVE-2022-24713", "deprecatedIds": ["GHSA-m5pq-gvj9-9vr9"]});
    let found = one(&repo, &log("osv-scanner", &rule, &result("CVE-2022-24713", "Cargo.lock")));
    assert_eq!(found.1, "uncovered", "{}", found.3);
}

#[test]
fn tools_are_known_by_their_usual_names() {
    for (name, known) in [
        ("nodejsscan", "njsscan"),
        ("Snyk Open Source", "snyk"),
        ("SnykCode", "snyk"),
        ("Snyk Code", "snyk"),
        ("Snyk Container", "snyk"),
        ("Snyk IaC", "snyk"),
        ("defsec", "tfsec"),
        ("Bridgecrew", "checkov"),
    ] {
        let repo = records(&[("EXC-2026-T001S", &format!("tool: {known}, id: R-1"))]);
        let found = one(&repo, &sarif(name, &[result("R-1", "a")]));
        assert_eq!(found.1, "covered", "{name}: {}", found.3);
    }
}

#[test]
fn another_version_of_the_standard_is_named_and_not_read() {
    let repo = records(&[("EXC-2026-T001S", "tool: trivy, id: R-1")]);
    let runs = json!([{"tool": {"driver": {"name": "Trivy"}}, "results": [result("R-1", "a")]}]);
    let first = |version: &str| format!("{{\"version\":\"{version}\",\"runs\":{runs}}}");
    let last = |version: &str| format!("{{\"runs\":{runs},\"version\":\"{version}\"}}");
    for (log, version) in [
        (first("1.0.0"), "1.0.0"),
        (last("1.0.0"), "1.0.0"),
        (first("2.0.0"), "2.0.0"),
        (first("2.0.0-csd.2.beta.2018-10-10"), "2.0.0-csd.2.beta.2018-10-10"),
        (
            "{\"version\":\"1.0.0\",\"runs\":[{\"tool\":{\"name\":\"x\"},\"results\":[]}]}"
                .to_owned(),
            "1.0.0",
        ),
    ] {
        put(&repo, "a.sarif", &log);
        let (code, answer) = asked(&repo, &["a.sarif"]);
        assert_eq!(code, 3, "{log}");
        assert_eq!(counts(&answer), [("unparsed".to_owned(), 1)], "{log}");
        let message = format!("this is SARIF {version}; only 2.1.0 is supported");
        assert_eq!(answer["results"][0]["message"], message.as_str());
        // Nor is any output written for it.
        let written = crate::triage::run(&repo, &["a.sarif", "--filter", "-o", "b.sarif"]);
        assert_eq!(written.code, 3);
        assert!(!repo.path().join("b.sarif").exists());
    }
    for log in [first("2.1.0"), last("2.1.0"), first("2.1.0-rtm.5")] {
        assert_eq!(one(&repo, &log).1, "covered", "{log}");
    }
}

#[test]
fn a_kind_that_is_named_apart_is_gone_where_the_run_has_rules_of_it() {
    let text = |id: &str, key: &str| {
        let trigger = "{id: T1, when: The scanner says so, then: review, test: finding-gone}";
        format!("{}triggers: [{trigger}]\n", finding(id, key))
    };
    let repo = ledger(POLICY);
    for (id, key) in [
        ("EXC-2026-SECRT", "tool: trivy-secret, id: aws-access-key-id"),
        ("EXC-2026-P1A1N", "tool: trivy, id: AVD-AWS-0001"),
    ] {
        file(&repo, id, &text(id, key));
    }
    repo.checkout();
    let all = ["LanguageSpecificPackageVulnerability", "Misconfiguration", "Secret", "License"];
    for (kinds, gone) in [
        (&all[..1], &[][..]),
        (&["Secret"], &["EXC-2026-SECRT"]),
        (&all, &["EXC-2026-P1A1N", "EXC-2026-SECRT"]),
    ] {
        let rules: Vec<Value> =
            kinds.iter().map(|kind| json!({"id": kind, "name": kind})).collect();
        let log = json!({"runs": [{"tool": {"driver": {"name": "Trivy", "rules": rules}}, "results": []}]});
        put(&repo, "a.sarif", log.to_string());
        let (_, answer) = asked(&repo, &["a.sarif"]);
        let ids = answer["proposals"].as_array().unwrap().iter();
        let ids: Vec<&str> = ids.map(|it| it["record"].as_str().unwrap()).collect();
        assert_eq!(ids, gone, "{kinds:?}");
    }
}

#[test]
fn the_keys_of_a_real_folder_scan_have_no_package() {
    let log = std::fs::read_to_string(data("grype-image.sarif")).unwrap();
    // The messages for a folder differ from those for an image in what follows the version.
    let folder = log.replace("was found in image user-input at: ", "was found at: ");
    assert_ne!(log, folder);
    let repo = records(&[]);
    for log in [log, folder] {
        put(&repo, "a.sarif", log);
        let (_, answer) = asked(&repo, &["a.sarif"]);
        let rows = answer["results"].as_array().unwrap().iter();
        let keys: Vec<&str> = rows.map(|row| row["key"].as_str().unwrap()).collect();
        assert_eq!(keys, ["grype:CVE-1999-0001", "grype:CVE-1999-0002"]);
    }
}

#[test]
fn every_sample_of_a_tool_is_read() {
    let samples = project::files(&project::root().join("tests/data/samples"), "sarif");
    assert!(samples.len() > 8, "{samples:?}");
    let repo = records(&[]);
    for file in samples {
        let (code, answer) = asked(&repo, &[file.to_str().unwrap()]);
        assert!(code < 2, "{}", file.display());
        assert_eq!(answer["counts"]["unparsed"], 0, "{}", file.display());
    }
}

#[test]
fn a_score_that_cannot_be_read_is_no_lower_one() {
    let repo = records(&[("EXC-2026-M0DER", "tool: trivy, id: CVE-2026-1, severity: moderate")]);
    let report = |own: &str, of_rule: &str| {
        let scored = |score: &str| match score {
            "" => json!({}),
            score => json!({"security-severity": serde_json::from_str::<Value>(score).unwrap()}),
        };
        let mut found = result("CVE-2026-1", "a");
        found["level"] = json!("warning");
        found["properties"] = scored(own);
        let rule = json!({"id": "CVE-2026-1", "properties": scored(of_rule)});
        let tool = json!({"driver": {"name": "Trivy", "rules": [rule]}});
        json!({"runs": [{"tool": tool, "results": [found]}]}).to_string()
    };
    for (own, of_rule, state) in [
        ("", "", "covered"),
        ("\"4.0\"", "", "covered"),
        ("6.9", "\"9.8\"", "covered"),
        ("\"9.8\"", "", "uncovered"),
        ("\"\"", "\"9.8\"", "uncovered"),
        ("null", "\"9.8\"", "uncovered"),
        ("\"\"", "\"4.0\"", "covered"),
        ("\"CRITICAL\"", "\"4.0\"", "uncovered"),
        ("\"9,8\"", "", "uncovered"),
        ("\"1e999\"", "", "uncovered"),
        ("-9.8", "", "uncovered"),
        ("[4.0]", "", "uncovered"),
        ("", "\"9.8 (CVSS:3.1)\"", "uncovered"),
    ] {
        let found = one(&repo, &report(own, of_rule));
        assert_eq!(found.1, state, "{own} {of_rule}: {}", found.3);
    }
}
