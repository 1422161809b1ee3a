//! One id in three spellings: what a record names is the same to import, check, triage, export and scan.

use serde_json::{Value, json};

use super::{ON, file, finding, ledger, put};
use crate::cli;
use crate::support::repo::git;
use crate::triage::{POLICY, json as triaged};

const SPELLINGS: [&str; 3] = ["AVD-DS-0002", "DS002", "DS-0002"];

#[test]
fn one_id_in_three_spellings_has_one_answer() {
    for stated in SPELLINGS {
        let repo = ledger(POLICY);
        let text = finding("EXC-2026-C0VER", &format!("tool: trivy-misconfig, id: {stated}"));
        file(&repo, "EXC-2026-C0VER", &text);
        repo.checkout();
        for asked in SPELLINGS {
            let of = format!("trivy-misconfig:{asked}");
            let run = cli::run(repo.path(), &["check", "--finding", &of, "--at", ON]);
            assert_eq!(run.code, 0, "{stated} {asked}: {}{}", run.out, run.err);
            let rule = json!({"id": asked, "name": "Misconfiguration"});
            let log = json!({"version": "2.1.0", "runs": [{
                "tool": {"driver": {"name": "Trivy", "rules": [rule]}},
                "results": [super::result(asked, "Dockerfile")],
            }]});
            put(&repo, "a.sarif", log.to_string());
            let (code, answer) = triaged(&repo, &["a.sarif"]);
            assert_eq!((code, &answer["results"][0]["state"]), (0, &json!("covered")), "{asked}");
            put(&repo, ".trivyignore", format!("{asked}\n"));
            let run = cli::run(
                repo.path(),
                &["--on", ON, "import", "trivy", ".trivyignore", "--dry-run", "--format", "json"],
            );
            let answer: Value = serde_json::from_str(&run.out).unwrap();
            assert_eq!(answer["entries"][0]["state"], "known", "{stated} {asked}: {answer}");
            assert_eq!(answer["entries"][0]["findings"][0]["id"], asked);
            git(repo.path(), &["add", "-f", ".trivyignore"]);
            let run = cli::run(repo.path(), &["--on", ON, "scan", "--format", "json"]);
            let answer: Value = serde_json::from_str(&run.out).unwrap();
            assert_eq!((run.code, &answer["findings"]), (0, &json!([])), "{stated} {asked}");
        }
        let run = cli::run(repo.path(), &["--on", ON, "export", "trivy"]);
        assert!(run.out.contains("- id: DS-0002\n"), "{stated}: {}{}", run.out, run.err);
    }
}

#[test]
fn spellings_of_one_id_are_one_finding_of_a_draft() {
    let repo = ledger(POLICY);
    repo.checkout();
    put(&repo, ".trivyignore", SPELLINGS.join("\n"));
    let args = ["--on", ON, "import", "trivy", ".trivyignore", "--format", "json"];
    let run = cli::run(repo.path(), &args);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    let path = answer["drafts"][0]["path"].as_str().unwrap_or_else(|| panic!("{answer}"));
    let text = std::fs::read_to_string(repo.path().join(path)).unwrap();
    let record: Value = serde_yaml::from_str(&text).unwrap();
    let findings = record["scope"]["findings"].as_array().unwrap();
    assert_eq!((answer["drafts"].as_array().unwrap().len(), findings.len()), (1, 1), "{text}");
    assert_eq!(findings[0]["id"], "AVD-DS-0002");
}
