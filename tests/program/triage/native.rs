//! Reports that are not SARIF are refused, and faults of SARIF are shown where they are.

use crate::cli::run;
use crate::triage::story;

/// A scanner, the beginning of its own report, and the flag by which it writes SARIF.
const REPORTS: &[(&str, &str, &str)] = &[
    ("trivy", r#"{"SchemaVersion": 2, "ArtifactName": ".", "Results": []}"#, "--format sarif"),
    ("grype", r#"{"matches": [], "descriptor": {"name": "grype"}}"#, "-o sarif"),
    ("bandit", r#"{"errors": [], "generated_at": "x", "metrics": {}, "results": []}"#, "-f sarif"),
    ("semgrep", r#"{"version": "1.1", "results": [], "errors": []}"#, "--sarif"),
    ("gitleaks", r#"[{"RuleID": "a", "StartLine": 1, "File": "b # nosec"}]"#, "-f sarif"),
    ("checkov", r#"[{"check_type": "terraform", "results": {}}]"#, "-o sarif"),
    ("npm audit", r#"{"auditReportVersion": 2, "vulnerabilities": {}}"#, "writes no SARIF"),
];

#[test]
fn a_scanners_own_report_is_refused_with_the_command_that_writes_sarif() {
    let repo = story();
    let at = repo.path();
    for (tool, report, flag) in REPORTS {
        let value: serde_json::Value = serde_json::from_str(report).unwrap();
        for text in [(*report).to_owned(), serde_json::to_string_pretty(&value).unwrap()] {
            std::fs::write(at.join("report.json"), &text).unwrap();
            for args in [
                &["triage", "report.json"][..],
                &["import", "trivy", "report.json"],
                &["import", "gitleaks", "report.json"],
                &["import", "sarif", "report.json"],
            ] {
                let refused = run(at, args);
                assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{args:?} {text}");
                let what = format!("report.json is a report of {tool} in its own format");
                assert!(refused.err.contains(&what), "{args:?}: {}", refused.err);
                assert!(refused.err.contains(flag), "{args:?}: {}", refused.err);
            }
        }
    }
    // Another document over several lines is no list of events; one a line still is.
    std::fs::write(at.join("report.json"), "{\n  \"a\": 1\n}\n").unwrap();
    let refused = run(at, &["triage", "report.json"]);
    assert_eq!((refused.code, refused.out.as_str()), (2, ""));
    assert!(refused.err.contains("neither SARIF nor events"), "{}", refused.err);
    std::fs::write(at.join("report.json"), "{\"a\": 1}\n{\"b\":\n").unwrap();
    let read = run(at, &["triage", "report.json"]);
    assert_eq!(read.code, 3, "{}", read.err);
    assert!(read.out.contains("report.json:2"), "{}", read.out);
}

#[test]
fn a_fault_of_sarif_is_shown_at_its_line() {
    let repo = story();
    let at = repo.path();
    let head = "{\n \"version\": \"2.1.0\",\n \"runs\": [\n  {\"tool\": {\"driver\": {\"name\": \"é\"}}, \"results\": [\n";
    for (rest, place, why) in [
        ("   {\"ruleId\": \"a\"},\n   {\"ruleId\": 7}]}]}", "f.sarif:6", "invalid type: integer"),
        ("   {\"ruleId\": \"é\"} {}]}]}", "f.sarif:5", "column 20: a comma is missing"),
        ("   {\"ruleId\": \"a\",}]}]}", "f.sarif:5", "trailing comma"),
        ("   ]}, 7]}", "f.sarif:5", "a run is not an object"),
    ] {
        std::fs::write(at.join("f.sarif"), format!("{head}{rest}")).unwrap();
        let read = run(at, &["triage", "f.sarif"]);
        assert_eq!(read.code, 3, "{rest}: {}", read.err);
        let line = read.out.lines().find(|line| line.starts_with(place));
        assert!(line.is_some_and(|line| line.contains(why)), "{rest}: {}", read.out);
        assert!(!read.out.contains(" at line "), "{}", read.out);
    }
}
