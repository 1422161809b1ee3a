//! No policy on the approved ref: nothing is granted, whatever the work tree contains.

use exledger::history::version::TrailKey;
use serde_json::Value;

use crate::cli::run;
use crate::support::approval::approved;
use crate::support::repo::Repo;
use crate::support::samples::ID;
use crate::support::status::standing_of;

const QUESTION: &[&str] = &["check", "--application", "billing"];

/// A ledger whose sample is in force, and whose policy is then removed; the work tree still has the file.
fn removed() -> Repo {
    let repo = approved("");
    repo.checkout();
    repo.by("mal").remove("exledger.yaml").commit("Tidy up");
    repo
}

fn json(repo: &Repo, args: &[&str], code: i32) -> Value {
    let args = [args, &["--format", "json", "--on", "2026-11-21"]].concat();
    let run = run(repo.path(), &args);
    assert_eq!(run.code, code, "{args:?}: {} {}", run.out, run.err);
    serde_json::from_str(&run.out).unwrap()
}

#[test]
fn check_could_not_determine_once_the_policy_is_gone() {
    let before = approved("");
    before.checkout();
    assert_eq!(json(&before, QUESTION, 0)["verdict"], "allow");
    let repo = removed();
    let answer = json(&repo, QUESTION, 3);
    assert_eq!(answer["verdict"], "unknown");
    let reason = answer["reason"].as_str().unwrap();
    assert!(reason.contains("no exledger.yaml"), "{reason}");
    // For any question, also about something that no record covers, and about a deployment.
    for question in [
        &["check", "--identity", "svc:nobody"][..],
        &["check", "--application", "billing", "--deploy"],
    ] {
        assert_eq!(json(&repo, question, 3)["verdict"], "unknown");
    }
    let lines = b"{\"application\": \"billing\"}\n";
    let run = crate::cli::run_fed(repo.path(), &["check", "--stdin"], lines);
    assert_eq!(run.code, 3, "{}", run.out);
}

#[test]
fn all_commands_agree_that_nothing_can_be_told() {
    let repo = removed();
    let listed = json(&repo, &["list"], 3);
    assert_eq!(listed["records"][0]["status"], "unknown");
    assert_eq!(json(&repo, &["show", ID], 3)["record"]["status"], "unknown");
    for command in ["queue", "report", "verify"] {
        let run = run(repo.path(), &[command]);
        assert_eq!(run.code, 3, "{command}: {} {}", run.out, run.err);
        let text = run.out + &run.err;
        assert!(text.contains("no exledger.yaml"), "{command}: {text}");
    }
}

#[test]
fn triage_could_not_determine_either_and_filters_nothing() {
    let repo = removed();
    let sarif = serde_json::json!({
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "trivy"}},
            "results": [{"ruleId": "CVE-2026-0001", "message": {"text": "x"}}],
        }],
    });
    std::fs::write(repo.path().join("found.sarif"), sarif.to_string()).unwrap();
    let answer = json(&repo, &["triage", "found.sarif"], 3);
    assert_eq!(answer["counts"]["covered"], 0);
    let run = run(repo.path(), &["triage", "--filter", "found.sarif"]);
    assert_eq!(run.code, 3, "{} {}", run.out, run.err);
    assert!(run.err.contains("no exledger.yaml"), "{}", run.err);
}

#[test]
fn the_policy_put_back_is_the_policy_again() {
    let repo = removed();
    repo.by("lee").write("exledger.yaml", "version: 1\n").commit("Put it back");
    assert_eq!(json(&repo, QUESTION, 0)["verdict"], "allow");
}

#[test]
fn what_is_closed_stays_closed() {
    let repo = approved("");
    let closure = "closure: {outcome: remediated, date: 2026-11-20, by: ana@example.com, reason: Job retired}";
    repo.by("ana").edit(ID, closure).commit("Close it");
    repo.by("mal").remove("exledger.yaml").commit("Tidy up");
    let key = TrailKey::Id(ID.to_owned());
    assert_eq!(standing_of(&repo, &key, "2026-11-21T00:00:00Z").status.as_str(), "closed");
}
